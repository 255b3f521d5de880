"""Routes by which a team handles conversations: assigning, claiming, resolving, snoozing."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response

import livechat.handling.standing  # noqa: F401  # registers what a conversation is shown with
from livechat.accounts.access import access_conversation_as
from livechat.conversations.ornaments import conversations_json
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.permissions import Permission
from livechat.handling.assign import Wanted, assign
from livechat.handling.change_status import check_standing, put_status
from livechat.handling.schemas import (
    AssignmentSchema,
    HandledConversationSchema,
    StatusSchema,
    UndoneSchema,
    UndoSchema,
)
from livechat.handling.undo import undo
from livechat.models import Conversation
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("handling", __name__, description="Whose a conversation is, and where it stands.")


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
    changes nothing. A `note` for whoever takes it over is written with it. Who is no active member, may not
    answer or may not see it is 422 `assignee_unavailable`.
    """
    wanted = Wanted(body["assignee_id"], body.get("team_id"), moves="team_id" in body, note=body.get("note"))
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


@bp.route(
    "/conversations/<conversation_id>/status",
    methods=["PUT"],
    costs=Cost.READS,
    needs=Permission.CONVERSATION_WRITE,
)
@bp.arguments(StatusSchema)
@bp.response(HTTPStatus.OK, HandledConversationSchema)
@bp.problems(
    HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
def put_conversation_status(body: dict[str, Any], conversation_id: str) -> Response:
    """Resolve it, snooze it, or open it: where `expected` is given, as long as nothing was said since.

    Else 409 `conversation_changed`, with what it is now, and nothing is written. The same again is 200 and
    changes nothing. A customer who writes opens what is resolved or snoozed, but `time_even_if_reply`.
    """
    wanted = check_standing(body["status"], body.get("snoozed_until"), body.get("snooze_kind"), clock.now())
    expected = body.get("expected")
    user_id = current_user_id()
    found, member = access_conversation_as(db.session, user_id, conversation_id)
    conversation, operation_id = put_status(
        db.session,
        member,
        found.id,
        wanted,
        last_message=None if expected is None else (expected["last_message_id"],),
    )
    return _answered(conversation, operation_id)


@bp.route("/undo", methods=["POST"], costs=Cost.READS, needs=Permission.CONVERSATION_WRITE)
@bp.arguments(UndoSchema)
@bp.response(HTTPStatus.OK, UndoneSchema)
@bp.problems(
    HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
def post_undo(body: dict[str, Any]) -> Response:
    """Undo what an operation changed, for ten minutes: where it is still as the operation left it.

    What was changed since is skipped, and said with who did. Later it is 409 `undo_expired`; an operation
    that is unknown, changed nothing, or of which you see nothing is 404.
    """
    done = undo(db.session, current_user_id(), body["operation_id"], clock.now())
    db.session.commit()
    return json_response(
        {
            "operation_id": str(done.operation_id),
            "undone": [str(each) for each in done.undone],
            "skipped": done.skipped,
        }
    )


def _assigned(conversation_id: str, wanted: Wanted, *, expected: UUID | None) -> Response:
    user_id = current_user_id()
    found, member = access_conversation_as(db.session, user_id, conversation_id)
    return _answered(*assign(db.session, member, found.id, wanted, expected=expected))


def _answered(conversation: Conversation, operation_id: UUID) -> Response:
    [shown] = conversations_json(db.session, [conversation], current_user_id())
    db.session.commit()
    return json_response({**shown, "operation_id": str(operation_id)})
