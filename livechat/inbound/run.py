"""A batch of webhooks, stored and accounted for in one transaction, whatever is in it."""

from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import wait
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from livechat.core.database import is_outage, is_passing
from livechat.core.metrics import WEBHOOKS_AGAIN
from livechat.core.session import AnySession
from livechat.customers.loading import BatchOvertakenError
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.lanes import SideLanes, apart
from livechat.inbound.queries import ledger
from livechat.inbound.storing.batch import BatchEntry, BatchResult, Webhook
from livechat.inbound.storing.ledger_rows import keep_whole, write_ledger_rows
from livechat.inbound.storing.store import store
from livechat.live.publish import publish
from livechat.whatsapp.webhook.body import parse

log = structlog.get_logger(__name__)

# Deadlocks, serialization failures, and another batch that created the same customer first.
ATTEMPTS = 8
# Meta puts at most a thousand updates into one POST. What has more would hold back all others for seconds.
MANY_ITEMS = 1000
# A message for a number that nobody can have.
_REHEARSAL = (
    b'{"object":"whatsapp_business_account","entry":[{"id":"0","changes":[{"field":"messages","value":'
    b'{"metadata":{"phone_number_id":"-"},"messages":[{"id":"-","from":"0","timestamp":"1","type":"text",'
    b'"text":{"body":"-"}}]}}]}]}'
)
# What writes the outcomes of a batch into the ledger, in the batch's transaction.
WriteLedger = Callable[[AnySession, Sequence[RawWebhook], Sequence[BatchEntry], BatchResult], None]


def read(events: Sequence[RawWebhook]) -> list[Webhook]:
    """What these bodies tell."""
    return [Webhook(event, parse(event.body, event.received_at)) for event in events]


def ingest(session: AnySession, webhooks: Sequence[Webhook]) -> BatchResult:
    """Commits ``webhooks`` and their ledger rows. Those whose outcome is known are left alone.

    A batch that the database refuses is cut in halves until the item that it refuses stands alone; that item
    is ``failed`` in the ledger and its neighbours are stored. Raises only where the database itself is in
    trouble (connection, disk): then nothing is committed and the events stay where they were.
    """
    # The transaction that this begins is the batch's own: each costs three round trips to the database.
    known = ledger.already_done(session, [webhook.event.id for webhook in webhooks])
    fresh = [webhook for webhook in webhooks if webhook.event.id not in known] if known else webhooks
    if not fresh:
        session.rollback()
    long = [webhook for webhook in fresh if len(webhook.items) > MANY_ITEMS]
    if long:
        leave_waiting(session, [webhook.event for webhook in long])
        WEBHOOKS_AGAIN.labels("many_items").inc(len(long))
        fresh = [webhook for webhook in fresh if len(webhook.items) <= MANY_ITEMS]
    return _ingest(session, fresh, write_ledger_rows)


def leave_waiting(session: AnySession, events: Sequence[RawWebhook], attempts: int = 0) -> None:
    """Commits these bodies to the ledger, to be tried from there: each has its own turn and count."""
    session.rollback()
    for event in events:
        ledger.insert_waiting(session, event.id, event.received_at, event.body, attempts)
    session.commit()


def rehearse(session: AnySession) -> None:
    """Do all that storing a webhook takes, with one that says nothing, and leave no trace of it."""
    webhooks = read([RawWebhook(uuid7(), clock.now(), _REHEARSAL)])
    entries = _entries(webhooks)
    write_ledger_rows(session, [webhooks[0].event], entries, store(session, entries))
    session.rollback()


def ingest_events(session: AnySession, events: Sequence[RawWebhook]) -> BatchResult:
    """Commits as ``ingest`` does: the same for bodies that nobody has read yet."""
    return ingest(session, read(events))


def ingest_side_by_side(
    session: AnySession, events: Sequence[RawWebhook], side: SideLanes, report: Callable[[BatchResult], None]
) -> None:
    """Commits in several transactions at a time, where that is quicker; each is reported by itself.

    Else as ``ingest_events``. What that raises is raised when all have ended: some may be committed then.
    """
    webhooks = read(events)
    ours, *others = apart(webhooks, side.count + 1) if len(webhooks) >= side.least_webhooks else [webhooks]
    beside = [side.run(partial(ingest, webhooks=each)) for each in others]
    try:
        report(ingest(session, ours))
    finally:
        wait(beside)
    for each in beside:
        report(each.result())


