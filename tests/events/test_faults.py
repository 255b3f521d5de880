"""What goes wrong under open streams: Redis and the database die, a browser does not read, words contradict."""

import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.core.extensions import db, redis
from livechat.live import event_log as logs
from livechat.live.event_log import Change, Kind, LogEntry
from livechat.live.publish import publish
from livechat.live.subscription import MAX_WAITING, Joined, LiveEvent, Subscription
from livechat.models import Conversation, Message
from livechat.stream.render import render
from tests.api.conftest import statements
from tests.conftest import make_token, wait_until
from tests.events.conftest import Browser, Server
from tests.factories import make_conversation, make_message, make_number
from tests.ingest.conftest import NUMBER, OWNER, Meta, make_status_body, make_text_body
from tests.services import EmbeddedServices

__all__ = ["statements"]
AnySession = scoped_session[Session]


@pytest.fixture
def own(
    tmp_path: Path, another_app: Callable[[EmbeddedServices], Flask]
) -> Iterator[tuple[Any, Flask, Server]]:
    """Servers of this test alone, that it may kill."""
    with EmbeddedServices() as services:
        app = another_app(services)
        web = Server(services, tmp_path, workers=1)
        try:
            yield services, app, web.wait()
        finally:
            web.stop()


def message_in(conversation: Conversation, body: str) -> Message:
    """Stored and published as a service does it."""
    message = make_message(db.session, conversation, text=body)
    publish(db.session, created={message.id: conversation.id})
    db.session.commit()
    return message


def test_streams_live_through_the_death_of_redis_and_of_the_database(own: tuple[Any, Flask, Server]) -> None:
    services, app, web = own
    with app.app_context():
        conversation = make_conversation(db.session)
        db.session.commit()
        user = conversation.user_id
        page = Browser(web.port, {"Authorization": f"Bearer {make_token(user)}"}).open()
        message_in(conversation, "one")
        page.wait_for(1)

        services.redis.kill()
        # Stored, though nobody can be told.
        message_in(conversation, "while Redis is away")
        services.redis.start()
        wait_until(lambda: "reset" in page.names(), timeout_s=15)
        message_in(conversation, "two")
        wait_until(lambda: page.texts()[-1:] == ["two"], timeout_s=10)
        # One message was never published: whoever resumes from before is told to fetch afresh.
        late = Browser(web.port, page.headers | {"Last-Event-ID": page.events[0].id}).open()
        wait_until(lambda: "reset" in late.names(), timeout_s=10)

        conversation_id = conversation.id
        message = make_message(db.session, conversation, text="three")
        message_id, account_id = message.id, make_account_of(conversation)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
        services.postgres.kill()
        logs.append(redis.client, {account_id: [Change(Kind.MESSAGE_CREATED, message_id)]})
        seen = len(page.events)
        time.sleep(1)
        assert len(page.events) == seen
        assert page.ended_at is None
        services.postgres.start()
        wait_until(lambda: page.texts()[-1:] == ["three"], timeout_s=15)
        assert page.events[-1].data["conversation"]["id"] == str(conversation_id)
        late.close()
        page.close()


def make_account_of(conversation: Conversation) -> UUID:
    found = db.session.execute(
        text("SELECT account_id FROM phone_numbers WHERE phone_number_id = :id"),
        {"id": conversation.phone_number_id},
    )
    account_id: UUID = found.scalar_one()
    return account_id


def test_a_browser_that_does_not_read_gets_a_reset_and_is_let_go(
    meta: Meta, server: Server, session: AnySession
) -> None:
    """Kernel and server hold some megabytes for it; behind them the stream's own queue is bounded."""
    meta.deliver_body(make_text_body(body="x" * 4000))
    message_id = meta.messages()[0]["id"]
    account_id = make_account_of(session.get_one(Conversation, meta.conversation()["id"]))
    session.rollback()
    with socket.create_connection(("127.0.0.1", server.port)) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = (
            "GET /api/live-chat/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            f"Authorization: Bearer {make_token(OWNER)}\r\n\r\n"
        )
        lazy.sendall(request.encode())
        assert lazy.recv(1024).startswith(b"HTTP/1.1 200")
        flood = [Change(Kind.MESSAGE_UPDATED, message_id)] * 500
        for _ in range(12):
            logs.append(meta.redis, {account_id: flood})
        time.sleep(1.5)
        lazy.settimeout(15)
        received = bytearray()
        while chunk := lazy.recv(1 << 20):
            received += chunk
    assert received.count(b"event: message.updated") < 12 * 500
    assert received.rstrip(b"0\r\n").count(b"event: reset") == 1


def test_a_full_inbox_ends_its_subscription_and_forgets_what_waited() -> None:
    account = uuid4()
    slow = Subscription(uuid4(), None, 1, {account}, 0)
    slow.offer([LiveEvent(account, (1, n), None, b"x") for n in range(MAX_WAITING + 1)])
    assert slow.is_ended
    assert slow.skipped == {account: (1, MAX_WAITING)}
    slow.offer([LiveEvent(account, (2, 0), None, b"x")])
    assert slow.take(10, 0) == []


