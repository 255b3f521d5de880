"""Run webhooks of the ledger again: after a fault of ours is mended, or once their number is connected."""

import time
from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import structlog

from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.run import replay_events
from livechat.inbound.storing.batch import DUPLICATE, FAILED, STORED, BatchEntry, BatchResult
from livechat.operations.queries import ledger_pages as replaying
from livechat.operations.queries.ledger_pages import Position, Selection

log = structlog.get_logger(__name__)

# Bodies can be megabytes; a batch of them has to fit into memory.
BATCH_EVENTS = 100

Item = dict[str, Any]


class NotReplayableError(Exception):
    """A webhook that was asked for is not in the ledger, or still waits for its first run."""


@dataclass(slots=True)
class Replayed:
    """How many webhooks ran, and their items by (outcome, reason). ``stopped_at``: time was up behind it."""

    events: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    stopped_at: Position | None = None


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


def replay(
    session: AnySession,
    selection: Selection,
    report: Callable[[BatchResult], None],
    *,
    numbers: Set[str] | None = None,
    after: Position | None = None,
    seconds: float | None = None,
) -> Replayed:
    """Commits batch by batch: run what ``selection`` means, oldest first; ``report`` is called after each.

    The same however often it is done: a message that is stored already is a
    duplicate, a status event that is known changes nothing. An interrupted replay is simply done again.
    ``numbers``: only the items about these numbers run; None: all. ``after`` begins behind a place, and
    ``seconds`` ends it early.
    """
    result = Replayed()
    ends_at = None if seconds is None else time.monotonic() + seconds
    # What comes in meanwhile has its own first run; without an end this could go on for ever.
    now = clock.now()
    selection = replace(selection, until=min(selection.until or now, now))
    while rows := replaying.page(session, selection, after, BATCH_EVENTS):
        session.rollback()
        after = (rows[-1].received_at, rows[-1].id)
        events = [RawWebhook(row.id, row.received_at, bytes(row.body)) for row in rows]
        stored = replay_events(session, events, _Accounts(numbers).write, numbers)
        report(stored)
        result.events += len(events)
        result.outcomes += stored.outcomes
        if len(rows) < BATCH_EVENTS:
            break
        if ends_at is not None and time.monotonic() > ends_at:
            result.stopped_at = after
            break
    session.rollback()
    log.info("webhooks_replayed", events=result.events)
    return result


@dataclass(frozen=True, slots=True)
class _Accounts:
    """Notes a replay's outcomes beside the first ones. ``numbers``: those whose items ran; None: all."""

    numbers: Set[str] | None

    def write(
        self,
        session: AnySession,
        events: Sequence[RawWebhook],
        entries: Sequence[BatchEntry],
        result: BatchResult,
    ) -> None:
        before = replaying.lock_items(session, [event.id for event in events])
        ran: dict[UUID, list[Item]] = {event_id: [] for event_id in before}
        for entry in entries:
            # A row that the retention has taken meanwhile is not written again.
            if entry.event.id in ran:
                ran[entry.event.id].append(entry.as_json())
            result.outcomes[(str(entry.outcome), entry.reason or "")] += 1
        rows = []
        for event_id, items in ran.items():
            now = self._together(before[event_id], items)
            rows.append(
                {
                    "id": event_id,
                    "state": "failed" if any(item["outcome"] == FAILED for item in now) else "done",
                    "items": now,
                    "phone_number_ids": sorted({item["number"] for item in now if "number" in item}),
                }
            )
        replaying.write_replays(session, rows)
        result.events = len(events)

    def _together(self, before: Sequence[Item], ran: Sequence[Item]) -> list[Item]:
        """How the items stand now. What did not run stands as it stood, what was stored stays stored."""
        was = {item["n"]: item for item in before}
        now = {} if self.numbers is None else dict(was)
        for item in ran:
            earlier = was.get(item["n"])
            is_settled = earlier is not None and earlier["outcome"] in (STORED, DUPLICATE)
            now[item["n"]] = earlier if is_settled and item["outcome"] != STORED else item
        return [now[n] for n in sorted(now)]
