"""The conversation with a number that an agent has in hand, whether or not its owner ever wrote."""

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
    """The conversation and whether it is new. It stands in no list before its first message.

    Raises NotFoundError for a number that is not this user's, ValidationFailedError for a ``to`` that is no
    phone number. The caller commits.
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
        # Merged or erased between two statements of ours.
        raise NotFoundError("There is no such conversation.")
    return conversation, found is None
