"""Who is who: from the ids in a webhook to one conversation, in memory, under locks that the caller holds.

The rules are those of cloud-api.md section 3. A customer is found by business-scoped id first, then by phone.
A webhook that names both links them, and merges two conversations that turn out to be one person's. Ids that
a customer has left behind still lead to the conversation for messages older than the change.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from livechat.domain.ids import uuid7
from livechat.whatsapp.items import Customer, IdentityChange

Key = tuple[str, str, str]  # (phone_number_id, kind: phone | user_id | group, value)
_COLUMN = {"phone": "customer_phone", "user_id": "customer_user_id", "group": "group_id"}


@dataclass(slots=True)
class Conversation:
    """A conversation's row while a batch works on it.

    What must be written: all of it where ``new`` or ``dirty``, what a message changes where only ``heard``.
    """

    # In the order in which ``queries.ingest.lock_conversations`` selects them.
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
    has_sending: bool = False
    new: bool = False
    heard: bool = False
    dirty: bool = False
    identity_dirty: bool = False


@dataclass(slots=True)
class FormerId:
    """An id that led to ``conversation`` until ``left_at``."""

    key: Key
    conversation_id: UUID
    left_at: datetime


@dataclass(slots=True)
class People:
    """The conversations that a batch may touch, found and changed by id."""

    conversations: dict[UUID, Conversation] = field(default_factory=dict)
    by_key: dict[Key, UUID] = field(default_factory=dict)
    former: dict[Key, FormerId] = field(default_factory=dict)
    changed_former: dict[Key, FormerId] = field(default_factory=dict)
    merges: list[tuple[UUID, UUID]] = field(default_factory=list)
    _merged_into: dict[UUID, UUID] = field(default_factory=dict)

    @classmethod
    def of(cls, conversations: Iterable[Conversation], former: Iterable[FormerId]) -> "People":
        """An index over loaded rows."""
        people = cls()
        for conversation in conversations:
            people.conversations[conversation.id] = conversation
            people._index(conversation)
        for gone in former:
            people.former[gone.key] = gone
        return people

    def get(self, conversation_id: UUID) -> Conversation:
        """The conversation, or the one that it was merged into."""
        if self._merged_into:
            while conversation_id in self._merged_into:
                conversation_id = self._merged_into[conversation_id]
        return self.conversations[conversation_id]

    def find(self, number: str, customer: Customer, at: datetime) -> Conversation | None:
        """The customer's conversation, linking and merging what this sighting shows to be one person."""
        if customer.group_id is not None:
            return self._at((number, "group", customer.group_id))
        by_user = self._known(number, "user_id", customer.user_id, at)
        by_phone = self._known(number, "phone", customer.phone, at)
        if by_user is not None and by_phone is not None and by_user is not by_phone:
            return self._reconcile(number, by_user, by_phone, customer)
        return by_user or by_phone

    def find_or_create(self, number: str, owner: UUID, customer: Customer, at: datetime) -> Conversation:
        """The customer's conversation, with every id and name that this sighting teaches."""
        conversation = self.find(number, customer, at)
        if conversation is None:
            conversation = Conversation(uuid7(), owner, number, last_message_time=at, new=True)
            self.conversations[conversation.id] = conversation
        self._learn(conversation, customer, at)
        return conversation

    def apply_change(
        self, number: str, owner: UUID, customer: Customer, change: IdentityChange, at: datetime
    ) -> Conversation:
        """Re-key a conversation: its old ids become former ones, its thread stays."""
        old = Customer(
            phone=change.old_phone or customer.phone,
            user_id=change.old_user_id or customer.user_id,
            parent_user_id=customer.parent_user_id,
            username=customer.username,
            name=customer.name,
        )
        before = self.find(number, old, at)
        after = self.find(number, Customer(phone=change.new_phone, user_id=change.new_user_id), at)
        if before is not None and after is not None and before is not after:
            conversation = self._merge(before, after) or before
        elif before is not None or after is not None:
            conversation = before or after  # type: ignore[assignment]  # one of them is there
        else:
            conversation = Conversation(uuid7(), owner, number, last_message_time=at, new=True)
            self.conversations[conversation.id] = conversation
        self._rekey(conversation, "phone", change.old_phone, change.new_phone, at)
        self._rekey(conversation, "user_id", change.old_user_id, change.new_user_id, at)
        if change.new_parent_user_id is not None:
            conversation.customer_parent_user_id = change.new_parent_user_id
        # What the change does not name is still worth learning: the phone of a user id's change, the name.
        self._learn(
            conversation,
            Customer(
                phone=customer.phone if change.old_phone is None else None,
                user_id=customer.user_id if change.new_user_id is None else None,
                username=customer.username,
                name=customer.name,
            ),
            at,
        )
        return self._never_nobody(conversation, change)

    def _never_nobody(self, conversation: Conversation, change: IdentityChange) -> Conversation:
        """A change that comes after newer ones may find every id taken or left: keep the best there is."""
        if conversation.customer_phone or conversation.customer_user_id or conversation.group_id:
            return conversation
        for kind, value in (
            ("user_id", change.new_user_id),
            ("phone", change.new_phone),
            ("user_id", change.old_user_id),
            ("phone", change.old_phone),
        ):
            if value is None:
                continue
            holder = self._at((conversation.phone_number_id, kind, value))
            if holder is None:
                self._set(conversation, kind, value)
                return conversation
            merged = self._merge(conversation, holder)
            if merged is not None:
                return merged
        raise ValueError("a change of identity that names nobody")

    def _at(self, key: Key) -> Conversation | None:
        found = self.by_key.get(key)
        return None if found is None else self.get(found)

    def _known(self, number: str, kind: str, value: str | None, at: datetime) -> Conversation | None:
        if value is None:
            return None
        key = (number, kind, value)
        current = self._at(key)
        if current is not None:
            return current
        gone = self.former.get(key)
        return self.get(gone.conversation_id) if gone is not None and at <= gone.left_at else None

    def _reconcile(
        self, number: str, by_user: Conversation, by_phone: Conversation, customer: Customer
    ) -> Conversation:
        """One sighting, two conversations. The business-scoped id is the stronger witness."""
        someone_else = by_phone.customer_user_id not in (None, customer.user_id)
        if someone_else and self._at((number, "phone", customer.phone or "")) is by_phone:
            # The phone went from one known person to another: it leaves the first, who keeps the thread.
            self._set(by_phone, "phone", None)
            return by_user
        if someone_else:
            return by_user
        return self._merge(by_user, by_phone) or by_user

    def _learn(self, conversation: Conversation, customer: Customer, at: datetime) -> None:
        if customer.group_id is not None:
            if conversation.group_id is None:
                self._set(conversation, "group", customer.group_id)
            return
        # A webhook can be days late: what an older message says does not replace what is known.
        newer = conversation.last_inbound_at is None or at >= conversation.last_inbound_at
        for kind, value in (("phone", customer.phone), ("user_id", customer.user_id)):
            if value is None or self._is_former(conversation, kind, value, at):
                continue
            known = getattr(conversation, _COLUMN[kind])
            if known == value or self._at((conversation.phone_number_id, kind, value)) is not None:
                continue
            if known is None:
                self._set(conversation, kind, value)
            elif newer:
                self._set(conversation, kind, value)
                self._leave((conversation.phone_number_id, kind, known), conversation, at)
        for attribute in ("customer_parent_user_id", "customer_username", "customer_name"):
            value = getattr(customer, attribute.removeprefix("customer_"))
            known = getattr(conversation, attribute)
            if value and value != known and (known is None or newer):
                setattr(conversation, attribute, value)
                conversation.dirty = True

    def _is_former(self, conversation: Conversation, kind: str, value: str, at: datetime) -> bool:
        gone = self.former.get((conversation.phone_number_id, kind, value))
        return gone is not None and at <= gone.left_at and self.get(gone.conversation_id) is conversation

    def _rekey(
        self, conversation: Conversation, kind: str, old: str | None, new: str | None, at: datetime
    ) -> None:
        number = conversation.phone_number_id
        if new is not None and not self._is_former(conversation, kind, new, at):
            holder = self._at((number, kind, new))
            if holder is None:
                self._set(conversation, kind, new)
        if old is None or new is None or old == new:  # without a successor it only says who is meant
            return
        if self._at((number, kind, old)) is conversation:
            self._set(conversation, kind, None)
        self._leave((number, kind, old), conversation, at)

    def _leave(self, key: Key, conversation: Conversation, at: datetime) -> None:
        known = self.former.get(key)
        if known is None or known.left_at < at:
            self.former[key] = self.changed_former[key] = FormerId(key, conversation.id, at)

    def _set(self, conversation: Conversation, kind: str, value: str | None) -> None:
        attribute = _COLUMN[kind]
        previous = getattr(conversation, attribute)
        if previous == value:
            return
        if previous is not None:
            self.by_key.pop((conversation.phone_number_id, kind, previous), None)
        setattr(conversation, attribute, value)
        if value is not None:
            self.by_key[(conversation.phone_number_id, kind, value)] = conversation.id
        conversation.dirty = conversation.identity_dirty = True

    def _index(self, conversation: Conversation) -> None:
        for kind, value in (
            ("phone", conversation.customer_phone),
            ("user_id", conversation.customer_user_id),
            ("group", conversation.group_id),
        ):
            if value is not None:
                self.by_key[(conversation.phone_number_id, kind, value)] = conversation.id

    def _merge(self, one: Conversation, other: Conversation) -> Conversation | None:
        """Both threads in the older conversation; None while each has a message on its way to Meta.

        Two messages of one conversation may not be on their way at once, so such a merge waits for the next
        webhook that shows both ids.
        """
        if one.has_sending and other.has_sending:
            return None
        winner, loser = sorted((one, other), key=lambda conversation: (conversation.new, conversation.id))
        for kind, attribute in (("phone", "customer_phone"), ("user_id", "customer_user_id")):
            value = getattr(loser, attribute)
            self._set(loser, kind, None)
            if value is not None and getattr(winner, attribute) is None:
                self._set(winner, kind, value)
        for attribute in ("customer_parent_user_id", "customer_username", "customer_name"):
            if getattr(winner, attribute) is None:
                setattr(winner, attribute, getattr(loser, attribute))
        winner.unread_count += loser.unread_count
        winner.read_seq = min(winner.read_seq, loser.read_seq)
        winner.last_inbound_at = _latest(winner.last_inbound_at, loser.last_inbound_at)
        winner.window_refused_at = _latest(winner.window_refused_at, loser.window_refused_at)
        if loser.marketing_opt_at == _latest(loser.marketing_opt_at, winner.marketing_opt_at):
            winner.marketing_opt_out = loser.marketing_opt_out
            winner.marketing_opt_at = loser.marketing_opt_at
        ours = (winner.last_message_id is not None, winner.last_message_time, winner.last_message_seq)
        theirs = (loser.last_message_id is not None, loser.last_message_time, loser.last_message_seq)
        if theirs > ours:
            winner.last_message_id = loser.last_message_id
            winner.last_message_time = loser.last_message_time
            winner.last_message_seq = loser.last_message_seq
        winner.has_sending = winner.has_sending or loser.has_sending
        winner.dirty = winner.identity_dirty = True
        self._merged_into[loser.id] = winner.id
        del self.conversations[loser.id]
        if not loser.new:
            self.merges.append((loser.id, winner.id))
        return winner


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)
