"""Notes: for colleagues alone, whoever is named sees them, and of two edits one wins."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from flask import Flask
from sqlalchemy import func, select

from livechat.domain.visibility import Sight, Visibility
from livechat.live.event_log import Change, Kind, LogEntry
from livechat.models import Message, Note, NoteVersion, WorkspaceMember
from livechat.models import Team as TeamRow
from livechat.notes.schemas import MAX_BODY_CHARS, NoteSchema
from livechat.stream.render import render
from tests.conftest import make_token
from tests.factories import make_conversation, make_message
from tests.kinds.conftest import ASHA, Inbox, _box, inbox
from tests.team.conftest import API, DbSession, Team

__all__ = ["_box", "inbox"]
Call = Callable[..., Any]


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    conversation = make_conversation(session, team.numbers[0])
    make_message(session, conversation)
    session.commit()
    return conversation.id


def _write(call: Call, user: UUID, chat: UUID, body: str = "Paid twice.", *mentions: dict[str, str]) -> Any:
    answer = call(user, "POST", f"/conversations/{chat}/notes", json={"body": body, "mentions": mentions})
    assert answer.status_code == 201, answer.text
    return answer.json


def _refused(call: Call, user: UUID, chat: UUID, *mentions: dict[str, str]) -> Any:
    body = {"body": "Please look.", "mentions": mentions}
    answer = call(user, "POST", f"/conversations/{chat}/notes", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
    return answer.json["errors"]


def test_a_note_is_shown_as_it_was_written(team: Team, call: Call, chat: UUID) -> None:
    viewer, ben = team.member("viewer", name="Dora"), team.member(name="Ben")
    sales = team.team("Sales", ben)
    body = " /paste `x` @[you] 🎂 \n"
    note = _write(call, viewer, chat, body, {"team_id": str(sales)}, {"user_id": str(ben)})
    assert note == {
        "id": note["id"],
        "conversation_id": str(chat),
        "author": {"user_id": str(viewer), "name": "Dora"},
        "body": body,
        "mentions": [
            {"user_id": None, "team_id": str(sales), "name": "Sales"},
            {"user_id": str(ben), "team_id": None, "name": "Ben"},
        ],
        "created_at": note["created_at"],
        "edited_at": None,
        "deleted_at": None,
        "version": 1,
    }
    assert NoteSchema().dump(note) == note


def test_old_mentions_and_authors_have_the_names_of_today(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, sales = team.member(name="Ben"), team.team("Sales")
    note = _write(call, ben, chat, "Us", {"user_id": str(ben)}, {"team_id": str(sales)})
    session.get_one(WorkspaceMember, (team.workspace_id, ben)).name = "Benedict"
    session.delete(session.get_one(TeamRow, sales))
    session.commit()
    [shown] = [each["note"] for each in _timeline(call, ben, chat) if each["kind"] == "note"]
    assert shown["author"]["name"] == "Benedict"
    assert [each["name"] for each in shown["mentions"]] == ["Benedict", None]
    assert shown["id"] == note["id"]


def _timeline(call: Call, user: UUID, chat: UUID) -> Any:
    return call(user, "GET", f"/conversations/{chat}/timeline").json["entries"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"body": None},
        {"body": 7},
        {"body": ""},
        {"body": " \n\t"},
        {"body": "a\x00b"},
        {"body": "x" * (MAX_BODY_CHARS + 1)},
        {"body": "x", "colour": "red"},
        {"body": "x", "mentions": {}},
        {"body": "x", "mentions": [{}]},
        {"body": "x", "mentions": [{"user_id": str(uuid4()), "team_id": str(uuid4())}]},
        {"body": "x", "mentions": [{"user_id": str(uuid4())}] * 51},
        {"body": "x", "mentions": [{"user_id": "nobody"}]},
        {"body": "x", "mentions": [{"team_id": str(uuid4())}]},
    ],
)
def test_what_is_no_note_is_refused(
    session: DbSession, team: Team, call: Call, chat: UUID, body: dict[str, Any]
) -> None:
    answer = call(team.owner, "POST", f"/conversations/{chat}/notes", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
    assert session.scalar(select(func.count()).select_from(Note)) == 0


def test_a_text_of_the_longest_length_in_any_script_is_taken(team: Team, call: Call, chat: UUID) -> None:
    body = "🎂" * MAX_BODY_CHARS
    assert _write(call, team.owner, chat, body)["body"] == body


def test_who_cannot_see_the_conversation_cannot_be_mentioned_in_it(
    team: Team, call: Call, chat: UUID
) -> None:
    ben, chika = team.member(name="Ben", visibility="own"), team.member(name="Chika")
    gone, stranger = team.member(name="Gone", state="removed"), uuid4()
    mixed, foreign = team.team("Mixed", ben, chika, gone), Team(team.session).team("Theirs")
    [[sentence]] = _refused(call, team.owner, chat, {"user_id": str(ben)}).values()
    assert sentence == "Ben cannot see this conversation."
    assert _refused(call, team.owner, chat, {"user_id": str(chika)}, {"team_id": str(mixed)}) == {
        "mentions.1": ["Ben cannot see this conversation."]
    }
    for nobody in ({"user_id": str(gone)}, {"user_id": str(stranger)}, {"team_id": str(foreign)}):
        assert list(_refused(call, team.owner, chat, nobody)) == ["mentions.0"]
    # Of a team nobody else is meant: who has gone is left out.
    _write(call, team.owner, chat, "You two", {"team_id": str(team.team("Seeing", chika, gone))})


def test_a_request_that_is_repeated_writes_one_note(
    client: Any, auth: Callable[[UUID], dict[str, str]], session: DbSession, team: Team, chat: UUID
) -> None:
    headers = auth(team.owner) | {"Idempotency-Key": "k1"}

    def post(body: str) -> Any:
        return client.post(f"{API}/conversations/{chat}/notes", headers=headers, json={"body": body})

    first, again = post("Once"), post("Once")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    other = post("Other")
    assert (other.status_code, other.json["code"]) == (409, "idempotency_conflict")
    # Another person's key is another key.
    theirs = auth(team.member()) | {"Idempotency-Key": "k1"}
    path = f"{API}/conversations/{chat}/notes"
    assert client.post(path, headers=theirs, json={"body": "Mine"}).status_code == 201
    assert (
        client.post(path, headers=headers | {"Idempotency-Key": "k" * 256}, json={"body": "x"}).status_code
        == 422
    )


def test_of_the_same_request_many_times_at_once_one_writes(
    app: Flask, session: DbSession, team: Team, chat: UUID
) -> None:
    headers = {"Authorization": f"Bearer {make_token(team.owner)}", "Idempotency-Key": "k1"}
    start, answers = Barrier(4), []

    def write() -> None:
        start.wait()
        path = f"{API}/conversations/{chat}/notes"
        answers.append(app.test_client().post(path, headers=headers, json={"body": "Once"}))

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert session.scalar(select(func.count()).select_from(Note)) == 1


def test_an_edit_of_an_older_version_is_refused_with_the_newer_text(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben = team.member(name="Ben")
    path = f"/notes/{_write(call, ben, chat, 'One')['id']}"
    first = call(ben, "PATCH", path, json={"body": "Two", "version": 1})
    assert (first.status_code, first.json["body"], first.json["version"]) == (200, "Two", 2)
    assert first.json["edited_at"] is not None
    stale = call(ben, "PATCH", path, json={"body": "Three", "version": 1})
    assert (stale.status_code, stale.json["code"]) == (409, "conversation_changed")
    assert stale.json["note"] == first.json
    assert stale.json["changed_by"] == {"user_id": str(ben), "name": "Ben"}
    assert stale.json["changed_at"] == first.json["edited_at"]
    assert stale.json["conversation"]["id"] == str(chat)
    # The answer was lost: the same again is no conflict, and no edit.
    again = call(ben, "PATCH", path, json={"body": "Two", "version": 1})
    assert (again.status_code, again.json) == (200, first.json)
    kept = session.scalars(select(NoteVersion)).all()
    assert [(each.version, each.body, each.replaced_by) for each in kept] == [(1, "One", ben)]
    for body in ({"body": "x"}, {"body": " ", "version": 2}, {"body": "x", "version": "2"}):
        assert call(ben, "PATCH", path, json=body).status_code == 422


def test_only_its_author_edits_a_note_and_they_and_admins_delete_it(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, admin = team.member(name="Ben"), team.member("admin", name="Ada")
    path = f"/notes/{_write(call, ben, chat, 'Secret', {'user_id': str(admin)})['id']}"
    for other in (admin, team.owner, team.member("viewer")):
        assert call(other, "PATCH", path, json={"body": "x", "version": 1}).status_code == 403
    assert call(team.member(), "DELETE", path).status_code == 403
    for _ in range(2):
        assert call(admin, "DELETE", path).status_code == 204
    [shown] = [each["note"] for each in _timeline(call, ben, chat) if each["kind"] == "note"]
    assert (shown["body"], shown["mentions"], shown["version"]) == (None, [], 2)
    assert shown["deleted_at"] is not None
    edited = call(ben, "PATCH", path, json={"body": "Secret", "version": 2})
    assert (edited.status_code, edited.json["code"], edited.json["note"]) == (
        409,
        "conversation_changed",
        shown,
    )
    assert edited.json["changed_by"] == {"user_id": str(admin), "name": "Ada"}
    assert [each.body for each in session.scalars(select(NoteVersion))] == ["Secret"]


def test_a_note_out_of_sight_is_not_found(team: Team, call: Call, chat: UUID) -> None:
    blind = team.member(visibility="own")
    note = _write(call, team.owner, chat)["id"]
    asked = [
        ("POST", f"/conversations/{chat}/notes", {"body": "x"}),
        ("PATCH", f"/notes/{note}", {"body": "x", "version": 1}),
        ("DELETE", f"/notes/{note}", None),
    ]
    for user in (blind, uuid4(), Team(team.session).owner):
        assert [call(user, method, path, json=body).status_code for method, path, body in asked] == [404] * 3
    for unknown in (str(uuid4()), "no-id"):
        assert call(team.owner, "DELETE", f"/notes/{unknown}").status_code == 404


def test_events_tell_of_notes_to_who_sees_the_conversation(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    note = _write(call, team.owner, chat)
    note_id = UUID(note["id"])
    entries = [
        LogEntry(team.account.id, (1, 0), Change(Kind.NOTE_CREATED, note_id)),
        LogEntry(team.account.id, (1, 1), Change(Kind.NOTE_UPDATED, note_id)),
        LogEntry(team.account.id, (1, 2), Change(Kind.NOTE_UPDATED, uuid4())),
        # Of another account's log nothing is shown.
        LogEntry(uuid4(), (1, 3), Change(Kind.NOTE_CREATED, note_id)),
    ]
    created, updated, unknown, strange = render(session, entries)
    assert (unknown.payload, strange.payload) == (b"", b"")
    for event, name in ((created, "note.created"), (updated, "note.updated")):
        first, data, *_ = event.payload.decode().splitlines()
        assert first == f"event: {name}"
        assert orjson.loads(data.removeprefix("data: ")) == {"note": note}
        assert event.audience is not None
        assert Sight(team.owner, Visibility.ALL).sees(event.audience)
        assert not Sight(team.owner, Visibility.OWN).sees(event.audience)


def test_nothing_of_a_note_is_a_message(session: DbSession, team: Team, call: Call, chat: UUID) -> None:
    before = call(team.owner, "GET", f"/conversations/{chat}").json
    note = _write(call, team.owner, chat, "https://example.com/ @ /help")
    call(team.owner, "PATCH", f"/notes/{note['id']}", json={"body": "*bold*", "version": 1})
    assert call(team.owner, "GET", f"/conversations/{chat}").json == before
    assert session.scalar(select(func.count()).select_from(Message)) == 1
    # Messages are not to be answered by what quotes, reads or reacts to a note.
    assert call(team.owner, "GET", f"/messages/{note['id']}").status_code == 404
    send = {"conversation_id": str(chat), "phone_number_id": team.numbers[0].phone_number_id}
    quoting = send | {"message": "x", "message_type": "text", "reply_to": note["id"]}
    assert call(team.owner, "POST", "/send-message", json=quoting).status_code == 404


def test_meta_hears_nothing_of_all_that_can_be_done_with_notes(inbox: Inbox) -> None:
    inbox.box.customer_writes(ASHA, "Hi")
    assert inbox.box.flush()
    inbox.ingest()
    [chat] = [str(row["id"]) for row in inbox.rows("SELECT id FROM chat_conversations")]
    owner = inbox.rows("SELECT owner_user_id FROM workspaces")[0]["owner_user_id"]

    def done(method: str, path: str, **body: Any) -> Any:
        answer = inbox.call(method, path, **({"json": body} if body else {}))
        assert answer.status_code < 300, answer.text
        inbox.deliver(chat)
        return answer.json

    before = inbox.box.requests()
    named = {"mentions": [{"user_id": str(owner)}]}
    note = done("POST", f"/conversations/{chat}/notes", body="/refund @[x] https://example.com 🎂", **named)
    done("PATCH", f"/notes/{note['id']}", body="*Paid* twice.", version=1)
    handed = {"assignee_id": str(owner), "expected": {"assignee_id": None}, "note": "Speaks Hindi"}
    done("PUT", f"/conversations/{chat}/assignment", **handed)
    done("DELETE", f"/notes/{note['id']}")
    entries = done("GET", f"/conversations/{chat}/timeline")["entries"]
    assert [each["kind"] for each in entries] == ["message", "note", "change", "note"]
    assert inbox.box.requests() == before
    # What would have been heard is.
    inbox.accepted(conversation_id=chat, message="Hello")
    inbox.deliver(chat)
    assert len(inbox.box.requests()) == len(before) + 1


def test_no_function_of_what_sends_takes_a_note() -> None:
    """By type, beside the import contract: nothing in the room ``outbound`` so much as names one."""
    folder = Path(__file__).resolve().parents[2] / "livechat" / "outbound"
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")]
    assert len(sources) > 20
    named = {
        name
        for source in sources
        for node in ast.walk(ast.parse(source))
        for name in (getattr(node, "id", ""), getattr(node, "module", ""), getattr(node, "name", ""))
        if isinstance(name, str)
    }
    assert "Message" in named
    assert {name for name in named if re.match(r"Note([A-Z]|$)|livechat\.(models\.)?notes", name)} == set()
