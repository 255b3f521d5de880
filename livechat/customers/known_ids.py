"""An index in memory: which id leads to which conversation, now and formerly, and what of it must be written.

``People`` decides who is who. Here rows and index are changed together.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from livechat.customers.loaded import COLUMN, Key, LoadedConversation, OtherId, absorb, has_ids
from livechat.domain.ids import uuid7
from livechat.domain.phone import writings
from livechat.models import NEVER_LEFT


@dataclass(slots=True)
class KnownIds:
    """The conversations that a batch may touch, found by id.

    ``by_key`` holds ids that lead to a conversation now, ``past`` those that somebody has left, by time. To
    be written are ``changed_ids`` (new and left ids beside the rows), ``ended`` (ids that no longer stand
    beside a row), ``left`` and ``merges`` (loser, winner).
    """

    conversations: dict[UUID, LoadedConversation] = field(default_factory=dict)
    by_key: dict[Key, UUID] = field(default_factory=dict)
    past: dict[Key, list[OtherId]] = field(default_factory=dict)
    changed_ids: dict[tuple[Key, datetime], OtherId] = field(default_factory=dict)
    ended: set[Key] = field(default_factory=set)
    # When conversations last lost their number, with all its writings, also those that this batch has not
    # loaded.
    left: dict[UUID, datetime] = field(default_factory=dict)
    merges: list[tuple[UUID, UUID]] = field(default_factory=list)
    _merged_into: dict[UUID, UUID] = field(default_factory=dict)

    @classmethod
    def of(cls, conversations: Iterable[LoadedConversation], others: Iterable[OtherId]) -> Self:
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

    def _begin(self, number: str, owner: UUID, at: datetime) -> LoadedConversation:
        conversation = LoadedConversation(uuid7(), owner, number, last_message_time=at, new=True)
        self.conversations[conversation.id] = conversation
        return conversation

    def _at(self, key: Key) -> LoadedConversation | None:
        found = self.by_key.get(key)
        return None if found is None else self.get(found)

    def _of_user(self, number: str, user_id: str | None) -> LoadedConversation | None:
        """The conversation with this user id, current or left behind: it is never given to anybody else."""
        if user_id is None:
            return None
        key = (number, "user_id", user_id)
        current = self._at(key)
        if current is not None:
            return current
        left = [gone.conversation_id for gone in self.past.get(key, ()) if gone.conversation_id is not None]
        return self.get(left[-1]) if left else None

    def _holder(self, number: str, phone: str) -> LoadedConversation | None:
        """The conversation that has this number now."""
        for value in writings(phone):
            holder = self._at((number, "phone", value))
            if holder is not None:
                return holder
        return None

    def _departure(self, number: str, written: Iterable[str], at: datetime) -> OtherId | None:
        """Who had the number at this time: the first to leave it then or later. None: nobody has left it."""
        after = [
            gone
            for value in written
            for gone in self.past.get((number, "phone", value), ())
            if at <= gone.left_at
        ]
        return min(after, key=lambda gone: gone.left_at, default=None)

    def _set(self, conversation: LoadedConversation, kind: str, value: str | None) -> None:
        attribute = COLUMN[kind]
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

    def _add(self, conversation: LoadedConversation, kind: str, value: str) -> None:
        """Give a conversation one more id: in its row where that has none of this kind, else beside it."""
        if getattr(conversation, COLUMN[kind]) is None:
            self._set(conversation, kind, value)
            return
        key = (conversation.phone_number_id, kind, value)
        self.by_key[key] = conversation.id
        self._remember(key, conversation, NEVER_LEFT)

    def _end(self, key: Key) -> None:
        """Take away an id that stood beside a row."""
        self.by_key.pop(key, None)
        self.changed_ids.pop((key, NEVER_LEFT), None)
        self.ended.add(key)

    def _remember(self, key: Key, conversation: LoadedConversation | None, left_at: datetime) -> None:
        """Note that this id led to ``conversation`` until ``left_at``; None: to a stranger."""
        other = OtherId(key, None if conversation is None else conversation.id, left_at)
        if left_at < NEVER_LEFT:
            kept = [each for each in self.past.get(key, ()) if each.left_at != left_at]
            self.past[key] = sorted([*kept, other], key=lambda each: each.left_at)
        self.changed_ids[key, left_at] = other

    def _lose(
        self, conversation: LoadedConversation, left_at: datetime, *, but: Collection[str] = ()
    ) -> None:
        """Take a conversation's number away, in all its writings but those in ``but``.

        What was sent under it until ``left_at`` stays in this conversation.
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
        if not has_ids(conversation):
            self._mark_gone(conversation, left_at)

    def _promote(self, conversation: LoadedConversation, written: Iterable[str]) -> None:
        """Put a number that stands beside the row into it: another writing, or a merged conversation's."""
        for value in written:
            key = (conversation.phone_number_id, "phone", value)
            if self._at(key) is conversation:
                self._end(key)
                self._set(conversation, "phone", value)
                return

    def _mark_gone(self, conversation: LoadedConversation, at: datetime) -> None:
        if conversation.gone_at is None:
            conversation.gone_at = at
            conversation.dirty = conversation.identity_dirty = True

    def _merge(self, one: LoadedConversation, other: LoadedConversation) -> LoadedConversation | None:
        """Merge two conversations into the older one, which is returned.

        None while each has a message on its way to Meta: one conversation may have one only, so the merge
        waits for the next webhook that shows both ids.
        """
        if one.has_sending and other.has_sending:
            return None
        winner, loser = sorted((one, other), key=lambda conversation: (conversation.new, conversation.id))
        for kind, attribute in (("phone", "customer_phone"), ("user_id", "customer_user_id")):
            value = getattr(loser, attribute)
            self._set(loser, kind, None)
            if value is not None:
                self._add(winner, kind, value)
        absorb(winner, loser)
        self._merged_into[loser.id] = winner.id
        del self.conversations[loser.id]
        if not loser.new:
            self.merges.append((loser.id, winner.id))
        return winner

    def _index(self, conversation: LoadedConversation) -> None:
        for kind, value in (
            ("phone", conversation.customer_phone),
            ("user_id", conversation.customer_user_id),
            ("group", conversation.group_id),
        ):
            if value is not None:
                self.by_key[(conversation.phone_number_id, kind, value)] = conversation.id
