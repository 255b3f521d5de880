"""Statements for live events: which users may see a change, and the rows that it shows now."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from livechat.conversations.queries.thread_pages import message_columns
from livechat.core.session import AnySession
from livechat.models import AccountMember, Conversation, Message, PhoneNumber


def scopes_of(session: AnySession, user_ids: Collection[UUID]) -> dict[UUID, dict[UUID, set[str]]]:
    """{user: {account: its phone numbers}}, in one statement."""
    rows = session.execute(
        select(AccountMember.user_id, AccountMember.account_id, PhoneNumber.phone_number_id)
        .outerjoin(PhoneNumber, PhoneNumber.account_id == AccountMember.account_id)
        .where(AccountMember.user_id.in_(user_ids))
    )
    scopes: dict[UUID, dict[UUID, set[str]]] = {}
    for user_id, account_id, phone_number_id in rows:
        numbers = scopes.setdefault(user_id, {}).setdefault(account_id, set())
        if phone_number_id is not None:
            numbers.add(phone_number_id)
    return scopes


def messages_with_accounts(session: AnySession, message_ids: Collection[UUID]) -> list[Row[Any]]:
    """Rows with ``message_columns`` and ``account_id``; unknown ids are left out."""
    if not message_ids:
        return []
    return list(
        session.execute(
            select(*message_columns(), PhoneNumber.account_id)
            .join(PhoneNumber, PhoneNumber.phone_number_id == Message.phone_number_id)
            .where(Message.id.in_(message_ids))
        )
    )


def conversations_with_accounts(
    session: AnySession, conversation_ids: Collection[UUID]
) -> dict[UUID, tuple[Conversation, UUID]]:
    """{id: (conversation, account)}; unknown ids are left out."""
    if not conversation_ids:
        return {}
    rows = session.execute(
        select(Conversation, PhoneNumber.account_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
        .where(Conversation.id.in_(conversation_ids))
    )
    return {conversation.id: (conversation, account_id) for conversation, account_id in rows}
