"""Dead letters: items and sends that the product gave up, as ids and reasons, never with message text."""

from typing import Any, TypedDict

from livechat.core.session import AnySession
from livechat.domain.clock import rfc3339
from livechat.domain.phone import masked
from livechat.operations.queries import failed as dead_letters


class FailedItem(TypedDict):
    """An item of a webhook that could not be stored. ``n`` is its place in the body."""

    event_id: str
    received_at: str | None
    n: int | None
    kind: str | None
    phone_number_id: str | None
    reason: str | None
    replays: int


class FailedSend(TypedDict):
    """A send that failed, or may or may not have arrived; ``to`` shows three digits of the number."""

    message_id: str
    status: str
    phone_number_id: str
    to: str
    code: int | None
    title: str | None
    retryable: bool | None
    since: str | None


class DeadLetters(TypedDict):
    """The newest of each kind, and how many there are in all."""

    webhooks: list[FailedItem]
    webhooks_total: int
    sends: list[FailedSend]
    sends_total: int


def dead_letters_json(session: AnySession, limit: int) -> DeadLetters:
    """At most ``limit`` dead letters of each kind, newest first, and how many there are."""
    return {
        "webhooks": [_item(row) for row in dead_letters.failed_items(session, limit)],
        "webhooks_total": dead_letters.failed_item_count(session),
        "sends": [_send(row) for row in dead_letters.failed_sends(session, limit)],
        "sends_total": dead_letters.failed_send_count(session),
    }


def _item(row: Any) -> FailedItem:
    return {
        "event_id": str(row.event_id),
        "received_at": rfc3339(row.received_at),
        "n": row.n,
        "kind": row.kind,
        "phone_number_id": row.number,
        "reason": row.reason,
        "replays": row.replays,
    }


def _send(row: Any) -> FailedSend:
    return {
        "message_id": str(row.message_id),
        "status": row.status,
        "phone_number_id": row.number,
        "to": masked(row.customer_phone),
        "code": row.code,
        "title": row.title,
        "retryable": row.retryable,
        "since": rfc3339(row.since),
    }
