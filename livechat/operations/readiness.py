"""Tells whether this installation can work: database, Redis, broker, and a worker for every queue."""

import time

from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from livechat.core.extensions import celery
from livechat.core.session import AnySession, ping
from livechat.core.tasknames import Queue

WORKER_KEY = "livechat:worker:{queue}"
# Workers report every two seconds that they consume; after five missed reports a queue counts as silent.
WORKER_TTL_S = 10
BEAT_KEY = "livechat:beat"
# The time of beat's last report is kept for a day, so that the doctor can tell how long beat is silent.
BEAT_TTL_S = 86_400
BROKER_TIMEOUT_S = 2.0


def say_consuming(redis: Redis, queues: list[str], visibility_timeout_s: int = 0) -> None:
    """Report that a worker consumes these queues, with its visibility time-out; called at each heartbeat."""
    pipeline = redis.pipeline(transaction=False)
    for queue in queues:
        pipeline.set(WORKER_KEY.format(queue=queue), visibility_timeout_s, ex=WORKER_TTL_S)
    pipeline.execute()


def say_beat(redis: Redis) -> None:
    """Report that beat is alive; called by a task that beat sends every few seconds."""
    redis.set(BEAT_KEY, f"{time.time():.3f}", ex=BEAT_TTL_S)


def beat_age_s(redis: Redis) -> float | None:
    """How many seconds ago beat was last reported alive; None if that was not within a day."""
    said = redis.get(BEAT_KEY)
    return None if said is None else max(0.0, time.time() - float(said))


def visibility_timeouts_s(redis: Redis) -> set[int]:
    """The broker's visibility time-outs, in seconds, that running workers use."""
    beats = redis.mget([WORKER_KEY.format(queue=queue.value) for queue in Queue])
    return {int(beat) for beat in beats if beat is not None} - {0}


def broker_answers() -> bool:
    """Whether Celery's broker accepts a connection within a few seconds."""
    try:
        with celery.connection_for_write(connect_timeout=BROKER_TIMEOUT_S) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT_S)
    except (OperationalError, RedisError, OSError):
        return False
    return True


def missing(redis: Redis, session: AnySession) -> list[str]:
    """What is missing: ``database``, ``redis``, ``broker``, ``worker:<queue>``; empty if nothing is."""
    gone = []
    try:
        ping(session)
    except SQLAlchemyError:
        gone.append("database")
    finally:
        session.rollback()
    silent: list[str] = []
    try:
        silent = [f"worker:{queue.value}" for queue in silent_queues(redis)]
    except RedisError:
        gone.append("redis")
    if not broker_answers():
        gone.append("broker")
    return gone + silent


def silent_queues(redis: Redis) -> list[Queue]:
    """The queues that no worker has reported lately to consume."""
    beats = redis.mget([WORKER_KEY.format(queue=queue.value) for queue in Queue])
    return [queue for queue, beat in zip(Queue, beats, strict=True) if beat is None]
