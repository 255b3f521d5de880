"""Rows that a user may see: those of numbers whose account has them as a member. Every route uses these."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select

from livechat.core.session import AnySession
from livechat.models import AccountMember, Conversation, ConversationAlias, Message, PhoneNumber

Statement = TypeVar("Statement", bound=Select[Any])


def number_of_member(session: AnySession, user_id: UUID, phone_number_id: str) -> PhoneNumber | None:
    """The number by Meta's id; None if it is unknown or not this user's to see."""
    return session.execute(
        _by_members(select(PhoneNumber), user_id).where(PhoneNumber.phone_number_id == phone_number_id)
    ).scalar_one_or_none()


def numbers_of_owner(session: AnySession, user_id: UUID) -> set[str]:
    """Meta's ids of the numbers of accounts that this user owns; being a member is not enough."""
    return set(
        session.execute(
            _by_members(select(PhoneNumber.phone_number_id), user_id).where(AccountMember.role == "owner")
        ).scalars()
    )


def conversation_of_member(session: AnySession, user_id: UUID, conversation_id: UUID) -> Conversation | None:
    """The conversation by its id, or by that of one that was merged into it."""
    survivor = (
        select(ConversationAlias.conversation_id)
        .where(ConversationAlias.id == conversation_id)
        .scalar_subquery()
    )
    conversations = select(Conversation).join(
        PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id
    )
    return session.execute(
        _by_members(conversations, user_id).where(Conversation.id == func.coalesce(survivor, conversation_id))
    ).scalar_one_or_none()


def message_of_member(session: AnySession, user_id: UUID, message_id: UUID) -> Message | None:
    """The message by our id."""
    messages = select(Message).join(PhoneNumber, PhoneNumber.phone_number_id == Message.phone_number_id)
    return session.execute(
        _by_members(messages, user_id).where(Message.id == message_id)
    ).scalar_one_or_none()


def _by_members(statement: Statement, user_id: UUID) -> Statement:
    """Keep only rows of numbers whose account has this user as a member."""
    return statement.join(AccountMember, AccountMember.account_id == PhoneNumber.account_id).where(
        AccountMember.user_id == user_id
    )
