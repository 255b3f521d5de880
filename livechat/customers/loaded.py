"""What a batch knows of customers while it works: rows of conversations, and other ids that lead to them."""

from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

from livechat.domain.team.conversation_status import merged_standing, standing_of

Key = tuple[str, str, str]  # (phone_number_id, kind: phone | user_id | group, value)
COLUMN = {"phone": "customer_phone", "user_id": "customer_user_id", "group": "group_id"}


@dataclass(slots=True)
class LoadedConversation:
    """A conversation's row while a batch works on it.

    A row that is ``new`` or ``dirty`` is written whole; one that is only ``heard`` in the columns that a
    message changes. ``first_at`` is the time of the oldest message of this batch, or of all where the caller
    asked for that. ``counted`` is how many messages of this batch count, ``counted_seq`` the newest of them:
    that is added to the row.
    """

    # In the order in which ``customers.queries.lock_conversations`` selects them.
    id: UUID
    user_id: UUID
    phone_number_id: str
    last_message_time: datetime
    customer_phone: str | None = None
    customer_user_id: str | None = None
    customer_parent_user_id: str | None = None
    group_id: str | None = None
    customer_username: str | None = None
    customer_name: str | None = None
    marketing_opt_out: bool = False
    marketing_opt_at: datetime | None = None
    last_message_id: UUID | None = None
    last_message_seq: int = 0
    unread_count: int = 0
    read_seq: int = 0
    last_inbound_at: datetime | None = None
    window_refused_at: datetime | None = None
    waiting_since: datetime | None = None
    gone_at: datetime | None = None
    begun_silently: bool = True
    status: str = "open"
    snoozed_until: datetime | None = None
    snooze_kind: str | None = None
    assignee_id: UUID | None = None
    has_sending: bool = False
    new: bool = False
    heard: bool = False
    dirty: bool = False
    identity_dirty: bool = False
    counted: int = 0
    counted_seq: int = 0
    first_at: datetime | None = None

    @property
    def is_listed(self) -> bool:
        """As ``conversations.queries.conversation_list`` has it."""
        has_window = self.last_inbound_at is not None and not self.begun_silently
        return self.last_message_id is not None or has_window


@dataclass(slots=True)
class OtherId:
    """An id that led to a conversation until ``left_at``; with NEVER_LEFT it leads there now.

    ``conversation_id`` None: it led to a stranger.
    """

    key: Key
    conversation_id: UUID | None
    left_at: datetime


def has_ids(conversation: LoadedConversation) -> bool:
    """Whether any id still leads to this conversation."""
    return bool(conversation.customer_phone or conversation.customer_user_id or conversation.group_id)


def absorb(winner: LoadedConversation, loser: LoadedConversation) -> None:
    """Give the winner of a merge the loser's counts and times, and the names that it lacks.

    The ids are not touched: ``KnownIds`` moves them.
    """
    for attribute in ("customer_parent_user_id", "customer_username", "customer_name"):
        if getattr(winner, attribute) is None:
            setattr(winner, attribute, getattr(loser, attribute))
    winner.first_at = _earliest(winner.first_at, loser.first_at)
    winner.unread_count += loser.unread_count
    winner.read_seq = min(winner.read_seq, loser.read_seq)
    winner.last_inbound_at = _latest(winner.last_inbound_at, loser.last_inbound_at)
    winner.window_refused_at = _latest(winner.window_refused_at, loser.window_refused_at)
    winner.waiting_since = _earliest(winner.waiting_since, loser.waiting_since)
    if loser.marketing_opt_at == _latest(loser.marketing_opt_at, winner.marketing_opt_at):
        winner.marketing_opt_out = loser.marketing_opt_out
        winner.marketing_opt_at = loser.marketing_opt_at
    ours = (winner.last_message_id is not None, winner.last_message_time, winner.last_message_seq)
    theirs = (loser.last_message_id is not None, loser.last_message_time, loser.last_message_seq)
    if theirs > ours:
        winner.last_message_id = loser.last_message_id
        winner.last_message_time = loser.last_message_time
        winner.last_message_seq = loser.last_message_seq
    standing = merged_standing(standing_of(winner), standing_of(loser))
    winner.status, winner.snoozed_until, winner.snooze_kind = astuple(standing)
    winner.assignee_id = winner.assignee_id or loser.assignee_id
    winner.has_sending = winner.has_sending or loser.has_sending
    winner.dirty = winner.identity_dirty = True


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)
