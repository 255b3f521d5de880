"""Who sees which conversation: one rule, in Python and in SQL, and everything that shows conversations."""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis import Redis
from sqlalchemy import func, select

from livechat.accounts.queries.visible import conversation_of_member, views_of_member, who_sees
from livechat.bulk.run_bulk import run_bulk
from livechat.conversations.ornaments import all_shown
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.visibility import Audience, Sight, Visibility
from livechat.inbox.inbox_filter import InboxFilter, Sort
from livechat.inbox.queries.inbox_pages import inbox_page
from livechat.live import event_log as logs
from livechat.live.positions import START
from livechat.models import (
    CannedReply,
    CannedReplyMedia,
    Conversation,
    ConversationChange,
    ConversationWatcher,
    Label,
    Media,
    Message,
    MessageMedia,
    Note,
    TeamMember,
    WorkspaceMember,
)
from livechat.stream.queries import scopes_of, unread_by_number
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]


def _sight(session: DbSession, member: WorkspaceMember, numbers: list[str] | None) -> Sight:
    teams = session.scalars(select(TeamMember.team_id).where(TeamMember.user_id == member.user_id))
    return Sight(
        member.user_id,
        Visibility(member.visibility),
        None if numbers is None else frozenset(numbers),
        frozenset(teams),
    )


