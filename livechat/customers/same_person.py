"""When two conversations are one person's: what tells people apart, and which of two sightings is newer."""

from datetime import datetime

from livechat.customers.loaded import LoadedConversation
from livechat.domain.phone import writings
from livechat.whatsapp.webhook.items import IdentityChange


def same_phone(one: LoadedConversation, other: LoadedConversation) -> bool:
    """Whether the numbers, where both are known, are one number, however it is written."""
    if one.customer_phone is None or other.customer_phone is None:
        return True
    return other.customer_phone in writings(one.customer_phone)


def may_be_one(one: LoadedConversation, other: LoadedConversation) -> bool:
    """Whether nothing tells these two people apart."""
    is_same_user = one.customer_user_id == other.customer_user_id
    one_is_unknown = one.customer_user_id is None or other.customer_user_id is None
    return (is_same_user or one_is_unknown) and same_phone(one, other)


def is_sequel(
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


def is_news(conversation: LoadedConversation, at: datetime) -> bool:
    return conversation.last_inbound_at is None or at >= conversation.last_inbound_at


def spoke_after(conversation: LoadedConversation, at: datetime) -> bool:
    return conversation.last_inbound_at is not None and conversation.last_inbound_at > at
