"""The ingest task's loop: take webhooks from the stream, store and acknowledge them, until none is left."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.core.metrics import WEBHOOKS_AGAIN
from livechat.core.session import AnySession
from livechat.inbound.door import arrivals
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.lanes import SideLanes
from livechat.inbound.run import error_name, ingest_raw, ingest_side_by_side, is_trouble, leave_waiting
from livechat.inbound.storing.batch import BatchResult
from livechat.inbound.waiting import TRIES_BEFORE_FAILED, drain_waiting

log = structlog.get_logger(__name__)

# Webhooks in one transaction; where the last ones were small, in each lane's.
BATCH_WEBHOOKS = 500
# Bytes at a time, nearly always more than there are. A parsed body takes some ten times its length.
BATCH_BYTES = 16 * 1024 * 1024
# The ledger is looked into this often for waiting bodies while the stream keeps the ingest busy.
WAITING_EVERY_S = 1.0
# A batch costs some milliseconds before its first message. Webhooks that come one by one would each pay them:
# so the ingest rests as long as it worked, at most this long, and then finds several. A lone webhook never
# waits for that, since an ingest begins with a look.
LONGEST_REST_S = 0.02
# Longer than a batch takes. A webhook that is taken over too early is only tried twice and stored once.
ABANDONED_MS = 10_000
# Of webhooks that were handed out together more often than this and never finished, one may kill its worker.
DELIVERIES_BEFORE_SUSPECT = 3
DELIVERIES_BEFORE_FAILED = TRIES_BEFORE_FAILED
# Webhooks that were put off for longer than this, as in an outage, are tried one by one.
PUT_OFF_BEFORE_SUSPECT_S = 15.0

Report = Callable[[BatchResult], None]


def drain(
    redis: Redis, session: AnySession, consumer: str, report: Report, side: SideLanes | None = None
) -> int:
    """Store everything that waits, in the stream and in the ledger; how many webhooks there were.

    ``report`` is called after each commit. ``side`` takes parts of a large batch. The lease is renewed while
    there is work and given back at the end; one more look after that finds what came between.
    """
    arrivals.claim_abandoned(redis, consumer, ABANDONED_MS, BATCH_WEBHOOKS)
    return _Drain(redis, session, consumer, report, side).run()


class _Drain:
    """One task's work. Webhooks that were stored are acknowledged when the next ones are taken."""

    def __init__(
        self, redis: Redis, session: AnySession, consumer: str, report: Report, side: SideLanes | None
    ) -> None:
        self._redis = redis
        self._session = session
        self._consumer = consumer
        self._report = report
        self._side = side
        self._lanes = 1 if side is None else 1 + side.count
        self._stored: Sequence[RawWebhook] = ()
        self._deliveries: dict[bytes, int] = {}

    def run(self) -> int:
        """Store until nothing is left; how many webhooks there were."""
        total = self._finish_pending()
        look_at = 0.0
        while True:
            most = _how_many(self._stored, self._lanes)
            began = time.monotonic()
            count = taken = self._next(most)
            if not taken or began >= look_at:
                count += drain_waiting(self._session, self._consumer, self._report, self._give_way)
                look_at = time.monotonic() + WAITING_EVERY_S
            total += count
            if taken == most:
                continue
            if count:
                time.sleep(min(time.monotonic() - began, LONGEST_REST_S))
                continue
            arrivals.release_lease(self._redis)
            if not _left_over(self._redis) or not arrivals.take_lease(self._redis):
                return total

    def _next(self, most: int) -> int:
        """Store up to ``most`` webhooks that are new in the stream; how many there were."""
        webhooks = arrivals.take(self._redis, self._consumer, most, self._stored)
        self._stored = ()
        for portion in _portions(webhooks):
            self._store(portion)
        self._stored = webhooks
        return len(webhooks)

    def _give_way(self) -> None:
        """Store what has come into the stream while a long body of the ledger is being stored."""
        self._next(BATCH_WEBHOOKS)

    def _store(self, webhooks: Sequence[RawWebhook]) -> None:
        """Store and report them. The caller acknowledges them."""
        try:
            with _garbage_left_alone():
                if self._side is None:
                    self._report(ingest_raw(self._session, webhooks))
                else:
                    ingest_side_by_side(self._session, webhooks, self._side, self._report)
        except Exception as error:
            self._session.rollback()
            if is_trouble(error):
                # The database is in trouble and our worker lives, so no body is to be suspected. Otherwise an
                # outage of some seconds would set aside every webhook that waits for its end.
                WEBHOOKS_AGAIN.labels("trouble").inc(len(webhooks))
                with suppress(RedisError):
                    arrivals.forgive(self._redis, self._consumer, webhooks)
            else:
                self._to_ledger(webhooks, "fault")
            raise

    def _finish_pending(self) -> int:
        """Store what this consumer took before it died, or could not finish; how many webhooks there were."""
        total = 0
        while webhooks := arrivals.read_pending(self._redis, self._consumer, BATCH_WEBHOOKS):
            suspects, others = self._told_apart(webhooks)
            if suspects:
                # The count of a webhook that was handed out alone is its own; among others it is not.
                own = (
                    max(0, self._deliveries.get(suspects[0].entry_id or b"", 0) - 1)
                    if len(webhooks) == 1
                    else 0
                )
                self._to_ledger(suspects, "suspect", own)
            for portion in _portions(others):
                self._store(portion)
                arrivals.done(self._redis, portion)
            total += len(webhooks)
        return total

    def _told_apart(self, webhooks: Sequence[RawWebhook]) -> tuple[list[RawWebhook], list[RawWebhook]]:
        """(suspects, others). A suspect was handed out too often, or put off for too long.

        An outage that does not end may be caused by a webhook's data. Where it is not, the ledger cannot take
        the suspects either, and they stay in the stream.
        """
        self._deliveries = arrivals.deliveries(self._redis, self._consumer, webhooks)
        put_off = arrivals.put_off_times(self._redis, webhooks)
        now = time.time()
        suspects: list[RawWebhook] = []
        others: list[RawWebhook] = []
        for webhook in webhooks:
            entry = webhook.entry_id or b""
            is_suspect = self._deliveries.get(entry, 0) > DELIVERIES_BEFORE_SUSPECT
            is_suspect = is_suspect or now - put_off.get(entry, now) > PUT_OFF_BEFORE_SUSPECT_S
            (suspects if is_suspect else others).append(webhook)
        return suspects, others

    def _to_ledger(self, webhooks: Sequence[RawWebhook], why: str, attempts: int = 0) -> None:
        """Move these to the ledger, where each is tried alone with its own count. The stream goes on."""
        log.error("webhooks_tried_alone", why=why, webhooks=len(webhooks))
        WEBHOOKS_AGAIN.labels(why).inc(len(webhooks))
        try:
            leave_waiting(self._session, webhooks, attempts)
            arrivals.done(self._redis, webhooks)
        except Exception as error:
            # They stay in the stream, and none of them is suspected for it.
            self._session.rollback()
            log.warning("webhooks_stay_in_the_stream", error=error_name(error))
            with suppress(RedisError):
                arrivals.forgive(self._redis, self._consumer, webhooks)
            raise


