"""Routes of a workspace's teams."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response

from livechat.accounts.access import access_workspace, parse_id
from livechat.accounts.once import once
from livechat.core.errors import NotFoundError
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.models import Team, WorkspaceMember
from livechat.team.change_team import delete_team, make_team, put_in_team, rename_team, take_out_of_team
from livechat.team.present_team import team_json
from livechat.team.queries.groups import team_of, teams_in
from livechat.team.schemas import TeamChangesSchema, TeamSchema, TeamsSchema
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response
from livechat.web.request_key import IdempotencyHeadersSchema, idempotency_key

bp = ApiBlueprint("teams", __name__, description="Members who take conversations together.")
_TEAMS = "/workspaces/<workspace_id>/teams"
_WRITES = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)


@bp.route(_TEAMS, costs=Cost.READS, needs=Permission.MEMBER_READ)
@bp.response(HTTPStatus.OK, TeamsSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_teams(workspace_id: str) -> Response:
    """The workspace's teams, by name."""
    workspace, _ = access_workspace(db.session, current_user_id(), workspace_id)
    return json_response({"teams": [team_json(*each) for each in teams_in(db.session, workspace.id)]})


@bp.route(_TEAMS, methods=["POST"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(TeamChangesSchema)
@bp.response(HTTPStatus.CREATED, TeamSchema)
@bp.alt_response(HTTPStatus.OK.value, schema=TeamSchema, description="The same request made it before")
@bp.problems(*_WRITES)
def post_team(_headers: dict[str, Any], body: dict[str, Any], workspace_id: str) -> Response:
    """Make a team. For admins. No two have one name, however it is cased."""
    user_id = current_user_id()
    workspace, _ = access_workspace(db.session, user_id, workspace_id)
    asked = once(db.session, user_id, f"teams of {workspace.id}", idempotency_key(), body)
    if asked is not None and asked.made_id is not None:
        return json_response(_shown(workspace.id, asked.made_id))
    team = make_team(db.session, workspace, body["name"])
    if asked is not None:
        asked.made(db.session, team.id)
    db.session.commit()
    return json_response(_shown(workspace.id, team.id), HTTPStatus.CREATED)


@bp.route(f"{_TEAMS}/<team_id>", methods=["PATCH"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE)
@bp.arguments(TeamChangesSchema)
@bp.response(HTTPStatus.OK, TeamSchema)
@bp.problems(*_WRITES)
def patch_team(changes: dict[str, Any], workspace_id: str, team_id: str) -> Response:
    """Rename a team. For admins."""
    team, _ = _access_team(workspace_id, team_id)
    rename_team(db.session, team, changes["name"])
    db.session.commit()
    return json_response(_shown(team.workspace_id, team.id))


@bp.route(f"{_TEAMS}/<team_id>", methods=["DELETE"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def delete_team_route(workspace_id: str, team_id: str) -> Response:
    """Give a team up. For admins. Its conversations keep their assignees, and are in no team."""
    team, by = _access_team(workspace_id, team_id)
    delete_team(db.session, team, by)
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)


@bp.route(
    f"{_TEAMS}/<team_id>/members/<user_id>",
    methods=["PUT"],
    costs=Cost.READS,
    needs=Permission.WORKSPACE_MANAGE,
)
@bp.response(HTTPStatus.OK, TeamSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def put_team_member(workspace_id: str, team_id: str, user_id: str) -> Response:
    """Put a member into a team. For admins."""
    team, _ = _access_team(workspace_id, team_id)
    put_in_team(db.session, team, parse_id(user_id, "member"))
    db.session.commit()
    return json_response(_shown(team.workspace_id, team.id))


@bp.route(
    f"{_TEAMS}/<team_id>/members/<user_id>",
    methods=["DELETE"],
    costs=Cost.READS,
    needs=Permission.WORKSPACE_MANAGE,
)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def delete_team_member(workspace_id: str, team_id: str, user_id: str) -> Response:
    """Take a member out of a team. For admins."""
    team, _ = _access_team(workspace_id, team_id)
    take_out_of_team(db.session, team, parse_id(user_id, "member"))
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)


def _access_team(workspace_id: str, team_id: str) -> tuple[Team, WorkspaceMember]:
    workspace, member = access_workspace(db.session, current_user_id(), workspace_id)
    team = team_of(db.session, workspace.id, parse_id(team_id, "team"))
    if team is None:
        raise NotFoundError("There is no such team.")
    return team, member


def _shown(workspace_id: UUID, team_id: UUID) -> dict[str, Any]:
    found = [each for each in teams_in(db.session, workspace_id) if each[0].id == team_id]
    if not found:
        raise NotFoundError("There is no such team.")
    return team_json(*found[0])
