"""What the ledger is told of a batch: received = stored + duplicate + ignored + failed, for every body."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from livechat.core.session import AnySession
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.queries import ledger
from livechat.inbound.storing.batch import DUPLICATE, FAILED, IGNORED, STORED, BatchEntry, BatchResult
from livechat.whatsapp.webhook.fields import is_known_field


def write_ledger_rows(
    session: AnySession, events: Sequence[RawWebhook], entries: Sequence[BatchEntry], result: BatchResult
) -> None:
    """Write the outcomes of ``entries`` into the rows of their ``events``, and count them in ``result``."""
    rows: dict[UUID, dict[str, Any]] = {}
    numbers: dict[UUID, set[str]] = {}
    bodies: list[bytes] = []
    for event in events:
        # The same body can stand in the stream twice, under one id: it is accounted for once.
        if event.id not in rows:
            bodies.append(event.body)
            numbers[event.id] = set()
            rows[event.id] = _row(event)
    for entry in entries:
        if entry.outcome is None:
            raise AssertionError(f"no outcome for {type(entry.item).__name__}")
        row, source = rows[entry.event.id], entry.item.source
        row[entry.outcome] += 1
        row["items"].append(entry.as_json())
        if entry.outcome == FAILED:
            row["state"] = "failed"
        if source.phone_number_id is not None:
            numbers[entry.event.id].add(source.phone_number_id)
        result.outcomes[(entry.outcome, entry.reason or "")] += 1
        if not is_known_field(source.field):
            result.unknown_fields[source.field] += 1
    for event_id, named in numbers.items():
        rows[event_id]["phone_number_ids"] = sorted(named)
    ledger.write_outcomes(session, list(rows.values()), bodies)
    result.events = len(events)
    result.received = [event.received_at for event in events]


def keep_whole(session: AnySession, event: RawWebhook, reason: str) -> BatchResult:
    """Commits a body of which nothing is stored as one failed item, in a row that names no number.

    ``reason`` is a constant. The body can be run again once the cause is mended.
    """
    item = {"n": 0, "kind": "Body", "outcome": FAILED, "reason": reason}
    row = _row(event) | {"state": "failed", "items": [item], FAILED: 1}
    ledger.write_outcomes(session, [row], [event.body])
    session.commit()
    result = BatchResult(events=1, received=[event.received_at])
    result.outcomes[(FAILED, reason)] += 1
    return result


def _row(event: RawWebhook) -> dict[str, Any]:
    return {
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
