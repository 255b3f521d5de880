"""Canned replies: whose they are, what they say in a conversation, and that their files stay."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from livechat.canned.placeholders import VARIABLES, filled, unknown_in
from livechat.canned.render_canned import render_canned
from livechat.files import queries as files
from livechat.models import CannedReply, Conversation, Media, Workspace, WorkspaceMember
from tests.factories import make_conversation
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]
BUTTONS = {
    "type": "button",
    "body": {"text": "{{contact.first_name|You}}, is it solved?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
}


@pytest.fixture
def path(team: Team) -> str:
    return f"/workspaces/{team.workspace_id}/canned-replies"


def reply(shortcut: str = "hello", scope: str = "personal", **given: Any) -> dict[str, Any]:
    """The body of a request for one."""
    return {"scope": scope, "shortcut": shortcut, "title": "Greeting", "body": "Hello!"} | given


def shown(call: Call, user: UUID, path: str) -> list[str]:
    """What this member is offered, each as scope:shortcut."""
    answer = call(user, "GET", path)
    assert answer.status_code == 200
    return [f"{each['scope']}:{each['shortcut']}" for each in answer.json["canned_replies"]]


def test_whose_a_reply_is_decides_who_sees_and_who_writes_it(team: Team, call: Call, path: str) -> None:
    ines, otto, viewer, admin = (team.member(role) for role in ("agent", "agent", "viewer", "admin"))
    sales = str(team.team("Sales", ines))
    assert call(viewer, "POST", path, json=reply()).status_code == 403
    assert call(ines, "POST", path, json=reply("all", "workspace")).json["code"] == "forbidden"
    assert call(ines, "POST", path, json=reply("ours", "team", team_id=sales)).status_code == 403
    made = {
        "workspace": call(admin, "POST", path, json=reply("/hello", "workspace")).json,
        "team": call(admin, "POST", path, json=reply("hello", "team", team_id=sales)).json,
        "personal": call(ines, "POST", path, json=reply("Hello")).json,
    }
    assert made["team"]["team_id"] == sales
    assert made["personal"]["owner_user_id"] == str(ines)
    assert call(otto, "POST", path, json=reply("HELLO")).status_code == 201
    # The first of one shortcut is the one to take: one's own, the team's, the workspace's.
    assert shown(call, ines, path) == ["personal:Hello", "team:hello", "workspace:hello"]
    assert shown(call, otto, path) == ["personal:HELLO", "workspace:hello"]
    assert shown(call, viewer, path) == ["workspace:hello"]
    assert shown(call, admin, path) == ["team:hello", "workspace:hello"]
    again = call(admin, "POST", path, json=reply("hellO", "workspace"))
    assert (again.status_code, again.json["code"]) == (409, "already_exists")

    def may(user: UUID, which: str) -> tuple[int, int]:
        one = f"{path}/{made[which]['id']}"
        return tuple(
            call(user, method, one, **({"json": {"title": "T"}} if method == "PATCH" else {})).status_code
            for method in ("PATCH", "DELETE")
        )

    misplaced = call(admin, "POST", path, json=reply("new", "workspace", team_id=sales))
    assert list(misplaced.json["errors"]) == ["team_id"]
    assert call(admin, "POST", path, json=reply("new", "team", team_id=str(uuid4()))).status_code == 404
    assert may(ines, "workspace") == may(ines, "team") == (403, 403)
    assert may(otto, "team") == may(otto, "personal") == may(admin, "personal") == (404, 404)
    assert may(uuid4(), "workspace") == (404, 404)
    # One's own becomes everybody's only by who may write both.
    own = f"{path}/{made['personal']['id']}"
    assert call(ines, "PATCH", own, json={"scope": "workspace"}).status_code == 403
    assert call(ines, "PATCH", own, json={"shortcut": "hi", "body": "Hi"}).json["shortcut"] == "hi"
    assert may(admin, "team") == may(ines, "personal") == may(admin, "workspace") == (200, 204)
    assert call(admin, "GET", path).json == {"canned_replies": []}
    # What was put away has given its shortcut free.
    assert call(admin, "POST", path, json=reply("hello", "workspace")).status_code == 201


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"shortcut": "two words"}, "shortcut"),
        ({"shortcut": "/"}, "shortcut"),
        ({"title": " "}, "title"),
        ({"body": "  "}, "body"),
        ({"body": "x" * 4097}, "body"),
        ({"body": "Hi {{contact.fist_name}}"}, "body"),
        ({"scope": "team"}, "team_id"),
        ({"scope": "world"}, "scope"),
        ({"content": {"type": "button", "body": {"text": "?"}, "action": {"buttons": []}}}, None),
        ({"content": BUTTONS | {"footer": {"text": "{{what}}"}}}, "content"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_could_never_be_sent_is_refused(
    team: Team, call: Call, path: str, given: dict[str, Any], field: str | None
) -> None:
    answer = call(team.owner, "POST", path, json=reply() | given)
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
    assert field is None or field in answer.json["errors"], answer.json


def test_it_reads_as_the_conversation_asks(session: DbSession, team: Team, call: Call, path: str) -> None:
    number = team.numbers[0]
    number.verified_name = "Bakery"
    known = make_conversation(session, number, customer_name="  Asha \n Kulkarni {{today}}")
    nameless = make_conversation(session, number, customer_name=None)
    ines = team.member(name="Ines Roth")
    body = "{{ contact.first_name|there }}, {{contact.name}} {{agent.name}} {{number.name}} {{x}"
    made = call(ines, "POST", path, json=reply(body=body, content=BUTTONS)).json
    one = f"{path}/{made['id']}/render"
    filled_in = call(ines, "POST", one, json={"conversation_id": str(known.id)}).json
    assert filled_in["text"] == "Asha, Asha Kulkarni {{today}} Ines Roth Bakery {{x}"
    assert filled_in["unfilled"] == []
    assert filled_in["content"]["body"]["text"] == "Asha, is it solved?"
    other = call(ines, "POST", one, json={"conversation_id": str(nameless.id)}).json
    assert other["text"] == "there, {{contact.name}} Ines Roth Bakery {{x}"
    assert other["unfilled"] == ["contact.name"]
    assert other["content"]["body"]["text"] == "You, is it solved?"
    # Neither of another workspace's customers, nor of one whom the agent does not see.
    elsewhere = make_conversation(session, Team(session).numbers[0])
    session.execute(update(WorkspaceMember).where(WorkspaceMember.user_id == ines).values(visibility="own"))
    session.commit()
    for hidden in (elsewhere, known):
        assert call(ines, "POST", one, json={"conversation_id": str(hidden.id)}).status_code == 404


def test_today_is_the_workspaces_day(session: DbSession, team: Team) -> None:
    conversation = make_conversation(session, team.numbers[0])
    workspace = session.get_one(Workspace, team.workspace_id)
    workspace.time_zone = "Pacific/Auckland"
    canned = CannedReply(body="{{today}}", content=None)
    agent = session.get_one(WorkspaceMember, (team.workspace_id, team.owner))
    late = datetime(2026, 11, 29, 22, tzinfo=UTC)
    assert (
        render_canned(session, canned, conversation, team.numbers[0], workspace, agent, late)["text"]
        == "2026-11-30"
    )


def test_what_the_team_knows_of_a_customer_is_filled_in(
    session: DbSession, team: Team, call: Call, path: str
) -> None:
    """K2, of attributes; without a fallback the page blocks what stays as it is written."""
    attributes = f"/workspaces/{team.workspace_id}/attributes"
    for key, kind in (
        ("plan", "text"),
        ("size", "number"),
        ("since", "date"),
        ("vip", "bool"),
        ("name", "text"),
    ):
        made = call(team.owner, "POST", attributes, json={"key": key, "name": key, "type": kind})
        assert made.status_code == 201
    phone = "447700900111"
    asha, elsewhere = (
        make_conversation(session, each, customer_name="Asha", customer_phone=phone)
        for each in (team.numbers[0], team.number())
    )
    nobody = make_conversation(session, team.numbers[0], customer_name=None)
    session.commit()
    values = {"plan": "Gold", "size": 2.0, "since": "2024-02-29", "vip": True, "name": "not that one"}
    person = call(team.owner, "PATCH", f"/conversations/{asha.id}/person", json={"attributes": values})
    assert person.status_code == 200
    body = "{{contact.plan|a}} {{contact.size}} {{contact.since}} {{contact.name}}"
    made = call(team.owner, "POST", path, json=reply(body=body)).json
    one = f"{path}/{made['id']}"

    def reads(conversation: Conversation) -> tuple[str, list[str]]:
        where = {"conversation_id": str(conversation.id)}
        answer = call(team.owner, "POST", f"{one}/render", json=where).json
        return answer["text"], answer["unfilled"]

    # Of a person, wherever they write; their own name is no attribute's.
    assert reads(asha) == reads(elsewhere) == ("Gold 2 2024-02-29 Asha", [])
    missing = ["contact.size", "contact.since", "contact.name"]
    assert reads(nobody) == ("a {{contact.size}} {{contact.since}} {{contact.name}}", missing)
    for wrong in ("vip", "age"):
        refused = call(team.owner, "PATCH", one, json={"body": f"{{{{contact.{wrong}}}}}"})
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["body"])
    # What was put away is known of nobody, and so a reply with it is not sent.
    assert call(team.owner, "DELETE", f"{attributes}/size").status_code == 204
    assert reads(asha) == ("Gold {{contact.size}} 2024-02-29 Asha", ["contact.size"])


def test_its_files_stay_as_long_as_it_is_there(session: DbSession, team: Team, call: Call, path: str) -> None:
    def upload(kind: str = "document", size: int = 10, mime_type: str = "application/pdf") -> str:
        media = Media(
            phone_number_id=team.numbers[0].phone_number_id,
            source="upload",
            kind=kind,
            state="ready",
            mime_type=mime_type,
            size=size,
            filename="price list.pdf",
            created_at=datetime.now(UTC) - timedelta(days=3),
        )
        session.add(media)
        session.commit()
        return str(media.id)

    first, second, huge = upload(), upload(), upload("image", 6_000_000, "image/jpeg")
    unsent = {first, second, huge}
    made = call(team.owner, "POST", path, json=reply(body="", media_ids=[second, first])).json
    assert made["media_ids"] == [second, first]
    assert [each["filename"] for each in made["media"]] == ["price list.pdf"] * 2
    one = f"{path}/{made['id']}"

    def removable() -> set[str]:
        session.rollback()
        found = {str(each) for each in files.unsent_uploads(session, timedelta(days=1), 10)}
        session.rollback()
        return found & unsent

    assert removable() == {huge}
    # WhatsApp takes no picture of six megabytes (5 MB), and nobody another workspace's file.
    too_large = call(team.owner, "PATCH", one, json={"media_ids": [first, huge]})
    assert (too_large.status_code, list(too_large.json["errors"])) == (422, ["media_ids.1"])
    stranger = Team(session)
    theirs = f"/workspaces/{stranger.workspace_id}/canned-replies"
    assert call(stranger.owner, "POST", theirs, json=reply(media_ids=[first])).status_code == 404
    # Without text and files there is nothing to send.
    assert call(team.owner, "PATCH", one, json={"media_ids": []}).status_code == 422
    assert call(team.owner, "PATCH", one, json={"media_ids": [first]}).json["media_ids"] == [first]
    assert removable() == {huge, second}
    header = {"header": {"type": "document", "document": {"media_id": second}}}
    with_content = call(team.owner, "PATCH", one, json={"content": BUTTONS | header})
    assert with_content.json["media_ids"] == [first]
    assert removable() == {huge}
    assert call(team.owner, "DELETE", one).status_code == 204
    assert removable() == unsent


def test_the_same_request_makes_one(
    team: Team, client: Any, auth: Callable[[UUID], dict[str, str]], path: str
) -> None:
    headers = auth(team.owner) | {"Idempotency-Key": "k1"}
    answers = [
        client.post(f"/api/live-chat{path}", headers=headers, json=reply(body=body))
        for body in ("Hi", "Hi", "Ho")
    ]
    assert [each.status_code for each in answers] == [201, 200, 409]
    assert answers[0].json == answers[1].json


NAMES = st.none() | st.text(max_size=20)


@given(st.text(), st.fixed_dictionaries(dict.fromkeys(VARIABLES, NAMES)))
def test_whatever_is_filled_in_is_not_read_again(name: str, values: dict[str, str | None]) -> None:
    text = "a{{contact.name}}b{{agent.name|}}c"
    out, unfilled = filled(text, values | {"contact.name": name})
    agent = (values["agent.name"] or "").strip()
    assert out == (f"a{name.strip()}b{agent}c" if name else f"a{{{{contact.name}}}}b{agent}c")
    assert unfilled == ([] if name else ["contact.name"])


@given(st.text(alphabet="{}|. atodyx", max_size=40))
def test_odd_braces_are_text(text: str) -> None:
    out, unfilled = filled(text, {"today": "T"})
    assert set(unfilled) <= set(unknown_in(text)) | {"today"}
    if "{{" not in text:
        assert out == text
