"""Claims: one holder a conversation, oldest first, whoever asks and however often."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session

from livechat.core.extensions import db
from livechat.models import Conversation, ConversationAlias, Message
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.queries.claims import (
    Claim,
    claim_heads,
    record_accepted,
    record_failed,
    record_unknown,
    release,
)
from tests.factories import make_conversation, make_number
from tests.sends.conftest import deliver, execute, stored

AnySession = scoped_session[Session]
Queue = Callable[..., Message]


@pytest.fixture
def conversation(session: AnySession) -> Conversation:
    made = make_conversation(session)
    session.commit()
    return made


def _claim(session: AnySession, conversation_id: UUID) -> Claim | None:
    claims = claim_heads(session, [conversation_id], 20)
    session.commit()
    return claims[0] if claims else None


def test_the_oldest_is_claimed_and_the_next_waits(
    session: AnySession, conversation: Conversation, queue: Queue
) -> None:
    first, second = queue(conversation, "one"), queue(conversation, "two")
    claim = _claim(session, conversation.id)
    assert claim is not None
    assert claim.message_id == first.id
    assert (claim.to_phone, claim.content, claim.attempt) == (
        conversation.customer_phone,
        {"text": {"body": "one"}},
        1,
    )
    assert _claim(session, conversation.id) is None
    assert stored(second.id).status == "queued"


def test_a_message_that_is_not_due_holds_back_those_behind_it(
    session: AnySession, conversation: Conversation, queue: Queue
) -> None:
    first = queue(conversation)
    queue(conversation)
    execute("UPDATE chat_messages SET next_attempt_at = now() + interval '1 h' WHERE id = :id", id=first.id)
    assert _claim(session, conversation.id) is None


def test_a_paused_number_keeps_its_messages(session: AnySession, queue: Queue) -> None:
    number = make_number(session)
    conversation = make_conversation(session, number)
    message = queue(conversation)
    execute("UPDATE phone_numbers SET status = 'paused', paused_at = now()")
    assert _claim(session, conversation.id) is None
    assert stored(message.id).status == "queued"


def test_the_database_refuses_a_second_sending_message(
    session: AnySession, conversation: Conversation, queue: Queue
) -> None:
    queue(conversation)
    other = queue(conversation)
    assert _claim(session, conversation.id) is not None
    with pytest.raises(IntegrityError, match="uq_chat_messages_sending"):
        execute(
            "UPDATE chat_messages SET status = 'sending', status_rank = 10, claimed_until = now() "
            "WHERE id = :id",
            id=other.id,
        )


def test_claims_under_concurrency_never_double(
    app: Flask, session: AnySession, conversation: Conversation, queue: Queue
) -> None:
    """Eight threads drain forty messages; each is held once, and in order."""
    expected = [queue(conversation, str(n)).id for n in range(40)]
    held: list[UUID] = []
    ready = Barrier(8)

    def drain() -> None:
        ready.wait()
        idle = 0
        with app.app_context():
            while idle < 30:
                try:
                    claim = _claim(db.session, conversation.id)
                except IntegrityError:
                    db.session.rollback()
                    claim = None
                if claim is None:
                    idle += 1
                    continue
                idle = 0
                held.append(claim.message_id)
                record_accepted(db.session, {claim.message_id: f"wamid.{claim.message_id}"})
                db.session.commit()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(drain) for _ in range(8)]:
            done.result()
    assert held == expected


def test_record_accepted_keeps_what_a_status_webhook_said_first(
    session: AnySession, conversation: Conversation, queue: Queue
) -> None:
    message = queue(conversation)
    assert _claim(session, conversation.id) is not None
    execute(
        "UPDATE chat_messages SET status = 'delivered', status_rank = 30, wamid = 'wamid.a', "
        "claimed_until = NULL, sent_at = '2026-01-01T00:00:00Z' WHERE id = :id",
        id=message.id,
    )
    rows = record_accepted(session, {message.id: "wamid.a"})
    session.commit()
    assert rows[message.id].wamid == "wamid.a"
    after = stored(message.id)
    assert (after.status, after.status_rank, after.sent_at.year, after.sent_at.month) == (
        "delivered",
        30,
        2026,
        1,
    )


def test_a_wamid_that_is_another_rows_loses_nothing(
    session: AnySession, conversation: Conversation, queue: Queue
) -> None:
    echo = queue(conversation, wamid="wamid.echo", status="sent", status_rank=20, origin="phone_app")
    message = queue(conversation)
    assert _claim(session, conversation.id) is not None
    rows = record_accepted(session, {message.id: "wamid.echo"})
    session.commit()
    assert rows[message.id].wamid is None
    assert stored(message.id).status == "sent"
    assert stored(echo.id).wamid == "wamid.echo"


def _deliver_webhook(message_id: UUID) -> None:
    execute(
        "UPDATE chat_messages SET status = 'read', status_rank = 40, claimed_until = NULL, wamid = 'wamid.x' "
        "WHERE id = :id",
        id=message_id,
    )


@pytest.mark.parametrize(
    "late",
    [
        lambda session, id_: record_failed(session, id_, {"code": 1}),
        lambda session, id_: record_unknown(session, id_, {"code": 1}),
        lambda session, id_: release(session, id_, wait_s=1),
    ],
    ids=["failed", "unknown", "release"],
)
def test_bad_news_of_ours_never_undoes_what_meta_reported(
    session: AnySession, conversation: Conversation, queue: Queue, late: Callable[..., Any]
) -> None:
    message = queue(conversation)
    assert _claim(session, conversation.id) is not None
    _deliver_webhook(message.id)
    assert late(session, message.id) is False
    session.commit()
    assert stored(message.id).status == "read"


def test_release_without_counting_gives_the_attempt_back(
    session: AnySession, conversation: Conversation, queue: Queue
) -> None:
    message = queue(conversation)
    assert _claim(session, conversation.id) is not None
    assert release(session, message.id, wait_s=0, counts=False)
    session.commit()
    row = stored(message.id)
    assert (row.status, row.attempts, row.claimed_until) == ("queued", 0, None)


def test_the_turn_of_a_merged_conversation_is_its_survivor_s(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender
) -> None:
    """Who was to be sent to under the old id is not left to the sweep."""
    session.add(ConversationAlias(id=(merged := uuid4()), conversation_id=conversation.id))
    message = queue(conversation)
    deliver(session, sender, merged)
    assert stored(message.id).status == "sent"