def replay_events(
    session: AnySession, events: Sequence[RawWebhook], note: WriteLedger, numbers: Set[str] | None = None
) -> BatchResult:
    """Commits what ``events`` come to, run again: what is stored already is a duplicate.

    ``numbers``: only the items about these numbers; None: all. ``note`` notes the outcomes.
    """
    webhooks = read(events)
    if numbers is not None:
        webhooks = [
            Webhook(event, [item for item in items if item.source.phone_number_id in numbers])
            for event, items in webhooks
        ]
    return _ingest(session, webhooks, note)


def _ingest(session: AnySession, webhooks: Sequence[Webhook], note: WriteLedger) -> BatchResult:
    if not webhooks:
        return BatchResult()
    events = [webhook.event for webhook in webhooks]
    entries = _entries(webhooks)
    try:
        return in_one_transaction(session, events, entries, lambda: store(session, entries), note)
    except Exception as error:
        session.rollback()
        if is_trouble(error):
            raise
        # A refusal of the data, or a fault of ours that this data shows: it must not take others along.
        WEBHOOKS_AGAIN.labels("refused").inc(len(webhooks))
        if len(webhooks) > 1:
            middle = len(webhooks) // 2
            result = _ingest(session, webhooks[:middle], note)
            result.add(_ingest(session, webhooks[middle:], note))
            return result
        log.exception("webhook_body_refused", event_id=str(events[0].id), error=error_name(error))
    return _item_by_item(session, webhooks[0], note)


def _item_by_item(session: AnySession, webhook: Webhook, note: WriteLedger) -> BatchResult:
    """Store what can be stored of a refused body. One whose very ledger rows are refused is kept whole."""
    entries = _entries([webhook])
    try:
        return in_one_transaction(
            session, [webhook.event], entries, lambda: _one_by_one(session, entries), note
        )
    except Exception as error:
        session.rollback()
        # A replay has its body in the ledger already, and whoever asked for it is told.
        if is_trouble(error) or note is not write_ledger_rows:
            raise
        log.exception("webhook_account_refused", event_id=str(webhook.event.id), error=error_name(error))
        return keep_whole(session, webhook.event, error_name(error))


def _entries(webhooks: Sequence[Webhook]) -> list[BatchEntry]:
    return [BatchEntry(webhook.event, item) for webhook in webhooks for item in webhook.items]


def _one_by_one(session: AnySession, entries: Sequence[BatchEntry]) -> BatchResult:
    result = BatchResult()
    for entry in entries:
        try:
            with session.begin_nested():
                result.add(store(session, [entry]))
        except Exception as error:
            if is_trouble(error) or _is_worth_another_try(error):
                raise
            log.exception(
                "webhook_item_failed",
                event_id=str(entry.event.id),
                n=entry.item.source.n,
                error=error_name(error),
            )
            entry.failed(error_name(error))
    return result


def in_one_transaction(
    session: AnySession,
    events: Sequence[RawWebhook],
    entries: Sequence[BatchEntry],
    work: Callable[[], BatchResult],
    note: WriteLedger,
) -> BatchResult:
    """Commits ``work`` and its ``note``, and has them published; once more where that may help."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result = work()
            note(session, events, entries, result)
            _publish(session, result)
            session.commit()
        except (DBAPIError, BatchOvertakenError) as error:
            session.rollback()
            if attempt == ATTEMPTS or not _is_worth_another_try(error):
                raise
            log.warning("ingest_tried_again", attempt=attempt, error=error_name(error))
            WEBHOOKS_AGAIN.labels("passing").inc(len(events))
        else:
            return result
    raise AssertionError("unreachable")


def _publish(session: AnySession, result: BatchResult) -> None:
    publish(
        session,
        created=_listed(result.created_messages, result.unlisted),
        updated=_listed(result.updated_messages, result.unlisted),
        conversations=result.conversations - result.unlisted,
        accounts=result.accounts,
    )


def _listed(messages: Mapping[UUID, UUID], unlisted: Set[UUID]) -> dict[UUID, UUID]:
    return {id_: conversation for id_, conversation in messages.items() if conversation not in unlisted}


def _is_worth_another_try(error: Exception) -> bool:
    return isinstance(error, BatchOvertakenError) or is_passing(error)


def is_trouble(error: Exception) -> bool:
    """Trouble with the database rather than with the data.

    A batch that others overtook on every try is none: by itself, or an item in it, it is overtaken less.
    """
    return is_outage(error) or is_passing(error)


def error_name(error: Exception) -> str:
    """The error's kind; its text could quote a customer's message."""
    orig = getattr(error, "orig", None)
    return type(orig if orig is not None else error).__name__
