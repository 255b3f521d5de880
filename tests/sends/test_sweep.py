"""What was lost on the way is found again, once and not twice."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from redis import Redis
from sqlalchemy.orm import Session, scoped_session

from livechat.core.tasknames import TaskName
from livechat.models import Conversation, Message
from livechat.outbound.delivery.sweep_outbound import Swept, sweep_outbound
from tests.factories import make_conversation
from tests.sends.conftest import execute, statuses, stored

AnySession = scoped_session[Session]
Queue = Callable[..., Message]


@pytest.fixture
def conversation(session: AnySession) -> Conversation:
    made = make_conversation(session)
    session.commit()
    return made


def _enqueued(redis_client: Redis) -> list[dict[str, Any]]:
    """The tasks on the outbound queue: name and keyword arguments, as JSON carries them."""
    tasks = []
    for raw in redis_client.lrange("outbound", 0, -1):
        message = orjson.loads(raw)
        assert message["headers"]["task"] == TaskName.SEND
        tasks.append(message["headers"] | {"conversation": message["headers"]["kwargsrepr"]})
    return tasks


def _age(seconds: float) -> None:
    execute(
        "UPDATE chat_messages SET created_at = now() - make_interval(secs => :s), "
        "next_attempt_at = now() - make_interval(secs => :s)",
        s=seconds,
    )


def test_a_forgotten_message_is_put_back_once(
    session: AnySession, conversation: Conversation, queue: Queue, redis_client: Redis
) -> None:
    queue(conversation)
    queue(conversation)
    _age(5)
    assert sweep_outbound(session, redis_client) == Swept(expired=0, restored=1)
    assert sweep_outbound(session, redis_client) == Swept(expired=0, restored=0)
    assert len(_enqueued(redis_client)) == 1


def test_a_fresh_message_is_left_to_its_own_task(
    session: AnySession, conversation: Conversation, queue: Queue, redis_client: Redis
) -> None:
    queue(conversation)
    _age(0.1)
    assert sweep_outbound(session, redis_client).restored == 0


def test_a_message_without_a_due_time_counts_from_its_storing(
    session: AnySession, conversation: Conversation, queue: Queue, redis_client: Redis
) -> None:
    queue(conversation, next_attempt_at=None)
    assert sweep_outbound(session, redis_client).restored == 0
    execute("UPDATE chat_messages SET created_at = now() - interval '5 s'")
    assert sweep_outbound(session, redis_client).restored == 1


def test_a_retry_is_enqueued_as_soon_as_it_is_due(
    session: AnySession, conversation: Conversation, queue: Queue, redis_client: Redis
) -> None:
    queue(conversation, attempts=1)
    execute("UPDATE chat_messages SET next_attempt_at = now() + interval '1 h'")
    assert sweep_outbound(session, redis_client).restored == 0
    _age(0.1)
    assert sweep_outbound(session, redis_client).restored == 1


def test_messages_behind_a_waiting_one_are_not_enqueued_every_second(
    session: AnySession, conversation: Conversation, queue: Queue, redis_client: Redis
) -> None:
    first = queue(conversation, attempts=1)
    queue(conversation)
    _age(60)
    execute("UPDATE chat_messages SET next_attempt_at = now() + interval '1 h' WHERE id = :id", id=first.id)
    assert sweep_outbound(session, redis_client).restored == 0


def test_a_conversation_with_a_message_on_its_way_is_left_alone(
    session: AnySession, conversation: Conversation, queue: Queue, redis_client: Redis
) -> None:
    first = queue(conversation)
    queue(conversation)
    _age(60)
    execute(
        "UPDATE chat_messages SET status = 'sending', status_rank = 10, "
        "claimed_until = now() + interval '9 s' WHERE id = :id",
        id=first.id,
    )
    assert sweep_outbound(session, redis_client) == Swept(0, 0)


def test_a_paused_number_waits(
    session: AnySession, conversation: Conversation, queue: Queue, redis_client: Redis
) -> None:
    queue(conversation)
    _age(60)
    execute("UPDATE phone_numbers SET status = 'paused', paused_at = now()")
    assert sweep_outbound(session, redis_client).restored == 0


def test_a_claim_past_its_deadline_is_unknown_and_the_conversation_goes_on(
    session: AnySession, conversation: Conversation, queue: Queue, redis_client: Redis
) -> None:
    first = queue(conversation)
    queue(conversation)
    _age(60)
    execute(
        "UPDATE chat_messages SET status = 'sending', status_rank = 10, "
        "claimed_until = now() - interval '1 s' WHERE id = :id",
        id=first.id,
    )
    assert sweep_outbound(session, redis_client) == Swept(expired=1, restored=1)
    assert statuses(conversation.id) == ["unknown", "queued"]
    row = stored(first.id)
    assert set(row.error) == {"code", "title", "detail", "retryable"}
    assert row.claimed_until is None
