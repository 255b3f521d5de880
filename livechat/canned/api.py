"""Routes of a workspace's canned replies."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_conversation_as, access_phone_number, access_workspace
from livechat.accounts.once import once
from livechat.canned.manage_canned import (
    access_canned,
    archive_canned,
    change_canned,
    create_canned,
)
from livechat.canned.queries import files_in, shown_to
from livechat.canned.render_canned import render_canned
from livechat.canned.schemas import (
    CannedRepliesSchema,
    CannedReplyChangesSchema,
    CannedReplySchema,
    NewCannedReplySchema,
    RenderedSchema,
    RenderSchema,
)
from livechat.core.errors import NotFoundError
from livechat.core.extensions import db
from livechat.domain.clock import rfc3339
from livechat.domain.permissions import Permission
from livechat.files.show import media_json
from livechat.models import CannedReply
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response
from livechat.web.request_key import IdempotencyHeadersSchema, idempotency_key

bp = ApiBlueprint("canned-replies", __name__, description="What is answered often, found by a shortcut.")
_ALL = "/workspaces/<workspace_id>/canned-replies"
_ONE = f"{_ALL}/<canned_id>"
_WRITES = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)


@bp.route(_ALL, costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, CannedRepliesSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def list_canned_replies(workspace_id: str) -> Response:
    """The workspace's, those of one's teams (for an admin: of all teams) and one's own, by shortcut."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    found = shown_to(db.session, member)
    return json_response({"canned_replies": _shown(found)})


@bp.route(_ALL, methods=["POST"], costs=Cost.READS, needs=Permission.MESSAGE_SEND)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(NewCannedReplySchema)
@bp.response(HTTPStatus.CREATED, CannedReplySchema)
@bp.alt_response(HTTPStatus.OK.value, schema=CannedReplySchema, description="The same request made it before")
@bp.problems(*_WRITES)
def post_canned_reply(_headers: dict[str, Any], body: dict[str, Any], workspace_id: str) -> Response:
    """Make one. For an agent with scope `personal` alone. Of whose it is no two have one shortcut."""
    workspace, member = access_workspace(db.session, current_user_id(), workspace_id)
    asked = once(db.session, member.user_id, f"canned replies of {workspace.id}", idempotency_key(), body)
    if asked is not None and asked.made_id is not None:
        return json_response(_shown([access_canned(db.session, member, str(asked.made_id))])[0])
    canned = create_canned(db.session, member, body)
    if asked is not None:
        asked.made(db.session, canned.id)
    return _written(canned, HTTPStatus.CREATED)


@bp.route(f"{_ONE}/render", methods=["POST"], costs=Cost.READS, needs=Permission.MESSAGE_SEND)
@bp.arguments(RenderSchema)
@bp.response(HTTPStatus.OK, RenderedSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST)
def post_render(body: dict[str, Any], workspace_id: str, canned_id: str) -> Response:
    """The reply with its variables filled for a conversation. Nothing is stored, nothing is sent."""
    user_id = current_user_id()
    workspace, member = access_workspace(db.session, user_id, workspace_id)
    canned = access_canned(db.session, member, canned_id)
    conversation, seen_as = access_conversation_as(db.session, user_id, body["conversation_id"])
    if seen_as.workspace_id != workspace.id:
        raise NotFoundError("There is no such conversation.")
    number = access_phone_number(db.session, user_id, conversation.phone_number_id)
    return json_response(render_canned(db.session, canned, conversation, number, workspace, member))


@bp.route(_ONE, methods=["PATCH"], costs=Cost.READS, needs=Permission.MESSAGE_SEND)
@bp.arguments(CannedReplyChangesSchema)
@bp.response(HTTPStatus.OK, CannedReplySchema)
@bp.problems(*_WRITES)
def patch_canned_reply(changes: dict[str, Any], workspace_id: str, canned_id: str) -> Response:
    """Change what is given. Whose it is changes by `scope` and `team_id`, for who may write both."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    return _written(change_canned(db.session, member, canned_id, changes), HTTPStatus.OK)


@bp.route(_ONE, methods=["DELETE"], costs=Cost.READS, needs=Permission.MESSAGE_SEND)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def delete_canned_reply(workspace_id: str, canned_id: str) -> Response:
    """Put it away: its shortcut is free. What was sent with it stays."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    archive_canned(db.session, member, canned_id)
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)


def _written(canned: CannedReply, status: HTTPStatus) -> Response:
    db.session.flush()
    db.session.refresh(canned)
    shown = _shown([canned])[0]
    db.session.commit()
    return json_response(shown, status)


def _shown(found: Sequence[CannedReply]) -> list[dict[str, Any]]:
    carried = files_in(db.session, current_user_id(), [each.id for each in found]) if found else {}
    return [
        {
            "id": str(each.id),
            "scope": each.scope,
            "team_id": str(each.team_id) if each.team_id else None,
            "owner_user_id": str(each.owner_user_id) if each.owner_user_id else None,
            "shortcut": each.shortcut,
            "title": each.title,
            "body": each.body,
            "content": each.content,
            "media_ids": [str(media.id) for media in carried.get(each.id, ())],
            "media": [media_json(media) for media in carried.get(each.id, ())],
            "created_at": rfc3339(each.created_at),
            "updated_at": rfc3339(each.updated_at),
        }
        for each in found
    ]
