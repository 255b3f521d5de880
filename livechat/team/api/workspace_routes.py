"""Routes of workspaces: the caller's own, and their settings."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_workspace, parse_id
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.team.change_workspace import change_workspace, introduce
from livechat.team.present_team import workspace_json
from livechat.team.queries.rosters import workspaces_of
from livechat.team.schemas import TransferSchema, WorkspaceChangesSchema, WorkspaceSchema, WorkspacesSchema
from livechat.team.transfer_ownership import transfer_ownership
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import caller, current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("workspaces", __name__, description="What a business's people share.")


@bp.route("/workspaces", costs=Cost.READS, needs=Permission.SIGNED_IN)
@bp.response(HTTPStatus.OK, WorkspacesSchema)
@bp.problems()
def list_workspaces() -> Response:
    """Your workspaces.

    The first time, your name and address in them are filled in from the access token.
    """
    user_id, you = current_user_id(), caller()
    found = workspaces_of(db.session, user_id)
    lacks = any(each.member.name is None or each.member.email is None for each in found)
    if lacks and introduce(db.session, user_id, name=you.full_name, email=you.email):
        db.session.commit()
        found = workspaces_of(db.session, user_id)
    return json_response({"workspaces": [workspace_json(each) for each in found]})


@bp.route(
    "/workspaces/<workspace_id>", methods=["PATCH"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE
)
@bp.arguments(WorkspaceChangesSchema)
@bp.response(HTTPStatus.OK, WorkspaceSchema)
@bp.problems(
    HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
def patch_workspace(changes: dict[str, Any], workspace_id: str) -> Response:
    """Change a workspace's name, or time zone or whether it asks for a second factor. For admins."""
    user_id = current_user_id()
    workspace, _ = access_workspace(db.session, user_id, workspace_id)
    if changes:
        change_workspace(db.session, workspace, changes, has_second_factor=caller().has_second_factor)
        db.session.commit()
    [shown] = workspaces_of(db.session, user_id, workspace.id)
    return json_response(workspace_json(shown))


@bp.route(
    "/workspaces/<workspace_id>/transfer-ownership",
    methods=["POST"],
    costs=Cost.CONNECTS,
    needs=Permission.WORKSPACE_TRANSFER,
)
@bp.arguments(TransferSchema)
@bp.response(HTTPStatus.OK, WorkspaceSchema)
@bp.problems(
    HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
def post_transfer(body: dict[str, str], workspace_id: str) -> Response:
    """Make another member the owner. For the owner, who stays as an admin."""
    user_id = current_user_id()
    workspace, by = access_workspace(db.session, user_id, workspace_id)
    transfer_ownership(db.session, workspace, by, parse_id(body["user_id"], "member"))
    db.session.commit()
    [shown] = workspaces_of(db.session, user_id, workspace.id)
    return json_response(workspace_json(shown))
