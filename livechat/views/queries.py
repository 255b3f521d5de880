"""Statements on saved views."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.sql import ColumnElement

from livechat.core.session import AnySession
from livechat.models import SavedView, TeamMember, WorkspaceMember


def shown_to(session: AnySession, member: WorkspaceMember, *, all_teams: bool) -> Sequence[SavedView]:
    """Those that this member may open, by name."""
    return session.scalars(
        select(SavedView)
        .where(_is_theirs(member, all_teams=all_teams))
        .order_by(func.fold_name(SavedView.name), SavedView.id)
    ).all()


def find_shown(
    session: AnySession, member: WorkspaceMember, view_id: UUID, *, all_teams: bool
) -> SavedView | None:
    """One that this member may open."""
    return session.scalars(
        select(SavedView).where(SavedView.id == view_id, _is_theirs(member, all_teams=all_teams))
    ).one_or_none()


def count_views(session: AnySession, workspace_id: UUID, private_to: UUID | None) -> int:
    """How many private ones this member has; without a member: how many are shared."""
    whose = (
        SavedView.visibility != "private"
        if private_to is None
        else and_(SavedView.visibility == "private", SavedView.owner_user_id == private_to)
    )
    return session.execute(
        select(func.count()).where(SavedView.workspace_id == workspace_id, whose)
    ).scalar_one()


def delete_view(session: AnySession, view_id: UUID) -> None:
    """Harmless where it is gone."""
    session.execute(delete(SavedView).where(SavedView.id == view_id))


def _is_theirs(member: WorkspaceMember, *, all_teams: bool) -> ColumnElement[bool]:
    teams = select(TeamMember.team_id).where(
        TeamMember.workspace_id == member.workspace_id, TeamMember.user_id == member.user_id
    )
    of_team = SavedView.visibility == "team"
    return and_(
        SavedView.workspace_id == member.workspace_id,
        or_(
            SavedView.visibility == "all",
            and_(SavedView.visibility == "private", SavedView.owner_user_id == member.user_id),
            of_team if all_teams else and_(of_team, SavedView.team_id.in_(teams)),
        ),
    )
