"""Invitations whose mail is owed: claimed by one task at a time, until it is sent or given up."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update

from livechat.core.session import AnySession
from livechat.models import Invitation
from livechat.models.workspaces.invitation import PENDING

# Beyond every time-out of a try: a claim that is older belongs to a worker that died.
CLAIMED_FOR = timedelta(minutes=10)
NOTHING_OWED: dict[str, Any] = {"mail_link_encrypted": None, "mail_due_at": None}


def owe(session: AnySession, invitation_id: UUID, link_encrypted: str) -> None:
    """From now on a mail with this link is owed."""
    _write(
        session,
        invitation_id,
        mail_link_encrypted=link_encrypted,
        mail_due_at=func.now(),
        mail_attempts=0,
        sent_at=None,
        send_error=None,
    )


def claim(session: AnySession, invitation_id: UUID) -> Invitation | None:
    """The invitation, where its mail is due and nobody else is at it. The claim counts as a try."""
    return session.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation_id,
            text(PENDING),
            Invitation.mail_due_at <= func.clock_timestamp(),
            Invitation.expires_at > func.clock_timestamp(),
        )
        .values(mail_due_at=func.clock_timestamp() + CLAIMED_FOR, mail_attempts=Invitation.mail_attempts + 1)
        .returning(Invitation)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).scalar_one_or_none()


def settle(session: AnySession, invitation: Invitation, **columns: Any) -> bool:
    """Write down what became of a try; False where the link has been made anew meanwhile."""
    return _write(session, invitation.id, token_digest=invitation.token_digest, **columns)


def due(session: AnySession, limit: int) -> list[UUID]:
    """Invitations whose mail is due."""
    return list(
        session.execute(
            select(Invitation.id)
            .where(Invitation.mail_due_at <= func.now(), text(PENDING))
            .order_by(Invitation.mail_due_at)
            .limit(limit)
        ).scalars()
    )


def _write(
    session: AnySession, invitation_id: UUID, *, token_digest: bytes | None = None, **columns: Any
) -> bool:
    statement = update(Invitation).where(Invitation.id == invitation_id).values(**columns)
    if token_digest is not None:
        statement = statement.where(Invitation.token_digest == token_digest)
    changed = session.execute(statement.returning(Invitation.id).execution_options(synchronize_session=False))
    return changed.scalar_one_or_none() is not None
