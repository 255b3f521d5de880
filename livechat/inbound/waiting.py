"""Bodies that wait in the ledger: large ones, what Redis could not take, and suspects of killing a worker.

Each try is counted before it begins and taken back where it ended without a death, so the count that is left
is of workers that died with the body in hand. A body is tried alone from its second try on; the one that was
tried least comes first.
"""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from livechat.core.metrics import WEBHOOKS_AGAIN
from livechat.core.session import AnySession
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.parts import PART_ITEMS, ingest_in_parts
from livechat.inbound.queries import ledger
from livechat.inbound.run import error_name, ingest, is_trouble, read, rehearse
from livechat.inbound.storing.batch import BatchResult
from livechat.inbound.storing.ledger_rows import keep_whole

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 20
# Together; a parsed body takes some ten times its length.
MOST_BYTES = 1024 * 1024
# How long others leave alone what one worker has in hand: longer than one part takes.
HOLD_S = 15.0
# A body of which so many tries ended with the death of their worker is not tried again.
TRIES_BEFORE_FAILED = 6

# Tries of this process that are to be taken back, once the database can be told.
_owed: set[UUID] = set()


def drain_waiting(
    session: AnySession,
    consumer: str,
    report: Callable[[BatchResult], None],
    between: Callable[[], object],
) -> int:
    """Commits around each try: some of what waits, a few small bodies or a single one; how many there were.

    ``between`` is called while a body of many items is stored, after each part of it.
    """
    _pay(session)
    rows = ledger.take_waiting(session, consumer, limit=MOST_AT_ONCE, most_bytes=MOST_BYTES, hold_s=HOLD_S)
    if not rows:
        session.rollback()
        return 0
    session.commit()
    events = [RawWebhook(row.id, row.received_at, bytes(row.body)) for row in rows]
    attempts = max(row.attempts for row in rows)
    if attempts > 1:
        _rehearse(session, events[0].id)
    try:
        stored = _try(session, events, attempts, between)
    except Exception as error:
        session.rollback()
        # We live, so they have not killed us. What only the data can have caused counts all the same, so that
        # it comes last from now on and ends some day.
        is_outage = is_trouble(error)
        WEBHOOKS_AGAIN.labels("trouble" if is_outage else "fault").inc(len(events))
        _put_back(session, [event.id for event in events], forgive=is_outage)
        raise
    report(stored)
    return len(events)


def _rehearse(session: AnySession, event_id: UUID) -> None:
    """Commits around a rehearsal: a worker that dies of anything dies now, and this try is not counted."""
    ledger.count_try(session, event_id, -1)
    session.commit()
    try:
        rehearse(session)
        ledger.count_try(session, event_id, 1)
        session.commit()
    except Exception:
        session.rollback()
        _put_back(session, [event_id], forgive=False)
        raise


def _try(
    session: AnySession, events: Sequence[RawWebhook], attempts: int, between: Callable[[], object]
) -> BatchResult:
    if attempts > TRIES_BEFORE_FAILED:
        log.error("webhook_kills_worker", event_id=str(events[0].id), bytes=len(events[0].body))
        return keep_whole(session, events[0], "kills_worker")
    webhooks = read(events)
    if len(webhooks) == 1 and len(webhooks[0].items) > PART_ITEMS:
        return ingest_in_parts(session, webhooks[0], lambda: _between(session, events[0].id, between))
    return ingest(session, webhooks)


def _between(session: AnySession, event_id: UUID, between: Callable[[], object]) -> None:
    """Commits that the body stays in hand, between two of its parts."""
    ledger.hold_waiting(session, event_id, HOLD_S)
    session.commit()
    between()


def _pay(session: AnySession) -> None:
    """Commits what is owed to earlier tries."""
    if _owed:
        ids = set(_owed)
        ledger.put_back_waiting(session, ids, forgive=True, rest=False)
        session.commit()
        _owed.difference_update(ids)


def _put_back(session: AnySession, ids: Iterable[UUID], *, forgive: bool) -> None:
    """Commits that these wait again; what cannot be told now is owed."""
    try:
        ledger.put_back_waiting(session, ids, forgive=forgive, rest=True)
        session.commit()
    except SQLAlchemyError as error:
        session.rollback()
        log.warning("tries_not_taken_back_yet", error=error_name(error))
        if forgive:
            _owed.update(ids)