def _audience(session: DbSession, conversation: Conversation) -> Audience:
    watchers = session.scalars(
        select(ConversationWatcher.user_id).where(ConversationWatcher.conversation_id == conversation.id)
    )
    return Audience(
        conversation.phone_number_id, conversation.assignee_id, conversation.team_id, frozenset(watchers)
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_rule_and_its_sql_agree_for_any_members_and_conversations(
    session: DbSession, team: Team, seed: int
) -> None:
    rng = Random(seed)
    numbers = [team.numbers[0].phone_number_id, team.number().phone_number_id]
    people: dict[UUID, list[str] | None] = {}
    for _ in range(12):
        only = rng.choice([None, None, [], [numbers[0]], numbers])
        visibility = rng.choice(list(Visibility))
        state = rng.choice(["active", "active", "active", "suspended", "removed"])
        user = team.member(
            rng.choice(["agent", "viewer"]), numbers=only, visibility=str(visibility), state=state
        )
        people[user] = only
    teams = [team.team(name, *rng.sample(list(people), 4)) for name in ("sales", "support")]
    conversations = [
        make_conversation(
            session,
            rng.choice(team.numbers),
            assignee_id=rng.choice([None, *people]),
            team_id=rng.choice([None, *teams]),
        )
        for _ in range(20)
    ]
    for conversation in conversations:
        make_message(session, conversation)
        for user in rng.sample(list(people), rng.choice([0, 0, 1, 2])):
            session.add(ConversationWatcher(conversation_id=conversation.id, user_id=user))
    session.commit()
    seen = 0
    told = unread_by_number(session, numbers, [None, *people])
    seers = {each.id: who_sees(session, each.id, list(people)) for each in conversations}
    for user, only in people.items():
        member = session.get_one(WorkspaceMember, (team.workspace_id, user))
        sight, is_active = _sight(session, member, only), member.state == "active"
        scope = scopes_of(session, [user]).get(user, {}).get(team.account.id)
        views = views_of_member(session, user)
        page = inbox_page(
            session,
            views,
            InboxFilter(),
            Sort.RECENT,
            all_shown(first=2),
            user_id=user,
            limit=200,
            asked_at=clock.now(),
        )
        listed = {row[1] for row, _ in page}
        for conversation in conversations:
            audience = _audience(session, conversation)
            expected = is_active and sight.sees(audience)
            assert (conversation_of_member(session, user, conversation.id) is not None) == expected
            assert (conversation.id in listed) == expected
            heard = scope is not None and scope.sight.sees(audience)
            assert heard == expected
            assert (user in seers[conversation.id]) == expected
            seen += expected
        for number in numbers:
            of_number = [each for each in conversations if each.phone_number_id == number]
            unread = sum(each.unread_count for each in of_number if user in seers[each.id])
            assert told.get((user, number), 0) == unread
            assert told.get((None, number), 0) == sum(each.unread_count for each in of_number)
    assert 0 < seen < len(people) * len(conversations)


def test_what_is_not_visible_is_not_found_nor_counted(session: DbSession, team: Team, call: Call) -> None:
    agent = team.member(visibility="own")
    theirs = make_conversation(session, team.numbers[0], assignee_id=agent)
    others = make_conversation(session, team.numbers[0])
    mine, hidden = make_message(session, theirs), make_message(session, others)
    session.commit()
    number = team.numbers[0].phone_number_id
    listed = call(agent, "GET", "/conversations", query_string={"phone_number_id": number}).json
    assert [each["id"] for each in listed["conversations"]] == [str(theirs.id)]
    [shown] = call(agent, "GET", "/phone-numbers").json["phone_numbers"]
    assert shown["unread_count"] == 1
    paths = {
        str(theirs.id): (200, str(mine.id)),
        str(others.id): (404, str(hidden.id)),
    }
    for conversation_id, (status, message_id) in paths.items():
        asked = [
            ("GET", f"/conversations/{conversation_id}"),
            ("GET", f"/messages?conversation_id={conversation_id}"),
            ("GET", f"/messages/{message_id}"),
            ("GET", f"/conversations/{conversation_id}/media"),
            ("POST", f"/conversations/{conversation_id}/read"),
            ("PUT", f"/conversations/{conversation_id}/draft"),
        ]
        answers = [call(agent, method, path, json={}).status_code for method, path in asked]
        assert answers == [status] * len(asked)


def test_a_member_of_some_numbers_knows_nothing_of_the_others(
    session: DbSession, team: Team, call: Call
) -> None:
    first, second = team.numbers[0], team.number()
    agent = team.member(numbers=[first.phone_number_id])
    shown = call(agent, "GET", "/phone-numbers").json["phone_numbers"]
    assert [each["phone_number_id"] for each in shown] == [first.phone_number_id]
    conversation = make_conversation(session, second)
    session.commit()
    assert call(agent, "GET", f"/conversations/{conversation.id}").status_code == 404
    listed = call(agent, "GET", "/conversations", query_string={"phone_number_id": second.phone_number_id})
    assert listed.status_code == 404


@pytest.mark.parametrize("state", ["suspended", "removed"])
def test_who_is_no_active_member_sees_nothing(session: DbSession, team: Team, call: Call, state: str) -> None:
    agent = team.member(state=state)
    conversation = make_conversation(session, team.numbers[0], assignee_id=agent)
    session.commit()
    assert call(agent, "GET", "/phone-numbers").json == {"phone_numbers": []}
    assert call(agent, "GET", f"/conversations/{conversation.id}").status_code == 404


@pytest.mark.parametrize("visibility", ["own", "team"])
def test_a_customers_number_leads_past_nobodys_sight(
    session: DbSession, team: Team, call: Call, visibility: str
) -> None:
    agent, number = team.member(visibility=visibility), team.numbers[0].phone_number_id
    hidden = make_conversation(session, team.numbers[0], last_inbound_at=clock.now())
    session.commit()
    to = {"phone_number_id": number, "to": hidden.customer_phone}
    assert call(agent, "POST", "/send-message", json={**to, "message": "Hello"}).status_code == 404
    assert call(agent, "POST", "/conversations", json=to).status_code == 404
    assert session.scalars(select(Message)).all() == []
    assert call(team.owner, "POST", "/conversations", json=to).status_code == 200


def test_who_sees_less_than_all_has_what_they_begin(session: DbSession, team: Team, call: Call) -> None:
    agent, number = team.member(visibility="own"), team.numbers[0].phone_number_id
    to = {"phone_number_id": number, "to": "+15550009999"}
    begun = call(agent, "POST", "/conversations", json=to)
    assert (begun.status_code, begun.json["assignee"]["user_id"]) == (201, str(agent))
    again = call(agent, "POST", "/conversations", json=to)
    assert (again.status_code, again.json["id"]) == (200, begun.json["id"])
    [change] = session.scalars(select(ConversationChange))
    assert (change.actor_id, change.field, change.to_value) == (agent, "assignee", str(agent))
    others = call(team.owner, "POST", "/conversations", json={**to, "to": "+15550009998"})
    assert others.json["assignee"] is None


# Each names something of a conversation that the caller does not see; the rest of what it says is theirs.
_OF_HIDDEN: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/messages/{message}/resend", {}),
    ("POST", "/messages/{message}/media/retry", {}),
    ("GET", "/messages/{message}/edits", {}),
    ("GET", "/messages?conversation_id={own}&before={message}", {}),
    ("GET", "/messages?conversation_id={own}&around={message}", {}),
    ("GET", "/conversations/{own}/timeline?after={note}", {}),
    ("GET", "/conversations/{hidden}/timeline", {}),
    ("POST", "/conversations/{own}/read", {"up_to": "{message}"}),
    ("POST", "/conversations/{own}/unread", {"from": "{message}"}),
    ("POST", "/conversations/{hidden}/unread", {"from": "{message}"}),
    ("PUT", "/conversations/{own}/draft", {"text": "Hel", "reply_to": "{message}"}),
    ("POST", "/conversations/{hidden}/typing", {}),
    ("POST", "/conversations/{hidden}/block", {}),
    ("DELETE", "/conversations/{hidden}/block", {}),
    ("POST", "/conversations/{hidden}/claim", {}),
    ("PUT", "/conversations/{hidden}/assignment", {"assignee_id": None, "expected": {"assignee_id": None}}),
    ("PUT", "/conversations/{hidden}/status", {"status": "resolved"}),
    ("PUT", "/conversations/{hidden}/watchers/{agent}", {}),
    ("DELETE", "/conversations/{hidden}/watchers/{agent}", {}),
    ("PUT", "/conversations/{hidden}/labels/{label}", {}),
    ("DELETE", "/conversations/{hidden}/labels/{label}", {}),
    ("POST", "/conversations/{hidden}/notes", {"body": "Look."}),
    ("PATCH", "/notes/{note}", {"body": "Look.", "version": 1}),
    ("DELETE", "/notes/{note}", {}),
    ("POST", "/conversations/{hidden}/reminders", {"due_at": "2031-01-01T00:00:00Z", "text": "Call."}),
    ("POST", "/undo", {"operation_id": "{operation}"}),
    ("POST", "/presence", {"state": "active", "viewing": "{hidden}", "typing": True}),
    ("POST", "/send-message", {"conversation_id": "{hidden}", "message": "Hello"}),
    ("POST", "/send-message", {"conversation_id": "{own}", "message": "Hello", "reply_to": "{message}"}),
    (
        "POST",
        "/send-message",
        {
            "conversation_id": "{own}",
            "message_type": "reaction",
            "reaction": {"message_id": "{message}", "emoji": "+"},
        },
    ),
    (
        "POST",
        "/send-message",
        {"conversation_id": "{own}", "message_type": "image", "image": {"media_id": "{file}"}},
    ),
]


