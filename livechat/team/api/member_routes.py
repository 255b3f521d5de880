"""Routes of the people in a workspace."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_workspace, parse_id
from livechat.core.errors import AssigneeUnavailableError, NotFoundError
from livechat.core.extensions import db, redis
from livechat.domain.permissions import Permission
from livechat.presence.tell import seen_now
from livechat.team.change_member import change_member
from livechat.team.present_team import member_json
from livechat.team.queries.rosters import members_in
from livechat.team.remove_member import remove_member
from livechat.team.schemas import (
    MemberChangesSchema,
    MemberSchema,
    MembersQuerySchema,
    MembersSchema,
    RemovalQuerySchema,
)
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("members", __name__, description="The people in a workspace.")


@bp.route("/workspaces/<workspace_id>/members", costs=Cost.READS, needs=Permission.MEMBER_READ)
@bp.arguments(MembersQuerySchema, location="query")
@bp.response(HTTPStatus.OK, MembersSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_members(query: dict[str, Any], workspace_id: str) -> Response:
    """Your colleagues and you, those who joined first at the top."""
    workspace, _ = access_workspace(db.session, current_user_id(), workspace_id)
    found = members_in(db.session, workspace.id, with_removed=query.get("include") == "removed")
    seen = seen_now(redis.client, [each.member.user_id for each in found])
    return json_response({"members": [member_json(each, seen) for each in found]})


# Every role may come in: of themselves everybody may change the name.
@bp.route(
    "/workspaces/<workspace_id>/members/<user_id>",
    methods=["PATCH"],
    costs=Cost.READS,
    needs=Permission.MEMBER_READ,
)
@bp.arguments(MemberChangesSchema)
@bp.response(HTTPStatus.OK, MemberSchema)
@bp.problems(
    HTTPStatus.NOT_FOUND,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
def patch_member(changes: dict[str, Any], workspace_id: str, user_id: str) -> Response:
    """Change a member. For admins; of yourself you may change the name alone.

    Open streams follow within two seconds. Who is suspended, becomes a viewer or loses a number hands the
    conversations concerned back.
    """
    workspace, by = access_workspace(db.session, current_user_id(), workspace_id)
    member_id = parse_id(user_id, "member")
    if changes:
        change_member(db.session, workspace, by, member_id, changes)
        db.session.commit()
    shown = members_in(db.session, workspace.id, user_id=member_id)
    if not shown:
        raise NotFoundError("There is no such member.")
    return json_response(member_json(shown[0], seen_now(redis.client, [member_id])))


# Every role may come in: everybody may leave.
@bp.route(
    "/workspaces/<workspace_id>/members/<user_id>",
    methods=["DELETE"],
    costs=Cost.READS,
    needs=Permission.MEMBER_READ,
)
@bp.arguments(RemovalQuerySchema, location="query")
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)
def delete_member(query: dict[str, Any], workspace_id: str, user_id: str) -> Response:
    """Remove a member, or leave. For admins, or for yourself.

    Their conversations are handed to the member who is named, where they see the number; else left to
    their team, or to nobody. It happens as a whole or not at all.
    """
    workspace, by = access_workspace(db.session, current_user_id(), workspace_id)
    named = query.get("hand_over_to")
    try:
        taker = None if named is None else parse_id(named, "member")
    except NotFoundError as error:
        raise AssigneeUnavailableError from error
    remove_member(db.session, workspace, by, parse_id(user_id, "member"), taker)
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)
