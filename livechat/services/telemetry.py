"""The text that Prometheus reads: what this machine's processes counted, and what waits at this moment."""

import os
import time
from collections.abc import Iterator
from typing import Any

import orjson
import structlog
from kombu.exceptions import ChannelError, OperationalError
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from livechat.extensions import celery
from livechat.queries import waiting
from livechat.queries.session import AnySession
from livechat.services import inbox, readiness
from livechat.tasknames import Queue

log = structlog.get_logger(__name__)
MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def render(redis: Redis, session: AnySession) -> tuple[bytes, str]:
    """(body, content type). Gauges that their service cannot answer now are left out, never shown as 0."""
    counted = CollectorRegistry()
    if os.environ.get(MULTIPROCESS_VARIABLE):
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    present = CollectorRegistry()
    present.register(_Present(redis, session))
    text = generate_latest(counted if os.environ.get(MULTIPROCESS_VARIABLE) else REGISTRY)
    return text + generate_latest(present), CONTENT_TYPE_LATEST


class _Present:
    """Gauges read at the moment of asking."""

    def __init__(self, redis: Redis, session: AnySession) -> None:
        self._redis = redis
        self._session = session

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

    def _in_redis(self) -> Iterator[Metric]:
        length, age_s = inbox.backlog(self._redis)
        yield _gauge("livechat_inbound_waiting", "Webhooks in the stream, waiting or in work", length)
        yield _gauge("livechat_inbound_oldest_seconds", "Age of the oldest of them", age_s)
        depth = GaugeMetricFamily("livechat_queue_depth", "Celery tasks that wait", labels=["queue"])
        age = GaugeMetricFamily(
            "livechat_queue_oldest_seconds", "Age of the oldest of them", labels=["queue"]
        )
        alive = GaugeMetricFamily("livechat_queue_consumed", "1 where a worker consumes it", labels=["queue"])
        missing = readiness.silent_queues(self._redis)
        with celery.connection_for_read() as connection, connection.channel() as channel:
            for queue in Queue:
                depth.add_metric([queue.value], _depth(channel, queue))
                alive.add_metric([queue.value], 0 if queue in missing else 1)
                if celery.connection_for_read().transport_cls == "redis":
                    age.add_metric([queue.value], _oldest_s(channel.client, queue))
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


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)


def _depth(channel: Any, queue: Queue) -> int:
    try:
        return int(celery.amqp.queues[queue.value](channel).queue_declare(passive=True).message_count)
    except ChannelError:
        return 0  # Redis has no empty lists: a queue without tasks is not there


def _oldest_s(client: Redis, queue: Queue) -> float:
    """The age of the task at the head of a queue, by the time that its sender put into its header."""
    head = client.lindex(queue.value, -1)
    if head is None:
        return 0.0
    sent_at = orjson.loads(head).get("headers", {}).get("sent_at")
    return max(0.0, time.time() - sent_at) if isinstance(sent_at, int | float) else 0.0
