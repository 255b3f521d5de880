"""Who a webhook means: the customer of a message, and what ``system`` messages say about changed ids.

Source: Meta's "Business-scoped user IDs" (29 June 2026, changelog to 11 August 2026): since 2026 a message
can come without a phone number, and every id can be absent.
"""

from typing import Any

from livechat.domain.phone import digits_or_none, writings
from livechat.whatsapp.reading import Json, UnreadableError, id_or_none, items_of, label, obj
from livechat.whatsapp.webhook.items import Customer, IdentityChange

_NUMBER_CHANGED = frozenset({"user_changed_number", "customer_changed_number"})
_USER_ID_CHANGED = "user_changed_user_id"


class NamedPeople:
    """The ``contacts[]`` of a value, found by their ids: one POST can hold a thousand of them.

    ``is_shared`` says that several messages stand beside them.
    """

    __slots__ = ("_by_phone", "_by_user_id", "_only", "is_shared")

    def __init__(self, contacts: list[Json], is_shared: bool) -> None:
        self.is_shared = is_shared
        self._only = contacts[0] if len(contacts) == 1 else None
        self._by_user_id: dict[str, Json] = {}
        self._by_phone: dict[str, Json] = {}
        for contact in contacts:
            user_id, phone = id_or_none(contact.get("user_id")), digits_or_none(contact.get("wa_id"))
            if user_id is not None:
                self._by_user_id.setdefault(user_id, contact)
            if phone is not None:
                self._by_phone.setdefault(phone, contact)

    def match(self, phone: str | None, user_id: str | None) -> Json:
        """The entry that describes this user; an empty object where none does.

        By business-scoped id, else by phone, else the only one there is. That one may write the phone number
        differently (an extra digit in Brazil, Mexico and Argentina), but it must not be someone else: another
        business-scoped id, or, where several messages share the list, a number with another ending.
        """
        found = self._by_user_id.get(user_id) if user_id is not None else None
        if found is None and phone is not None:
            written = (self._by_phone[each] for each in writings(phone) if each in self._by_phone)
            found = next(written, None)
        if found is not None:
            return found
        only = self._only
        if only is None or (user_id is not None and only.get("user_id")):
            return {}
        if self.is_shared and phone is not None:
            wa_id = digits_or_none(only.get("wa_id"))
            if wa_id is None or wa_id[-8:] != phone[-8:]:
                return {}
        return only


NOBODY = NamedPeople([], False)


def people_of(contacts: Any, messages: Any) -> NamedPeople:
    """The people beside ``messages``. What is no contact is left out: a name must never cost a message."""
    known = [contact for contact in items_of(contacts) if isinstance(contact, dict)]
    return NamedPeople(known, len(items_of(messages)) > 1)


def customer(people: NamedPeople, phone: Any, user_id: Any, parent_user_id: Any = None) -> Customer:
    """The customer by the ids of an item, completed from ``contacts[]``.

    Raises UnreadableError where neither names anyone: a message that belongs to no one cannot be shown.
    """
    own_phone, own_user_id = digits_or_none(phone), id_or_none(user_id)
    contact = people.match(own_phone, own_user_id)
    profile = obj(contact.get("profile"))
    username = label(profile.get("username"))
    found = Customer(
        phone=own_phone or digits_or_none(contact.get("wa_id")),
        user_id=own_user_id or id_or_none(contact.get("user_id")),
        parent_user_id=id_or_none(parent_user_id) or id_or_none(contact.get("parent_user_id")),
        # Older announcements write the username with an @.
        username=label(username.removeprefix("@")) if username else None,
        name=label(profile.get("name")),
    )
    if found.phone is None and found.user_id is None:
        # The id that a customer has for a whole enterprise names them too, and can be written to.
        found.user_id = found.parent_user_id
    if found.phone is None and found.user_id is None:
        raise UnreadableError("no_customer")
    return found


def sender(raw: Json, people: NamedPeople) -> Customer:
    """Who wrote an inbound message."""
    return customer(people, raw.get("from"), raw.get("from_user_id"), raw.get("from_parent_user_id"))


def recipient(raw: Json, people: NamedPeople) -> Customer:
    """Whom a message from the business's phone, or a call by it, went to."""
    return customer(people, raw.get("to"), raw.get("to_user_id"), raw.get("to_parent_user_id"))


def of_system_message(raw: Json) -> tuple[Customer, IdentityChange | None]:
    """Whose thread a ``system`` message belongs to, by the ids *before* the change, and the change.

    A message that names a previous id or another number is a change, whatever its ``type``. The change is
    None where no new id is named (a changed security code). ``body`` often names the ids too, but beside a
    name that the customer chooses: it is never parsed. Raises UnreadableError where no id is named.
    """
    system = obj(raw.get("system"))
    kind = label(system.get("type"))
    old_phone = digits_or_none(raw.get("from")) or digits_or_none(system.get("customer"))
    wa_id = digits_or_none(system.get("new_wa_id")) or digits_or_none(system.get("wa_id"))
    from_user_id = id_or_none(raw.get("from_user_id"))
    new_user_id = id_or_none(system.get("user_id"))
    old_user_id = id_or_none(system.get("previous_user_id"))
    if old_user_id is None and from_user_id != new_user_id:
        old_user_id = from_user_id
    is_change = (
        kind in _NUMBER_CHANGED
        or kind == _USER_ID_CHANGED
        or id_or_none(system.get("previous_user_id")) not in (None, new_user_id)
        or (old_phone is not None and wa_id not in (None, old_phone))
    )
    if not is_change:
        is_sender_named = old_phone is not None or from_user_id is not None
        phone = old_phone if is_sender_named else wa_id
        return customer(NOBODY, phone, from_user_id if is_sender_named else new_user_id), None
    if kind == _USER_ID_CHANGED and old_phone is None and old_user_id is None:
        # The phone number did not change with the id, so the thread is found by it.
        old_phone = wa_id
    change = IdentityChange(
        old_phone=old_phone,
        new_phone=wa_id if wa_id != old_phone else None,
        old_user_id=old_user_id,
        new_user_id=new_user_id,
        new_parent_user_id=id_or_none(system.get("parent_user_id")),
    )
    parent = id_or_none(system.get("previous_parent_user_id")) or id_or_none(raw.get("from_parent_user_id"))
    known = Customer(phone=old_phone, user_id=old_user_id, parent_user_id=parent)
    if from_user_id is not None and old_phone is None and old_user_id is None:
        # The message names the sender by the new id and does not name the old one.
        return customer(NOBODY, wa_id, new_user_id), None
    if change.new_phone or change.new_user_id:
        return known, change
    return customer(NOBODY, known.phone, known.user_id, parent), None


def of_contact_request(raw: Json, by: Customer) -> IdentityChange | None:
    """The phone number that a customer shared on our request; None where the message shares no own number.

    Only a card with ``origin: contact_request`` is the customer's own; any other card is somebody else's.
    """
    user_id = id_or_none(raw.get("from_user_id"))
    if user_id is None:
        return None
    for card in items_of(raw.get("contacts")):
        if obj(card).get("origin") != "contact_request":
            continue
        for entry in items_of(card.get("phones")):
            phone = digits_or_none(obj(entry).get("wa_id")) or digits_or_none(obj(entry).get("phone"))
            if phone is not None and phone != by.phone:
                return IdentityChange(new_phone=phone, old_user_id=user_id, is_link=True)
    return None
