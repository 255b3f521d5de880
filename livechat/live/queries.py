"""To which account's event log a change belongs, and which users read that log."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, text

from livechat.core.session import AnySession
from livechat.models import PhoneNumber, WabaAccount, WorkspaceMember

# One array for all ids: five hundred parameters cost more than the query.
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
    """{conversation: account}, also of conversations merged into another; unknown ids are left out."""
    if not conversation_ids:
        return {}
    rows = session.execute(_ACCOUNTS, {"ids": list(conversation_ids)})
    return {row.id: row.account_id for row in rows}


def accounts_of_numbers(session: AnySession, phone_number_ids: Collection[str]) -> set[UUID]:
    """The accounts that these numbers belong to."""
    if not phone_number_ids:
        return set()
    found = session.execute(
        select(PhoneNumber.account_id).where(PhoneNumber.phone_number_id.in_(phone_number_ids))
    )
    return set(found.scalars())


def accounts_of_workspace(session: AnySession, workspace_id: UUID) -> list[UUID]:
    """The accounts that a workspace has."""
    found = session.execute(select(WabaAccount.id).where(WabaAccount.workspace_id == workspace_id))
    return list(found.scalars())


def all_accounts(session: AnySession) -> list[UUID]:
    """Every account that there is."""
    return list(session.execute(select(WabaAccount.id)).scalars())


def accounts_of_user(session: AnySession, user_id: UUID) -> list[UUID]:
    """The accounts of the workspaces in which a user is active."""
    found = session.execute(
        select(WabaAccount.id)
        .join(WorkspaceMember, WorkspaceMember.workspace_id == WabaAccount.workspace_id)
        .where(WorkspaceMember.user_id == user_id, WorkspaceMember.state == "active")
    )
    return list(found.scalars())


def members_of(session: AnySession, account_id: UUID) -> list[UUID]:
    """The users who are active in the workspace that an account belongs to."""
    return list(
        session.execute(
            select(WorkspaceMember.user_id)
            .join(WabaAccount, WabaAccount.workspace_id == WorkspaceMember.workspace_id)
            .where(WabaAccount.id == account_id, WorkspaceMember.state == "active")
        ).scalars()
    )