def test_what_may_wait_is_left_to_a_thread_and_what_stands_before_it_comes_first() -> None:
    account, other = uuid4(), uuid4()
    stream = Subscription(uuid4(), None, 1, {account}, 0)
    event, joined = LiveEvent(account, (1, 1), None, b"x"), Joined(other, (0, 0), (1, 0))
    stream.offer([event, joined, event])
    assert stream.take_at_once(10) == [event]
    assert stream.take_at_once(10) is None
    assert stream.take(1, 0) == [joined]
    assert stream.take_at_once(10) == [event]
    stream.poke()
    assert stream.take_at_once(10) is None
    assert stream.take(10, 0) == []
    assert stream.take_at_once(10) == []
    stream.end()
    assert stream.take_at_once(10) is None


def test_a_batch_is_rendered_with_two_statements(
    session: AnySession, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    number = make_number(session)
    conversations = [make_conversation(session, number) for _ in range(30)]
    messages = [make_message(session, conversation) for conversation in conversations for _ in range(4)]
    account_id, session_ids = number.account_id, [message.id for message in messages]
    session.commit()
    entries = [
        LogEntry(account_id, (1, n), Change(Kind.MESSAGE_CREATED, message_id))
        for n, message_id in enumerate(session_ids)
        if n % 4 == 0
    ]
    entries += [LogEntry(account_id, (2, 0), Change(Kind.CONVERSATION_UPDATED, conversations[0].id))]
    session.rollback()
    with statements() as seen:
        events = render(session, entries)
    assert len([each for each in seen if each.startswith("SELECT")]) == 2
    assert len(events) == 31
    # Of another account's log nothing is shown, and what is gone cannot be shown.
    strange = [LogEntry(uuid4(), entry.at, entry.change) for entry in entries[:1]]
    gone = [LogEntry(account_id, (3, 0), Change(Kind.CONVERSATION_UPDATED, uuid4()))]
    hidden, reset = render(session, strange + gone)
    assert hidden.payload == b""
    assert reset.payload.startswith(b"event: reset\n")


@pytest.mark.parametrize("seed", range(3))
def test_stale_state_and_events_are_a_fresh_fetch(meta: Meta, server: Server, seed: int) -> None:
    """Messages, statuses, reactions, sends and readings at random; a page that only listens ends up right."""
    rng = random.Random(seed)
    page = Browser(server.port, {"Authorization": f"Bearer {make_token(OWNER)}"}).open()
    phones = ["917755991051", "917755991052"]
    wamids: list[tuple[str, str]] = []
    for n in range(25):
        kind = rng.choice(["text", "text", "status", "send", "read", "reaction"])
        known = meta.conversations()
        if kind == "text" or not known:
            phone, wamid = rng.choice(phones), f"wamid.{seed}.{n}"
            wamids.append((wamid, phone))
            meta.deliver_body(make_text_body(wamid, phone=phone, body=f"{n}", timestamp=int(time.time())))
        elif kind == "send":
            to = rng.choice(known)["customer_phone"]
            body = {"phone_number_id": NUMBER, "to": to, "message": f"{n}", "message_type": "text"}
            status, accepted = server.call("POST", "/send-message", OWNER, body)
            assert status == 202
            meta.session.execute(
                text("UPDATE chat_messages SET wamid = 'out' || id WHERE id = :id"),
                {"id": accepted["message"]["id"]},
            )
            meta.session.commit()
            meta.deliver_body(make_status_body("out" + accepted["message"]["id"], "sent", int(time.time())))
        elif kind == "status":
            out = [row["wamid"] for row in meta.messages() if row["direction"] == "outbound"]
            if out:
                word = rng.choice(["delivered", "read", "failed"])
                meta.deliver_body(make_status_body(rng.choice(out), word, int(time.time())))
        elif kind == "read":
            server.call("POST", f"/conversations/{rng.choice(known)['id']}/read", OWNER)
        elif wamids:
            target, phone = rng.choice(wamids)
            body = make_text_body(f"wamid.r.{seed}.{n}", phone=phone, timestamp=int(time.time()))
            message = body["entry"][0]["changes"][0]["value"]["messages"][0]
            del message["text"]
            message |= {
                "type": "reaction",
                "reaction": {"message_id": target, "emoji": rng.choice(["👍", ""])},
            }
            meta.deliver_body(body)
    _, listed = server.call("GET", f"/conversations?phone_number_id={NUMBER}", OWNER)
    # One reader's numbers are not in what several share; tests/team/test_reads.py looks at those.
    mine = {"my_unread_count": None, "read_total": None}
    fresh = {item["id"]: item | mine for item in listed["conversations"]}
    bubbles = {}
    for conversation_id in fresh:
        _, thread = server.call("GET", f"/messages?conversation_id={conversation_id}&limit=200", OWNER)
        bubbles |= {item["id"]: item for item in thread["messages"]}

    def heard() -> tuple[dict[str, Any], dict[str, Any]]:
        conversations: dict[str, Any] = {}
        messages: dict[str, Any] = {}
        for event in [each for each in page.events if "message" in each.data]:
            for known, item in (
                (conversations, event.data["conversation"]),
                (messages, event.data["message"]),
            ):
                if item is not None:
                    known[item["id"]] = item
        return conversations, messages

    wait_until(lambda: heard() == (fresh, bubbles), timeout_s=5)
    assert "reset" not in page.names()
    page.close()
