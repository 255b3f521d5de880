"""Where a webhook is kept before it is answered: the inbound stream in Redis, or else the ledger.

One pipeline adds the body and tries to take the *wake-up lease*; only the request that wins it sends the
Celery task. So a burst of a thousand webhooks costs one task, and a lone one is stored within milliseconds.
Bodies that come while a pipeline is under way share the next one.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import structlog
from hiredis import HiredisError, pack_command
from redis import Redis
from redis.client import Pipeline
from redis.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from sqlalchemy.exc import SQLAlchemyError

from livechat.core.after_commit import enqueue
from livechat.core.errors import UnavailableError
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.inbound.door.group_commit import GroupCommit
from livechat.inbound.door.loop_line import LineBrokenError, LoopLine, loop_line
from livechat.inbound.queries import ledger

log = structlog.get_logger(__name__)

STREAM = "livechat:inbound"
GROUP = "ingest"
LEASE = "livechat:inbound:wake"
LEASE_MS = 5000
# Webhooks that were taken and could not be finished, by the time of the first failure.
PUT_OFF = "livechat:inbound:put-off"
PUT_OFF_KEPT_S = 24 * 3600
# A history import sends megabytes at a time. Larger bodies wait in PostgreSQL, not in Redis' memory.
LARGE_BODY_BYTES = 256 * 1024
# While Redis is silent every webhook would wait for a time-out. So after a failure it is not asked for a
# while.
REDIS_REST_S = 1.0


@dataclass(frozen=True, slots=True)
class RawWebhook:
    """A webhook body as it came. ``entry_id`` is its place in the stream; None: it waits in the ledger."""

    id: UUID
    received_at: datetime
    body: bytes
    entry_id: bytes | None = None


class _Kept(NamedTuple):
    """What became of one body. Of bodies that were written together, one at most wins the lease."""

    error: Exception | None
    won_lease: bool = False


class Arrivals:
    """The process's way in for webhooks, with one Redis. Many threads may use it."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._redis_rests_until = 0.0
        self._line = _Line(redis)
        self._loop_line = loop_line(redis)
        self._group_line = _Line(redis)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="webhooks")
        self._writes: GroupCommit[bytes, _Kept] = GroupCommit()

    def received(self, body: bytes) -> RawWebhook:
        """A webhook that has come at this moment, with an id of its own."""
        return RawWebhook(uuid7(), clock.now(), body)

    def add(self, webhook: RawWebhook) -> bool:
        """Keep ``webhook`` in the stream and see that it is processed. False where Redis cannot take it."""
        return len(webhook.body) <= LARGE_BODY_BYTES and self._to_stream(webhook)

    async def add_all(self, webhooks: Sequence[RawWebhook]) -> tuple[list[bool], bool]:
        """As ``add`` for webhooks that came together, none of them large, on the server's event loop.

        For one caller at a time.
        Returns what ``add`` says of each, and whether the lease was won: then the caller must call
        ``send_wake``, which may wait for a broker.
        """
        if time.monotonic() < self._redis_rests_until:
            return [False] * len(webhooks), False
        commands = [_addition(webhook) for webhook in webhooks]
        if self._loop_line is not None:
            results = await _add_on_loop(self._loop_line, commands)
        else:
            loop = asyncio.get_running_loop()
            results = await loop.run_in_executor(self._writer, self._group_line.add, commands)
        kept = [self._is_kept(webhook, result) for webhook, result in zip(webhooks, results, strict=True)]
        return kept, any(result.won_lease for result in results)

    def send_wake(self) -> None:
        """Send the task that the lease stands for, or give the lease back."""
        if not enqueue(TaskName.INGEST):
            release_lease(self._redis)

    def put(self, session: AnySession, webhook: RawWebhook) -> str:
        """Commits where Redis does not take it: keep ``webhook``, and see that it is processed.

        Returns where it is kept, ``redis`` or ``postgresql``. Raises UnavailableError where neither takes it;
        Meta sends it again then.
        """
        if self.add(webhook):
            return "redis"
        try:
            ledger.insert_waiting(session, webhook.id, webhook.received_at, webhook.body)
            session.commit()
        except SQLAlchemyError as error:
            session.rollback()
            log.error("ledger_refused_webhook", event_id=str(webhook.id), error=type(error).__name__)
            if len(webhook.body) > LARGE_BODY_BYTES and self._to_stream(webhook):
                return "redis"
            raise UnavailableError("The webhook cannot be kept now; send it again.") from error
        self._wake()
        return "postgresql"

    def _to_stream(self, webhook: RawWebhook) -> bool:
        if time.monotonic() < self._redis_rests_until:
            return False
        kept = self._writes.run(_addition(webhook), self._line.add)
        if kept.won_lease:
            self.send_wake()
        return self._is_kept(webhook, kept)

    def _is_kept(self, webhook: RawWebhook, kept: _Kept) -> bool:
        if kept.error is not None:
            self._redis_rests_until = time.monotonic() + REDIS_REST_S
            log.error("redis_refused_webhook", event_id=str(webhook.id), error=type(kept.error).__name__)
            return False
        return True

    def _wake(self) -> None:
        if time.monotonic() < self._redis_rests_until:
            return
        try:
            won = self._redis.set(LEASE, "1", nx=True, px=LEASE_MS)
        except RedisError:
            self._redis_rests_until = time.monotonic() + REDIS_REST_S
            return
        if won:
            self.send_wake()


