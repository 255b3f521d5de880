"""Writes the text that Prometheus reads: the counters of this machine's processes, and what waits now."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import structlog
from kombu.exceptions import OperationalError
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from livechat.core.extensions import celery
from livechat.core.session import AnySession
from livechat.core.tasknames import Queue
from livechat.inbound.door import arrivals
from livechat.operations import alarms, multiprocess, readiness
from livechat.operations.queries import waiting_counts as waiting

log = structlog.get_logger(__name__)
MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def render(redis: Redis, session: AnySession) -> tuple[bytes, str]:
    """(body, content type). If PostgreSQL or Redis is away, its gauges are left out, never shown as 0."""
    present = CollectorRegistry()
    present.register(_Present(redis, session))
    folder = os.environ.get(MULTIPROCESS_VARIABLE)
    text = multiprocess.collect(Path(folder)) if folder else generate_latest(REGISTRY)
    return text + generate_latest(present), CONTENT_TYPE_LATEST


class _Present:
    """Gauges that are read when Prometheus asks."""

    def __init__(self, redis: Redis, session: AnySession) -> None:
        self._redis = redis
        self._session = session
        self._sounding: Counter[str] = Counter()

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            yield from self._in_redis()
        except (RedisError, OperationalError) as error:
            log.warning("metrics_without_redis", error=type(error).__name__)
        try:
            yield from self._in_database()
        except SQLAlchemyError as error:
            log.warning("metrics_without_database", error=type(error).__name__)
        finally:
            self._session.rollback()
        if self._sounding:
            yield self._alarms()

    def _in_redis(self) -> Iterator[Metric]:
        length, age_s = arrivals.backlog(self._redis)
        yield _gauge("livechat_inbound_waiting", "Webhooks in the stream, waiting or in work", length)
        yield _gauge("livechat_inbound_oldest_seconds", "Age of the oldest of them", age_s)
        self._sounding[alarms.PUT_OFF] += alarms.put_off_in_stream(self._redis)[0]
        depth = GaugeMetricFamily("livechat_queue_depth", "Celery tasks that wait", labels=["queue"])
        age = GaugeMetricFamily(
            "livechat_queue_oldest_seconds", "Age of the oldest of them", labels=["queue"]
        )
        alive = GaugeMetricFamily("livechat_queue_consumed", "1 where a worker consumes it", labels=["queue"])
        missing = readiness.silent_queues(self._redis)
        with celery.connection_for_read() as connection:
            for queue in Queue:
                count, oldest_s = _waiting(connection, queue)
                depth.add_metric([queue.value], count)
                alive.add_metric([queue.value], 0 if queue in missing else 1)
                if oldest_s is not None:
                    age.add_metric([queue.value], oldest_s)
        yield from (depth, age, alive)

    def _in_database(self) -> Iterator[Metric]:
        sends = GaugeMetricFamily("livechat_sends_open", "Messages not yet past sending", labels=["status"])
        for status, count in waiting.open_sends(self._session).items():
            sends.add_metric([status], count)
        yield sends
        yield _gauge(
            "livechat_sends_oldest_queued_seconds",
            "Age of the oldest queued message of a connected number",
            waiting.oldest_queued_s(self._session),
        )
        numbers = GaugeMetricFamily("livechat_phone_numbers", "Connected numbers", labels=["status"])
        for status, count in waiting.numbers(self._session).items():
            numbers.add_metric([status], count)
        yield numbers
        ledger = GaugeMetricFamily("livechat_ledger_open", "Webhooks kept and not done", labels=["state"])
        for state, count in waiting.ledger(self._session).items():
            ledger.add_metric([state], count)
        yield ledger
        self._sounding[alarms.PUT_OFF] += alarms.put_off_in_ledger(self._session)[0]
        self._sounding.update(dict.fromkeys(alarms.CODES, 0))
        self._sounding.update(alarm.code for alarm in alarms.alarms(self._session))

    def _alarms(self) -> Metric:
        found = GaugeMetricFamily(
            "livechat_webhook_alarms",
            "Numbers whose webhooks come and are not stored, or that have fallen silent; webhooks put off",
            labels=["code"],
        )
        for code, count in self._sounding.items():
            found.add_metric([code], count)
        return found


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _waiting(connection: Any, queue: Queue) -> tuple[int, float | None]:
    """(how many tasks wait in a queue, the age of the first in seconds); None if the broker cannot tell."""
    if connection.transport.driver_type == "redis":
        # An empty list does not exist in Redis, which kombu would report as a missing queue.
        client = connection.default_channel.client
        return client.llen(queue.value), _oldest_s(client, queue)
    try:
        # Asking about a queue that does not exist closes the channel, so each question has its own.
        with connection.channel() as channel:
            declared = celery.amqp.queues[queue.value](channel).queue_declare(passive=True)
    except connection.channel_errors:
        return 0, None
    return declared.message_count, None


def _oldest_s(client: Redis, queue: Queue) -> float:
    """The age in seconds of the first task of a queue, by the time that its sender put in a header."""
    first = client.lindex(queue.value, -1)
    if first is None:
        return 0.0
    sent_at = orjson.loads(first).get("headers", {}).get("sent_at")
    return max(0.0, time.time() - sent_at) if isinstance(sent_at, int | float) else 0.0
