"""Opening the conversation with a phone number, whether or not its owner ever wrote."""

from uuid import UUID

from livechat.accounts.access import access_phone_number
from livechat.conversations.queries.finding import create_conversation, find_conversation
from livechat.core.errors import NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain.phone import InvalidPhoneError, canonical_phone
from livechat.models import Conversation


def open_conversation(
    session: AnySession, user_id: UUID, phone_number_id: str, to: str
) -> tuple[Conversation, bool]:
    """The conversation with the number ``to``, and whether it is new. The caller commits.

    A new one is in no list before its first message. Raises NotFoundError for a ``phone_number_id`` that is
    not this user's, and ValidationFailedError for a ``to`` that is no phone number.
    """
    number = access_phone_number(session, user_id, phone_number_id)
    try:
        phone = canonical_phone(to)
    except InvalidPhoneError as error:
        raise ValidationFailedError(errors={"to": [str(error)]}) from error
    found = find_conversation(session, number.phone_number_id, phone)
    known = found if found is not None else create_conversation(session, number, phone)
    conversation = session.get(Conversation, known)
    if conversation is None:
        # It was merged or erased between two of our statements.
        raise NotFoundError("There is no such conversation.")
    return conversation, found is None