def _command(*parts: str | bytes | int) -> bytes:
    """A Redis command as it travels."""
    return cast(bytes, pack_command(parts))  # type: ignore[arg-type]  # its type allows one part only


_TAKE_LEASE = _command("SET", LEASE, "1", "NX", "PX", LEASE_MS)


def _addition(webhook: RawWebhook) -> bytes:
    """The command that adds ``webhook`` to the stream."""
    received_at = f"{webhook.received_at.timestamp():.6f}"
    return _command("XADD", STREAM, "*", "id", webhook.id.bytes, "at", received_at, "body", webhook.body)


class _Line:
    """The connection over which a process adds bodies. Its writes take turns, so it needs one only.

    A pipeline of redis-py does the same and takes three times as long: a tenth of an acknowledgement.
    """

    def __init__(self, redis: Redis) -> None:
        self._pool = redis.connection_pool
        self._connection: AbstractConnection | None = None

    def add(self, commands: Sequence[bytes]) -> list[_Kept]:
        """Add bodies to the stream and try to take the lease, in one round trip.

        It needs no transaction: a body that was added before the connection broke is added again, or kept in
        the ledger, under the same id, and is stored once.
        """
        try:
            return _told(self._ask(commands))
        except RedisError as error:
            return [_Kept(error)] * len(commands)

    def _ask(self, commands: Sequence[bytes]) -> list[Any]:
        connection = self._connection
        if connection is None:
            # It is kept for good. The pool does not notice when it is closed, so ``_ask`` does.
            connection = self._connection = self._pool.get_connection()
        request = [b"".join((*commands, _TAKE_LEASE))]
        try:
            return _answers(connection, request, len(commands) + 1)
        except RedisConnectionError:
            # A Redis that was restarted has closed the connection. One that is away refuses the new one at
            # once.
            connection.disconnect()  # type: ignore[no-untyped-call]  # redis-py has few types
            return _answers(connection, request, len(commands) + 1)


async def _add_on_loop(line: LoopLine, commands: Sequence[bytes]) -> list[_Kept]:
    """As ``_Line.add``, without a thread."""
    try:
        return _told(await line.ask(b"".join((*commands, _TAKE_LEASE)), len(commands) + 1))
    except (OSError, LineBrokenError, HiredisError) as error:
        return [_Kept(error)] * len(commands)


def _told(answers: Sequence[Any]) -> list[_Kept]:
    """What became of each body, by Redis' answers to these and to taking the lease."""
    *added, won = answers
    results = [_Kept(each if isinstance(each, Exception) else None) for each in added]
    winner = next((n for n, kept in enumerate(results) if kept.error is None), None)
    if won in (b"OK", "OK") and winner is not None:
        results[winner] = _Kept(None, won_lease=True)
    return results


def _answers(connection: AbstractConnection, request: list[bytes], count: int) -> list[Any]:
    connection.send_packed_command(request)  # type: ignore[no-untyped-call]
    answers: list[Any] = []
    for _ in range(count):
        try:
            answers.append(connection.read_response())
        except ResponseError as error:
            answers.append(error)
    return answers


def release_lease(redis: Redis) -> None:
    """Let the next webhook wake an ingest."""
    try:
        redis.delete(LEASE)
    except RedisError as error:
        log.warning("lease_not_released", error=type(error).__name__)  # it lapses by itself


def take_lease(redis: Redis) -> bool:
    """Take the lease where it is free; True where it is ours now."""
    return bool(redis.set(LEASE, "1", nx=True, px=LEASE_MS))


def take(redis: Redis, consumer: str, count: int, stored: Sequence[RawWebhook] = ()) -> list[RawWebhook]:
    """Up to ``count`` webhooks that no consumer has seen. They stay pending until given as ``stored``.

    One round trip, in one transaction: those in ``stored`` are acknowledged and deleted, the lease is
    renewed, so that no other ingest is woken, and the next webhooks are read.
    """
    pipeline = redis.pipeline(transaction=True)
    _forget(pipeline, stored)
    pipeline.set(LEASE, "1", px=LEASE_MS)
    pipeline.xreadgroup(GROUP, consumer, {STREAM: ">"}, count=count)
    answer = pipeline.execute(raise_on_error=False)[-1]
    if isinstance(answer, ResponseError) and str(answer).startswith("NOGROUP"):
        _make_group(redis)
        answer = redis.xreadgroup(GROUP, consumer, {STREAM: ">"}, count=count)
    if isinstance(answer, Exception):
        raise answer
    return _webhooks(answer)


