"""Whether this installation can do its work: database, Redis, and a consumer for every queue."""

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from livechat.queries.session import AnySession, ping
from livechat.tasknames import Queue

WORKER_KEY = "livechat:worker:{queue}"
# Workers say every two seconds that they consume; five missed beats and the queue counts as abandoned.
WORKER_TTL_S = 10


def say_consuming(redis: Redis, queues: list[str]) -> None:
    """Called by a worker with each heartbeat, once it consumes."""
    pipeline = redis.pipeline(transaction=False)
    for queue in queues:
        pipeline.set(WORKER_KEY.format(queue=queue), "1", ex=WORKER_TTL_S)
    pipeline.execute()


def missing(redis: Redis, session: AnySession) -> list[str]:
    """What is not there: ``database``, ``redis``, ``worker:<queue>``; empty when all is."""
    gone = []
    try:
        ping(session)
    except SQLAlchemyError:
        gone.append("database")
    finally:
        session.rollback()
    try:
        return gone + [f"worker:{queue.value}" for queue in silent_queues(redis)]
    except RedisError:
        return [*gone, "redis"]


def silent_queues(redis: Redis) -> list[Queue]:
    """The queues of which no worker has said lately that it consumes them."""
    beats = redis.mget([WORKER_KEY.format(queue=queue.value) for queue in Queue])
    return [queue for queue, beat in zip(Queue, beats, strict=True) if beat is None]
