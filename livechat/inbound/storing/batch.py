"""What a batch consists of, and what became of each item."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from livechat.inbound.door.arrivals import RawWebhook
from livechat.whatsapp.webhook.items import Item

STORED, DUPLICATE, IGNORED, FAILED = "stored", "duplicate", "ignored", "failed"


class Webhook(NamedTuple):
    """A webhook and the items that the parser found in its body."""

    raw: RawWebhook
    items: list[Item]


@dataclass(slots=True)
class BatchEntry:
    """One item of one webhook and its outcome. ``reason`` is a constant, so that it can label a metric."""

    webhook: RawWebhook
    item: Item
    outcome: str | None = None
    reason: str | None = None
    ref: str | None = None

    def stored(self, ref: object = None) -> None:
        self.outcome, self.reason, self.ref = STORED, None, None if ref is None else str(ref)

    def duplicate(self) -> None:
        self.outcome, self.reason = DUPLICATE, None

    def ignored(self, reason: str) -> None:
        self.outcome, self.reason = IGNORED, reason

    def failed(self, reason: str) -> None:
        self.outcome, self.reason = FAILED, reason

    def as_json(self) -> dict[str, Any]:
        """The item as its ledger row lists it."""
        source = self.item.source
        row: dict[str, Any] = {
            "n": source.n,
            "kind": type(self.item).__name__,
            "field": source.field,
            "outcome": self.outcome,
        }
        if source.phone_number_id is not None:
            row["number"] = source.phone_number_id
        if self.reason is not None:
            row["reason"] = self.reason
        if self.ref is not None:
            row["ref"] = self.ref
        return row


@dataclass(slots=True)
class BatchResult:
    """What a batch changed, for live events and metrics."""

    created_messages: dict[UUID, UUID] = field(default_factory=dict)
    updated_messages: dict[UUID, UUID] = field(default_factory=dict)
    conversations: set[UUID] = field(default_factory=set)
    # Conversations with nothing to show: no list has them, so nothing is published about them.
    unlisted: set[UUID] = field(default_factory=set)
    # {conversation: account} of the conversations that the batch has loaded.
    accounts: dict[UUID, UUID] = field(default_factory=dict)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown_fields: Counter[str] = field(default_factory=Counter)
    messages: Counter[tuple[str, str]] = field(default_factory=Counter)
    meta_times: list[datetime] = field(default_factory=list)
    received: list[datetime] = field(default_factory=list)
    webhooks: int = 0

    def add(self, other: "BatchResult") -> None:
        """Take in what another part of the batch changed."""
        self.created_messages |= other.created_messages
        self.updated_messages |= other.updated_messages
        self.conversations |= other.conversations
        self.unlisted = (self.unlisted - other.conversations) | other.unlisted
        self.accounts |= other.accounts
        self.outcomes += other.outcomes
        self.unknown_fields += other.unknown_fields
        self.messages += other.messages
        self.meta_times += other.meta_times
        self.received += other.received
        self.webhooks += other.webhooks
