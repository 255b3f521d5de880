"""Unread is mine: each member's own pointer, exact, told to their own devices alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text

from livechat.conversations.mark_read import mark_read
from livechat.conversations.queries import unread
from livechat.conversations.queries.reads import FEW, forget_removed
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.run import ingest_raw
from livechat.live import event_log as logs
from livechat.live.positions import START
from livechat.models import Conversation, Message
from livechat.stream.render import render
from tests.api.conftest import statements
from tests.factories import make_conversation, make_message
from tests.ingest.conftest import ASHA, OWNER, Meta, make_text_body, meta
from tests.team.conftest import DbSession, Team

__all__ = ["meta", "statements"]
Call = Callable[..., Any]


def _chat(team: Team, messages: int) -> tuple[str, list[Message]]:
    """A conversation with so many unread messages."""
    conversation = make_conversation(team.session, team.numbers[0])
    made = [make_message(team.session, conversation) for _ in range(messages)]
    team.session.commit()
    return str(conversation.id), made


def _numbers(shown: Any) -> tuple[int, int, int]:
    """(unread to the caller, unread to the team, read by the caller); they always add up."""
    assert shown["my_unread_count"] == shown["counted_total"] - shown["read_total"]
    return shown["my_unread_count"], shown["unread_count"], shown["read_total"]


def _mine(call: Call, user: UUID, chat: str) -> int:
    """What is unread to the user, alone and in the list alike."""
    alone = call(user, "GET", f"/conversations/{chat}").json
    query = {"phone_number_id": alone["phone_number_id"]}
    [listed] = [
        each
        for each in call(user, "GET", "/conversations", query_string=query).json["conversations"]
        if each["id"] == chat
    ]
    assert _numbers(listed) == _numbers(alone)
    return int(alone["my_unread_count"])


def _heard(session: DbSession, redis: Redis, team: Team, user: UUID) -> list[tuple[str, Any]]:
    """(name, data) of all events that this user has been sent."""
    session.rollback()
    entries = logs.read_slice(redis, team.account.id, START, (2**62, 0), 100).entries
    events = [event for event in render(session, entries) if event.users is None or user in event.users]
    payloads = [event.seen_by(user).payload for event in events]
    parts = [payload.decode().split("\n") for payload in payloads if payload]
    return [
        (name.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))) for name, data, *_ in parts
    ]


def test_who_reads_reads_for_themselves_and_their_own_devices_are_told(
    session: DbSession, team: Team, call: Call, redis_client: Redis
) -> None:
    """G1."""
    ana, ben = team.member(), team.member()
    chat, _ = _chat(team, 3)
    assert (_mine(call, ana, chat), _mine(call, ben, chat)) == (3, 3)
    assert _numbers(call(ana, "POST", f"/conversations/{chat}/read").json) == (0, 0, 3)
    assert (_mine(call, ana, chat), _mine(call, ben, chat)) == (0, 3)
    told = {"conversation_id": chat, "my_unread_count": 0, "counted_total": 3, "read_total": 3}
    names = [name for name, _ in _heard(session, redis_client, team, ben)]
    assert names == ["conversation.updated"]
    ours = _heard(session, redis_client, team, ana)
    assert ours[-1] == ("read.updated", told)
    # In what is shared each reader puts in their own.
    assert [ours[0][1]["conversation"][key] for key in ("my_unread_count", "read_total")] == [None, None]
    assert ours[0][1]["conversation"]["counted_total"] == 3
    # For the team it is read: only the reader's own number changes now, and again nothing.
    for _ in range(2):
        assert _numbers(call(ben, "POST", f"/conversations/{chat}/read").json) == (0, 0, 3)
    assert len(_heard(session, redis_client, team, ana)) == 2
    assert [name for name, _ in _heard(session, redis_client, team, ben)] == [
        "conversation.updated",
        "read.updated",
    ]


def test_a_thread_names_what_the_caller_has_not_read(session: DbSession, team: Team, call: Call) -> None:
    ana, ben, dora = team.member(), team.member(), team.member("viewer")
    chat, made = _chat(team, 4)
    joined_late = team.member(read_floor_seq=made[2].seq)
    ids = [None, *(str(each.id) for each in made)]

    def unread(user: UUID) -> tuple[int, int]:
        """(the first, the last) by number; 0: there is none."""
        page = call(user, "GET", f"/messages?conversation_id={chat}&limit=1").json
        return ids.index(page["first_unread_id"]), ids.index(page["last_unread_id"])

    def read(user: UUID, up_to: int) -> None:
        call(user, "POST", f"/conversations/{chat}/read", json={"up_to": ids[up_to]})

    read(ana, 2)
    assert [unread(each) for each in (ana, ben, joined_late)] == [(3, 4), (1, 4), (4, 4)]
    # The viewer has read all, and the team has not: the last is what ends both.
    read(dora, 4)
    assert unread(dora) == (0, 4)
    read(ana, 4)
    assert [unread(each) for each in (ana, ben, dora, joined_late)] == [(0, 0), (1, 4), (0, 0), (4, 4)]
    call(ana, "POST", f"/conversations/{chat}/unread", json={"from": ids[2]})
    assert unread(ana) == (2, 4)
    # What the team had read in a thread that was merged into this one: to ana it is unread.
    read(ana, 4)
    conversation = session.get_one(Conversation, UUID(chat))
    apart = make_message(session, conversation, counts_unread=False, was_read_apart=True)
    session.commit()
    ids.append(str(apart.id))
    assert [unread(each) for each in (ana, ben)] == [(5, 5), (1, 5)]


def test_read_up_to_the_fourth_of_a_batch_leaves_six(meta: Meta, call: Call) -> None:
    """G2."""
    body = make_text_body("wamid.0")
    value = body["entry"][0]["changes"][0]["value"]
    value["messages"] = [value["messages"][0] | {"id": f"wamid.{n}"} for n in range(10)]
    meta.deliver_body(body)
    chat = meta.conversation()["id"]
    fourth = meta.rows("SELECT id FROM chat_messages ORDER BY seq OFFSET 3 LIMIT 1")[0]["id"]
    shown = call(OWNER, "POST", f"/conversations/{chat}/read", json={"up_to": str(fourth)}).json
    assert _numbers(shown) == (6, 6, 4)
    # Never back: another device of theirs was behind.
    first = meta.rows("SELECT id FROM chat_messages ORDER BY seq LIMIT 1")[0]["id"]
    shown = call(OWNER, "POST", f"/conversations/{chat}/read", json={"up_to": str(first)}).json
    assert _numbers(shown) == (6, 6, 4)


def test_reading_while_messages_pour_in_leaves_what_came_after_the_pointer(meta: Meta, app: Flask) -> None:
    """G3: two members on two devices each, against 200 messages."""
    meta.deliver_body(make_text_body("wamid.first"))
    chat = meta.conversation()["id"]
    readers = [uuid4(), uuid4()]

    def write(n: int) -> None:
        with app.app_context():
            bodies = [orjson.dumps(make_text_body(f"wamid.{n}.{each}")) for each in range(5)]
            ingest_raw(db.session, [RawWebhook(uuid7(), clock.now(), body) for body in bodies])
            db.session.remove()

    def read(n: int) -> None:
        with app.app_context():
            mark_read(db.session, chat, None, by=readers[n % 2], for_team=n % 3 > 0)
            db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(4) as threads:
        jobs = [threads.submit(write if n % 2 else read, n // 2) for n in range(80)]
        for job in jobs:
            job.result(timeout=60)
    rows = meta.rows(
        "SELECT c.counted_total - r.read_total AS mine, (SELECT count(*) FROM chat_messages m "
        "WHERE m.conversation_id = c.id AND m.counts_unread AND m.seq > r.read_seq) AS behind "
        "FROM conversation_reads r JOIN chat_conversations c ON c.id = r.conversation_id"
    )
    assert len(rows) == 2
    assert all(row["mine"] == row["behind"] for row in rows)
    assert meta.conversation()["counted_total"] == 201
    assert unread.drifted(meta.session) == 0


def test_to_a_new_member_what_was_there_is_read(session: DbSession, team: Team, call: Call) -> None:
    """G5. What they have read is the same however much comes since: a page that was told it once subtracts it."""
    chat, messages = _chat(team, 2)
    new = team.member(read_floor_seq=messages[-1].seq)
    assert _mine(call, new, chat) == 0
    conversation = session.get(Conversation, UUID(chat))

    def come(messages: int) -> None:
        for _ in range(messages):
            make_message(session, conversation)
        session.commit()

    # Few, as many as are counted at all, and more than that.
    for since, more in ((1, 1), (FEW - 1, FEW - 2), (FEW, 1), (FEW + 1, 1)):
        come(more)
        assert _mine(call, new, chat) == since
        assert _numbers(call(new, "GET", f"/conversations/{chat}").json)[2] == 2
    assert _mine(call, team.owner, chat) == FEW + 3
    # What the team had read in a thread that was merged into this one counts for members on both sides.
    messages[0].counts_unread, messages[0].was_read_apart = False, True
    make_message(session, conversation, counts_unread=False, was_read_apart=True)
    count = (
        "UPDATE chat_conversations SET (counted_total, last_counted_seq) = (SELECT * FROM count_messages(id))"
    )
    session.execute(text(count))
    session.commit()
    assert _mine(call, new, chat) == FEW + 2
    assert _numbers(call(new, "POST", f"/conversations/{chat}/read").json)[0] == 0


def test_marked_unread_stays_so_for_who_marked_it(
    session: DbSession, team: Team, call: Call, redis_client: Redis
) -> None:
    """G6."""
    ana, ben = team.member(), team.member("viewer")
    chat, messages = _chat(team, 5)
    elsewhere, foreign = _chat(team, 1)[1][0], _chat(Team(session), 1)[1][0]
    for user in (ana, ben):
        call(user, "POST", f"/conversations/{chat}/read")
    path = f"/conversations/{chat}/unread"
    shown = call(ana, "POST", path, json={"from": str(messages[2].id)})
    assert (shown.status_code, _numbers(shown.json)) == (200, (3, 0, 2))
    assert (_mine(call, ana, chat), _mine(call, ben, chat)) == (3, 0)
    # What was unread before does not become read.
    assert _numbers(call(ana, "POST", path, json={"from": str(messages[4].id)}).json) == (3, 0, 2)
    heard = _heard(session, redis_client, team, ana)
    assert [name for name, _ in heard].count("read.updated") == 2
    assert heard[-1][1]["my_unread_count"] in (0, 3)
    for unknown in (str(elsewhere.id), str(foreign.id), str(uuid4()), "no-id"):
        assert call(ana, "POST", path, json={"from": unknown}).status_code == 404
        assert call(ana, "POST", f"/conversations/{chat}/read", json={"up_to": unknown}).status_code == 404
    assert call(uuid4(), "POST", path, json={"from": str(messages[2].id)}).status_code == 404
    for body in ({}, {"from": None}, {"from": str(messages[2].id), "more": 1}):
        assert call(ana, "POST", path, json=body).status_code == 422
    assert _numbers(call(ben, "POST", path, json={"from": str(messages[0].id)}).json) == (5, 0, 0)


def test_a_viewers_reading_moves_their_own_pointer_and_nothing_else(
    session: DbSession, team: Team, call: Call, redis_client: Redis
) -> None:
    """G7: neither the team's count nor blue ticks, and nobody else is told."""
    viewer, ana = team.member("viewer"), team.member()
    chat, _ = _chat(team, 2)
    assert _numbers(call(viewer, "POST", f"/conversations/{chat}/read").json) == (0, 2, 2)
    assert _mine(call, ana, chat) == 2
    assert _heard(session, redis_client, team, ana) == []
    assert [name for name, _ in _heard(session, redis_client, team, viewer)] == ["read.updated"]
    assert redis_client.llen("outbound") == 0


