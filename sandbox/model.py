"""The things of the sandbox's world, without behaviour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
FILLER_PIECE = b"% The sandbox has nothing to say here, and says it at length.\n" * 1024

MEDIA_KINDS = frozenset({"image", "video", "audio", "document", "sticker"})
STATUS_RANK = {"sent": 1, "failed": 2, "delivered": 3, "read": 4, "played": 5}


@dataclass(slots=True)
class PhoneNumber:
    """A business number.

    `display_phone_number` is digits; `state` is `connected`, `unregistered` or `deleted`.
    """

    phone_number_id: str
    waba_id: str
    display_phone_number: str
    verified_name: str
    quality_rating: str = "GREEN"
    state: str = "connected"
    throughput_level: str = "STANDARD"
    messaging_limit: str = "TIER_250"
    coexistence: bool = False
    override_callback_url: str = ""
    profile: Json = field(default_factory=dict)
    settings: Json = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """A group of a business number; `participants` are keys of customers."""

    group_id: str
    phone_number_id: str
    subject: str
    description: str = ""
    join_approval_mode: str = "auto_approve"
    invite_link: str = ""
    participants: list[str] = field(default_factory=list)
    created_at: int = 0


@dataclass(slots=True)
class Customer:
    """A person on WhatsApp. `wa_id` is None where only business-scoped id and username are known.

    `phone_hidden`: they have a username and are not in the business's contact book, so that webhooks do not
    tell their number. `declared`: a command made them known. Others are strangers, whom a send made known.
    """

    user_id: str
    wa_id: str | None = None
    name: str | None = None
    username: str | None = None
    parent_user_id: str | None = None
    on_whatsapp: bool = True
    read_receipts: bool = True
    accepts_marketing: bool = True
    declared: bool = True
    phone_hidden: bool = False
    # Other writings of this number. A send to one reaches the customer, and the answer names ``wa_id``.
    also_written: list[str] = field(default_factory=list)
    # What they answer, one after the other, as the business writes to them; then they are silent.
    answers: list[str] = field(default_factory=list)

    @property
    def shown_wa_id(self) -> str | None:
        """The phone number that webhooks tell. None where it is hidden from the business."""
        return None if self.phone_hidden else self.wa_id

    @property
    def key(self) -> str:
        """The customer's part in the key of a thread: the phone number, else the business-scoped id."""
        return self.wa_id or self.user_id

    def contact(self, *, with_username: bool = True) -> Json:
        """The entry of `value.contacts` for this person."""
        profile: Json = {"name": self.name or self.username or self.wa_id or self.user_id}
        if self.username and with_username:
            profile["username"] = self.username
        contact: Json = {"profile": profile}
        if self.shown_wa_id:
            contact["wa_id"] = self.shown_wa_id
        contact["user_id"] = self.user_id
        if self.parent_user_id:
            contact["parent_user_id"] = self.parent_user_id
        return contact


@dataclass(slots=True)
class Message:
    """One message of a thread. `body` is the send request (outbound) or the message object (inbound)."""

    wamid: str
    direction: str
    phone_number_id: str
    customer_key: str
    type: str
    body: Json
    created_at: float
    seq: int
    to: str = ""
    by_user_id: bool = False
    callback_data: str | None = None
    reply_to: str | None = None
    statuses: list[Json] = field(default_factory=list)
    read_by_business: bool = False
    media_id: str | None = None

    @property
    def status(self) -> str:
        """The latest status, or `accepted` before the first one."""
        best = max(self.statuses, key=lambda s: STATUS_RANK.get(s["status"], 0), default=None)
        return best["status"] if best else "accepted"

    def as_json(self) -> Json:
        """The message as `GET /sandbox/messages` shows it."""
        return {
            "wamid": self.wamid,
            "direction": self.direction,
            "phone_number_id": self.phone_number_id,
            "customer": self.customer_key,
            "to": self.to,
            "type": self.type,
            "body": self.body,
            "biz_opaque_callback_data": self.callback_data,
            "reply_to": self.reply_to,
            "status": self.status if self.direction == "outbound" else "received",
            "statuses": list(self.statuses),
            "read_by_business": self.read_by_business,
            "accepted_at": self.created_at,
            "seq": self.seq,
        }


@dataclass(slots=True)
class Media:
    """A stored file. `source` is `upload` (lives 30 days) or `webhook` (7 days); times are Unix seconds."""

    media_id: str
    phone_number_id: str
    mime_type: str
    data: bytes = field(repr=False)
    sha256_hex: str = ""
    filename: str = ""
    source: str = "upload"
    created_at: float = 0.0
    # Where it is set, ``data`` is empty and this many bytes are made up at each download.
    filler: int = 0

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.filler or len(self.data)

    def pieces(self) -> Iterator[bytes]:
        """Its bytes, piece by piece."""
        if not self.filler:
            yield self.data
            return
        head = b"%PDF-1.4\n% made up by the sandbox\n"
        yield head[: self.filler]
        left = self.filler - len(head)
        while left > 0:
            yield FILLER_PIECE[:left]
            left -= len(FILLER_PIECE)


@dataclass(slots=True)
class Template:
    """A message template under Meta's field names. `pacing` is the `message_status` that a send answers."""

    template_id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list[Json]
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    quality: str = "UNKNOWN"
    rejected_reason: str = "NONE"
    pacing: str = "accepted"


@dataclass(slots=True)
class AccessToken:
    """A bearer token. `state` is `valid`, `expired` or `revoked`; `waba_ids` None means every account."""

    token: str = field(repr=False)
    state: str = "valid"
    waba_ids: list[str] | None = None