def _how_many(before: Sequence[RawWebhook], lanes: int) -> int:
    """How many webhooks to take: enough for all lanes, where those ``before`` were small."""
    size = sum(len(webhook.body) for webhook in before)
    return lanes * BATCH_WEBHOOKS if before and size * lanes <= BATCH_BYTES else BATCH_WEBHOOKS


def _portions(webhooks: Sequence[RawWebhook]) -> Iterator[Sequence[RawWebhook]]:
    """The webhooks in their order, in portions of BATCH_BYTES at most, or of a single larger one."""
    start, size = 0, 0
    for at, webhook in enumerate(webhooks):
        if at > start and size + len(webhook.body) > BATCH_BYTES:
            yield webhooks[start:at]
            start, size = at, 0
        size += len(webhook.body)
    if start < len(webhooks):
        yield webhooks[start:]


def _left_over(redis: Redis) -> bool:
    """Whether the stream holds an entry that was handed to no consumer yet."""
    groups = redis.xinfo_groups(arrivals.STREAM)
    return any(_text(group["name"]) == arrivals.GROUP and (group.get("lag") or 0) > 0 for group in groups)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Switch Python's collector of cycles off: a batch holds nearly all of its objects to its end.

    To look for cycles among them again and again took some hundredths of Python's time and freed nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