@pytest.mark.parametrize("members", [1, 40])
def test_a_list_asks_once_for_all_whatever_the_members(
    session: DbSession,
    team: Team,
    call: Call,
    statements: Callable[[], AbstractContextManager[list[str]]],
    members: int,
) -> None:
    chats = [make_conversation(session, team.numbers[0]) for _ in range(10)]
    for chat in chats:
        make_message(session, chat)
    users = [team.member() for _ in range(members)]
    session.execute(
        text(
            "INSERT INTO conversation_reads (user_id, conversation_id, read_seq, read_total) "
            "SELECT m.user_id, c.id, c.last_counted_seq, 1 FROM chat_conversations c, workspace_members m"
        )
    )
    session.commit()
    query = {"phone_number_id": team.numbers[0].phone_number_id}
    with statements() as seen:
        listed = call(users[0], "GET", "/conversations", query_string=query).json["conversations"]
    assert [_numbers(each) for each in listed] == [(0, 1, 1)] * 10
    assert len([each for each in seen if "conversation_reads" in each]) == 1


def test_pages_add_up_what_they_are_told(meta: Meta, call: Call) -> None:
    """A shared event's total less the own one is what a fetch says."""
    meta.deliver_body(make_text_body("wamid.1"))
    chat = str(meta.conversation()["id"])
    before = call(OWNER, "POST", f"/conversations/{chat}/read").json
    meta.deliver_body(make_text_body("wamid.2"), make_text_body("wamid.3"))
    after = call(OWNER, "GET", f"/conversations/{chat}").json
    assert after["counted_total"] - before["read_total"] == after["my_unread_count"] == 2
    assert after["customer_phone"] == ASHA


def test_of_removed_members_it_is_forgotten_and_who_comes_back_begins_anew(
    session: DbSession, team: Team, call: Call
) -> None:
    ana, ben = team.member(), team.member()
    chat, messages = _chat(team, 2)
    for user in (ana, ben):
        call(user, "POST", f"/conversations/{chat}/read", json={"up_to": str(messages[0].id)})
    call(team.owner, "DELETE", f"/workspaces/{team.workspace_id}/members/{ana}")
    month = clock.now() - timedelta(days=30)
    for before, left in ((month, {ana, ben}), (clock.now(), {ben})):
        forget_removed(session, before)
        session.commit()
        assert set(session.scalars(text("SELECT user_id FROM conversation_reads"))) == left
    call(team.owner, "DELETE", f"/workspaces/{team.workspace_id}/members/{ben}")
    made = call(team.owner, "POST", f"/workspaces/{team.workspace_id}/invitations", json={"role": "agent"})
    token = made.json["link"].partition("#")[2]
    assert call(ben, "POST", "/invitations/accept", json={"token": token}).status_code == 200
    assert _mine(call, ben, chat) == 0
