"""A thread, page by page."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session, scoped_session

from livechat.conversations.object_schemas import MessageSchema
from livechat.domain.clock import now
from livechat.models import Conversation, Message, MessageReaction
from tests.api.conftest import Caller
from tests.factories import make_account, make_conversation, make_message, make_number

DbSession = scoped_session[Session]
Call = Callable[[UUID], Caller]
T0 = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def thread(session: DbSession, caller: Call) -> tuple[Caller, Conversation, list[Message]]:
    """Ten messages in thread order: pairs share a second, and each pair arrived after the later ones."""
    user = uuid4()
    conversation = make_conversation(session, make_number(session, make_account(session, user)))
    made = [
        make_message(session, conversation, timestamp=T0 - timedelta(seconds=n // 2), text=str(n))
        for n in range(10)
    ]
    session.commit()
    return caller(user), conversation, sorted(made, key=lambda m: (m.timestamp, m.seq))


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [message["id"] for message in answer.json["messages"]]


def test_offset_counts_back_from_the_newest_and_the_oldest_comes_first(
    thread: tuple[Caller, Conversation, list[Message]],
) -> None:
    api, conversation, messages = thread
    all_ids = [str(message.id) for message in messages]
    assert ids(api.get("/messages", conversation_id=conversation.id)) == all_ids
    page = api.get("/messages", conversation_id=conversation.id, limit=3)
    assert ids(page) == all_ids[7:]
    assert {key: page.json[key] for key in ("total", "limit", "offset")} == {
        "total": 10,
        "limit": 3,
        "offset": 0,
    }
    assert ids(api.get("/messages", conversation_id=conversation.id, limit=3, offset=3)) == all_ids[4:7]
    assert ids(api.get("/messages", conversation_id=conversation.id, limit=3, offset=9)) == all_ids[:1]
    assert page.json["first_unread_id"] == all_ids[0]


def test_pages_by_key_meet_without_gap_or_repeat(thread: tuple[Caller, Conversation, list[Message]]) -> None:
    api, conversation, messages = thread
    all_ids = [str(message.id) for message in messages]
    for n, message in enumerate(messages):

        def page(limit: int, way: str, message_id: UUID = message.id) -> list[str]:
            answer = api.get("/messages", conversation_id=conversation.id, limit=limit, **{way: message_id})
            assert (answer.json["limit"], answer.json["offset"]) == (limit, 0)
            return ids(answer)

        assert page(3, "before") == all_ids[max(0, n - 3) : n]
        assert page(3, "after") == all_ids[n + 1 : n + 4]
        assert page(5, "around") == all_ids[max(0, n - 2) : n + 3]
        assert page(1, "around") == all_ids[n : n + 1]


def test_a_page_is_asked_for_in_one_way(thread: tuple[Caller, Conversation, list[Message]]) -> None:
    api, conversation, messages = thread
    for query in (
        {"offset": 0, "before": messages[0].id},
        {"after": messages[0].id, "around": messages[0].id},
    ):
        answer = api.get("/messages", conversation_id=conversation.id, **query)
        assert (answer.status_code, set(answer.json["errors"])) == (422, set(query))
    assert api.get("/messages").status_code == 422


def test_ids_of_elsewhere_are_not_found(
    thread: tuple[Caller, Conversation, list[Message]], session: DbSession
) -> None:
    api, conversation, _messages = thread
    elsewhere = make_message(session)
    session.commit()
    for way in ("before", "after", "around"):
        for given in (elsewhere.id, uuid4(), "x", ""):
            answer = api.get("/messages", conversation_id=conversation.id, **{way: given})
            assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_message_shows_what_it_answers_and_what_was_felt_about_it(session: DbSession, caller: Call) -> None:
    user = uuid4()
    conversation = make_conversation(session, make_number(session, make_account(session, user)))
    quoted = make_message(session, conversation)
    error = {
        "code": 131047,
        "title": "Re-engagement message",
        "detail": "The window is shut.",
        "retryable": False,
    }
    answer = make_message(
        session,
        conversation,
        direction="outbound",
        status="failed",
        reply_to_wamid=quoted.wamid,
        error=error,
        failed_at=T0,
        client_message_id="c-1",
    )
    lost = make_message(session, conversation, reply_to_wamid="wamid.unknown")
    for actor, emoji in (("customer", "👍"), ("business", "❤️"), ("member", None)):
        side = "business" if actor == "business" else "customer"
        session.add(
            MessageReaction(
                wamid=answer.wamid,
                actor=actor,
                side=side,
                emoji=emoji,
                phone_number_id=conversation.phone_number_id,
                reacted_at=now(),
                event_wamid=f"wamid.{actor}",
            )
        )
        session.flush()
    session.commit()
    shown = caller(user).get(f"/messages/{answer.id}").json
    assert MessageSchema().validate(shown) == {}
    assert shown == {
        "id": str(answer.id),
        "conversation_id": str(conversation.id),
        "wamid": answer.wamid,
        "direction": "outbound",
        "origin": "livechat",
        "message_type": "text",
        "text": "Hi, is my order ready?",
        "content": {"text": {"body": "Hi, is my order ready?"}},
        "status": "failed",
        "error": error,
        "timestamp": shown["timestamp"],
        "sent_at": None,
        "delivered_at": None,
        "read_at": None,
        "failed_at": "2026-11-22T10:00:00.000000Z",
        "client_message_id": "c-1",
        "sent_by": None,
        "reply_to": str(quoted.id),
        "resend_of": None,
        "reactions": [{"from": "customer", "emoji": "👍"}, {"from": "business", "emoji": "❤️"}],
    }
    page = caller(user).get("/messages", conversation_id=conversation.id).json["messages"]
    assert page[1] == shown
    assert (page[2]["id"], page[2]["reply_to"], page[2]["reactions"]) == (str(lost.id), None, [])


def test_the_first_unread_is_the_oldest_in_the_thread_behind_the_pointer(
    thread: tuple[Caller, Conversation, list[Message]],
) -> None:
    api, conversation, messages = thread
    by_arrival = sorted(messages, key=lambda message: message.seq)
    read = f"/conversations/{conversation.id}/read"
    assert api.post(read, {"up_to": str(by_arrival[6].id)}).json["unread_count"] == 3
    unread = [message for message in messages if message.seq > by_arrival[6].seq]
    page = api.get("/messages", conversation_id=conversation.id, limit=1).json
    assert page["first_unread_id"] == str(unread[0].id)
    # The last is the one that was stored last, wherever it stands: reading up to it reads them all.
    assert page["last_unread_id"] == str(by_arrival[-1].id)
    assert str(messages[-1].id) != page["last_unread_id"]
    assert api.post(read, {"up_to": str(messages[-1].id)}).json["unread_count"] > 0
    assert api.post(read, {"up_to": page["last_unread_id"]}).json["unread_count"] == 0
    page = api.get("/messages", conversation_id=conversation.id).json
    assert (page["first_unread_id"], page["last_unread_id"]) == (None, None)


def test_a_page_costs_few_statements_in_every_way(
    thread: tuple[Caller, Conversation, list[Message]],
    session: DbSession,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    api, conversation, messages = thread
    conversation_id, message_id = conversation.id, messages[5].id
    session.remove()
    for query in ({}, {"offset": 2}, {"before": message_id}, {"after": message_id}, {"around": message_id}):
        with statements() as seen:
            ids(api.get("/messages", conversation_id=conversation_id, **query))
        assert len(seen) <= 4, query


def shared(api: Caller, conversation: Conversation, **query: object) -> list[str]:
    answer = api.get(f"/conversations/{conversation.id}/media", **query)
    assert answer.status_code == 200, answer.text
    return [message["text"] for message in answer.json["media"]]


def test_what_was_shared_in_a_thread_is_found_by_its_kind(session: DbSession, caller: Call) -> None:
    user = uuid4()
    conversation = make_conversation(session, make_number(session, make_account(session, user)))
    kinds = {
        "a photo": {"message_type": "image"},
        "a video": {"message_type": "video", "direction": "outbound", "status": "sent", "status_rank": 20},
        "a contract": {"message_type": "document"},
        "a song": {"message_type": "audio"},
        "see https://example.com/a": {},
        "see WWW.example.com": {},
        "awww, no link": {},
        "https:// alone": {},
        "a sticker": {"message_type": "sticker"},
        "a deleted photo": {"message_type": "image", "content": {"revoked_at": "2026-11-22T10:00:00Z"}},
    }
    for n, (words, more) in enumerate(kinds.items()):
        make_message(session, conversation, text=words, timestamp=T0 - timedelta(minutes=n), **more)
    other = make_conversation(session, make_number(session, make_account(session, user)))
    make_message(session, other, message_type="image", text="another thread's")
    session.commit()
    api = caller(user)
    names = list(kinds)
    assert shared(api, conversation, kind="pictures") == names[:2]
    assert shared(api, conversation, kind="files") == names[2:4]
    assert shared(api, conversation, kind="links") == names[4:6]
    assert shared(api, conversation) == names[:6]
    first = api.get(f"/conversations/{conversation.id}/media", limit=4).json
    assert [message["text"] for message in first["media"]] == names[:4]
    assert not MessageSchema().validate(first["media"][0])
    assert shared(api, conversation, cursor=first["next_cursor"]) == names[4:6]
    assert api.get(f"/conversations/{conversation.id}/media", kind="all").status_code == 422
    assert caller(uuid4()).get(f"/conversations/{conversation.id}/media").status_code == 404
