"""What keeps sends going when a task, a worker or the broker's memory is lost. Beat runs it every second."""

from dataclasses import dataclass

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.outbox import enqueue
from livechat.queries.outgoing import due_heads, expire_claims
from livechat.queries.session import AnySession
from livechat.services.deliver import UNCONFIRMED
from livechat.services.publish import publish
from livechat.tasknames import TaskName

log = structlog.get_logger(__name__)

# A fresh message has a task of its own on the way; only after this does it count as forgotten.
SETTLED_S = 2.0
# For how long one occasion is not enqueued again. With a long queue in front of the workers, a sweep that
# forgot what it did a second ago would double the queue every second.
ENQUEUED_FOR_S = 15
BATCH = 1000
_MARK = "livechat:outbound:swept:"


@dataclass(frozen=True, slots=True)
class Swept:
    """How many claims expired, and how many conversations were enqueued."""

    expired: int
    enqueued: int


def sweep_outbound(session: AnySession, redis: Redis) -> Swept:
    """Turn claims past their deadline into ``unknown`` and enqueue every conversation with a due message.

    Commits. Harmless to run twice or beside itself: a task that finds nothing to claim ends at once.
    """
    expired = expire_claims(session, UNCONFIRMED)
    publish(session, updated=dict(expired))
    session.commit()
    for message_id, conversation_id in expired:
        log.warning(
            "send_unconfirmed",
            message_id=str(message_id),
            conversation_id=str(conversation_id),
            cause="deadline",
        )
    heads = due_heads(session, settled_s=SETTLED_S, limit=BATCH)
    session.commit()
    marks = _first_time(redis, [head.mark for head in heads])
    due = {head.conversation_id for head in heads if head.mark in marks}
    enqueued = sum(enqueue(TaskName.SEND, conversation_id=str(conversation_id)) for conversation_id in due)
    if enqueued:
        log.info("outbound_swept", conversations=enqueued)
    return Swept(len(expired), enqueued)


def _first_time(redis: Redis, marks: list[str]) -> set[str]:
    """Those that no sweep has enqueued lately; all of them where Redis does not answer."""
    if not marks:
        return set()
    try:
        with redis.pipeline(transaction=False) as pipeline:
            for mark in marks:
                pipeline.set(_MARK + mark, 1, nx=True, ex=ENQUEUED_FOR_S)
            answers = pipeline.execute()
    except RedisError as error:
        log.warning("sweep_marks_unavailable", error=type(error).__name__)
        return set(marks)
    return {mark for mark, is_new in zip(marks, answers, strict=True) if is_new}
