"""Customers whom the business has blocked, or who want no marketing."""

from uuid import UUID

from sqlalchemy import func, select, update

from livechat.models import Conversation, Message, PhoneNumber, WabaAccount
from livechat.queries.session import AnySession


def access_token_of_number(session: AnySession, phone_number_id: str) -> str:
    """The ciphertext of the token that opens this number."""
    return session.execute(
        select(WabaAccount.access_token_encrypted)
        .join(PhoneNumber, PhoneNumber.account_id == WabaAccount.id)
        .where(PhoneNumber.phone_number_id == phone_number_id)
    ).scalar_one()


def set_blocked(session: AnySession, conversation_id: UUID, blocked: bool) -> None:
    """Note that the customer is blocked, or no longer."""
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(is_blocked=blocked)
        .execution_options(synchronize_session=False)
    )


def stop_marketing(session: AnySession, conversation_id: UUID) -> None:
    """Meta said that the customer has stopped marketing messages: true until he resumes them."""
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.marketing_opt_out.is_(False))
        .values(marketing_opt_out=True, marketing_opt_at=func.now())
        .execution_options(synchronize_session=False)
    )


def note_blocked_by_wamid(session: AnySession, wamid: str) -> UUID | None:
    """A status said that the customer of this message is blocked; his conversation, None where unknown."""
    conversation_id = select(Message.conversation_id).where(Message.wamid == wamid).scalar_subquery()
    return session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.is_blocked.is_(False))
        .values(is_blocked=True)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
