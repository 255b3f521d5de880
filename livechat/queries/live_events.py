"""What live events need to know: whose log a change belongs to, who may read it, and what it shows now."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from livechat.models import AccountMember, Conversation, Message, PhoneNumber
from livechat.queries.messages import message_columns
from livechat.queries.session import AnySession

# One array whatever their number: five hundred parameters cost more than the query.
_ACCOUNTS = text(
    """
    SELECT asked.id, p.account_id FROM unnest(CAST(:ids AS uuid[])) AS asked (id)
    -- A call to Meta may come back under the id of a conversation that was merged meanwhile.
    LEFT JOIN conversation_aliases survivor ON survivor.id = asked.id
    JOIN chat_conversations c ON c.id = COALESCE(survivor.conversation_id, asked.id)
    JOIN phone_numbers p USING (phone_number_id)
    """
)


def accounts_of_conversations(session: AnySession, conversation_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """{conversation: account}, also of those that were merged into another; ids of none are left out."""
    if not conversation_ids:
        return {}
    rows = session.execute(_ACCOUNTS, {"ids": list(conversation_ids)})
    return {row.id: row.account_id for row in rows}


def messages_of_wamid(session: AnySession, wamid: str) -> dict[UUID, UUID]:
    """{message: conversation} of the message with this id of Meta's, if we have it."""
    rows = session.execute(select(Message.id, Message.conversation_id).where(Message.wamid == wamid))
    return {row.id: row.conversation_id for row in rows}


def accounts_of_numbers(session: AnySession, phone_number_ids: Collection[str]) -> set[UUID]:
    """The accounts that these numbers belong to."""
    if not phone_number_ids:
        return set()
    found = session.execute(
        select(PhoneNumber.account_id).where(PhoneNumber.phone_number_id.in_(phone_number_ids))
    )
    return set(found.scalars())


def members_of(session: AnySession, account_id: UUID) -> list[UUID]:
    """The users who may use an account."""
    return list(
        session.execute(select(AccountMember.user_id).where(AccountMember.account_id == account_id)).scalars()
    )


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
    """Rows of ``message_columns`` and ``account_id``; unknown ids are left out."""
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
