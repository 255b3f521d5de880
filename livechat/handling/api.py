"""Routes by which a team handles conversations: assigning and claiming."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response

import livechat.handling.standing  # noqa: F401  # registers what a conversation is shown with
from livechat.accounts.access import access_conversation_as
from livechat.conversations.ornaments import conversations_json
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.handling.assign import Wanted, assign
from livechat.handling.schemas import AssignmentSchema, HandledConversationSchema
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("handling", __name__, description="Whose a conversation is.")


@bp.route(
    "/conversations/<conversation_id>/assignment",
    methods=["PUT"],
    costs=Cost.READS,
    needs=Permission.CONVERSATION_WRITE,
)
@bp.arguments(AssignmentSchema)
@bp.response(HTTPStatus.OK, HandledConversationSchema)
@bp.problems(
    HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
def put_assignment(body: dict[str, Any], conversation_id: str) -> Response:
    """Assign it, take it over, or free it: as long as it is still whose you `expected`.

    Else 409 `conversation_changed`, with what it is now, and nothing is written. The same again is 200 and
    changes nothing. Who is no active member, may not answer or may not see it is 422 `assignee_unavailable`.
    """
    wanted = Wanted(body["assignee_id"], body.get("team_id"), moves="team_id" in body)
    return _assigned(conversation_id, wanted, expected=body["expected"]["assignee_id"])


@bp.route(
    "/conversations/<conversation_id>/claim",
    methods=["POST"],
    costs=Cost.READS,
    needs=Permission.CONVERSATION_WRITE,
)
@bp.response(HTTPStatus.OK, HandledConversationSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
def claim_conversation(conversation_id: str) -> Response:
    """Take a conversation that is nobody's. Of many at once one gets it; the others learn who (409)."""
    return _assigned(conversation_id, Wanted(current_user_id()), expected=None)


def _assigned(conversation_id: str, wanted: Wanted, *, expected: UUID | None) -> Response:
    user_id = current_user_id()
    found, member = access_conversation_as(db.session, user_id, conversation_id)
    conversation, operation_id = assign(db.session, member, found.id, wanted, expected=expected)
    [shown] = conversations_json(db.session, [conversation], user_id)
    db.session.commit()
    return json_response({**shown, "operation_id": str(operation_id)})
