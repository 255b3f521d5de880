"""Bodies that wait in the ledger: large ones, those that Redis could not take, and suspects.

A suspect may kill the worker that stores it. So each try is counted before it begins, and taken back where it
ended without a death: the count says how many workers died with the body in hand. From its second try on a
body is tried alone. The body with the fewest tries comes first.
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
# Bytes of all bodies together. A parsed body takes some ten times its length.
MOST_BYTES = 1024 * 1024
# Other workers leave a body alone for so long: longer than one part takes.
HOLD_S = 15.0
# A body is not tried again after so many tries ended with the death of their worker.
TRIES_BEFORE_FAILED = 6

# Bodies whose last try by this process is to be taken back, as soon as the database can be told.
_owed: set[UUID] = set()


def drain_waiting(
    session: AnySession,
    consumer: str,
    report: Callable[[BatchResult], None],
    between: Callable[[], object],
) -> int:
    """Commits around each try: store a few small bodies that wait, or a single one; how many there were.

    ``between`` is called after each part of a body of many items. Raises what storing raises.
    """
    _pay(session)
    rows = ledger.take_waiting(session, consumer, limit=MOST_AT_ONCE, most_bytes=MOST_BYTES, hold_s=HOLD_S)
    if not rows:
        session.rollback()
        return 0
    session.commit()
    raw = [RawWebhook(row.id, row.received_at, bytes(row.body)) for row in rows]
    attempts = max(row.attempts for row in rows)
    if attempts > 1:
        _rehearse(session, raw[0].id)
    try:
        stored = _try(session, raw, attempts, between)
    except Exception as error:
        session.rollback()
        # Our worker lives, so these bodies have not killed it. A failure that only their data can have caused
        # counts all the same, so that they come last from now on and are given up some day.
        is_outage = is_trouble(error)
        WEBHOOKS_AGAIN.labels("trouble" if is_outage else "fault").inc(len(raw))
        _put_back(session, [each.id for each in raw], forgive=is_outage)
        raise
    report(stored)
    return len(raw)


def _rehearse(session: AnySession, event_id: UUID) -> None:
    """Commits around a rehearsal, during which this try is not counted.

    A worker that would die of any webhook dies now, and the body is not suspected for it.
    """
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
    session: AnySession, raw: Sequence[RawWebhook], attempts: int, between: Callable[[], object]
) -> BatchResult:
    if attempts > TRIES_BEFORE_FAILED:
        log.error("webhook_kills_worker", event_id=str(raw[0].id), bytes=len(raw[0].body))
        return keep_whole(session, raw[0], "kills_worker")
    webhooks = read(raw)
    if len(webhooks) == 1 and len(webhooks[0].items) > PART_ITEMS:
        return ingest_in_parts(session, webhooks[0], lambda: _between(session, raw[0].id, between))
    return ingest(session, webhooks)


def _between(session: AnySession, event_id: UUID, between: Callable[[], object]) -> None:
    """Commits that the body stays in hand, between two of its parts."""
    ledger.hold_waiting(session, event_id, HOLD_S)
    session.commit()
    between()


def _pay(session: AnySession) -> None:
    """Commits the tries that are still to be taken back."""
    if _owed:
        ids = set(_owed)
        ledger.put_back_waiting(session, ids, forgive=True, rest=False)
        session.commit()
        _owed.difference_update(ids)


def _put_back(session: AnySession, ids: Iterable[UUID], *, forgive: bool) -> None:
    """Commits that these bodies wait again. Where that fails, a forgiven try is taken back later."""
    try:
        ledger.put_back_waiting(session, ids, forgive=forgive, rest=True)
        session.commit()
    except SQLAlchemyError as error:
        session.rollback()
        log.warning("tries_not_taken_back_yet", error=error_name(error))
        if forgive:
            _owed.update(ids)
