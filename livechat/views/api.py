"""Routes of a workspace's saved views."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_workspace
from livechat.accounts.once import once
from livechat.core.extensions import db
from livechat.domain.clock import rfc3339
from livechat.domain.permissions import Permission
from livechat.models import SavedView
from livechat.views.manage_views import access_view, change_view, create_view, remove_view
from livechat.views.queries import shown_to
from livechat.views.schemas import NewViewSchema, ViewChangesSchema, ViewSchema, ViewsSchema
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response
from livechat.web.request_key import IdempotencyHeadersSchema, idempotency_key

bp = ApiBlueprint("views", __name__, description="Lists of conversations that are asked for often.")
_ALL = "/workspaces/<workspace_id>/views"
_ONE = f"{_ALL}/<view_id>"
_WRITES = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)


@bp.route(_ALL, costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, ViewsSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def list_views(workspace_id: str) -> Response:
    """One's own views, those of one's teams (for an admin: of all teams) and those for all, by name."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    found = shown_to(db.session, member)
    return json_response({"views": [_shown(view) for view in found]})


@bp.route(_ALL, methods=["POST"], costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(NewViewSchema)
@bp.response(HTTPStatus.CREATED, ViewSchema)
@bp.alt_response(HTTPStatus.OK.value, schema=ViewSchema, description="The same request made it before")
@bp.problems(*_WRITES)
def post_view(_headers: dict[str, Any], body: dict[str, Any], workspace_id: str) -> Response:
    """Save a view. Private ones are everybody's to make; what is shared an admin makes."""
    workspace, member = access_workspace(db.session, current_user_id(), workspace_id)
    asked = once(db.session, member.user_id, f"views of {workspace.id}", idempotency_key(), body)
    if asked is not None and asked.made_id is not None:
        return json_response(_shown(access_view(db.session, member, str(asked.made_id))))
    view = create_view(db.session, member, body)
    if asked is not None:
        asked.made(db.session, view.id)
    return _written(view, HTTPStatus.CREATED)


@bp.route(_ONE, methods=["PATCH"], costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.arguments(ViewChangesSchema)
@bp.response(HTTPStatus.OK, ViewSchema)
@bp.problems(*_WRITES)
def patch_view(changes: dict[str, Any], workspace_id: str, view_id: str) -> Response:
    """Change what is given."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    return _written(change_view(db.session, member, view_id, changes), HTTPStatus.OK)


@bp.route(_ONE, methods=["DELETE"], costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def delete_view_route(workspace_id: str, view_id: str) -> Response:
    """Delete a view. Conversations are not touched."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    remove_view(db.session, member, view_id)
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)


def _written(view: SavedView, status: HTTPStatus) -> Response:
    db.session.refresh(view)
    shown = _shown(view)
    db.session.commit()
    return json_response(shown, status)


def _shown(view: SavedView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "name": view.name,
        "visibility": view.visibility,
        "team_id": str(view.team_id) if view.team_id else None,
        "owner_user_id": str(view.owner_user_id),
        "filter": view.filter,
        "sort": view.sort,
        "created_at": rfc3339(view.created_at),
        "updated_at": rfc3339(view.updated_at),
    }
