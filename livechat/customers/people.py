"""Who is who: from the ids in a webhook to one conversation, in memory, under locks that the caller holds.

The rules: docs/meta/cloud-api.md section 3 and docs/decisions/people.md. A customer is found by
business-scoped id first, then by phone, in all its writings. A webhook that names both links them, and merges
two conversations that turn out to be one person's: only where nothing tells the two apart. A phone number is
one person's at a time: whoever was seen with it last has it, and whoever had it before keeps their thread and
what they wrote. A business-scoped id is never anybody else's.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from livechat.domain.ids import uuid7
from livechat.domain.phone import writings
from livechat.models import NEVER_LEFT
from livechat.whatsapp.webhook.items import Customer, IdentityChange

Key = tuple[str, str, str]  # (phone_number_id, kind: phone | user_id | group, value)
_COLUMN = {"phone": "customer_phone", "user_id": "customer_user_id", "group": "group_id"}
# Meta's times are whole seconds: what is told of one second is true in it, and ends what was so before.
_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(slots=True)
class LoadedConversation:
    """A conversation's row while a batch works on it.

    What must be written: all of it where ``new`` or ``dirty``, what a message changes where only ``heard``.
    ``first_at`` is the time of its oldest message where somebody asked for it, or one of this batch.
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
    gone_at: datetime | None = None
    has_sending: bool = False
    new: bool = False
    heard: bool = False
    dirty: bool = False
    identity_dirty: bool = False
    first_at: datetime | None = None


@dataclass(slots=True)
class OtherId:
    """An id that led to ``conversation_id`` until ``left_at``, None: to a stranger; NEVER_LEFT: it does."""

    key: Key
    conversation_id: UUID | None
    left_at: datetime


