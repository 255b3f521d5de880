"""Notifications: each cause once for each person, to nobody else, and done when the work is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import func, select

from livechat.conversations.queries.finding import lock_conversation
from livechat.conversations.write_changes import Changed, write_changes
from livechat.domain import clock
from livechat.live.event_log import Change, Kind, LogEntry
from livechat.live.positions import START
from livechat.live.subscription import Subscription
from livechat.models import Conversation, ConversationChange, Note, Notification, WorkspaceMember
from livechat.notifications.notify import MENTION, notify
from livechat.notifications.queries import forget_done
from livechat.notifications.schemas import NotificationSchema
from livechat.stream.queries import scopes_of
from livechat.stream.render import render
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    conversation = make_conversation(session, team.numbers[0])
    make_message(session, conversation)
    session.commit()
    return conversation.id


def _told(call: Call, user: UUID) -> Any:
    answer = call(user, "GET", "/notifications")
    assert answer.status_code == 200
    return answer.json["notifications"]


def _open(call: Call, user: UUID) -> list[str]:
    return [each["kind"] for each in _told(call, user) if each["done_at"] is None]


def _mention(call: Call, by: UUID, chat: UUID, *mentions: dict[str, str]) -> str:
    body = {"body": "Please look.", "mentions": mentions}
    answer = call(by, "POST", f"/conversations/{chat}/notes", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def _assign(call: Call, by: UUID, chat: UUID, to: UUID | None, expected: UUID | None = None) -> None:
    named = [str(each) if each is not None else None for each in (to, expected)]
    body = {"assignee_id": named[0], "expected": {"assignee_id": named[1]}}
    assert call(by, "PUT", f"/conversations/{chat}/assignment", json=body).status_code == 200


def test_who_is_mentioned_is_told_once_and_says_that_it_is_done(team: Team, call: Call, chat: UUID) -> None:
    ben = team.member()
    note = _mention(call, team.owner, chat, {"user_id": str(ben)}, {"team_id": str(team.team("Us", ben))})
    [told] = _told(call, ben)
    assert told == {
        "id": told["id"],
        "kind": "mention",
        "conversation_id": str(chat),
        "cause_id": note,
        "count": 1,
        "at": told["at"],
        "seen_at": None,
        "done_at": None,
    }
    assert NotificationSchema().dump(told) == told
    path = f"/notifications/{told['id']}/done"
    done, again = call(ben, "POST", path), call(ben, "POST", path)
    assert (done.status_code, done.json) == (200, again.json)
    assert done.json["done_at"] == done.json["seen_at"] is not None
    assert _told(call, ben) == [done.json]
    # It is theirs alone.
    for other in (team.owner, uuid4()):
        assert call(other, "POST", path).status_code == 404
        assert _told(call, other) == []
    for unknown in (str(uuid4()), "no-id"):
        assert call(ben, "POST", f"/notifications/{unknown}/done").status_code == 404


def test_of_a_team_of_thirty_everybody_is_told_but_the_author(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    people = [team.member("viewer" if n % 3 == 0 else "agent") for n in range(30)]
    gone = team.member(state="suspended")
    mentioned = {"team_id": str(team.team("All", *people, gone))}
    _mention(call, people[4], chat, mentioned, {"user_id": str(people[4])})
    told = session.scalars(select(Notification.user_id)).all()
    assert sorted(told) == sorted(set(people) - {people[4]})


def test_a_note_that_is_sent_twice_under_one_key_tells_once(
    client: Any, auth: Callable[[UUID], dict[str, str]], session: DbSession, team: Team, chat: UUID
) -> None:
    ben = team.member()
    headers = auth(team.owner) | {"Idempotency-Key": "k1"}
    body = {"body": "Look", "mentions": [{"user_id": str(ben)}]}
    for _ in range(2):
        client.post(f"/api/live-chat/conversations/{chat}/notes", headers=headers, json=body)
    assert session.scalar(select(func.count()).select_from(Notification)) == 1
    [note] = session.scalars(select(Note.id))
    notify(session, MENTION, [(ben, chat, note)])
    session.commit()
    assert session.scalar(select(func.count()).select_from(Notification)) == 1


def test_an_assignee_is_told_unless_they_took_it_themselves(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, chika = team.member(), team.member()
    assert call(ben, "POST", f"/conversations/{chat}/claim").status_code == 200
    assert _told(call, ben) == []
    _assign(call, team.owner, chat, chika, ben)
    [told] = _told(call, chika)
    change = session.scalars(
        select(ConversationChange.id).order_by(ConversationChange.at.desc()).limit(1)
    ).one()
    assert (told["kind"], told["cause_id"]) == ("assigned", str(change))
    # Handed on, it is not theirs to do any more.
    _assign(call, team.owner, chat, ben, chika)
    assert (_open(call, chika), _open(call, ben)) == ([], ["assigned"])
    _assign(call, team.owner, chat, None, ben)
    assert _open(call, ben) == []
    # A colleague who takes over what is handed back is told as well.
    _assign(call, team.owner, chat, ben)
    path = f"/workspaces/{team.workspace_id}/members/{ben}?hand_over_to={chika}"
    assert call(team.owner, "DELETE", path).status_code == 204
    assert _open(call, chika) == ["assigned"]


def test_answering_does_all_of_ones_own_and_nobody_elses(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, chika = team.member(), team.member()
    other = make_conversation(session, team.numbers[0]).id
    session.commit()
    _mention(call, team.owner, chat, {"user_id": str(ben)}, {"user_id": str(chika)})
    _mention(call, team.owner, other, {"user_id": str(ben)})
    _assign(call, team.owner, chat, ben)
    assert _open(call, ben) == ["assigned", "mention", "mention"]
    send = {"phone_number_id": team.numbers[0].phone_number_id, "conversation_id": str(chat)}
    body = send | {"message": "Hello", "message_type": "text", "client_message_id": "c1"}
    refused = call(ben, "POST", "/send-message", json=body | {"reply_to": str(uuid4())})
    assert refused.status_code == 404
    assert len(_open(call, ben)) == 3
    assert call(ben, "POST", "/send-message", json=body).status_code == 202
    assert [(each["kind"], each["conversation_id"]) for each in _told(call, ben) if not each["done_at"]] == [
        ("mention", str(other))
    ]
    assert _open(call, chika) == ["mention"]


def test_reading_the_conversation_does_a_mention_but_no_assignment(
    team: Team, call: Call, chat: UUID
) -> None:
    ben, dora = team.member(), team.member("viewer")
    _mention(call, team.owner, chat, {"user_id": str(ben)}, {"user_id": str(dora)})
    _assign(call, team.owner, chat, ben)
    for user in (ben, dora):
        assert call(user, "POST", f"/conversations/{chat}/read").status_code == 200
    assert (_open(call, ben), _open(call, dora)) == (["assigned"], [])


def _change(session: DbSession, by: UUID | None, chat: UUID, *change: str, cause: str = "user") -> None:
    assert lock_conversation(session, chat) is not None
    write_changes(session, by, [Changed(chat, *change)], cause=cause)
    session.commit()


def test_resolving_does_the_assignment_whoever_resolves(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, chika = team.member(), team.member()
    _mention(call, team.owner, chat, {"user_id": str(ben)}, {"user_id": str(chika)})
    _assign(call, team.owner, chat, ben)
    _change(session, chika, chat, "status", "open", "resolved")
    assert (_open(call, ben), _open(call, chika)) == (["mention"], [])


def test_what_wakes_by_itself_is_told_to_whose_it_is(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben = team.member()
    _assign(call, ben, chat, ben)
    _change(session, None, chat, "status", "snoozed", "open", cause="sweep")
    assert _open(call, ben) == ["woken"]


def test_what_went_out_of_sight_is_neither_listed_nor_done(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben = team.member()
    _mention(call, team.owner, chat, {"user_id": str(ben)})
    [told] = _told(call, ben)
    session.get_one(WorkspaceMember, (team.workspace_id, ben)).visibility = "own"
    session.commit()
    assert _told(call, ben) == []
    assert call(ben, "POST", f"/notifications/{told['id']}/done").status_code == 404
    session.get_one(Conversation, chat).assignee_id = ben
    session.commit()
    assert _told(call, ben) == [told]


def test_pages_follow_each_other_newest_first(session: DbSession, team: Team, call: Call, chat: UUID) -> None:
    at = clock.now()
    session.add_all(
        Notification(
            user_id=team.owner,
            conversation_id=chat,
            kind="mention",
            cause_id=uuid4(),
            at=at - timedelta(seconds=n // 2),
        )
        for n in range(7)
    )
    session.commit()
    whole = [each["id"] for each in _told(call, team.owner)]
    found, cursor = [], ""
    while cursor is not None:
        query = {"limit": 3, "cursor": cursor}
        page = call(team.owner, "GET", "/notifications", query_string=query).json
        assert len(page["notifications"]) <= 3
        found += [each["id"] for each in page["notifications"]]
        cursor = page["next_cursor"]
    assert (found, len(found)) == (whole, 7)
    for query in ({"limit": 0}, {"cursor": "x"}):
        assert call(team.owner, "GET", "/notifications", query_string=query).status_code == 422


def test_events_reach_the_one_person_while_they_see_it(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, chika = team.member(visibility="own"), team.member()
    _assign(call, team.owner, chat, ben)
    [told] = _told(call, ben)
    entry = LogEntry(team.account.id, (1, 0), Change(Kind.NOTIFICATION_CREATED, UUID(told["id"])))
    unknown = LogEntry(team.account.id, (1, 1), Change(Kind.NOTIFICATION_DONE, uuid4()))

    def heard(user: UUID) -> list[bytes]:
        scopes = scopes_of(session, [user])[user]
        sights = {account: scope.sight for account, scope in scopes.items()}
        stream = Subscription(user, None, 0, set(sights), 0, {team.account.id: START}, sights)
        stream.offer(render(session, [entry, unknown]))
        return [each.payload for each in stream.take(9, 0)]  # type: ignore[union-attr]

    [payload] = heard(ben)
    name, data, *_ = payload.decode().splitlines()
    assert name == "event: notification.created"
    assert orjson.loads(data.removeprefix("data: ")) == {"notification": told}
    assert heard(chika) == heard(team.owner) == []
    _assign(call, team.owner, chat, None, ben)
    assert heard(ben) == []


def test_what_was_done_long_ago_is_forgotten(session: DbSession, team: Team, call: Call, chat: UUID) -> None:
    ben = team.member()
    for _ in range(2):
        _mention(call, team.owner, chat, {"user_id": str(ben)})
    first, second = _told(call, ben)
    assert call(ben, "POST", f"/notifications/{first['id']}/done").status_code == 200
    forget_done(session, clock.now() + timedelta(seconds=1))
    session.commit()
    assert [each["id"] for each in _told(call, ben)] == [second["id"]]