def _filled(given: Any, ids: dict[str, Any]) -> Any:
    if isinstance(given, dict):
        return {name: _filled(value, ids) for name, value in given.items()}
    return given.format(**ids) if isinstance(given, str) else given


def test_no_id_of_what_is_hidden_is_of_any_use(
    session: DbSession, team: Team, call: Call, redis_client: Redis
) -> None:
    agent, number = team.member(visibility="own"), team.numbers[0].phone_number_id
    own = make_conversation(session, team.numbers[0], assignee_id=agent)
    hidden = make_conversation(session, team.numbers[0])
    message, file = make_message(session, hidden), _picture(number)
    label = Label(
        workspace_id=team.workspace_id,
        name="VIP",
        colour="#aa0000",
        created_by=team.owner,
        request_digest=b"",
    )
    note = Note(conversation_id=hidden.id, author_id=agent, body="Mine, when I saw it.")
    session.add_all([file, label, note])
    session.flush()
    session.add(MessageMedia(message_id=message.id, media_id=file.id))
    session.commit()
    resolved = call(team.owner, "PUT", f"/conversations/{hidden.id}/status", json={"status": "resolved"})
    ids = {
        "agent": agent,
        "own": own.id,
        "hidden": hidden.id,
        "message": message.id,
        "file": file.id,
        "label": label.id,
        "note": note.id,
        "operation": resolved.json["operation_id"],
    }
    before = _state(session, redis_client, team)
    answers = {}
    for method, path, body in _OF_HIDDEN:
        asked = _filled(body, ids) | ({"phone_number_id": number} if path == "/send-message" else {})
        options = {} if method == "GET" else {"json": asked}
        answers[method, path, str(body)] = call(agent, method, path.format(**ids), **options).status_code
    assert {case: status for case, status in answers.items() if status != 404} == {}
    # Nobody was told anything, and nothing was written.
    assert _state(session, redis_client, team) == before
    # What is skipped says no more than what never was.
    bulk = {"action": "resolve", "ids": [str(hidden.id), str(uuid4())]}
    job = call(agent, "POST", "/bulk", json=bulk).json["job"]["id"]
    run_bulk(session, UUID(job))
    items = call(agent, "GET", f"/jobs/{job}/items").json["items"]
    assert [(each["state"], each["reason"]) for each in items] == [("skipped", "not_found")] * 2


