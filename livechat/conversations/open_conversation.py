"""Opening the conversation with a phone number, whether or not its owner ever wrote."""

from uuid import UUID

from livechat.accounts.access import access_conversation, access_number_as
from livechat.conversations.queries.finding import (
    create_conversation,
    find_conversation,
    insert_conversation,
)
from livechat.conversations.write_changes import Changed, write_changes
from livechat.core.errors import NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain.phone import InvalidPhoneError, canonical_phone
from livechat.domain.visibility import Visibility
from livechat.models import Conversation, PhoneNumber, WorkspaceMember


def open_conversation(
    session: AnySession, user_id: UUID, phone_number_id: str, to: str
) -> tuple[Conversation, bool]:
    """The conversation with the number ``to``, and whether it is new. The caller commits.

    A new one is in no list before its first message. Raises NotFoundError for a ``phone_number_id`` that is
    not this user's and for a conversation that they do not see, and ValidationFailedError for a ``to`` that
    is no phone number.
    """
    number, member = access_number_as(session, user_id, phone_number_id)
    try:
        phone = canonical_phone(to)
    except InvalidPhoneError as error:
        raise ValidationFailedError(errors={"to": [str(error)]}) from error
    found = find_conversation(session, number.phone_number_id, phone)
    known = found if found is not None else begin_conversation(session, member, number, phone)
    return access_conversation(session, user_id, known), found is None


def begin_conversation(session: AnySession, member: WorkspaceMember, number: PhoneNumber, phone: str) -> UUID:
    """A new conversation that the member who begins it sees: theirs, where they do not see all.

    Raises NotFoundError where somebody else begins it at this moment, and the member does not see it.
    """
    if member.visibility == Visibility.ALL:
        return create_conversation(session, number, phone)
    # Held like every assignee, so that their removal comes before or after.
    session.refresh(member, with_for_update={"read": True})
    if member.state != "active":
        raise NotFoundError("There is no such phone number.")
    made = insert_conversation(session, number, phone, assignee_id=member.user_id)
    if made is not None:
        write_changes(session, member.user_id, [Changed(made, "assignee", None, member.user_id)])
        return made
    known = create_conversation(session, number, phone)
    access_conversation(session, member.user_id, known)
    return known
