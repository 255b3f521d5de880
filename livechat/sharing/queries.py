"""Whose a kept thing is, as a condition of statements."""

from uuid import UUID

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.sql import ColumnElement

from livechat.core.session import AnySession
from livechat.domain.permissions import manages_shared
from livechat.models import TeamMember, WorkspaceMember
from livechat.sharing.kept import TEAM, Kept


def offered_to(kept: Kept, member: WorkspaceMember) -> ColumnElement[bool]:
    """Those in use that this member may see: their own, their teams' and everybody's; an admin any team's."""
    teams = select(TeamMember.team_id).where(
        TeamMember.workspace_id == member.workspace_id, TeamMember.user_id == member.user_id
    )
    of_team = kept.word == TEAM
    return and_(
        kept.workspace_id == member.workspace_id,
        or_(
            kept.word == kept.everybody,
            _own(kept, member.user_id),
            of_team if manages_shared(member.role) else and_(of_team, kept.team_id.in_(teams)),
        ),
        _in_use(kept),
    )


def count_kept(session: AnySession, kept: Kept, workspace_id: UUID, owner_user_id: UUID | None) -> int:
    """How many in use this member has of their own; without a member: how many are shared."""
    whose = kept.word != kept.own if owner_user_id is None else _own(kept, owner_user_id)
    return session.execute(
        select(func.count()).where(kept.workspace_id == workspace_id, whose, _in_use(kept))
    ).scalar_one()


def _own(kept: Kept, user_id: UUID) -> ColumnElement[bool]:
    # Of what is shared the column may name who made it.
    return and_(kept.word == kept.own, kept.owner_user_id == user_id)


def _in_use(kept: Kept) -> ColumnElement[bool]:
    return true() if kept.in_use is None else kept.in_use
