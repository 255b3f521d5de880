"""Whether two conversations are one person's, and whether what a webhook says is newer than what is known."""

from datetime import datetime

from livechat.customers.loaded import LoadedConversation
from livechat.domain.phone import writings
from livechat.whatsapp.webhook.items import IdentityChange


def same_phone(one: LoadedConversation, other: LoadedConversation) -> bool:
    """Whether the phone numbers are one number in two writings, or one of them is unknown."""
    if one.customer_phone is None or other.customer_phone is None:
        return True
    return other.customer_phone in writings(one.customer_phone)


def may_be_one(one: LoadedConversation, other: LoadedConversation) -> bool:
    """Whether these two may be one person: neither their user ids nor their numbers differ."""
    is_same_user = one.customer_user_id == other.customer_user_id
    one_is_unknown = one.customer_user_id is None or other.customer_user_id is None
    return (is_same_user or one_is_unknown) and same_phone(one, other)


def is_sequel(
    before: LoadedConversation, after: LoadedConversation, change: IdentityChange, at: datetime
) -> bool:
    """Whether ``after`` is the same person's thread, begun under the new id before we heard of the change.

    That happens since webhooks overtake each other. Such a thread holds nothing older than the change, and
    has no other number or name.
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


def is_newest(conversation: LoadedConversation, at: datetime) -> bool:
    """Whether the customer has sent nothing after that time, as far as we know."""
    return conversation.last_inbound_at is None or at >= conversation.last_inbound_at


def spoke_after(conversation: LoadedConversation, at: datetime) -> bool:
    """Whether the customer has sent something after that time."""
    return conversation.last_inbound_at is not None and conversation.last_inbound_at > at
