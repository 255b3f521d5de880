"""Reminders: one's own, told once when they are due, however long ago that was and however many look."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livechat.core.extensions import db
from livechat.domain.clock import now, rfc3339
from livechat.models import Reminder, WorkspaceMember
from livechat.reminders.remind import remind
from livechat.reminders.schemas import ReminderSchema
from tests.factories import make_conversation
from tests.team.conftest import API, DbSession, Team

Call = Callable[..., Any]


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    conversation = make_conversation(session, team.numbers[0])
    session.commit()
    return conversation.id


def _keep(call: Call, user: UUID, chat: UUID, due_at: datetime | None = None, text: str = "Ask again") -> Any:
    body = {"due_at": rfc3339(due_at or now() + timedelta(days=1)), "text": text}
    answer = call(user, "POST", f"/conversations/{chat}/reminders", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json


def _kept(call: Call, user: UUID, **query: Any) -> list[Any]:
    return list(call(user, "GET", "/reminders", query_string=query).json["reminders"])


def _told(call: Call, user: UUID) -> list[tuple[str, str, bool]]:
    told = call(user, "GET", "/notifications").json["notifications"]
    return [(each["kind"], each["cause_id"], each["done_at"] is not None) for each in told]


def _is_due(session: DbSession, reminder: Any, ago: timedelta) -> None:
    session.get_one(Reminder, UUID(reminder["id"])).due_at = now() - ago
    session.commit()


def test_a_reminder_is_ones_own_and_told_once_until_it_is_done(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    # Who only reads is reminded too.
    dora = team.member("viewer")
    due_at = now() + timedelta(hours=1)
    made = _keep(call, dora, chat, due_at)
    assert made == {
        "id": made["id"],
        "conversation_id": str(chat),
        "due_at": rfc3339(due_at),
        "text": "Ask again",
        "created_at": made["created_at"],
        "told_at": None,
        "done_at": None,
    }
    assert ReminderSchema().dump(made) == made
    assert (remind(session), _told(call, dora)) == (0, [])
    # Nobody looked for days, as where all workers stood still.
    _is_due(session, made, timedelta(days=400))
    assert (remind(session), remind(session)) == (1, 0)
    assert _told(call, dora) == [("reminder", made["id"], False)]
    [shown] = _kept(call, dora)
    assert shown["told_at"] is not None
    path = f"/reminders/{made['id']}/done"
    for other in (team.owner, uuid4()):
        assert call(other, "POST", path).status_code == 404
        assert (_kept(call, other), _told(call, other)) == ([], [])
    done, again = call(dora, "POST", path), call(dora, "POST", path)
    assert (done.status_code, done.json) == (200, again.json)
    assert _kept(call, dora) == [done.json]
    assert done.json["done_at"] is not None
    assert _told(call, dora) == [("reminder", made["id"], True)]
    # What is done before it is due is never told.
    early = _keep(call, dora, chat)
    assert call(dora, "POST", f"/reminders/{early['id']}/done").status_code == 200
    _is_due(session, early, timedelta(days=1))
    assert remind(session) == 0
    assert call(dora, "POST", "/reminders/no-id/done").status_code == 404


def test_what_cannot_be_meant_is_refused_and_what_just_passed_is_due(
    client: FlaskClient,
    auth: Callable[[UUID], dict[str, str]],
    session: DbSession,
    team: Team,
    call: Call,
    chat: UUID,
) -> None:
    tomorrow = rfc3339(now() + timedelta(days=1))
    for body, field in (
        ({"due_at": rfc3339(now() - timedelta(hours=1)), "text": "x"}, "due_at"),
        ({"due_at": rfc3339(now() + timedelta(days=4000)), "text": "x"}, "due_at"),
        ({"due_at": "2035-01-01T09:00:00", "text": "x"}, "due_at"),
        ({"due_at": tomorrow, "text": "x" * 4097}, "text"),
        ({"due_at": tomorrow}, "text"),
        ({"due_at": tomorrow, "text": "x", "user_id": str(uuid4())}, "user_id"),
    ):
        answer = call(team.owner, "POST", f"/conversations/{chat}/reminders", json=body)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    body = {"due_at": tomorrow, "text": ""}
    assert call(uuid4(), "POST", f"/conversations/{chat}/reminders", json=body).status_code == 404
    headers = auth(team.owner) | {"Idempotency-Key": "k"}
    path = f"{API}/conversations/{chat}/reminders"
    first, second = (client.post(path, headers=headers, json=body) for _ in range(2))
    assert (first.status_code, second.status_code, first.json) == (201, 200, second.json)
    assert client.post(path, headers=headers, json=body | {"text": "other"}).status_code == 409
    just = _keep(call, team.owner, chat, now() - timedelta(seconds=30))
    assert remind(session) == 1
    assert _told(call, team.owner) == [("reminder", just["id"], False)]


def test_who_does_not_see_it_any_more_is_told_nothing_and_shown_nothing(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, gone = team.member(), team.member()
    kept = [_keep(call, user, chat) for user in (ben, gone)]
    session.get_one(WorkspaceMember, (team.workspace_id, ben)).visibility = "own"
    session.get_one(WorkspaceMember, (team.workspace_id, gone)).state = "removed"
    for reminder in kept:
        _is_due(session, reminder, timedelta(minutes=1))
    # They are taken, so that they do not stand before others for ever.
    assert (remind(session), remind(session)) == (2, 0)
    assert _kept(call, ben) == []
    assert call(ben, "POST", f"/reminders/{kept[0]['id']}/done").status_code == 404
    for user in (ben, gone):
        member = session.get_one(WorkspaceMember, (team.workspace_id, user))
        member.visibility, member.state = "all", "active"
    session.commit()
    assert _told(call, ben) == _told(call, gone) == []
    assert len(_kept(call, ben)) == 1


def test_pages_have_what_is_open_first(session: DbSession, team: Team, call: Call, chat: UUID) -> None:
    moments = [now() + timedelta(hours=n // 2) for n in range(7)]
    session.add_all(
        Reminder(
            user_id=team.owner,
            conversation_id=chat,
            due_at=moment,
            text=str(n),
            done_at=moment if n % 3 == 0 else None,
        )
        for n, moment in enumerate(moments)
    )
    session.commit()
    whole = _kept(call, team.owner)
    still = [each["due_at"] for each in whole if each["done_at"] is None]
    over = [each["done_at"] for each in whole if each["done_at"] is not None]
    assert (still, over) == (sorted(still), sorted(over, reverse=True))
    assert [each["done_at"] is None for each in whole] == [True] * 4 + [False] * 3
    for limit in (2, 3, 4):
        found, cursor = [], ""
        while cursor is not None:
            query = {"limit": limit, "cursor": cursor}
            page = call(team.owner, "GET", "/reminders", query_string=query).json
            found += page["reminders"]
            cursor = page["next_cursor"]
        assert found == whole
    assert call(team.owner, "GET", "/reminders", query_string={"cursor": "x"}).status_code == 422


def test_many_sweeps_at_once_tell_each_once(
    app: Flask, session: DbSession, team: Team, call: Call, chat: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livechat.reminders.remind.BATCH", 4)
    due = [
        Reminder(user_id=team.owner, conversation_id=chat, due_at=now() - timedelta(days=n), text="")
        for n in range(10)
    ]
    session.add_all(due)
    session.commit()
    ids = sorted(str(each.id) for each in due)

    def sweep(_: int) -> int:
        with app.app_context():
            try:
                return remind(db.session)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(3) as threads:
        told = sum(threads.map(sweep, range(3)))
    # What one held another left: the next look finds it.
    assert told + remind(session) == 10
    assert sorted(cause for _, cause, _ in _told(call, team.owner)) == ids
