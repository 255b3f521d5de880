"""Teams with their members, and the conversations that a team has."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from livechat.core.session import AnySession
from livechat.models import Conversation, Team, TeamMember, WorkspaceMember


def teams_in(session: AnySession, workspace_id: UUID) -> list[tuple[Team, list[UUID]]]:
    """The workspace's teams by name, each with those of its members who were not removed."""
    members = (
        select(func.array_agg(TeamMember.user_id))
        .join(
            WorkspaceMember,
            (WorkspaceMember.workspace_id == TeamMember.workspace_id)
            & (WorkspaceMember.user_id == TeamMember.user_id),
        )
        .where(TeamMember.team_id == Team.id, WorkspaceMember.state != "removed")
        .correlate(Team)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Team, members)
        .where(Team.workspace_id == workspace_id)
        .order_by(func.lower(Team.name), Team.id)
        .execution_options(populate_existing=True)
    )
    return [(team, list(found or ())) for team, found in rows]


def team_of(session: AnySession, workspace_id: UUID, team_id: UUID) -> Team | None:
    """The team, where it is this workspace's."""
    return session.execute(
        select(Team).where(Team.workspace_id == workspace_id, Team.id == team_id)
    ).scalar_one_or_none()


def lock_team(session: AnySession, team_id: UUID) -> Team | None:
    """The team, locked until the transaction ends; None where it was given up meanwhile.

    Whoever gives a conversation to it, or lets somebody in, holds it: they have committed by then, or wait.
    The lock is none that a foreign key asks for: who holds a conversation of the team, and writes it a second
    time, would wait for it, and we for them.
    """
    return session.execute(
        select(Team)
        .where(Team.id == team_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def hold_teams(session: AnySession, workspace_id: UUID, team_ids: Collection[UUID]) -> set[UUID]:
    """Those of the teams that the workspace has: they are not given up before the transaction ends.

    In the order of their ids, after members and before conversations.
    """
    return set(
        session.scalars(
            select(Team.id)
            .where(Team.id.in_(team_ids), Team.workspace_id == workspace_id)
            .order_by(Team.id)
            .with_for_update(read=True)
        )
    )


def members_of_team(session: AnySession, team_id: UUID) -> list[UUID]:
    """Everybody in the team."""
    return list(session.execute(select(TeamMember.user_id).where(TeamMember.team_id == team_id)).scalars())


def join(session: AnySession, team: Team, user_id: UUID) -> None:
    """Put the member into the team; harmless where they are in it."""
    session.execute(
        insert(TeamMember)
        .values(team_id=team.id, user_id=user_id, workspace_id=team.workspace_id)
        .on_conflict_do_nothing()
    )


def leave(session: AnySession, team: Team, user_id: UUID) -> None:
    """Take the member out of the team; harmless where they are not in it."""
    session.execute(delete(TeamMember).where(TeamMember.team_id == team.id, TeamMember.user_id == user_id))


def release_conversations(session: AnySession, team_id: UUID) -> Sequence[UUID]:
    """Take the team from its conversations, locked in the order of their ids; which they were."""
    found = list(
        session.execute(
            select(Conversation.id)
            .where(Conversation.team_id == team_id)
            .order_by(Conversation.id)
            .with_for_update()
        ).scalars()
    )
    if found:
        session.execute(
            update(Conversation)
            .where(Conversation.id.in_(found))
            .values(team_id=None, version=Conversation.version + 1)
            .execution_options(synchronize_session=False)
        )
    return found