def test_a_file_is_sent_on_by_who_sees_it_or_put_it_there(session: DbSession, team: Team, call: Call) -> None:
    agent, number = team.member(visibility="own"), team.numbers[0].phone_number_id
    own = make_conversation(session, team.numbers[0], assignee_id=agent)
    hidden = make_conversation(session, team.numbers[0])
    files = [_picture(number, uploaded_by=uploader) for uploader in (None, agent, None, None)]
    # The third was never sent.
    of_own, uploaded, _, canned = files
    reply = CannedReply(
        workspace_id=team.workspace_id,
        scope="workspace",
        shortcut="hi",
        title="Hi",
        body="",
        created_by=team.owner,
    )
    session.add_all([*files, reply])
    session.flush()
    for conversation, file in ((own, of_own), (hidden, uploaded), (hidden, canned)):
        session.add(MessageMedia(message_id=make_message(session, conversation).id, media_id=file.id))
    session.add(CannedReplyMedia(canned_reply_id=reply.id, media_id=canned.id))
    session.commit()
    body = {"phone_number_id": number, "conversation_id": str(own.id), "message_type": "image"}
    for file in files:
        answer = call(agent, "POST", "/send-message", json={**body, "image": {"media_id": str(file.id)}})
        assert answer.status_code == 202, answer.text


def _picture(number: str, **columns: Any) -> Media:
    picture = {"kind": "image", "state": "ready", "mime_type": "image/jpeg", "size": 9}
    return Media(phone_number_id=number, source="upload", **picture, **columns)


def _state(session: DbSession, redis: Redis, team: Team) -> tuple[int, dict[str, int]]:
    """How much has been told, and how many rows there are."""
    session.rollback()
    told = logs.read_slice(redis, team.account.id, START, (2**62, 0), 1000).entries
    tables = db.metadata.sorted_tables
    rows = {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}
    session.rollback()
    return len(told), {name: count or 0 for name, count in rows.items()}
