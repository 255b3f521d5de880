"""Who is who: which conversation the ids in a webhook mean. In memory, under locks that the caller holds.

The rules are in docs/meta/cloud-api.md section 3 and docs/decisions/people.md. A customer is found by their
business-scoped id first, then by their phone number in all its writings. A webhook that names both links
them. It merges two conversations that turn out to be one person's, where nothing tells the two apart. A phone
number belongs to one person at a time: the customer seen with it last has it, and the one before keeps their
thread and what they wrote. A business-scoped id is never given to anybody else.
"""

from datetime import datetime, timedelta
from uuid import UUID

from livechat.customers.known_ids import KnownIds
from livechat.customers.loaded import LoadedConversation, has_ids
from livechat.customers.same_person import is_newest, is_sequel, may_be_one, same_phone, spoke_after
from livechat.domain.phone import writings
from livechat.whatsapp.webhook.items import Customer, IdentityChange

# Meta's times are whole seconds. A change is true from its second on, and ends what was true just before it.
_JUST_BEFORE = timedelta(microseconds=1)


class People(KnownIds):
    """The customers of a batch: found, linked, merged and moved by what its webhooks show."""

    __slots__ = ()

    def find(self, number: str, customer: Customer, at: datetime) -> LoadedConversation | None:
        """The customer's conversation, None where there is none. Merges what turns out to be one person's."""
        if customer.group_id is not None:
            return self._at((number, "group", customer.group_id))
        by_user = self._of_user(number, customer.user_id)
        by_phone = self._of_phone(number, customer.phone, at)
        if by_user is None and by_phone is None:
            return self._of_parent(number, customer)
        if by_user is None:
            if by_phone is None or customer.user_id is None or by_phone.customer_user_id is None:
                return by_phone
            # The number has another holder, who is known by another id.
            return None
        if by_phone is not None and by_phone is not by_user and may_be_one(by_user, by_phone):
            return self._merge(by_user, by_phone) or by_user
        return by_user

    def find_or_create(
        self, number: str, owner: UUID, customer: Customer, at: datetime
    ) -> LoadedConversation:
        """The customer's conversation, new where there is none, with the ids and names that are told."""
        conversation = self.find(number, customer, at)
        if conversation is None:
            conversation = self._begin(number, owner, at)
        self._learn(conversation, customer, at)
        return conversation

    def apply_change(
        self, number: str, owner: UUID, customer: Customer, change: IdentityChange, at: datetime
    ) -> LoadedConversation:
        """The conversation of a customer who changed their ids, under the new ids. The old ones become past.

        Two people who are known apart stay two, whatever the change says: a new number that was somebody
        else's is taken from them. Only a thread that began under the new id after the change, before we heard
        of it, is the same person's.
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
        if before is not None and after is not None and is_sequel(before, after, change, at):
            before = self._merge(before, after) or before
        conversation = before or after or self._begin(number, owner, at)
        self._move_user(conversation, old_user_id, change.new_user_id, at)
        self._move_phone(conversation, change.old_phone, change.new_phone, at)
        if change.new_phone is None and old_phone is not None:
            self._claim(conversation, old_phone, at)
        if change.new_parent_user_id is not None:
            conversation.customer_parent_user_id = change.new_parent_user_id
        self._learn_names(conversation, customer, at)
        if not has_ids(conversation):
            self._mark_gone(conversation, at)
        return conversation

    def teach(self, conversation_id: UUID, phone: str | None, user_id: str | None) -> None:
        """Give a conversation's customer the ids to which Meta says that our message went.

        Another conversation with one of these ids is merged if nothing but the writing of the number tells
        the two apart; otherwise nothing is learnt. Customers who have written under two numbers are two
        people, unless the numbers are two writings of one.
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
                # Somebody has left this id, perhaps after the message was sent.
                continue
            holder = self._of_user(number, value) if kind == "user_id" else self._holder(number, value)
            if holder is None:
                self._add(conversation, kind, value)
            elif holder is not conversation:
                users = {holder.customer_user_id, conversation.customer_user_id, user_id} - {None}
                both_wrote = holder.last_inbound_at is not None and conversation.last_inbound_at is not None
                phones_differ = (kind == "user_id" or both_wrote) and not same_phone(holder, conversation)
                if len(users) <= 1 and not phones_differ:
                    self._merge(conversation, holder)

    # Finding

    def _of_phone(self, number: str, phone: str | None, at: datetime) -> LoadedConversation | None:
        """The conversation that had this number at that time, or has it now."""
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
            if other is not first and may_be_one(first, other):
                first = self._merge(first, other) or first
        return first

    def _of_parent(self, number: str, customer: Customer) -> LoadedConversation | None:
        """The conversation with the id for a whole enterprise, if it has no other id for this portfolio."""
        found = self._of_user(number, customer.parent_user_id)
        known = found.customer_user_id if found is not None else None
        return found if known in (None, customer.user_id, customer.parent_user_id) else None

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
        if not has_ids(conversation):
            self._mark_gone(conversation, at)

    def _learn_parent(self, conversation: LoadedConversation, customer: Customer) -> None:
        """Let the id for a whole enterprise lead here too, beside the customer's own for this portfolio."""
        number, parent = conversation.phone_number_id, customer.parent_user_id
        if parent is None or customer.user_id in (None, parent):
            return
        if conversation.customer_user_id == parent and self._of_user(number, customer.user_id) is None:
            # The customer was known by the enterprise's id alone.
            self._set(conversation, "user_id", customer.user_id)
        if conversation.customer_user_id == customer.user_id and self._of_user(number, parent) is None:
            self._add(conversation, "user_id", parent)

    def _learn_names(self, conversation: LoadedConversation, customer: Customer, at: datetime) -> None:
        # A webhook can be days late: names in an older message do not replace known ones.
        newer = is_newest(conversation, at)
        for attribute in ("customer_parent_user_id", "customer_username", "customer_name"):
            value = getattr(customer, attribute.removeprefix("customer_"))
            known = getattr(conversation, attribute)
            if value and value != known and (known is None or newer):
                setattr(conversation, attribute, value)
                conversation.dirty = True

    def _claim(
        self, conversation: LoadedConversation, phone: str, at: datetime, *, gained: bool = False
    ) -> None:
        """Give the customer this number, with which they were seen. ``gained``: they got it at that time."""
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
        if known is not None and not is_newest(conversation, at):
            return
        if holder is not None:
            if spoke_after(holder, at) or (not gained and may_be_one(holder, conversation)):
                # The number is the holder's now; or both are one person, whose threads merge later.
                return
            self._lose(holder, at - _JUST_BEFORE)
        elif gained:
            self._remember((number, "phone", phone), None, at - _JUST_BEFORE)
        if known is not None:
            self._lose(conversation, at)
        self._set(conversation, "phone", phone)

    # Following a change of ids

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
        if known is not None and known != old and not is_newest(conversation, at):
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
            elif not spoke_after(holder, at):
                # A stranger had the old number after the holder, and has left it too.
                self._lose(holder, at - _JUST_BEFORE)
                self._remember((number, "phone", old), conversation, at)
        self._claim(conversation, new, at, gained=True)
