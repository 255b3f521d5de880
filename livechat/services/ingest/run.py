"""A batch of webhooks, stored and accounted for in one transaction, whatever is in it."""

from bisect import insort
from collections.abc import Callable, Sequence, Set
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError

from livechat.queries import ledger
from livechat.queries.session import AnySession
from livechat.services.inbox import RawEvent
from livechat.services.ingest.batch import DUPLICATE, FAILED, IGNORED, STORED, Entry, Stored
from livechat.services.ingest.locating import BatchOvertakenError
from livechat.services.ingest.store import store
from livechat.services.publish import publish
from livechat.whatsapp.fields import is_known_field
from livechat.whatsapp.webhook import parse

log = structlog.get_logger(__name__)

# Deadlocks, serialization failures, and another batch that created the same customer first.
ATTEMPTS = 8
# What writes the outcomes of a batch into the ledger, in the batch's transaction.
Account = Callable[[AnySession, Sequence[RawEvent], Sequence[Entry], Stored], None]
_TRY_AGAIN_SQLSTATES = ("40001", "40P01", "55P03")


def ingest_events(session: AnySession, events: Sequence[RawEvent]) -> Stored:
    """Store ``events`` and their ledger rows, and commit. Events whose outcome is known are left alone.

    A batch that the database refuses is cut in halves until the item that it refuses stands alone; that item
    is ``failed`` in the ledger and its neighbours are stored. Raises only where the database itself is in
    trouble (connection, disk): then nothing is committed and the events stay where they were.
    """
    # The transaction that this begins is the batch's own: each costs three round trips to the database.
    known = ledger.already_done(session, [event.id for event in events])
    fresh = [event for event in events if event.id not in known] if known else events
    if not fresh:
        session.rollback()
    return _ingest(session, fresh, _account)


def replay_events(
    session: AnySession, events: Sequence[RawEvent], account: Account, numbers: Set[str] | None = None
) -> Stored:
    """Run ``events`` again although their outcome is known: what is stored already is a duplicate.

    ``numbers``: only the items about these numbers; None: all. ``account`` notes the outcomes.
    """
    return _ingest(session, events, account, numbers)


def _ingest(
    session: AnySession, events: Sequence[RawEvent], account: Account, numbers: Set[str] | None = None
) -> Stored:
    if not events:
        return Stored()
    entries = [
        Entry(event, item)
        for event in events
        for item in parse(event.body)
        if numbers is None or item.source.phone_number_id in numbers
    ]
    try:
        return _in_one_transaction(session, events, entries, lambda: store(session, entries), account)
    except Exception as error:
        session.rollback()
        if _is_trouble(error):
            raise
        # A refusal of the data, or a fault of ours that this data shows: it must not take others along.
        if len(events) > 1:
            middle = len(events) // 2
            result = _ingest(session, events[:middle], account, numbers)
            result.add(_ingest(session, events[middle:], account, numbers))
            return result
        log.exception("webhook_body_refused", event_id=str(events[0].id), error=_name(error))
    fresh = [Entry(entry.event, entry.item) for entry in entries]
    return _in_one_transaction(session, events, fresh, lambda: _one_by_one(session, fresh), account)


def _one_by_one(session: AnySession, entries: Sequence[Entry]) -> Stored:
    result = Stored()
    for entry in entries:
        try:
            with session.begin_nested():
                result.add(store(session, [entry]))
        except Exception as error:
            if _is_trouble(error) or _is_worth_another_try(error):
                raise
            log.exception(
                "webhook_item_failed", event_id=str(entry.event.id), n=entry.item.source.n, error=_name(error)
            )
            entry.failed(_name(error))
    return result


def _in_one_transaction(
    session: AnySession,
    events: Sequence[RawEvent],
    entries: Sequence[Entry],
    work: Callable[[], Stored],
    account: Account,
) -> Stored:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result = work()
            account(session, events, entries, result)
            _publish(session, result)
            session.commit()
        except (DBAPIError, BatchOvertakenError) as error:
            session.rollback()
            if attempt == ATTEMPTS or not _is_worth_another_try(error):
                raise
            log.warning("ingest_tried_again", attempt=attempt, error=_name(error))
        else:
            return result
    raise AssertionError("unreachable")


def _publish(session: AnySession, result: Stored) -> None:
    publish(
        session,
        created=result.created_messages,
        updated=result.updated_messages,
        conversations=result.conversations,
        accounts=result.accounts,
    )


def _is_worth_another_try(error: Exception) -> bool:
    if isinstance(error, BatchOvertakenError):
        return True
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _TRY_AGAIN_SQLSTATES


def _is_trouble(error: Exception) -> bool:
    """Trouble with the database rather than with the data."""
    return isinstance(error, OperationalError | InterfaceError | InternalError | BatchOvertakenError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )


def _name(error: Exception) -> str:
    """The error's kind; its text could quote a customer's message."""
    orig = getattr(error, "orig", None)
    return type(orig if orig is not None else error).__name__


def _account(
    session: AnySession, events: Sequence[RawEvent], entries: Sequence[Entry], result: Stored
) -> None:
    """Write the ledger: received = stored + duplicate + ignored + failed, for every body."""
    rows: dict[UUID, dict[str, Any]] = {}
    bodies: list[bytes] = []
    for event in events:
        # The same body can stand in the stream twice, under one id: it is accounted for once.
        if event.id not in rows:
            bodies.append(event.body)
            rows[event.id] = {
                "id": event.id,
                "received_at": event.received_at,
                "state": "done",
                "phone_number_ids": [],
                "items": [],
                STORED: 0,
                DUPLICATE: 0,
                IGNORED: 0,
                FAILED: 0,
            }
    for entry in entries:
        if entry.outcome is None:
            raise AssertionError(f"no outcome for {type(entry.item).__name__}")
        row, source = rows[entry.event.id], entry.item.source
        row[entry.outcome] += 1
        row["items"].append(entry.as_json())
        if entry.outcome == FAILED:
            row["state"] = "failed"
        numbers = row["phone_number_ids"]
        if source.phone_number_id is not None and source.phone_number_id not in numbers:
            insort(numbers, source.phone_number_id)
        result.outcomes[(entry.outcome, entry.reason or "")] += 1
        if not is_known_field(source.field):
            result.unknown_fields[source.field] += 1
    ledger.write_outcomes(session, list(rows.values()), bodies)
    result.events = len(events)
    result.received = [event.received_at for event in events]
