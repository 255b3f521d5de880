"""Resolving, snoozing, opening: what the team puts, and what a customer's word or the time undoes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text

from livechat.core.extensions import db
from livechat.domain.clock import now, rfc3339
from livechat.handling.wake_snoozed import wake_snoozed
from livechat.models import Conversation, ConversationChange, WabaAccount, WorkspaceMember
from tests.conftest import make_token
from tests.factories import make_conversation, make_message
from tests.ingest.conftest import OWNER, Meta, make_status_body, make_text_body, meta
from tests.team.conftest import API, DbSession, Team

__all__ = ["meta"]
Call = Callable[..., Any]
RESOLVED = {"status": "resolved"}
# Races of a resolve with a message; by hand it was run with 500.
RACES = 12


def _ahead(**span: float) -> str:
    return str(rfc3339(now() + timedelta(**span)))


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    conversation = make_conversation(session, team.numbers[0])
    session.commit()
    return conversation.id


def _put(call: Call, user: UUID, chat: object, **body: Any) -> Any:
    return call(user, "PUT", f"/conversations/{chat}/status", json=body)


def _lines(session: DbSession) -> list[tuple[str, Any, Any, str]]:
    session.rollback()
    rows = session.query(ConversationChange).order_by(ConversationChange.at).all()
    return [(row.field, row.from_value, row.to_value, row.cause) for row in rows]


def test_it_is_resolved_opened_and_snoozed_each_with_its_line(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    agent, until = team.member(), _ahead(hours=2)
    for n in range(2):
        resolved = _put(call, agent, chat, status="resolved").json
        assert (resolved["status"], resolved["version"]) == ("resolved", 1), n
    snoozed = _put(call, agent, chat, status="snoozed", snoozed_until=until).json
    assert (snoozed["status"], snoozed["snoozed_until"], snoozed["version"]) == ("snoozed", until, 2)
    later = _put(call, agent, chat, status="snoozed", snooze_kind="reply").json
    assert (later["status"], later["snoozed_until"], later["version"]) == ("snoozed", None, 3)
    opened = _put(call, agent, chat, status="open", snoozed_until=None).json
    assert (opened["status"], opened["snoozed_until"]) == ("open", None)
    assert opened == {
        **call(agent, "GET", f"/conversations/{chat}").json,
        "operation_id": opened["operation_id"],
    }
    timed = {"snoozed_until": until, "snooze_kind": "time_or_reply"}
    reply = {"snoozed_until": None, "snooze_kind": "reply"}
    assert _lines(session) == [
        ("status", "open", "resolved", "user"),
        ("status", "resolved", "snoozed", "user"),
        ("snooze", None, timed, "user"),
        ("snooze", timed, reply, "user"),
        ("status", "snoozed", "open", "user"),
        ("snooze", reply, None, "user"),
    ]


_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"status": "closed"}, "status"),
    ({}, "status"),
    ({"status": "snoozed"}, "snoozed_until"),
    ({"status": "snoozed", "snooze_kind": "time"}, "snoozed_until"),
    ({"status": "snoozed", "snoozed_until": "2020-01-01T00:00:00Z"}, "snoozed_until"),
    ({"status": "snoozed", "snoozed_until": "9999-12-31T23:59:59-14:00"}, "snoozed_until"),
    ({"status": "snoozed", "snoozed_until": "0001-01-01T00:00:00+14:00"}, "snoozed_until"),
    ({"status": "snoozed", "snoozed_until": "2031-01-01T00:00:00"}, "snoozed_until"),
    ({"status": "snoozed", "snoozed_until": "tomorrow"}, "snoozed_until"),
    (
        {"status": "snoozed", "snooze_kind": "reply", "snoozed_until": "2031-01-01T00:00:00Z"},
        "snoozed_until",
    ),
    ({"status": "snoozed", "snooze_kind": "never"}, "snooze_kind"),
    ({"status": "resolved", "snoozed_until": "2031-01-01T00:00:00Z"}, "snoozed_until"),
    ({"status": "open", "snooze_kind": "reply"}, "snooze_kind"),
    ({"status": "resolved", "expected": {}}, "expected.last_message_id"),
    ({"status": "resolved", "expected": {"last_message_id": "1"}}, "expected.last_message_id"),
    ({"status": "resolved", "note": "done"}, "note"),
]


def test_what_cannot_be_is_refused_by_name(session: DbSession, team: Team, call: Call, chat: UUID) -> None:
    for body, field in _REFUSED:
        answer = _put(call, team.owner, chat, **body)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), body
    assert _lines(session) == []


def test_who_has_not_seen_the_last_message_resolves_nothing(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    agent = team.member(name="Ines")
    seen = {"last_message_id": None}
    conversation = session.get_one(Conversation, chat)
    message = make_message(session, conversation)
    session.commit()
    refused = _put(call, team.owner, chat, status="resolved", expected=seen)
    assert (refused.status_code, refused.json["code"]) == (409, "conversation_changed")
    assert refused.json["conversation"]["last_message"]["id"] == str(message.id)
    # The customer is no member.
    assert refused.json["changed_by"] is None
    ours = make_message(session, session.get_one(Conversation, chat), direction="outbound", sent_by=agent)
    session.commit()
    seen = {"last_message_id": str(message.id)}
    refused = _put(call, team.owner, chat, status="snoozed", snooze_kind="reply", expected=seen)
    assert refused.json["changed_by"] == {"user_id": str(agent), "name": "Ines"}
    assert refused.json["changed_at"] == rfc3339(ours.timestamp)
    assert _lines(session) == []
    seen = {"last_message_id": str(ours.id)}
    assert _put(call, team.owner, chat, status="resolved", expected=seen).status_code == 200


def _waits(meta: Meta, **columns: Any) -> dict[str, Any]:
    """Asha has written once; her conversation is put where the test wants it."""
    meta.deliver_body(make_text_body("wamid.first"))
    names = ", ".join(f"{name} = :{name}" for name in columns)
    meta.session.execute(text(f"UPDATE chat_conversations SET {names}"), columns)
    meta.session.commit()
    return meta.conversation()


TOMORROW = now() + timedelta(days=1)


@pytest.mark.parametrize(
    ("standing", "opens"),
    [
        ({"status": "resolved"}, True),
        ({"status": "snoozed", "snooze_kind": "reply"}, True),
        ({"status": "snoozed", "snooze_kind": "time_or_reply", "snoozed_until": TOMORROW}, True),
        ({"status": "snoozed", "snooze_kind": "time", "snoozed_until": TOMORROW}, True),
        ({"status": "snoozed", "snooze_kind": "time_even_if_reply", "snoozed_until": TOMORROW}, False),
    ],
)
def test_a_customer_who_writes_opens_it_by_arrival(meta: Meta, standing: dict[str, Any], opens: bool) -> None:
    before = _waits(meta, **standing, waiting_since=None)
    # A late webhook: by Meta's time it is older than what was seen, and unseen all the same.
    meta.deliver_body(make_text_body("wamid.late", timestamp=1795341600 - 3600))
    after = meta.conversation()
    assert after["unread_count"] == 2
    if not opens:
        assert {name: after[name] for name in standing} == standing
        # M3: it is unread, and the team owes an answer all the same.
        assert after["waiting_since"] is not None
        assert (_lines(meta.session), after["version"]) == ([], 0)
        return
    assert (after["status"], after["snooze_kind"], after["snoozed_until"]) == ("open", None, None)
    assert after["version"] == before["version"] + 1
    lines = _lines(meta.session)
    assert lines[0] == ("status", standing["status"], "open", "inbound")
    assert [line[0] for line in lines[1:]] == (["snooze"] if standing["status"] == "snoozed" else [])
    # The same once more is a repeat.
    meta.deliver_body(make_text_body("wamid.late", timestamp=1795341600 - 3600))
    assert _lines(meta.session) == lines


def test_reactions_statuses_echoes_and_history_open_nothing(meta: Meta) -> None:
    meta.deliver("msg-text")
    _waits(meta, status="resolved")
    resolved = [row["id"] for row in meta.conversations()]
    for name in ("msg-reaction", "msg-edit-text", "msg-revoke", "coex-echo-text", "coex-history-threads"):
        meta.deliver(name)
    meta.deliver_body(make_status_body("wamid.first", "read", 1795341700))
    assert len(meta.messages()) > 2
    assert {row["status"] for row in meta.conversations() if row["id"] in resolved} == {"resolved"}
    assert _lines(meta.session) == []


@pytest.mark.parametrize(
    ("member", "stays"),
    [
        ({"role": "agent"}, True),
        ({"role": "agent", "visibility": "own"}, True),
        ({"role": "agent", "state": "removed"}, False),
        ({"role": "agent", "state": "suspended"}, False),
        ({"role": "viewer"}, False),
        ({"role": "agent", "number_scope": "some"}, False),
    ],
)
def test_it_is_its_assignees_again_if_they_may_still_have_it(
    meta: Meta, member: dict[str, Any], stays: bool
) -> None:
    user = uuid4()
    workspace = meta.session.scalars(
        select(WabaAccount.workspace_id).where(WabaAccount.user_id == OWNER)
    ).one()
    meta.session.add(WorkspaceMember(workspace_id=workspace, user_id=user, **member))
    _waits(meta, status="resolved", assignee_id=user)
    meta.deliver_body(make_text_body("wamid.again"))
    assert meta.conversation()["assignee_id"] == (user if stays else None)
    freed = [("assignee", str(user), None, "inbound")]
    assert _lines(meta.session)[1:] == ([] if stays else freed)


def test_a_snooze_that_is_over_wakes_once_however_long_ago_and_however_many_look(
    app: Flask, session: DbSession, team: Team, call: Call, chat: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livechat.handling.wake_snoozed.BATCH", 4)
    ago = now() - timedelta(days=4)
    due = {
        make_conversation(
            session,
            team.numbers[0],
            status="snoozed",
            snooze_kind="time",
            snoozed_until=ago,
            assignee_id=team.owner,
        ).id
        for _ in range(10)
    }
    asleep = make_conversation(
        session, team.numbers[0], status="snoozed", snooze_kind="time", snoozed_until=TOMORROW
    ).id
    session.commit()

    def sweep(_: int) -> int:
        with app.app_context():
            try:
                return wake_snoozed(db.session)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(3) as threads:
        woken = sum(threads.map(sweep, range(3)))
    # What one held another left: the next look finds it.
    assert woken + wake_snoozed(session) == 10
    session.rollback()
    still = session.scalars(select(Conversation.id).where(Conversation.status == "snoozed")).all()
    assert still == [asleep]
    rows = session.query(ConversationChange).all()
    assert sorted((row.conversation_id, row.field) for row in rows) == sorted(
        (each, field) for each in due for field in ("snooze", "status")
    )
    assert {(row.cause, row.actor_kind, row.actor_id) for row in rows} == {("sweep", "system", None)}
    assert len({row.operation_id for row in rows}) == 10
    # M4: whose it is was told, once for each.
    told = call(team.owner, "GET", "/notifications").json["notifications"]
    assert sorted((each["kind"], each["conversation_id"]) for each in told) == sorted(
        ("woken", str(each)) for each in due
    )


def _together(app: Flask, *jobs: Callable[[], Any]) -> list[Any]:
    def run(job: Callable[[], Any]) -> Any:
        with app.app_context():
            try:
                return job()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


def _ask(app: Flask, user: UUID, chat: UUID, body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {make_token(user)}"}
    return app.test_client().put(f"{API}/conversations/{chat}/status", headers=headers, json=body)


def test_a_resolve_and_a_message_at_once_never_bury_it(app: Flask, meta: Meta) -> None:
    chat = _waits(meta, status="open")["id"]
    outcomes: set[int] = set()
    for n in range(RACES):
        seen = {"last_message_id": str(meta.conversation()["last_message_id"])}
        assert meta.post(make_text_body(f"wamid.race{n}", timestamp=1795341601 + n)) == 200
        asked = {"status": "resolved", "expected": seen}
        jobs: list[Callable[[], Any]] = [meta.ingest, partial(_ask, app, OWNER, chat, asked)]
        # Neither is always first.
        answers = _together(app, *jobs[:: 1 - 2 * (n % 2)])
        outcomes |= {each.status_code for each in answers if hasattr(each, "status_code")}
        assert meta.conversation()["status"] == "open"
        assert len(meta.messages()) == n + 2
    assert outcomes <= {200, 409}


def test_of_two_who_resolve_at_once_one_writes_a_line(
    app: Flask, session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    agents = [team.member(), team.member()]
    for n in range(1, 6):
        answers = _together(app, *(lambda user=user: _ask(app, user, chat, RESOLVED) for user in agents))
        assert [answer.status_code for answer in answers] == [200, 200]
        assert [line[1:] for line in _lines(session)].count(("open", "resolved", "user")) == n
        assert _put(call, team.owner, chat, status="open").status_code == 200


def test_who_opens_a_snooze_that_is_over_and_the_sweep_do_it_once(
    app: Flask, session: DbSession, team: Team, chat: UUID
) -> None:
    for n in range(1, 6):
        conversation = session.get_one(Conversation, chat, populate_existing=True)
        conversation.status, conversation.snooze_kind, conversation.snoozed_until = "snoozed", "time", now()
        session.commit()
        _together(
            app,
            lambda: wake_snoozed(db.session),
            lambda: _ask(app, team.owner, chat, {"status": "open"}),
        )
        wake_snoozed(session)
        assert [line[0] for line in _lines(session)].count("status") == n
        assert session.get_one(Conversation, chat, populate_existing=True).status == "open"
