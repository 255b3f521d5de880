"""The statuses of a message, and which outranks which."""

from enum import StrEnum


class MessageStatus(StrEnum):
    """The statuses that the contract names; ``played`` is Meta's and shows as ``read``."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


# A message moves only to a higher rank, in whatever order the webhooks come. ``unknown`` lies below ``sent``
# because any status webhook settles it; evidence of delivery outranks ``failed`` (docs/meta/cloud-api.md
# section 5).
RANK: dict[str, int] = {
    MessageStatus.RECEIVED: 0,
    MessageStatus.QUEUED: 0,
    MessageStatus.SENDING: 10,
    MessageStatus.UNKNOWN: 15,
    MessageStatus.SENT: 20,
    MessageStatus.FAILED: 25,
    MessageStatus.DELIVERED: 30,
    MessageStatus.READ: 40,
}
PLAYED_RANK = 50

# (Our status, rank) of Meta's statuses. Legacy values (``deleted``, ``warning``) and new ones move nothing.
META_STATUS: dict[str, tuple[MessageStatus, int]] = {
    "sent": (MessageStatus.SENT, RANK[MessageStatus.SENT]),
    "delivered": (MessageStatus.DELIVERED, RANK[MessageStatus.DELIVERED]),
    "read": (MessageStatus.READ, RANK[MessageStatus.READ]),
    "played": (MessageStatus.READ, PLAYED_RANK),
    "failed": (MessageStatus.FAILED, RANK[MessageStatus.FAILED]),
}
