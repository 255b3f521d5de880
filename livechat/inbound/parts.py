"""A body of many items: stored in parts, each in a transaction of its own, so that others have their turn."""

from collections.abc import Callable, Sequence

import structlog

from livechat.core.session import AnySession
from livechat.inbound.queries import ledger
from livechat.inbound.run import error_name, in_one_transaction, is_trouble
from livechat.inbound.storing.batch import BatchEntry, BatchResult, Webhook
from livechat.inbound.storing.ledger_rows import write_ledger_rows
from livechat.inbound.storing.store import store

log = structlog.get_logger(__name__)

# Some tenths of a second where all is well; where each item is refused, some seconds.
PART_ITEMS = 500


def ingest_in_parts(session: AnySession, webhook: Webhook, between: Callable[[], object]) -> BatchResult:
    """Commits part by part: store one body. ``between`` is called after each, with nothing open.

    What each item came to is written in the end, for all of them at once: a worker that dies in between
    leaves the body waiting, and what it had stored is a duplicate then. Raises as ``run.ingest`` does.
    """
    event = webhook.event
    known = ledger.already_done(session, [event.id])
    session.rollback()
    if known:
        return BatchResult()
    entries = [BatchEntry(event, item) for item in webhook.items]
    result = BatchResult()
    for start in range(0, len(entries), PART_ITEMS):
        result.add(_store_what_can_be(session, entries[start : start + PART_ITEMS]))
        between()
    result.add(in_one_transaction(session, [event], entries, BatchResult, write_ledger_rows))
    return result


def _store_what_can_be(session: AnySession, entries: Sequence[BatchEntry]) -> BatchResult:
    """Store a part; one that is refused is cut in halves until what is refused stands alone."""
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
                event_id=str(entry.event.id),
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
    """The rows of the ledger come with the last part."""
