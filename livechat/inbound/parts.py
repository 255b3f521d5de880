"""A body of many items is stored in parts, a transaction each, so that other webhooks have their turn."""

from collections.abc import Callable, Sequence

import structlog

from livechat.core.session import AnySession
from livechat.inbound.queries import ledger
from livechat.inbound.run import error_name, in_one_transaction, is_trouble
from livechat.inbound.storing.batch import BatchEntry, BatchResult, Webhook
from livechat.inbound.storing.ledger_rows import write_ledger_rows
from livechat.inbound.storing.store import store

log = structlog.get_logger(__name__)

# That takes some tenths of a second, or some seconds where every item is refused.
PART_ITEMS = 500


def ingest_in_parts(session: AnySession, webhook: Webhook, between: Callable[[], object]) -> BatchResult:
    """Commits part by part: store one body. ``between`` is called after each part, with no transaction open.

    The outcomes of all items are written into the ledger at the end. If the worker dies before that, the body
    still waits, and what was stored of it counts as a duplicate in the next try. Raises as ``run.ingest``
    does.
    """
    raw = webhook.raw
    known = ledger.already_done(session, [raw.id])
    session.rollback()
    if known:
        return BatchResult()
    entries = [BatchEntry(raw, item) for item in webhook.items]
    result = BatchResult()
    for start in range(0, len(entries), PART_ITEMS):
        result.add(_store_what_can_be(session, entries[start : start + PART_ITEMS]))
        between()
    result.add(in_one_transaction(session, [raw], entries, BatchResult, write_ledger_rows))
    return result


def _store_what_can_be(session: AnySession, entries: Sequence[BatchEntry]) -> BatchResult:
    """Store a part. A part that is refused is halved until the refused item stands alone."""
    try:
        return in_one_transaction(session, [], entries, lambda: store(session, entries), _no_account)
    except Exception as error:
        session.rollback()
        if is_trouble(error):
            raise
        if len(entries) == 1:
            entry = entries[0]
            log.exception(
                "webhook_item_failed",
                event_id=str(entry.webhook.id),
                n=entry.item.source.n,
                error=error_name(error),
            )
            entry.failed(error_name(error))
            return BatchResult()
    middle = len(entries) // 2
    result = _store_what_can_be(session, entries[:middle])
    result.add(_store_what_can_be(session, entries[middle:]))
    return result


def _no_account(*_: object) -> None:
    """Write nothing: the ledger row comes with the last part."""