def read_pending(redis: Redis, consumer: str, count: int) -> list[RawWebhook]:
    """Webhooks that this consumer took and did not finish: it was killed, or its transaction failed."""
    try:
        answer = redis.xreadgroup(GROUP, consumer, {STREAM: "0"}, count=count)
    except ResponseError as error:
        if not str(error).startswith("NOGROUP"):
            raise
        return []
    return _webhooks(answer)


def claim_abandoned(redis: Redis, consumer: str, idle_ms: int, count: int) -> int:
    """Take over what other consumers have left pending for ``idle_ms``; how many webhooks there were."""
    try:
        answer = redis.xautoclaim(STREAM, GROUP, consumer, min_idle_time=idle_ms, count=count, justid=True)
    except ResponseError as error:
        if not str(error).startswith("NOGROUP"):
            raise
        return 0
    return len(answer[1] if isinstance(answer, list | tuple) and len(answer) > 1 else answer)


def deliveries(redis: Redis, consumer: str, webhooks: Sequence[RawWebhook]) -> dict[bytes, int]:
    """{entry: how often it was handed out} of pending webhooks. A body that kills its worker shows here."""
    entries = [webhook.entry_id for webhook in webhooks if webhook.entry_id is not None]
    if not entries:
        return {}
    rows: Any = redis.xpending_range(
        STREAM, GROUP, min=entries[0], max=entries[-1], count=10_000, consumername=consumer
    )
    return {row["message_id"]: row["times_delivered"] for row in rows}


def forgive(redis: Redis, consumer: str, webhooks: Sequence[RawWebhook]) -> None:
    """Put off webhooks that could not be finished, and count their deliveries anew.

    They have not killed their worker, whatever went wrong. The time of the first failure is noted for the
    alarm.
    """
    entries = [webhook.entry_id for webhook in webhooks if webhook.entry_id is not None]
    if not entries:
        return
    pipeline = redis.pipeline(transaction=False)
    pipeline.xclaim(
        STREAM,
        GROUP,
        consumer,
        min_idle_time=0,
        message_ids=cast(Any, entries),
        retrycount=0,
        justid=True,
    )
    pipeline.zadd(PUT_OFF, dict.fromkeys(entries, time.time()), nx=True)
    pipeline.expire(PUT_OFF, PUT_OFF_KEPT_S)
    pipeline.execute()


def put_off(redis: Redis, before: float) -> tuple[int, float | None]:
    """(how many webhooks of the stream were put off before that Unix time, the first time of all)."""
    pipeline = redis.pipeline(transaction=False)
    pipeline.zcount(PUT_OFF, "-inf", before)
    pipeline.zrange(PUT_OFF, 0, 0, withscores=True)
    count, first = pipeline.execute()
    return int(count), float(first[0][1]) if count and first else None


def put_off_times(redis: Redis, webhooks: Sequence[RawWebhook]) -> dict[bytes, float]:
    """{entry: the Unix time at which it was first put off} of those that were."""
    entries = [webhook.entry_id for webhook in webhooks if webhook.entry_id is not None]
    scores: Any = redis.zmscore(PUT_OFF, cast(Any, entries)) if entries else []
    return {entry: score for entry, score in zip(entries, scores, strict=True) if score is not None}


def done(redis: Redis, webhooks: Sequence[RawWebhook]) -> None:
    """Acknowledge and delete pending webhooks whose outcomes, or bodies in the ledger, are committed."""
    pipeline = redis.pipeline(transaction=True)
    _forget(pipeline, webhooks)
    entries = [webhook.entry_id for webhook in webhooks if webhook.entry_id is not None]
    if entries:
        pipeline.zrem(PUT_OFF, *entries)
    pipeline.execute()


def _forget(pipeline: Pipeline, webhooks: Sequence[RawWebhook]) -> None:
    entries = [webhook.entry_id for webhook in webhooks if webhook.entry_id is not None]
    if entries:
        pipeline.xack(STREAM, GROUP, *entries)
        pipeline.xdel(STREAM, *entries)


def backlog(redis: Redis) -> tuple[int, float]:
    """How many webhooks the stream holds, waiting or in work, and the age of the oldest in seconds."""
    length = int(redis.xlen(STREAM))
    first: Any = redis.xrange(STREAM, count=1) if length else []
    if not first:
        return length, 0.0
    return length, max(0.0, time.time() - float(first[0][1][b"at"]))


def _make_group(redis: Redis) -> None:
    try:
        redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    except ResponseError as error:
        if not str(error).startswith("BUSYGROUP"):
            raise


def _webhooks(answer: Any) -> list[RawWebhook]:
    # The answer is a dict in RESP3, a list in RESP2.
    streams = answer.items() if isinstance(answer, dict) else answer
    webhooks = []
    for _, entries in streams or []:
        # RESP3 nests the entries of a stream once more.
        rows = entries[0] if entries and isinstance(entries[0], list) else entries
        for entry_id, fields in rows:
            if not fields:  # it was deleted while pending, since its outcome is committed
                continue
            webhooks.append(
                RawWebhook(
                    UUID(bytes=fields[b"id"]),
                    clock.from_unix(float(fields[b"at"])),
                    fields[b"body"],
                    entry_id,
                )
            )
    return webhooks
