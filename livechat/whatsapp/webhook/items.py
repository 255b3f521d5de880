"""What a webhook can tell, as values: the readers beside this file make them, ``inbound`` stores them.

All text in them is storable (``domain.text``), phones are digits, empty strings have become None, times are
aware UTC. ``n`` numbers the items of one body from 0, in the order in which they stand there.

Nobody changes them once the body is read. They are not frozen, since making a frozen one takes three times as
long: that was a quarter of reading a text message.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(slots=True)
class Source:
    """Where in a body an item stood. ``phone_number_id`` is None for news about an account.

    ``received_at`` is the body's: it counts for an item that names no time of its own.
    """

    n: int
    field: str
    waba_id: str | None
    phone_number_id: str | None
    received_at: datetime | None = None


@dataclass(slots=True)
class Customer:
    """Who is meant, by whatever ids Meta gave. In a group the conversation is the group's."""

    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    username: str | None = None
    name: str | None = None
    group_id: str | None = None


@dataclass(slots=True)
class IdentityChange:
    """A customer's new ids (``system`` messages) or a phone learnt for a known one (``contact_request``).

    ``is_link``: no id was left behind, both belong to one person now.
    """

    old_phone: str | None = None
    new_phone: str | None = None
    old_user_id: str | None = None
    new_user_id: str | None = None
    new_parent_user_id: str | None = None
    is_link: bool = field(default=False, compare=False)


@dataclass(slots=True)
class ThreadMessage:
    """A bubble or an event line. ``content`` holds the typed part under Meta's own names, keyed by type."""

    source: Source
    customer: Customer
    wamid: str
    timestamp: datetime
    direction: Literal["inbound", "outbound"]
    origin: Literal["customer", "phone_app", "history", "standby", "event"]
    message_type: str
    text: str | None
    content: dict[str, Any]
    status: str
    status_rank: int
    counts_unread: bool
    opens_window: bool
    reply_to_wamid: str | None = None
    error: dict[str, Any] | None = None
    identity_change: IdentityChange | None = None


@dataclass(slots=True)
class Reaction:
    """``emoji`` None removes it. ``actor`` is ``customer`` or ``business``; in groups the member's id."""

    source: Source
    customer: Customer
    event_wamid: str
    target_wamid: str
    timestamp: datetime
    side: Literal["customer", "business"]
    actor: str
    emoji: str | None
    opens_window: bool


@dataclass(slots=True)
class MessageChange:
    """The sender edited or deleted a message. It may arrive before its target."""

    source: Source
    customer: Customer
    event_wamid: str
    target_wamid: str
    timestamp: datetime
    kind: Literal["edit", "revoke"]
    message_type: str | None = None
    text: str | None = None
    content: dict[str, Any] | None = None


@dataclass(slots=True)
class StatusUpdate:
    """A status of an outbound message. ``callback_data`` is what the send carried, ours or another app's."""

    source: Source
    wamid: str
    status: str
    timestamp: datetime
    participant: str
    callback_data: str | None
    error: dict[str, Any] | None
    error_code: int | None
    raw: dict[str, Any]
    # Who it went to, where Meta says so; never a group.
    recipient: Customer = field(default_factory=Customer, compare=False)


@dataclass(slots=True)
class CustomerPreference:
    """The customer stopped or resumed marketing messages."""

    source: Source
    customer: Customer
    opted_out: bool
    timestamp: datetime


@dataclass(slots=True)
class ContactName:
    """A name from the phone app's address book, None where the entry was removed; or a group's subject."""

    source: Source
    customer: Customer
    name: str | None
    timestamp: datetime


@dataclass(slots=True)
class AccountNews:
    """News of an account, a number or a template, kept as it came for those who run it."""

    source: Source
    happened_at: datetime | None
    value: dict[str, Any]


@dataclass(slots=True)
class Ignored:
    """Understood, and nothing to store. ``reason`` is a constant: it labels a metric."""

    source: Source
    reason: str


@dataclass(slots=True)
class Broken:
    """An item that could not be read; its neighbours could. ``error`` says why, without the text."""

    source: Source
    error: str


Item = (
    ThreadMessage
    | Reaction
    | MessageChange
    | StatusUpdate
    | CustomerPreference
    | ContactName
    | AccountNews
    | Ignored
    | Broken
)
