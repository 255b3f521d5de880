"""The ledger rows of a batch. For every body: received = stored + duplicate + ignored + failed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from livechat.core.session import AnySession
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.queries import ledger
from livechat.inbound.storing.batch import DUPLICATE, FAILED, IGNORED, STORED, BatchEntry, BatchResult
from livechat.whatsapp.webhook.fields import is_known_field


def write_ledger_rows(
    session: AnySession, webhooks: Sequence[RawWebhook], entries: Sequence[BatchEntry], result: BatchResult
) -> None:
    """Write the outcomes of ``entries`` into their webhooks' ledger rows, and count them in ``result``."""
    rows: dict[UUID, dict[str, Any]] = {}
    numbers: dict[UUID, set[str]] = {}
    bodies: list[bytes] = []
    for webhook in webhooks:
        # One body can stand in the stream twice, under one id; it gets one row.
        if webhook.id not in rows:
            bodies.append(webhook.body)
            numbers[webhook.id] = set()
            rows[webhook.id] = _row(webhook)
    for entry in entries:
        if entry.outcome is None:
            raise AssertionError(f"no outcome for {type(entry.item).__name__}")
        row, source = rows[entry.webhook.id], entry.item.source
        row[entry.outcome] += 1
        row["items"].append(entry.as_json())
        if entry.outcome == FAILED:
            row["state"] = "failed"
        if source.phone_number_id is not None:
            numbers[entry.webhook.id].add(source.phone_number_id)
        result.outcomes[(entry.outcome, entry.reason or "")] += 1
        if not is_known_field(source.field):
            result.unknown_fields[source.field] += 1
    for event_id, named in numbers.items():
        rows[event_id]["phone_number_ids"] = sorted(named)
    ledger.write_outcomes(session, list(rows.values()), bodies)
    result.webhooks = len(webhooks)
    result.received = [webhook.received_at for webhook in webhooks]


def keep_whole(session: AnySession, webhook: RawWebhook, reason: str) -> BatchResult:
    """Commits a ledger row for a body of which nothing is stored: one failed item, and no number named.

    ``reason`` is a constant. The body can be replayed after the cause is mended.
    """
    item = {"n": 0, "kind": "Body", "outcome": FAILED, "reason": reason}
    row = _row(webhook) | {"state": "failed", "items": [item], FAILED: 1}
    ledger.write_outcomes(session, [row], [webhook.body])
    session.commit()
    result = BatchResult(webhooks=1, received=[webhook.received_at])
    result.outcomes[(FAILED, reason)] += 1
    return result


def _row(webhook: RawWebhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "received_at": webhook.received_at,
        "state": "done",
        "phone_number_ids": [],
        "items": [],
        STORED: 0,
        DUPLICATE: 0,
        IGNORED: 0,
        FAILED: 0,
    }
