"""Messages that are sent at a time: checked twice, sent once or not at all, however long nobody looked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from livechat.core.config import SETTINGS_KEY
from livechat.core.extensions import db
from livechat.domain.clock import now, rfc3339
from livechat.files.queries import unsent_uploads
from livechat.models import (
    Conversation,
    Media,
    Message,
    Notification,
    Reminder,
    ScheduledMessage,
    WorkspaceMember,
)
from livechat.operations import maintenance
from livechat.operations.maintenance import LATER_KEPT
from livechat.outbound.send_message import accept_message
from livechat.scheduled.schemas import ScheduledMessageSchema
from livechat.scheduled.send_due import send_due
from tests.conftest import make_token, wait_until
from tests.factories import make_conversation, make_message
from tests.ingest.conftest import Meta, make_text_body, meta
from tests.kinds.conftest import ASHA, Inbox, _box, inbox
from tests.long_form import IS_LONG
from tests.team.conftest import API, DbSession, Team

__all__ = ["_box", "inbox", "meta"]

Call = Callable[..., Any]
RACES = 100 if IS_LONG else 8
LATER = "2035-01-01T09:00:00.000000Z"


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    conversation = make_conversation(session, team.numbers[0])
    make_message(session, conversation)
    session.commit()
    return conversation.id


def _body(team: Team, chat: UUID, **more: Any) -> dict[str, Any]:
    number = team.numbers[0].phone_number_id
    base = {"phone_number_id": number, "conversation_id": str(chat), "message": "Did it come?"}
    return base | {"message_type": "text", "send_at": LATER} | more


def _schedule(call: Call, user: UUID, body: dict[str, Any]) -> Any:
    answer = call(user, "POST", "/scheduled-messages", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json


def _shown(call: Call, user: UUID, scheduled: Any) -> Any:
    answer = call(user, "GET", f"/scheduled-messages/{scheduled['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json


def _listed(call: Call, user: UUID, **query: Any) -> list[str]:
    answer = call(user, "GET", "/scheduled-messages", query_string=query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json["scheduled_messages"]]


def _is_due(session: DbSession, scheduled: Any, ago: timedelta = timedelta(0)) -> None:
    row = session.get_one(ScheduledMessage, UUID(scheduled["id"]), populate_existing=True)
    row.send_at = now() - ago
    session.commit()


def _sent(session: DbSession) -> list[Message]:
    session.rollback()
    return list(session.scalars(select(Message).where(Message.direction == "outbound")))


def _told(call: Call, user: UUID) -> list[tuple[str, str, int]]:
    told = call(user, "GET", "/notifications").json["notifications"]
    return [(each["kind"], each["cause_id"], each["count"]) for each in told if each["done_at"] is None]


def test_what_was_due_days_ago_is_sent_once_as_its_authors(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, chika = team.member(name="Ben"), team.member("viewer")
    session.get_one(Conversation, chat).waiting_since = now()
    session.commit()
    note = {"body": "Look", "mentions": [{"user_id": str(ben)}]}
    assert call(team.owner, "POST", f"/conversations/{chat}/notes", json=note).status_code == 201
    made = _schedule(call, ben, _body(team, chat))
    assert made == {
        "id": made["id"],
        "phone_number_id": team.numbers[0].phone_number_id,
        "conversation_id": str(chat),
        "author": {"user_id": str(ben), "name": "Ben"},
        "state": "scheduled",
        "send_at": LATER,
        "cancel_if_customer_writes": False,
        "message_type": "text",
        "text": "Did it come?",
        "content": {"text": {"body": "Did it come?"}},
        "reply_to": None,
        "client_message_id": None,
        "message_id": None,
        "reason": None,
        "detail": None,
        "created_at": made["created_at"],
        "ended_at": None,
    }
    assert ScheduledMessageSchema().dump(made) == made
    assert (send_due(session), _sent(session)) == (0, [])
    # Colleagues see what will be said; the thread does not have it yet.
    assert _shown(call, chika, made) == made
    _is_due(session, made, timedelta(days=4))
    assert (send_due(session), send_due(session)) == (1, 0)
    [message] = _sent(session)
    assert (message.status, message.sent_by, message.text) == ("queued", ben, "Did it come?")
    shown = _shown(call, chika, made)
    assert (shown["state"], shown["message_id"]) == ("sent", str(message.id))
    assert shown["ended_at"] is not None
    # It answers whoever waits, but its author has not looked: what they are told of stays open.
    assert session.get_one(Conversation, chat).waiting_since is None
    assert [kind for kind, _, _ in _told(call, ben)] == ["mention"]
    path = f"/scheduled-messages/{made['id']}"
    for answer in (call(ben, "DELETE", path), call(ben, "PATCH", path, json={"send_at": LATER})):
        assert (answer.status_code, answer.json["code"]) == (409, "scheduled_message_ended")


def test_what_a_send_would_refuse_is_refused_when_it_is_written(
    client: FlaskClient,
    auth: Callable[[UUID], dict[str, str]],
    session: DbSession,
    team: Team,
    call: Call,
    chat: UUID,
) -> None:
    shut = make_conversation(session, team.numbers[0], last_inbound_at=now() - timedelta(days=2)).id
    blocked = make_conversation(session, team.numbers[0], is_blocked=True).id
    session.commit()
    body = _body(team, chat)
    for given, status, code in (
        (_body(team, shut), 409, "service_window_closed"),
        (_body(team, blocked), 409, "customer_blocked"),
        (body | {"message": " "}, 422, "validation_failed"),
        (body | {"send_at": rfc3339(now() - timedelta(hours=1))}, 422, "validation_failed"),
        (body | {"send_at": "2035-01-01T09:00:00"}, 422, "validation_failed"),
        (body | {"sent_at": LATER}, 422, "validation_failed"),
        (body | {"expected": {"last_message_id": None}}, 409, "conversation_changed"),
        (body | {"reply_to": str(uuid4())}, 404, "not_found"),
        (_body(team, uuid4()), 404, "not_found"),
    ):
        answer = call(team.owner, "POST", "/scheduled-messages", json=given)
        assert (answer.status_code, answer.json["code"]) == (status, code), given
    assert call(team.member("viewer"), "POST", "/scheduled-messages", json=body).status_code == 403
    assert call(uuid4(), "POST", "/scheduled-messages", json=body).status_code == 404
    assert _listed(call, team.owner) == []
    # One request makes one, by the header or by the client's own id of the message.
    for headers, given in (({"Idempotency-Key": "k"}, body), ({}, body | {"client_message_id": "c"})):
        sent = {"headers": auth(team.owner) | headers, "json": given}
        first, second = (client.post(f"{API}/scheduled-messages", **sent) for _ in range(2))
        assert (first.status_code, second.status_code, first.json) == (201, 200, second.json)
        other = sent | {"json": given | {"message": "Something else"}}
        assert client.post(f"{API}/scheduled-messages", **other).status_code == 409
    assert len(_listed(call, team.owner)) == 2


def test_what_cannot_be_sent_any_more_is_not_and_its_author_told(
    session: DbSession, team: Team, call: Call
) -> None:
    """M6: checked again when it is due, in each of the ways in which it may have become impossible."""
    number, author = team.numbers[0], team.member()
    causes: list[tuple[str, Callable[[Conversation, WorkspaceMember], None]]] = [
        (
            "service_window_closed",
            lambda chat, _: setattr(chat, "last_inbound_at", now() - timedelta(days=2)),
        ),
        ("customer_blocked", lambda chat, _: setattr(chat, "is_blocked", True)),
        ("validation_failed", lambda chat, _: setattr(chat, "gone_at", now())),
        ("forbidden", lambda _, member: setattr(member, "role", "viewer")),
        ("not_found", lambda _, member: setattr(member, "visibility", "own")),
        ("not_found", lambda _, member: setattr(member, "state", "suspended")),
    ]
    for reason, happens in causes:
        conversation = make_conversation(session, number)
        session.commit()
        made = _schedule(call, author, _body(team, conversation.id))
        member = session.get_one(WorkspaceMember, (team.workspace_id, author), populate_existing=True)
        happens(conversation, member)
        _is_due(session, made)
        assert (send_due(session), send_due(session)) == (1, 0)
        shown = _shown(call, team.owner, made)
        assert (shown["state"], shown["reason"], bool(shown["detail"])) == ("needs_attention", reason, True)
        member = session.get_one(WorkspaceMember, (team.workspace_id, author), populate_existing=True)
        member.role, member.visibility, member.state = "agent", "all", "active"
        session.commit()
        assert ("reminder", made["id"], 1) in _told(call, author)
    assert _sent(session) == []


def test_what_needs_attention_waits_again_or_is_taken_back(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    made = _schedule(call, team.owner, _body(team, chat, cancel_if_customer_writes=True))
    path = f"/scheduled-messages/{made['id']}"
    conversation = session.get_one(Conversation, chat)
    conversation.is_blocked = True
    _is_due(session, made)
    assert send_due(session) == 1
    assert call(team.owner, "PATCH", path, json={"send_at": LATER}).json["code"] == "customer_blocked"
    session.get_one(Conversation, chat, populate_existing=True).is_blocked = False
    session.commit()
    for refused, status in (({"message": "Hi"}, 422), ({"send_at": None}, 422), ({"to": "1"}, 422)):
        assert call(team.owner, "PATCH", path, json=refused).status_code == status
    again = call(team.owner, "PATCH", path, json={"send_at": LATER, "message": "Hello?"}).json
    assert (again["state"], again["reason"], again["text"]) == ("scheduled", None, "Hello?")
    assert _told(call, team.owner) == []
    session.get_one(Conversation, chat, populate_existing=True).is_blocked = True
    _is_due(session, made)
    assert send_due(session) == 1
    assert _told(call, team.owner) == [("reminder", made["id"], 2)]
    for _ in range(2):
        assert call(team.owner, "DELETE", path).status_code == 204
    assert (_shown(call, team.owner, made)["state"], _told(call, team.owner)) == ("cancelled", [])
    assert (send_due(session), _sent(session)) == (0, [])


def test_its_author_changes_it_and_a_colleague_may_take_it_back(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, chika, dora = team.member(), team.member(), team.member("viewer")
    blind = team.member(visibility="own")
    made = _schedule(call, ben, _body(team, chat, client_message_id="mine"))
    other = _schedule(call, chika, _body(team, chat))
    path = f"/scheduled-messages/{made['id']}"
    sooner, link = rfc3339(now() + timedelta(hours=1)), "See https://bakery.example"
    changed = call(ben, "PATCH", path, json={"send_at": sooner, "message": link}).json
    assert (changed["send_at"], changed["text"]) == (sooner, link)
    assert changed["content"] == {"text": {"body": link, "preview_url": True}}
    template = {"name": "hello_world", "language": {"code": "en_US"}}
    changed = call(ben, "PATCH", path, json={"message_type": "template", "template": template}).json
    assert (changed["message_type"], changed["client_message_id"]) == ("template", "mine")
    assert call(ben, "PATCH", path, json={"message": "x" * 4097}).status_code == 422
    assert call(chika, "PATCH", path, json={"send_at": LATER}).status_code == 403
    for user, status in ((dora, 403), (blind, 404), (uuid4(), 404)):
        assert call(user, "DELETE", path).status_code == status
    assert call(blind, "GET", path).status_code == 404
    assert call(chika, "DELETE", path).status_code == 204
    assert _told(call, ben) == [("reminder", made["id"], 1)]
    # Lists: the last scheduled first, of what is seen.
    ids = [other["id"], made["id"]]
    assert _listed(call, dora) == _listed(call, ben, conversation_id=chat) == ids
    assert _listed(call, ben, state="cancelled") == [made["id"]]
    assert _listed(call, ben, state=["cancelled", "scheduled"]) == ids
    assert _listed(call, blind) == _listed(call, uuid4()) == []
    first = call(ben, "GET", "/scheduled-messages", query_string={"limit": 1}).json
    assert [each["id"] for each in first["scheduled_messages"]] == ids[:1]
    assert _listed(call, ben, limit=1, cursor=first["next_cursor"]) == ids[1:]
    assert (
        call(blind, "GET", "/scheduled-messages", query_string={"conversation_id": chat}).status_code == 404
    )


def test_a_file_is_kept_for_as_long_as_it_may_be_sent(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    media = [
        Media(
            phone_number_id=team.numbers[0].phone_number_id,
            source="upload",
            kind="image",
            state="ready",
            mime_type="image/png",
            size=9,
        )
        for _ in range(2)
    ]
    session.add_all(media)
    session.commit()
    kept, unsent = (each.id for each in media)
    part = {"message_type": "image", "message": None, "image": {"media_id": str(kept)}}
    made = _schedule(call, team.owner, _body(team, chat) | part)
    assert made["content"] == {"image": {"media_id": str(kept)}}
    assert unsent_uploads(session, timedelta(0), 9) == [unsent]
    session.rollback()
    assert call(team.owner, "DELETE", f"/scheduled-messages/{made['id']}").status_code == 204
    assert set(unsent_uploads(session, timedelta(0), 9)) == {kept, unsent}
    session.rollback()


def _together(app: Flask, *jobs: Callable[[], Any]) -> list[Any]:
    def run(job: Callable[[], Any]) -> Any:
        with app.app_context():
            try:
                return job()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


@pytest.mark.long
def test_taken_back_or_put_off_at_the_moment_when_it_is_due_is_one_or_the_other(
    app: Flask, session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    """M7, with two sweeps at once."""
    headers = {"Authorization": f"Bearer {make_token(team.owner)}"}
    sent = 0
    outcomes: set[tuple[int, str]] = set()
    for n in range(RACES):
        made = _schedule(call, team.owner, _body(team, chat))
        _is_due(session, made)
        path = f"{API}/scheduled-messages/{made['id']}"

        def give_up(path: str = path, n: int = n) -> int:
            client = app.test_client()
            if n % 4 < 2:
                return client.delete(path, headers=headers).status_code
            return client.patch(path, headers=headers, json={"send_at": LATER}).status_code

        jobs: list[Callable[[], Any]] = [give_up, lambda: send_due(db.session), lambda: send_due(db.session)]
        # Neither is always first.
        answers = _together(app, *jobs[:: 1 - 2 * (n % 2)])
        status = answers[0] if n % 2 == 0 else answers[-1]
        state = _shown(call, team.owner, made)["state"]
        sent += state == "sent"
        assert len(_sent(session)) == sent
        outcomes.add((status, state))
    assert outcomes <= {(409, "sent"), (204, "cancelled"), (200, "scheduled")}


@pytest.mark.parametrize("change", [None, {"send_at": LATER}])
def test_what_was_found_due_is_looked_at_again_under_its_lock(
    session: DbSession, team: Team, call: Call, chat: UUID, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    """Between the two it was taken back, or put off."""
    made = _schedule(call, team.owner, _body(team, chat))
    _is_due(session, made)
    method = "DELETE" if change is None else "PATCH"
    given = {} if change is None else {"json": change}
    assert call(team.owner, method, f"/scheduled-messages/{made['id']}", **given).status_code < 300
    monkeypatch.setattr("livechat.scheduled.send_due.due_ids", lambda *_: [UUID(made["id"])])
    assert send_due(session) == 0
    assert _sent(session) == []


def test_its_conversation_is_locked_before_it_as_a_merge_locks_them(
    app: Flask, session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    made = _schedule(call, team.owner, _body(team, chat))
    _is_due(session, made)

    def sweep() -> int:
        with app.app_context():
            try:
                return send_due(db.session)
            finally:
                db.session.remove()

    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with ThreadPoolExecutor(1) as thread, db.engine.connect() as merge, db.engine.connect() as onlooker:
        merge.execute(text("SELECT FROM chat_conversations WHERE id = :id FOR UPDATE"), {"id": chat})
        swept = thread.submit(sweep)

        def waits() -> bool:
            found = onlooker.execute(waiting).scalar_one()
            onlooker.rollback()
            return bool(found)

        wait_until(waits)
        # Else the two would wait for each other for ever.
        merge.execute(text("SELECT FROM scheduled_messages FOR UPDATE NOWAIT"))
        merge.commit()
        assert swept.result() == 1
    assert len(_sent(session)) == 1


def test_a_worker_that_dies_before_it_commits_neither_loses_nor_doubles(
    session: DbSession, team: Team, call: Call, chat: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _schedule(call, team.owner, _body(team, chat))
    _is_due(session, made)

    class Killed(BaseException):
        pass

    def die(*arguments: Any, **named: Any) -> None:
        accept_message(*arguments, **named)
        raise Killed

    with monkeypatch.context() as dying:
        # Taken, and its message made.
        dying.setattr("livechat.scheduled.send_due.accept_message", die)
        with pytest.raises(Killed):
            send_due(session)
    session.rollback()
    assert _sent(session) == []
    assert send_due(session) == 1
    assert [each.idempotency_key for each in _sent(session)] == [f"scheduled:{made['id']}"]
    # Even if it were taken again, its key sends it once.
    session.execute(
        text("UPDATE scheduled_messages SET state = 'scheduled', message_id = NULL, ended_at = NULL")
    )
    session.commit()
    assert send_due(session) == 1
    assert [str(each.id) for each in _sent(session)] == [_shown(call, team.owner, made)["message_id"]]


def test_one_that_fails_by_our_fault_holds_up_no_other(
    session: DbSession, team: Team, call: Call, chat: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (_schedule(call, team.owner, _body(team, chat)) for _ in range(2))
    for scheduled in (first, second):
        _is_due(session, scheduled)
    session.execute(
        text("""UPDATE scheduled_messages SET part = '"broken"' WHERE id = :id"""), {"id": first["id"]}
    )
    session.commit()
    assert send_due(session) == 1
    states = [_shown(call, team.owner, each)["state"] for each in (first, second)]
    assert states == ["scheduled", "sent"]


@pytest.mark.parametrize("listens", [True, False])
def test_what_the_customer_writes_cancels_what_was_to_be_cancelled_by_it(
    meta: Meta, client: FlaskClient, auth: Callable[[UUID], dict[str, str]], listens: bool
) -> None:
    meta.deliver_body(make_text_body("wamid.before", timestamp=int(now().timestamp())))
    session, conversation = meta.session, meta.conversation()
    headers = auth(conversation["user_id"])
    body = {
        "phone_number_id": conversation["phone_number_id"],
        "conversation_id": str(conversation["id"]),
        "message": "Did it come?",
        "send_at": LATER,
        "cancel_if_customer_writes": listens,
    }
    made = client.post(f"{API}/scheduled-messages", json=body, headers=headers).json
    path = f"{API}/scheduled-messages/{made['id']}"
    # A reaction is no word of theirs.
    reaction = make_text_body("wamid.reaction")
    [message] = reaction["entry"][0]["changes"][0]["value"]["messages"]
    message |= {"type": "reaction", "reaction": {"message_id": "wamid.before", "emoji": "+"}}
    del message["text"]
    meta.deliver_body(reaction)
    assert send_due(session) == 0
    # By its arrival, whatever time Meta gives it.
    meta.deliver_body(make_text_body("wamid.late", timestamp=1795341601))
    if listens:
        answer = client.patch(path, json={"send_at": LATER}, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (409, "scheduled_message_ended")
    # It is cancelled before it is due, so that the list says so soon.
    assert send_due(session) == int(listens)
    shown = client.get(path, headers=headers).json
    wanted = ("cancelled", "customer_wrote") if listens else ("scheduled", None)
    assert (shown["state"], shown["reason"]) == wanted
    if not listens:
        # From now on it is to listen: what came before does not count.
        changed = client.patch(path, json={"cancel_if_customer_writes": True}, headers=headers)
        assert changed.json["cancel_if_customer_writes"] is True
        assert send_due(session) == 0
        meta.deliver_body(make_text_body("wamid.later", timestamp=1795341602))
        _is_due(session, made)
        assert send_due(session) == 1
        assert client.get(path, headers=headers).json["reason"] == "customer_wrote"
    assert [row for row in meta.messages() if row["direction"] == "outbound"] == []
    assert session.scalar(select(func.count()).select_from(Notification)) == 0


def test_it_reaches_the_customer_once(inbox: Inbox, app: Flask) -> None:
    chat = inbox.conversation()
    body = {
        "phone_number_id": inbox.number,
        "to": f"+{ASHA}",
        "message": "Did it come?",
        "send_at": rfc3339(now()),
    }
    made = inbox.call("POST", "/scheduled-messages", json=body)
    assert (made.status_code, made.json["conversation_id"]) == (201, str(chat.id))
    for _ in range(2):
        send_due(inbox.session)
        inbox.deliver(chat.id)
    [sent] = inbox.box.messages()
    assert inbox.rows("SELECT wamid FROM chat_messages") == [{"wamid": sent["wamid"]}]


def test_what_is_over_goes_after_a_while_and_what_waits_stays(
    app: Flask, session: DbSession, team: Team, chat: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of reminders and of scheduled messages, in steps; one that needs somebody's attention waits too."""
    monkeypatch.setattr(maintenance, "PRUNE_CHUNK", 2)
    old, young = now() - LATER_KEPT - timedelta(days=1), now()
    states = {"sent": 3, "cancelled": 2, "needs_attention": 1, "scheduled": 1}
    for ended_at in (old, young):
        for state in [state for state, count in states.items() for _ in range(count)]:
            session.add(
                ScheduledMessage(
                    user_id=team.owner,
                    phone_number_id=team.numbers[0].phone_number_id,
                    conversation_id=chat,
                    message_type="text",
                    part="Did it come?",
                    content={},
                    send_at=ended_at,
                    cancel_if_customer_writes=False,
                    heard_seq=0,
                    state=state,
                    reason="window_closed" if state in ("cancelled", "needs_attention") else None,
                    message_id=uuid4() if state == "sent" else None,
                    ended_at=None if state == "scheduled" else ended_at,
                )
            )
        for done_at in (ended_at, ended_at, ended_at, None):
            session.add(
                Reminder(
                    user_id=team.owner, conversation_id=chat, due_at=ended_at, text="Ask", done_at=done_at
                )
            )
    session.commit()
    maintenance.prune(session, app.config[SETTINGS_KEY])
    left = session.execute(select(ScheduledMessage.state, func.count()).group_by(ScheduledMessage.state))
    assert {row[0]: row[1] for row in left} == {**states, "needs_attention": 2, "scheduled": 2}
    assert sorted(session.scalars(select(Reminder.done_at.is_(None)))) == [False] * 3 + [True] * 2