@dataclass(slots=True)
class People:
    """The conversations that a batch may touch, found and changed by id."""

    conversations: dict[UUID, LoadedConversation] = field(default_factory=dict)
    by_key: dict[Key, UUID] = field(default_factory=dict)
    past: dict[Key, list[OtherId]] = field(default_factory=dict)
    changed_ids: dict[tuple[Key, datetime], OtherId] = field(default_factory=dict)
    ended: set[Key] = field(default_factory=set)
    # When conversations last lost their number: writings of it that this batch does not know go with it.
    left: dict[UUID, datetime] = field(default_factory=dict)
    merges: list[tuple[UUID, UUID]] = field(default_factory=list)
    _merged_into: dict[UUID, UUID] = field(default_factory=dict)

    @classmethod
    def of(cls, conversations: Iterable[LoadedConversation], others: Iterable[OtherId]) -> "People":
        """An index over loaded rows."""
        people = cls()
        for conversation in conversations:
            people.conversations[conversation.id] = conversation
            people._index(conversation)
        for other in others:
            if other.left_at < NEVER_LEFT:
                people.past.setdefault(other.key, []).append(other)
            elif other.conversation_id is not None:
                people.by_key.setdefault(other.key, other.conversation_id)
        for left in people.past.values():
            left.sort(key=lambda other: other.left_at)
        return people

    def get(self, conversation_id: UUID) -> LoadedConversation:
        """The conversation, or the one that it was merged into."""
        if self._merged_into:
            while conversation_id in self._merged_into:
                conversation_id = self._merged_into[conversation_id]
        return self.conversations[conversation_id]

    def find(self, number: str, customer: Customer, at: datetime) -> LoadedConversation | None:
        """The customer's conversation, linking and merging what this sighting shows to be one person."""
        if customer.group_id is not None:
            return self._at((number, "group", customer.group_id))
        by_user = self._of_user(number, customer.user_id)
        by_phone = self._of_phone(number, customer.phone, at)
        if by_user is None and by_phone is None:
            return self._of_parent(number, customer)
        if by_user is None:
            if by_phone is None or customer.user_id is None or by_phone.customer_user_id is None:
                return by_phone
            # The number is in other hands: its holder is known by another id.
            return None
        if by_phone is not None and by_phone is not by_user and _may_be_one(by_user, by_phone):
            return self._merge(by_user, by_phone) or by_user
        return by_user

    def find_or_create(
        self, number: str, owner: UUID, customer: Customer, at: datetime
    ) -> LoadedConversation:
        """The customer's conversation, with every id and name that this sighting teaches."""
        conversation = self.find(number, customer, at)
        if conversation is None:
            conversation = self._begin(number, owner, at)
        self._learn(conversation, customer, at)
        return conversation

    def apply_change(
        self, number: str, owner: UUID, customer: Customer, change: IdentityChange, at: datetime
    ) -> LoadedConversation:
        """Re-key a conversation: what was left behind becomes past, its thread stays.

        Two people who are known apart stay two, whatever the change says: the new number may have been
        somebody else's, and then it leaves them. Only the thread that began under the new id after the
        change, before we heard of it, is the same person's.
        """
        if change.is_link:
            linked = Customer(
                phone=change.new_phone,
                user_id=change.old_user_id,
                username=customer.username,
                name=customer.name,
            )
            return self.find_or_create(number, owner, linked, at)
        old_phone = change.old_phone or customer.phone
        old_user_id = change.old_user_id or customer.user_id
        before = self.find(number, Customer(phone=old_phone, user_id=old_user_id), at)
        after = self._of_user(number, change.new_user_id)
        if before is not None and after is not None and _is_sequel(before, after, change, at):
            before = self._merge(before, after) or before
        conversation = before or after or self._begin(number, owner, at)
        self._move_user(conversation, old_user_id, change.new_user_id, at)
        self._move_phone(conversation, change.old_phone, change.new_phone, at)
        if change.new_phone is None and old_phone is not None:
            self._claim(conversation, old_phone, at)
        if change.new_parent_user_id is not None:
            conversation.customer_parent_user_id = change.new_parent_user_id
        self._learn_names(conversation, customer, at)
        if not _has_ids(conversation):
            self._mark_gone(conversation, at)
        return conversation

    def teach(self, conversation_id: UUID, phone: str | None, user_id: str | None) -> None:
        """Meta said, of a message of ours, who it went to: these ids are the customer's of this conversation.

        Another conversation under one of them is the same person's if nothing but the writing of the number
        tells them apart; otherwise nothing is learnt. Whoever has written under two numbers is two people,
        unless the numbers are two writings of one.
        """
        conversation = self.get(conversation_id)
        if conversation.group_id is not None:
            return
        number = conversation.phone_number_id
        known_user = conversation.customer_user_id
        if user_id is not None and known_user not in (None, user_id):
            return
        for kind, value in (("user_id", user_id), ("phone", phone)):
            if value is None:
                continue
            conversation = self.get(conversation_id)
            written = writings(value) if kind == "phone" else (value,)
            if any((number, kind, each) in self.past for each in written):
                # Somebody has left it: what was said of a message may be older than that.
                continue
            holder = self._of_user(number, value) if kind == "user_id" else self._holder(number, value)
            if holder is None:
                self._add(conversation, kind, value)
            elif holder is not conversation:
                users = {holder.customer_user_id, conversation.customer_user_id, user_id} - {None}
                both_wrote = holder.last_inbound_at is not None and conversation.last_inbound_at is not None
                phones_differ = (kind == "user_id" or both_wrote) and not _same_phone(holder, conversation)
                if len(users) <= 1 and not phones_differ:
                    self._merge(conversation, holder)

    # Finding

    def _begin(self, number: str, owner: UUID, at: datetime) -> LoadedConversation:
        conversation = LoadedConversation(uuid7(), owner, number, last_message_time=at, new=True)
        self.conversations[conversation.id] = conversation
        return conversation

    def _at(self, key: Key) -> LoadedConversation | None:
        found = self.by_key.get(key)
        return None if found is None else self.get(found)

    def _of_user(self, number: str, user_id: str | None) -> LoadedConversation | None:
        """Also by an id that the customer has left behind: it is never given to anybody else."""
        if user_id is None:
            return None
        key = (number, "user_id", user_id)
        current = self._at(key)
        if current is not None:
            return current
        left = [gone.conversation_id for gone in self.past.get(key, ()) if gone.conversation_id is not None]
        return self.get(left[-1]) if left else None

    def _of_phone(self, number: str, phone: str | None, at: datetime) -> LoadedConversation | None:
        """Whoever had this number at that time, or has it now."""
        if phone is None:
            return None
        written = writings(phone)
        if self.past:
            gone = self._departure(number, written, at)
            if gone is not None:
                return None if gone.conversation_id is None else self.get(gone.conversation_id)
        found = [
            conversation
            for value in written
            if (conversation := self._at((number, "phone", value))) is not None
        ]
        if not found:
            return None
        first = found[0]
        for other in found[1:]:
            if other is not first and _may_be_one(first, other):
                first = self._merge(first, other) or first
        return first

    def _of_parent(self, number: str, customer: Customer) -> LoadedConversation | None:
        """By the id for a whole enterprise, where the thread is known by no other one of this portfolio."""
        found = self._of_user(number, customer.parent_user_id)
        known = found.customer_user_id if found is not None else None
        return found if known in (None, customer.user_id, customer.parent_user_id) else None

    def _departure(self, number: str, written: Iterable[str], at: datetime) -> OtherId | None:
        """The first at or after this time at which the number was left: whoever left it then had it."""
        after = [
            gone
            for value in written
            for gone in self.past.get((number, "phone", value), ())
            if at <= gone.left_at
        ]
        return min(after, key=lambda gone: gone.left_at, default=None)

    def _holder(self, number: str, phone: str) -> LoadedConversation | None:
        """Who has this number now."""
        for value in writings(phone):
            holder = self._at((number, "phone", value))
            if holder is not None:
                return holder
        return None

    # Learning from a sighting

    def _learn(self, conversation: LoadedConversation, customer: Customer, at: datetime) -> None:
        if customer.group_id is not None:
            if conversation.group_id is None:
                self._set(conversation, "group", customer.group_id)
            return
        number = conversation.phone_number_id
        if (
            customer.user_id is not None
            and conversation.customer_user_id is None
            and self._of_user(number, customer.user_id) is None
        ):
            self._set(conversation, "user_id", customer.user_id)
        if customer.phone is not None and customer.phone != conversation.customer_phone:
            self._claim(conversation, customer.phone, at)
        self._learn_parent(conversation, customer)
        self._learn_names(conversation, customer, at)
        if not _has_ids(conversation):
            self._mark_gone(conversation, at)

    def _learn_parent(self, conversation: LoadedConversation, customer: Customer) -> None:
        """The id for a whole enterprise leads here too, beside the customer's own for this portfolio."""
        number, parent = conversation.phone_number_id, customer.parent_user_id
        if parent is None or customer.user_id in (None, parent):
            return
        if conversation.customer_user_id == parent and self._of_user(number, customer.user_id) is None:
            # Until now they were known by that one alone.
            self._set(conversation, "user_id", customer.user_id)
        if conversation.customer_user_id == customer.user_id and self._of_user(number, parent) is None:
            self._add(conversation, "user_id", parent)

    def _learn_names(self, conversation: LoadedConversation, customer: Customer, at: datetime) -> None:
        # A webhook can be days late: what an older message says does not replace what is known.
        newer = _is_news(conversation, at)
        for attribute in ("customer_parent_user_id", "customer_username", "customer_name"):
            value = getattr(customer, attribute.removeprefix("customer_"))
            known = getattr(conversation, attribute)
            if value and value != known and (known is None or newer):
                setattr(conversation, attribute, value)
                conversation.dirty = True

    def _claim(
        self, conversation: LoadedConversation, phone: str, at: datetime, *, gained: bool = False
    ) -> None:
        """The customer was seen with this number. ``gained``: they have had it since then, and not before."""
        number, written = conversation.phone_number_id, writings(phone)
        gone = self._departure(number, written, at)
        if gone is not None:
            if gone.conversation_id is None:
                self._remember(gone.key, conversation, gone.left_at)
            return
        holder, known = self._holder(number, phone), conversation.customer_phone
        if holder is conversation:
            if known is None:
                self._promote(conversation, written)
            return
        if known is not None and not _is_news(conversation, at):
            return
        if holder is not None:
            if _spoke_after(holder, at) or (not gained and _may_be_one(holder, conversation)):
                # It is theirs now; or the same person's, whose threads merge when nothing is on its way.
                return
            self._lose(holder, at - _JUST_BEFORE)
        elif gained:
            self._remember((number, "phone", phone), None, at - _JUST_BEFORE)
        if known is not None:
            self._lose(conversation, at)
        self._set(conversation, "phone", phone)

    # Changes

    def _move_user(
        self, conversation: LoadedConversation, old: str | None, new: str | None, at: datetime
    ) -> None:
        if new is None:
            return
        number, known = conversation.phone_number_id, conversation.customer_user_id
        if old is not None and old != new and self._of_user(number, old) is None:
            self._remember((number, "user_id", old), conversation, at)
        holder = self._of_user(number, new)
        if known == new or holder not in (None, conversation) or (number, "user_id", new) in self.past:
            return
        if known is not None and known != old and not _is_news(conversation, at):
            return
        self._end((number, "user_id", new))
        if known is not None:
            self._remember((number, "user_id", known), conversation, at)
        self._set(conversation, "user_id", new)

    def _move_phone(
        self, conversation: LoadedConversation, old: str | None, new: str | None, at: datetime
    ) -> None:
        if new is None or (old is not None and new in writings(old)):
            return
        number = conversation.phone_number_id
        if old is not None and self._departure(number, writings(old), at) is None:
            holder = self._holder(number, old)
            if holder is conversation:
                self._lose(conversation, at, but=writings(new))
            elif holder is None:
                self._remember((number, "phone", old), conversation, at)
            elif not _spoke_after(holder, at):
                # Somebody whom we do not know had it after our customer, and has left it too.
                self._lose(holder, at - _JUST_BEFORE)
                self._remember((number, "phone", old), conversation, at)
        self._claim(conversation, new, at, gained=True)

    def _lose(
        self, conversation: LoadedConversation, left_at: datetime, *, but: Collection[str] = ()
    ) -> None:
        """Its number, in all its writings, is not this customer's any more: what is older is still theirs.

        ``but``: numbers that stay.
        """
        number, known = conversation.phone_number_id, conversation.customer_phone
        held = [
            key
            for key, found in self.by_key.items()
            if key[1] == "phone"
            and key[0] == number
            and key[2] not in but
            and self.get(found) is conversation
        ]
        for key in held:
            self._remember(key, conversation, left_at)
            if key[2] != known:
                del self.by_key[key]
                self.ended.add(key)
        if known is not None:
            self._set(conversation, "phone", None)
        self.left[conversation.id] = left_at
        if not _has_ids(conversation):
            self._mark_gone(conversation, left_at)

    def _promote(self, conversation: LoadedConversation, written: Iterable[str]) -> None:
        """Another writing, or what a merged thread was known by, becomes the number in the row."""
        for value in written:
            key = (conversation.phone_number_id, "phone", value)
            if self._at(key) is conversation:
                self._end(key)
                self._set(conversation, "phone", value)
                return

    def _remember(self, key: Key, conversation: LoadedConversation | None, left_at: datetime) -> None:
        """Until ``left_at`` this id led to ``conversation``, None: to a stranger."""
        other = OtherId(key, None if conversation is None else conversation.id, left_at)
        if left_at < NEVER_LEFT:
            kept = [each for each in self.past.get(key, ()) if each.left_at != left_at]
            self.past[key] = sorted([*kept, other], key=lambda each: each.left_at)
        self.changed_ids[key, left_at] = other

    def _add(self, conversation: LoadedConversation, kind: str, value: str) -> None:
        """One more id of this customer: in the row where it has none of this kind, else beside it."""
        if getattr(conversation, _COLUMN[kind]) is None:
            self._set(conversation, kind, value)
            return
        key = (conversation.phone_number_id, kind, value)
        self.by_key[key] = conversation.id
        self._remember(key, conversation, NEVER_LEFT)

    def _end(self, key: Key) -> None:
        """The id stands beside a row no more."""
        self.by_key.pop(key, None)
        self.changed_ids.pop((key, NEVER_LEFT), None)
        self.ended.add(key)

    def _mark_gone(self, conversation: LoadedConversation, at: datetime) -> None:
        if conversation.gone_at is None:
            conversation.gone_at = at
            conversation.dirty = conversation.identity_dirty = True

    def _set(self, conversation: LoadedConversation, kind: str, value: str | None) -> None:
        attribute = _COLUMN[kind]
        previous = getattr(conversation, attribute)
        if previous == value:
            return
        if previous is not None:
            self.by_key.pop((conversation.phone_number_id, kind, previous), None)
        setattr(conversation, attribute, value)
        if value is not None:
            self.by_key[(conversation.phone_number_id, kind, value)] = conversation.id
            conversation.gone_at = None
        conversation.dirty = conversation.identity_dirty = True

    def _index(self, conversation: LoadedConversation) -> None:
        for kind, value in (
            ("phone", conversation.customer_phone),
            ("user_id", conversation.customer_user_id),
            ("group", conversation.group_id),
        ):
            if value is not None:
                self.by_key[(conversation.phone_number_id, kind, value)] = conversation.id

    def _merge(self, one: LoadedConversation, other: LoadedConversation) -> LoadedConversation | None:
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
            if value is not None:
                self._add(winner, kind, value)
        for attribute in ("customer_parent_user_id", "customer_username", "customer_name"):
            if getattr(winner, attribute) is None:
                setattr(winner, attribute, getattr(loser, attribute))
        winner.first_at = _earliest(winner.first_at, loser.first_at)
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


