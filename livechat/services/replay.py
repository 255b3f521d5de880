"""Run webhooks of the ledger again: after a fault of ours is mended, or once their number is connected."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog

from livechat.domain import clock
from livechat.queries import replaying
from livechat.queries.replaying import Position, Selection
from livechat.queries.session import AnySession
from livechat.services.inbox import RawEvent
from livechat.services.ingest.batch import Stored
from livechat.services.ingest.run import replay_events

log = structlog.get_logger(__name__)

# Bodies can be megabytes; a batch of them has to fit into memory.
BATCH_EVENTS = 100


class NotReplayableError(Exception):
    """A webhook that was asked for is not in the ledger, or still waits for its first run."""


@dataclass(slots=True)
class Replayed:
    """How many webhooks ran, and their items by (outcome, reason)."""

    events: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)


def check_ids(session: AnySession, ids: tuple[UUID, ...]) -> None:
    """Raise NotReplayableError unless every one of ``ids`` can be replayed."""
    known = replaying.states(session, ids)
    session.rollback()
    for event_id in ids:
        if event_id not in known:
            raise NotReplayableError(f"The ledger has no webhook {event_id}.")
        if known[event_id] == "waiting":
            raise NotReplayableError(
                f"The webhook {event_id} still waits for its first run: the ingest takes it by itself."
            )


def replay(session: AnySession, selection: Selection, report: Callable[[Stored], None]) -> Replayed:
    """Run what ``selection`` means, oldest first; ``report`` is called after each commit.

    Commits batch by batch. The same however often it is done: a message that is stored already is a
    duplicate, a status event that is known changes nothing. An interrupted replay is simply done again.
    """
    result = Replayed()
    # What comes in meanwhile has its own first run; without an end this could go on for ever.
    now = clock.now()
    selection = replace(selection, until=min(selection.until or now, now))
    after: Position | None = None
    while rows := replaying.page(session, selection, after, BATCH_EVENTS):
        session.rollback()
        after = (rows[-1].received_at, rows[-1].id)
        events = [RawEvent(row.id, row.received_at, bytes(row.body)) for row in rows]
        stored = replay_events(session, events)
        replaying.count_replays(session, [event.id for event in events])
        session.commit()
        report(stored)
        result.events += len(events)
        result.outcomes += stored.outcomes
    session.rollback()
    log.info("webhooks_replayed", events=result.events)
    return result
