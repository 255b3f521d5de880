"""The ingest task's loop: take from the stream, store, acknowledge, until nothing is left."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.queries import ledger
from livechat.queries.session import AnySession
from livechat.services import inbox
from livechat.services.inbox import RawEvent
from livechat.services.ingest.accounting import keep_whole
from livechat.services.ingest.batch import Stored
from livechat.services.ingest.lanes import SideLanes
from livechat.services.ingest.run import ingest_events, ingest_side_by_side

log = structlog.get_logger(__name__)

# As many in a transaction, and in each lane where the last ones were small.
BATCH_EVENTS = 500
# As much at a time, nearly always more than there is. A parsed body takes some ten times its length.
BATCH_BYTES = 16 * 1024 * 1024
WAITING_BATCH = 20
# How often the ledger is looked into for bodies that wait there, while the stream keeps the ingest busy.
WAITING_EVERY_S = 1.0
# A batch costs some milliseconds before its first message. In a stream that brings one webhook after the
# other each of them would be paid for: so the ingest rests as long as it worked, at most this long, and
# finds more. A lone webhook never waits for it, since an ingest begins with a look.
LONGEST_REST_S = 0.02
# Longer than a batch takes; what is taken over too early is only stored twice, to no effect.
ABANDONED_MS = 10_000
# A body that was handed out this often and never finished has killed its worker each time.
DELIVERIES_BEFORE_SUSPECT = 3
DELIVERIES_BEFORE_FAILED = 6

Report = Callable[[Stored], None]


def drain(
    redis: Redis, session: AnySession, consumer: str, report: Report, side: SideLanes | None = None
) -> int:
    """Store everything that waits, in the stream and in the ledger; how many webhooks there were.

    ``report`` is called after each commit. ``side`` takes parts of a large batch. The lease is kept fresh
    while there is work and given back at the end; what arrives between the last look and the return is seen
    by looking once more.
    """
    inbox.claim_abandoned(redis, consumer, ABANDONED_MS, BATCH_EVENTS)
    total = _finish_pending(redis, session, consumer, report)
    stored: Sequence[RawEvent] = ()
    look_at = 0.0
    lanes = 1 if side is None else 1 + side.count
    while True:
        most = _how_many(stored, lanes)
        events = inbox.take(redis, consumer, most, stored)
        began = time.monotonic()
        for portion in _portions(events):
            _store(redis, session, consumer, portion, report, side)
        stored = events
        count = len(events)
        if not events or began >= look_at:
            count += _drain_waiting(session, report)
            look_at = time.monotonic() + WAITING_EVERY_S
        total += count
        if len(events) == most:
            continue
        if count:
            time.sleep(min(time.monotonic() - began, LONGEST_REST_S))
            continue
        inbox.release_lease(redis)
        if not _left_over(redis) or not inbox.take_lease(redis):
            return total


def _how_many(before: Sequence[RawEvent], lanes: int) -> int:
    """How many events to take: enough for all lanes, where those ``before`` were small."""
    size = sum(len(event.body) for event in before)
    return lanes * BATCH_EVENTS if before and size * lanes <= BATCH_BYTES else BATCH_EVENTS


def _portions(events: Sequence[RawEvent]) -> Iterator[Sequence[RawEvent]]:
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
    groups = redis.xinfo_groups(inbox.STREAM)
    return any(_text(group["name"]) == inbox.GROUP and (group.get("lag") or 0) > 0 for group in groups)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _store(
    redis: Redis,
    session: AnySession,
    consumer: str,
    events: Sequence[RawEvent],
    report: Report,
    side: SideLanes | None = None,
) -> None:
    """Store and report; the caller says that they are done."""
    try:
        with _garbage_left_alone():
            if side is None:
                report(ingest_events(session, events))
            else:
                ingest_side_by_side(session, events, side, report)
    except Exception:
        # The database is in trouble and we live: a body must not be suspected for what it has not done, or
        # an outage of some seconds would set aside every webhook that waits for its end.
        with suppress(RedisError):
            inbox.forgive(redis, consumer, events)
        raise


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


def _finish_pending(redis: Redis, session: AnySession, consumer: str, report: Report) -> int:
    """What this consumer took before it died. A body that may have killed it is tried alone, then kept."""
    total = 0
    while events := inbox.read_pending(redis, consumer, BATCH_EVENTS):
        times = inbox.deliveries(redis, consumer, events)
        suspects = [event for event in events if _times(times, event) > DELIVERIES_BEFORE_SUSPECT]
        healthy = [event for event in events if event not in suspects]
        if healthy:
            _store(redis, session, consumer, healthy, report)
            inbox.done(redis, healthy)
        for event in suspects:
            if _times(times, event) > DELIVERIES_BEFORE_FAILED:
                _keep_as_failed(session, event, report)
            else:
                _store(redis, session, consumer, [event], report)
            inbox.done(redis, [event])
        total += len(events)
    return total


def _times(times: dict[bytes, int], event: RawEvent) -> int:
    return times.get(event.entry_id or b"", 0)


def _keep_as_failed(session: AnySession, event: RawEvent, report: Report) -> None:
    log.error("webhook_kills_worker", event_id=str(event.id), bytes=len(event.body))
    report(keep_whole(session, event, "kills_worker"))


def _drain_waiting(session: AnySession, report: Report) -> int:
    rows = ledger.take_waiting(session, WAITING_BATCH)
    events = [RawEvent(row.id, row.received_at, bytes(row.body)) for row in rows]
    # The row locks end here: two ingests may then meet on the same body, and the second stores nothing new.
    session.rollback()
    for event in events:
        report(ingest_events(session, [event]))
    return len(events)
