"""The ingest task's loop: take from the stream, store, acknowledge, until nothing is left."""

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
from livechat.inbound.run import error_name, ingest_events, ingest_side_by_side, is_trouble, leave_waiting
from livechat.inbound.storing.batch import BatchResult
from livechat.inbound.waiting import TRIES_BEFORE_FAILED, drain_waiting

log = structlog.get_logger(__name__)

# As many in a transaction, and in each lane where the last ones were small.
BATCH_EVENTS = 500
# As much at a time, nearly always more than there is. A parsed body takes some ten times its length.
BATCH_BYTES = 16 * 1024 * 1024
# How often the ledger is looked into for bodies that wait there, while the stream keeps the ingest busy.
WAITING_EVERY_S = 1.0
# A batch costs some milliseconds before its first message. In a stream that brings one webhook after the
# other each of them would be paid for: so the ingest rests as long as it worked, at most this long, and
# finds more. A lone webhook never waits for it, since an ingest begins with a look.
LONGEST_REST_S = 0.02
# Longer than a batch takes; what is taken over too early is only stored twice, to no effect.
ABANDONED_MS = 10_000
# One of the bodies that were handed out together so often and never finished may kill its worker.
DELIVERIES_BEFORE_SUSPECT = 3
DELIVERIES_BEFORE_FAILED = TRIES_BEFORE_FAILED
# As long as an outage may last before what was in hand is tried one by one.
PUT_OFF_BEFORE_SUSPECT_S = 15.0

Report = Callable[[BatchResult], None]


def drain(
    redis: Redis, session: AnySession, consumer: str, report: Report, side: SideLanes | None = None
) -> int:
    """Store everything that waits, in the stream and in the ledger; how many webhooks there were.

    ``report`` is called after each commit. ``side`` takes parts of a large batch. The lease is kept fresh
    while there is work and given back at the end; what arrives between the last look and the return is seen
    by looking once more.
    """
    arrivals.claim_abandoned(redis, consumer, ABANDONED_MS, BATCH_EVENTS)
    return _Drain(redis, session, consumer, report, side).run()


class _Drain:
    """One task's work. What was stored from the stream is acknowledged when the next is taken."""

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
        """Until nothing is left."""
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
        """Store up to ``most`` events that are new in the stream; how many there were."""
        events = arrivals.take(self._redis, self._consumer, most, self._stored)
        self._stored = ()
        for portion in _portions(events):
            self._store(portion)
        self._stored = events
        return len(events)

    def _give_way(self) -> None:
        """What has come into the stream meanwhile, while a long body of the ledger is stored."""
        self._next(BATCH_EVENTS)

    def _store(self, events: Sequence[RawWebhook]) -> None:
        """Store and report; the caller says that they are done."""
        try:
            with _garbage_left_alone():
                if self._side is None:
                    self._report(ingest_events(self._session, events))
                else:
                    ingest_side_by_side(self._session, events, self._side, self._report)
        except Exception as error:
            self._session.rollback()
            if is_trouble(error):
                # The database is in trouble and we live: a body must not be suspected for what it has not
                # done, or an outage of some seconds would set aside every webhook that waits for its end.
                WEBHOOKS_AGAIN.labels("trouble").inc(len(events))
                with suppress(RedisError):
                    arrivals.forgive(self._redis, self._consumer, events)
            else:
                self._to_ledger(events, "fault")
            raise

    def _finish_pending(self) -> int:
        """What this consumer took before it died, or could not finish; how much there was."""
        total = 0
        while events := arrivals.read_pending(self._redis, self._consumer, BATCH_EVENTS):
            suspects, others = self._told_apart(events)
            if suspects:
                # Whoever was in hand with others shares their count; one that was alone has its own.
                own = (
                    max(0, self._deliveries.get(suspects[0].entry_id or b"", 0) - 1)
                    if len(events) == 1
                    else 0
                )
                self._to_ledger(suspects, "suspect", own)
            for portion in _portions(others):
                self._store(portion)
                arrivals.done(self._redis, portion)
            total += len(events)
        return total

    def _told_apart(self, events: Sequence[RawWebhook]) -> tuple[list[RawWebhook], list[RawWebhook]]:
        """(those that may be what hinders us, the rest): handed out too often, or put off for too long.

        What looks like an outage for ever may be the data's doing; where it is not, the ledger cannot take
        them either.
        """
        self._deliveries = arrivals.deliveries(self._redis, self._consumer, events)
        put_off = arrivals.put_off_times(self._redis, events)
        now = time.time()
        suspects: list[RawWebhook] = []
        others: list[RawWebhook] = []
        for event in events:
            entry = event.entry_id or b""
            is_suspect = self._deliveries.get(entry, 0) > DELIVERIES_BEFORE_SUSPECT
            is_suspect = is_suspect or now - put_off.get(entry, now) > PUT_OFF_BEFORE_SUSPECT_S
            (suspects if is_suspect else others).append(event)
        return suspects, others

    def _to_ledger(self, events: Sequence[RawWebhook], why: str, attempts: int = 0) -> None:
        """Have these tried there, each alone and with a count of its own, so that the stream goes on."""
        log.error("webhooks_tried_alone", why=why, webhooks=len(events))
        WEBHOOKS_AGAIN.labels(why).inc(len(events))
        try:
            leave_waiting(self._session, events, attempts)
            arrivals.done(self._redis, events)
        except Exception as error:
            # They stay where they are, and nobody is suspected of it.
            self._session.rollback()
            log.warning("webhooks_stay_in_the_stream", error=error_name(error))
            with suppress(RedisError):
                arrivals.forgive(self._redis, self._consumer, events)
            raise


def _how_many(before: Sequence[RawWebhook], lanes: int) -> int:
    """How many events to take: enough for all lanes, where those ``before`` were small."""
    size = sum(len(event.body) for event in before)
    return lanes * BATCH_EVENTS if before and size * lanes <= BATCH_BYTES else BATCH_EVENTS


def _portions(events: Sequence[RawWebhook]) -> Iterator[Sequence[RawWebhook]]:
    """In their order, each of BATCH_BYTES at most, or a single event."""
    start, size = 0, 0
    for at, event in enumerate(events):
        if at > start and size + len(event.body) > BATCH_BYTES:
            yield events[start:at]
            start, size = at, 0
        size += len(event.body)
    if start < len(events):
        yield events[start:]


def _left_over(redis: Redis) -> bool:
    """Whether the stream holds an entry that no consumer has been given."""
    groups = redis.xinfo_groups(arrivals.STREAM)
    return any(_text(group["name"]) == arrivals.GROUP and (group.get("lag") or 0) > 0 for group in groups)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """Without the collector of garbage: a batch holds nearly all of its objects to its end.

    To look for cycles among them again and again took some hundredths of Python's time and freed nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
