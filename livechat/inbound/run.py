"""A batch of webhooks and its ledger rows, stored in one transaction whatever the webhooks hold."""

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

# A transaction is tried so often: deadlocks, serialization failures, or another batch that was first to
# create the same customer.
ATTEMPTS = 8
# Meta puts at most a thousand updates into one POST. A body with more would hold up all others for seconds.
MANY_ITEMS = 1000
# A message for a number that nobody can have.
_REHEARSAL = (
    b'{"object":"whatsapp_business_account","entry":[{"id":"0","changes":[{"field":"messages","value":'
    b'{"metadata":{"phone_number_id":"-"},"messages":[{"id":"-","from":"0","timestamp":"1","type":"text",'
    b'"text":{"body":"-"}}]}}]}]}'
)
# Writes the outcomes of a batch into the ledger, in the batch's transaction.
WriteLedger = Callable[[AnySession, Sequence[RawWebhook], Sequence[BatchEntry], BatchResult], None]


def read(raw: Sequence[RawWebhook]) -> list[Webhook]:
    """These bodies with the items that the parser finds in them."""
    return [Webhook(each, parse(each.body, each.received_at)) for each in raw]


def ingest(session: AnySession, webhooks: Sequence[Webhook]) -> BatchResult:
    """Commits ``webhooks`` and their ledger rows. Webhooks whose outcome is known are left alone.

    A batch that the database refuses is halved until the refused item stands alone. That item is ``failed``
    in the ledger, and the others are stored. Raises only where the database itself is in trouble (connection,
    disk): the webhooks that are not committed stay where they were.
    """
    # The batch goes on in the transaction that this begins: a transaction costs three round trips.
    known = ledger.already_done(session, [webhook.raw.id for webhook in webhooks])
    fresh = [webhook for webhook in webhooks if webhook.raw.id not in known] if known else webhooks
    if not fresh:
        session.rollback()
    long = [webhook for webhook in fresh if len(webhook.items) > MANY_ITEMS]
    if long:
        leave_waiting(session, [webhook.raw for webhook in long])
        WEBHOOKS_AGAIN.labels("many_items").inc(len(long))
        fresh = [webhook for webhook in fresh if len(webhook.items) <= MANY_ITEMS]
    return _ingest(session, fresh, write_ledger_rows)


def leave_waiting(session: AnySession, raw: Sequence[RawWebhook], attempts: int = 0) -> None:
    """Commits these bodies to the ledger as waiting. There each is tried with a count of its own."""
    session.rollback()
    for each in raw:
        ledger.insert_waiting(session, each.id, each.received_at, each.body, attempts)
    session.commit()


def rehearse(session: AnySession) -> None:
    """Do all that storing a webhook takes, with one for an unknown number, and roll it back."""
    webhooks = read([RawWebhook(uuid7(), clock.now(), _REHEARSAL)])
    entries = _entries(webhooks)
    write_ledger_rows(session, [webhooks[0].raw], entries, store(session, entries))
    session.rollback()


def ingest_raw(session: AnySession, raw: Sequence[RawWebhook]) -> BatchResult:
    """Commits as ``ingest`` does, for bodies that are not parsed yet."""
    return ingest(session, read(raw))


def ingest_side_by_side(
    session: AnySession, raw: Sequence[RawWebhook], side: SideLanes, report: Callable[[BatchResult], None]
) -> None:
    """Commits a large batch in several transactions at a time; each is reported by itself.

    A small batch is stored as by ``ingest_raw``. What a part raises is raised after all parts have ended:
    some may be committed then.
    """
    webhooks = read(raw)
    ours, *others = apart(webhooks, side.count + 1) if len(webhooks) >= side.least_webhooks else [webhooks]
    beside = [side.run(partial(ingest, webhooks=each)) for each in others]
    try:
        report(ingest(session, ours))
    finally:
        wait(beside)
    for each in beside:
        report(each.result())


def replay_raw(
    session: AnySession, raw: Sequence[RawWebhook], note: WriteLedger, numbers: Set[str] | None = None
) -> BatchResult:
    """Commits ``raw`` once more: what is stored already counts as a duplicate.

    ``numbers`` limits it to items about these numbers; None: all items. ``note`` writes the outcomes.
    """
    webhooks = read(raw)
    if numbers is not None:
        webhooks = [
            Webhook(each, [item for item in items if item.source.phone_number_id in numbers])
            for each, items in webhooks
        ]
    return _ingest(session, webhooks, note)


def _ingest(session: AnySession, webhooks: Sequence[Webhook], note: WriteLedger) -> BatchResult:
    if not webhooks:
        return BatchResult()
    raw = [webhook.raw for webhook in webhooks]
    entries = _entries(webhooks)
    try:
        return in_one_transaction(session, raw, entries, lambda: store(session, entries), note)
    except Exception as error:
        session.rollback()
        if is_trouble(error):
            raise
        # The database refuses the data, or our code fails on it. Other webhooks must not fail with it.
        WEBHOOKS_AGAIN.labels("refused").inc(len(webhooks))
        if len(webhooks) > 1:
            middle = len(webhooks) // 2
            result = _ingest(session, webhooks[:middle], note)
            result.add(_ingest(session, webhooks[middle:], note))
            return result
        log.exception("webhook_body_refused", event_id=str(raw[0].id), error=error_name(error))
    return _item_by_item(session, webhooks[0], note)


def _item_by_item(session: AnySession, webhook: Webhook, note: WriteLedger) -> BatchResult:
    """Store what can be stored of a refused body. A body whose ledger row is refused too is kept whole."""
    entries = _entries([webhook])
    try:
        return in_one_transaction(
            session, [webhook.raw], entries, lambda: _one_by_one(session, entries), note
        )
    except Exception as error:
        session.rollback()
        # The body of a replay is in the ledger already, and who asked for the replay is told.
        if is_trouble(error) or note is not write_ledger_rows:
            raise
        log.exception("webhook_account_refused", event_id=str(webhook.raw.id), error=error_name(error))
        return keep_whole(session, webhook.raw, error_name(error))


def _entries(webhooks: Sequence[Webhook]) -> list[BatchEntry]:
    return [BatchEntry(webhook.raw, item) for webhook in webhooks for item in webhook.items]


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
                event_id=str(entry.webhook.id),
                n=entry.item.source.n,
                error=error_name(error),
            )
            entry.failed(error_name(error))
    return result


def in_one_transaction(
    session: AnySession,
    raw: Sequence[RawWebhook],
    entries: Sequence[BatchEntry],
    work: Callable[[], BatchResult],
    note: WriteLedger,
) -> BatchResult:
    """Commits ``work`` and its ``note``, and publishes the changes; tried again where that may help."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result = work()
            note(session, raw, entries, result)
            _publish(session, result)
            session.commit()
        except (DBAPIError, BatchOvertakenError) as error:
            session.rollback()
            if attempt == ATTEMPTS or not _is_worth_another_try(error):
                raise
            log.warning("ingest_tried_again", attempt=attempt, error=error_name(error))
            WEBHOOKS_AGAIN.labels("passing").inc(len(raw))
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
    """Whether the database is in trouble, rather than the data at fault.

    A batch that others overtook on every try is no trouble: halved, it is overtaken less often.
    """
    return is_outage(error) or is_passing(error)


def error_name(error: Exception) -> str:
    """The name of the error's class, for logs: its text could quote a customer's message."""
    orig = getattr(error, "orig", None)
    return type(orig if orig is not None else error).__name__