def _has_ids(conversation: LoadedConversation) -> bool:
    return bool(conversation.customer_phone or conversation.customer_user_id or conversation.group_id)


def _same_phone(one: LoadedConversation, other: LoadedConversation) -> bool:
    """Whether the numbers, where both are known, are one number, however it is written."""
    if one.customer_phone is None or other.customer_phone is None:
        return True
    return other.customer_phone in writings(one.customer_phone)


def _may_be_one(one: LoadedConversation, other: LoadedConversation) -> bool:
    """Whether nothing tells these two people apart."""
    is_same_user = one.customer_user_id == other.customer_user_id
    one_is_unknown = one.customer_user_id is None or other.customer_user_id is None
    return (is_same_user or one_is_unknown) and _same_phone(one, other)


def _is_sequel(
    before: LoadedConversation, after: LoadedConversation, change: IdentityChange, at: datetime
) -> bool:
    """Whether the customer wrote under the new id before we were told of the change, as webhooks overtake.

    Then the thread under it holds nothing older, and neither its number nor its name is another.
    """
    numbers = writings(change.new_phone) if change.new_phone is not None else (before.customer_phone,)
    return (
        before is not after
        and change.old_user_id is not None
        and after.customer_user_id == change.new_user_id
        and (after.first_at is None or after.first_at >= at)
        and after.customer_phone in (None, *numbers)
        and (
            None in (before.customer_name, after.customer_name) or before.customer_name == after.customer_name
        )
    )


def _is_news(conversation: LoadedConversation, at: datetime) -> bool:
    return conversation.last_inbound_at is None or at >= conversation.last_inbound_at


def _spoke_after(conversation: LoadedConversation, at: datetime) -> bool:
    return conversation.last_inbound_at is not None and conversation.last_inbound_at > at


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)
