"""Invitations: one statement for each thing that can happen to one, so that of two at once one fails."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert

from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.models import (
    Conversation,
    ConversationRead,
    Invitation,
    MemberNumber,
    PhoneNumber,
    TeamMember,
    WabaAccount,
    Workspace,
    WorkspaceMember,
)
from livechat.models.workspaces.invitation import PENDING
from livechat.team.queries.mail_rows import NOTHING_OWED

# The newest message's, without a look at the messages.
_NEWEST_SEQ = """
    COALESCE(pg_sequence_last_value(CAST(pg_get_serial_sequence('chat_messages', 'seq') AS regclass)), 0)
"""


def open_invitations(session: AnySession, workspace_id: UUID) -> list[tuple[Invitation, str | None]]:
    """Those that were neither accepted nor revoked, with the inviter's name, the newest first."""
    rows = session.execute(
        _with_inviter()
        .where(Invitation.workspace_id == workspace_id, text(PENDING))
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
    )
    return [(invitation, name) for invitation, name in rows]


def count_pending(session: AnySession, workspace_id: UUID, *, but_for: str | None) -> int:
    """How many ``open_invitations`` lists, without one for this address, which another would replace."""
    of_others = or_(Invitation.email.is_(None), Invitation.email != but_for) if but_for else true()
    return session.execute(
        select(func.count()).where(Invitation.workspace_id == workspace_id, text(PENDING), of_others)
    ).scalar_one()


def invitation_in(
    session: AnySession, workspace_id: UUID, invitation_id: UUID
) -> tuple[Invitation, str | None] | None:
    """One of the workspace's, whatever became of it, with the inviter's name."""
    row = session.execute(
        _with_inviter()
        .where(Invitation.workspace_id == workspace_id, Invitation.id == invitation_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def invitation_by_digest(
    session: AnySession, digest: bytes
) -> tuple[Invitation, str | None, Workspace] | None:
    """The one whose token has this digest, whatever became of it, with inviter's name and workspace."""
    row = session.execute(
        _with_inviter()
        .add_columns(Workspace)
        .join(Workspace, Workspace.id == Invitation.workspace_id)
        .where(Invitation.token_digest == digest)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def _with_inviter() -> Any:
    return select(Invitation, WorkspaceMember.name).outerjoin(
        WorkspaceMember,
        (WorkspaceMember.workspace_id == Invitation.workspace_id)
        & (WorkspaceMember.user_id == Invitation.invited_by),
    )


def store_invitation(session: AnySession, workspace_id: UUID, **columns: Any) -> UUID:
    """Write one down; the pending one for the same address becomes it, so that its old token is nobody's."""
    statement = insert(Invitation).values(id=uuid7(), workspace_id=workspace_id, **columns)
    replaced = {name: statement.excluded[name] for name in columns if name != "email"}
    found: UUID = session.execute(
        statement.on_conflict_do_update(
            index_elements=[Invitation.workspace_id, Invitation.email],
            index_where=text(f"{PENDING} AND email IS NOT NULL"),
            set_=replaced | NOTHING_OWED | {"sent_at": None, "send_error": None},
        ).returning(Invitation.id)
    ).scalar_one()
    return found


def renew(session: AnySession, invitation_id: UUID, digest: bytes, expires_at: datetime) -> bool:
    """Give a pending one another token and end; False where it is not pending any more."""
    return _moved(
        session,
        invitation_id,
        token_digest=digest,
        expires_at=expires_at,
        sent_at=None,
        send_error=None,
        **NOTHING_OWED,
    )


def revoke(session: AnySession, invitation_id: UUID) -> bool:
    """Revoke a pending one; False where it is not pending any more."""
    return _moved(session, invitation_id, revoked_at=func.now(), **NOTHING_OWED)


def _moved(session: AnySession, invitation_id: UUID, **columns: Any) -> bool:
    changed = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, text(PENDING))
        .values(**columns)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar_one_or_none() is not None


def use(session: AnySession, digest: bytes, user_id: UUID, email: str | None) -> Invitation | None:
    """Take the invitation for this user, where it is pending and for this address, or for any."""
    return session.execute(
        update(Invitation)
        .where(
            Invitation.token_digest == digest,
            text(PENDING),
            Invitation.expires_at > func.clock_timestamp(),
            or_(Invitation.email.is_(None), Invitation.email == email),
        )
        .values(accepted_by=user_id, accepted_at=func.clock_timestamp(), **NOTHING_OWED)
        .returning(Invitation)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).scalar_one_or_none()


def join_as_invited(
    session: AnySession, invitation: Invitation, user_id: UUID, *, name: str | None, email: str | None
) -> WorkspaceMember | None:
    """The user's row, active as the invitation says; None where they are a member, or suspended.

    What was stored before is read to them. Who was removed comes back without their old teams and numbers.
    """
    statement = insert(WorkspaceMember).values(
        workspace_id=invitation.workspace_id,
        user_id=user_id,
        role=invitation.role,
        visibility=invitation.visibility,
        state="active",
        name=name,
        email=email,
        joined_at=func.now(),
        read_floor_seq=text(_NEWEST_SEQ),
    )
    anew = ("role", "visibility", "state", "joined_at", "read_floor_seq")
    member = session.execute(
        statement.on_conflict_do_update(
            index_elements=[WorkspaceMember.workspace_id, WorkspaceMember.user_id],
            set_={each: statement.excluded[each] for each in anew}
            | {
                "name": func.coalesce(WorkspaceMember.name, statement.excluded.name),
                "email": func.coalesce(statement.excluded.email, WorkspaceMember.email),
            },
            where=WorkspaceMember.state == "removed",
        )
        .returning(WorkspaceMember)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if member is not None:
        for table in (TeamMember, MemberNumber):
            session.execute(
                delete(table)
                .where(table.workspace_id == member.workspace_id, table.user_id == user_id)
                .execution_options(synchronize_session=False)
            )
        _forget_reads(session, member)
    return member


def _forget_reads(session: AnySession, member: WorkspaceMember) -> None:
    """Who comes back has no pointers from before: they would make unread what came while they were away."""
    theirs = (
        select(Conversation.id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(WabaAccount.workspace_id == member.workspace_id)
    )
    session.execute(
        delete(ConversationRead)
        .where(ConversationRead.user_id == member.user_id, ConversationRead.conversation_id.in_(theirs))
        .execution_options(synchronize_session=False)
    )
