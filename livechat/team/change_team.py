"""Teams of a workspace: made, renamed, given up; and who is in them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from livechat.conversations.write_changes import Changed, write_changes
from livechat.core.errors import AlreadyExistsError, NotFoundError
from livechat.core.session import AnySession
from livechat.live.event_log import Catalog
from livechat.live.publish import publish_catalog, publish_members
from livechat.models import Team, Workspace, WorkspaceMember
from livechat.team.queries.groups import (
    hold_teams,
    join,
    leave,
    lock_team,
    members_of_team,
    release_conversations,
)
from livechat.team.queries.rosters import lock_members

_NO_TEAM = "There is no such team."


def make_team(session: AnySession, workspace: Workspace, name: str) -> Team:
    """A new team without members; raises AlreadyExistsError."""
    team = Team(workspace_id=workspace.id)
    _name(session, team, name)
    _tell(session, workspace.id)
    return team


def rename_team(session: AnySession, team: Team, name: str) -> None:
    """Give the team another name; raises NotFoundError, AlreadyExistsError."""
    _name(session, _locked(session, team), name)
    _tell(session, team.workspace_id)


def delete_team(session: AnySession, team: Team, by: WorkspaceMember) -> None:
    """Give the team up. Its conversations stay with their assignees, and are in no team.

    The team is locked before its conversations, as by whoever gives one to it. Raises NotFoundError.
    """
    team = _locked(session, team)
    concerned = members_of_team(session, team.id)
    # A merge hands a team on without holding it: what that has moved meanwhile a second look finds.
    while released := release_conversations(session, team.id):
        changed = [Changed(each, "team", team.id, None) for each in sorted(released)]
        write_changes(session, by.user_id, changed)
    session.delete(team)
    session.flush()
    _tell(session, team.workspace_id, concerned)


def put_in_team(session: AnySession, team: Team, user_id: UUID) -> None:
    """The member is in the team from now on, and sees what it has; raises NotFoundError."""
    _known(session, team, user_id)
    if not hold_teams(session, team.workspace_id, {team.id}):
        raise NotFoundError(_NO_TEAM)
    join(session, team, user_id)
    _tell(session, team.workspace_id, [user_id])


def take_out_of_team(session: AnySession, team: Team, user_id: UUID) -> None:
    """The member is not in the team any more; raises NotFoundError."""
    _known(session, team, user_id)
    leave(session, team, user_id)
    _tell(session, team.workspace_id, [user_id])


def _tell(session: AnySession, workspace_id: UUID, touched: Collection[UUID] = ()) -> None:
    """Members say which teams they are in, and the teams who is in them: both are fetched afresh."""
    publish_members(session, workspace_id, touched)
    publish_catalog(session, workspace_id, Catalog.TEAMS)


def _known(session: AnySession, team: Team, user_id: UUID) -> None:
    member = lock_members(session, team.workspace_id, [user_id]).get(user_id)
    if member is None or member.state == "removed":
        raise NotFoundError("There is no such member.")


def _locked(session: AnySession, team: Team) -> Team:
    locked = lock_team(session, team.id)
    if locked is None:
        raise NotFoundError(_NO_TEAM)
    return locked


def _name(session: AnySession, team: Team, name: str) -> None:
    try:
        with session.begin_nested():
            team.name = name
            session.add(team)
            session.flush()
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", None) != "uq_teams_name":
            raise
        raise AlreadyExistsError("The workspace has a team of this name.") from error
