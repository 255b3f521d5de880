"""The only way from an id to a row, for a given user. An unknown id and one of other people look the same."""

import re
from uuid import UUID

from livechat.accounts.queries import visible as access
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.models import Conversation, Message, PhoneNumber

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def access_phone_number(session: AnySession, user_id: UUID, phone_number_id: str) -> PhoneNumber:
    """The number by Meta's id; raises NotFoundError if it is unknown or this user may not use it."""
    # PostgreSQL cannot store this character, so no number has it.
    known = "\x00" not in phone_number_id
    number = access.number_of_member(session, user_id, phone_number_id) if known else None
    if number is None:
        raise NotFoundError("There is no such phone number.")
    return number


def access_owned_number(session: AnySession, user_id: UUID, phone_number_id: str) -> str:
    """The given id, if this user owns the account that the number belongs to; else raises NotFoundError."""
    if phone_number_id not in access.numbers_of_owner(session, user_id):
        raise NotFoundError("There is no such phone number.")
    return phone_number_id


def access_conversation(session: AnySession, user_id: UUID, conversation_id: str | UUID) -> Conversation:
    """The conversation by its id, or by that of one that was merged into it; raises NotFoundError."""
    wanted = parse_id(conversation_id, "conversation")
    conversation = access.conversation_of_member(session, user_id, wanted)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    return conversation


def access_message(session: AnySession, user_id: UUID, message_id: str | UUID) -> Message:
    """The message; raises NotFoundError if it is unknown or on a number that this user may not use."""
    message = access.message_of_member(session, user_id, parse_id(message_id, "message"))
    if message is None:
        raise NotFoundError("There is no such message.")
    return message


def parse_id(given: str | UUID, what: str) -> UUID:
    """The id as a UUID. Any other text raises NotFoundError: ids are opaque, so it is simply unknown."""
    if isinstance(given, UUID):
        return given
    # Stricter than ``UUID()``, which takes braces and stray dashes: an id has one spelling.
    if not _UUID.fullmatch(given):
        raise NotFoundError(f"There is no such {what}.")
    return UUID(given)
