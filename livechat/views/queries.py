"""Statements on saved views."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select

from livechat.core.session import AnySession
from livechat.models import SavedView, WorkspaceMember
from livechat.sharing.kept import Kept
from livechat.sharing.queries import offered_to

VIEWS = Kept(
    word=SavedView.visibility,
    own="private",
    everybody="all",
    workspace_id=SavedView.workspace_id,
    team_id=SavedView.team_id,
    owner_user_id=SavedView.owner_user_id,
    max_own=100,
    max_shared=200,
)


def shown_to(session: AnySession, member: WorkspaceMember) -> Sequence[SavedView]:
    """Those that this member may open, by name."""
    return session.scalars(
        select(SavedView)
        .where(offered_to(VIEWS, member))
        .order_by(func.fold_name(SavedView.name), SavedView.id)
    ).all()


def find_shown(session: AnySession, member: WorkspaceMember, view_id: UUID) -> SavedView | None:
    """One that this member may open."""
    return session.scalars(
        select(SavedView).where(SavedView.id == view_id, offered_to(VIEWS, member))
    ).one_or_none()


def delete_view(session: AnySession, view_id: UUID) -> None:
    """Harmless where it is gone."""
    session.execute(delete(SavedView).where(SavedView.id == view_id))
