"""The sweep keeps sends going after a task, a worker or Redis' data is lost. Beat runs it every second."""

from dataclasses import dataclass

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.core.after_commit import enqueue
from livechat.core.process import is_surely_gone
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain.retry import SEND
from livechat.live.publish import publish
from livechat.outbound.delivery.deliver import UNCONFIRMED
from livechat.outbound.delivery.pace import Pace, Turn
from livechat.outbound.queries.claims import Head, claimants, due_heads, expire_claims, requeue_uploads

log = structlog.get_logger(__name__)

# A younger message is still on its way to a dispatcher; only an older one counts as forgotten.
SETTLED_S = 2.0
# While work waits, one task is sent so often. A worker that is sending already does nothing with it; a worker
# that sleeps begins to send, so that a long queue gets all workers to work.
TOLD_FOR_S = 3
BATCH = 1000
# What a killed worker sent last may still be on its way to Meta, so the next message waits this long.
GONE_GRACE_S = 5.0
_MARK = "livechat:sends:swept"


@dataclass(frozen=True, slots=True)
class Swept:
    """How many claims expired, and how many due conversations were missing from the timetable."""

    expired: int
    restored: int


def sweep_outbound(session: AnySession, redis: Redis) -> Swept:
    """Commits before Redis is told: give up dead senders' claims, and put all that is due on the timetable.

    A claimed message becomes ``unknown``, or ``queued`` again where only its file was being uploaded. Several
    sweeps may run at once.
    """
    # A worker that was killed on this machine is known to be dead long before its claims expire.
    gone = [mark for mark in claimants(session) if is_surely_gone(mark)]
    unsent = requeue_uploads(session, gone=gone, most_attempts=SEND.max_attempts)
    expired = expire_claims(session, UNCONFIRMED, gone=gone, grace_s=GONE_GRACE_S)
    publish(session, updated=dict([*unsent, *expired]))
    session.commit()
    for message_id, conversation_id in unsent:
        log.warning("upload_given_up", message_id=str(message_id), conversation_id=str(conversation_id))
    for message_id, conversation_id in expired:
        log.warning(
            "send_unconfirmed",
            message_id=str(message_id),
            conversation_id=str(conversation_id),
            cause="deadline or dead worker",
        )
    heads = due_heads(session, settled_s=SETTLED_S, limit=BATCH)
    session.commit()
    restored = _restore(redis, heads)
    if restored:
        log.info("outbound_swept", conversations=restored)
    return Swept(len(expired), restored)


def _restore(redis: Redis, heads: list[Head]) -> int:
    """Put what is due on the timetable and wake a worker for it; how many were missing from it."""
    if not heads:
        return 0
    restored = 0
    try:
        restored = Pace(redis).restore(Turn(head.phone_number_id, head.conversation_id) for head in heads)
        if not redis.set(_MARK, 1, nx=True, ex=TOLD_FOR_S) and not restored:
            return 0
    except RedisError as error:
        log.warning("pace_unavailable", error=type(error).__name__)
    enqueue(TaskName.SEND)
    return restored
