"""Runs webhooks of the ledger again: after a fault of ours is mended, or once their number is connected."""

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
from livechat.inbound.run import replay_raw
from livechat.inbound.storing.batch import DUPLICATE, FAILED, STORED, BatchEntry, BatchResult
from livechat.operations.queries import ledger_pages
from livechat.operations.queries.ledger_pages import Position, Selection

log = structlog.get_logger(__name__)

# Bodies can have megabytes, and a batch of them must fit into memory.
BATCH_WEBHOOKS = 100

Item = dict[str, Any]


class NotReplayableError(Exception):
    """A webhook that was asked for is not in the ledger, or still waits for its first run."""


@dataclass(slots=True)
class Replayed:
    """How many webhooks ran, and their items by (outcome, reason).

    ``stopped_at`` is the last webhook that ran if the time was up before the end.
    """

    webhooks: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    stopped_at: Position | None = None


def check_ids(session: AnySession, ids: tuple[UUID, ...]) -> None:
    """Raise NotReplayableError unless every one of ``ids`` can be replayed."""
    known = ledger_pages.states(session, ids)
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
    """Commits batch by batch: run the selected webhooks, oldest first; calls ``report`` after each batch.

    A second replay changes nothing: a message that is stored already is a duplicate, and a status event that
    is known has no effect. So an interrupted replay is simply started again. Only the items about ``numbers``
    run; None means all. ``after`` is the last webhook to skip, and ``seconds`` ends the replay early.
    """
    result = Replayed()
    ends_at = None if seconds is None else time.monotonic() + seconds
    # Webhooks received meanwhile have their own first run; without this bound the loop might never end.
    now = clock.now()
    selection = replace(selection, until=min(selection.until or now, now))
    while rows := ledger_pages.page(session, selection, after, BATCH_WEBHOOKS):
        session.rollback()
        after = (rows[-1].received_at, rows[-1].id)
        webhooks = [RawWebhook(row.id, row.received_at, bytes(row.body)) for row in rows]
        batch_result = replay_raw(session, webhooks, _Outcomes(numbers).write, numbers)
        report(batch_result)
        result.webhooks += len(webhooks)
        result.outcomes += batch_result.outcomes
        if len(rows) < BATCH_WEBHOOKS:
            break
        if ends_at is not None and time.monotonic() > ends_at:
            result.stopped_at = after
            break
    session.rollback()
    log.info("webhooks_replayed", events=result.webhooks)
    return result


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """Records a replay's outcomes beside the first ones. ``numbers`` are those whose items ran; None: all."""

    numbers: Set[str] | None

    def write(
        self,
        session: AnySession,
        webhooks: Sequence[RawWebhook],
        entries: Sequence[BatchEntry],
        result: BatchResult,
    ) -> None:
        before = ledger_pages.lock_items(session, [webhook.id for webhook in webhooks])
        ran: dict[UUID, list[Item]] = {event_id: [] for event_id in before}
        for entry in entries:
            # A row that was pruned meanwhile is not written again.
            if entry.webhook.id in ran:
                ran[entry.webhook.id].append(entry.as_json())
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
        ledger_pages.write_replays(session, rows)
        result.webhooks = len(webhooks)

    def _together(self, before: Sequence[Item], ran: Sequence[Item]) -> list[Item]:
        """The items' present outcomes: an item that did not run keeps its own, a stored one stays stored."""
        was = {item["n"]: item for item in before}
        now = {} if self.numbers is None else dict(was)
        for item in ran:
            earlier = was.get(item["n"])
            is_settled = earlier is not None and earlier["outcome"] in (STORED, DUPLICATE)
            now[item["n"]] = earlier if is_settled and item["outcome"] != STORED else item
        return [now[n] for n in sorted(now)]
