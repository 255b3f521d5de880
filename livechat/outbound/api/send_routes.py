"""``POST /send-message``: a reply is stored before the answer, and sent by a task."""

import time
from http import HTTPStatus
from typing import Any
from uuid import UUID

import marshmallow as ma
from flask import Response, request
from marshmallow import fields

from livechat.conversations.object_schemas import ConversationSchema, MessageSchema
from livechat.conversations.ornaments import conversations_json
from livechat.conversations.present import messages_json
from livechat.core.errors import NotFoundError
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.permissions import Permission
from livechat.domain.status import MessageStatus
from livechat.models import Conversation
from livechat.outbound.queries.accepting import status_of
from livechat.outbound.schemas import SendMessageSchema
from livechat.outbound.send_message import send_message
from livechat.outbound.send_request import KEY_MAX_CHARS, check_send
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response
from livechat.web.prefer import MAX_WAIT_S, preferred_wait

bp: ApiBlueprint = ApiBlueprint("send_message", __name__, description="Replies and templates to customers.")

_ON_ITS_WAY = (MessageStatus.QUEUED, MessageStatus.SENDING)
# A waiting request looks often at first, since most sends take a tenth of a second.
_FIRST_LOOK_S, _LAST_LOOK_S = 0.03, 0.25


class SendMessageHeadersSchema(ma.Schema):
    """Documents the headers. They are read by hand, since a header that is not understood is ignored."""

    idempotency_key = fields.String(
        data_key="Idempotency-Key",
        metadata={
            "description": "Per user and number: the same request again answers 200 and sends nothing.",
            "maxLength": KEY_MAX_CHARS,
        },
    )
    prefer = fields.String(
        data_key="Prefer",
        metadata={
            "description": "wait=N holds the 202 until the status is past sending, or for N seconds, at "
            f"most {MAX_WAIT_S}.",
            "example": "wait=5",
        },
    )


class SendMessageAnswerSchema(ma.Schema):
    message = fields.Nested(MessageSchema, required=True)
    conversation = fields.Nested(ConversationSchema, required=True)


@bp.route("/send-message", methods=["POST"], costs=Cost.SENDS, needs=Permission.MESSAGE_SEND)
@bp.arguments(SendMessageHeadersSchema(unknown=ma.EXCLUDE), location="headers")
@bp.arguments(SendMessageSchema)
@bp.response(HTTPStatus.ACCEPTED, SendMessageAnswerSchema)
@bp.alt_response(
    HTTPStatus.OK.value,
    schema=SendMessageAnswerSchema,
    description="The same request came before: its message",
)
@bp.problems(
    HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
def post_message(_headers: dict[str, Any], body: dict[str, Any]) -> Response:
    """Send a message; it is stored before the answer."""
    asked = check_send(body, request.headers.get("Idempotency-Key") or None)
    result = send_message(db.session, current_user_id(), asked, now=clock.now())
    if not result.is_new:
        return json_response(shown(result.message_id, result.conversation_id), HTTPStatus.OK)
    answer = shown(result.message_id, result.conversation_id)
    db.session.commit()
    wait_s = preferred_wait(request.headers.getlist("Prefer"))
    if wait_s is None:
        return json_response(answer, HTTPStatus.ACCEPTED)
    _wait_until_past_sending(result.message_id, wait_s)
    answer = shown(result.message_id, result.conversation_id)
    return json_response(answer, HTTPStatus.ACCEPTED, {"Preference-Applied": f"wait={wait_s}"})


def shown(message_id: UUID, conversation_id: UUID) -> dict[str, Any]:
    """``{message, conversation}``, as they are now."""
    conversation = db.session.get(Conversation, conversation_id)
    if conversation is None:
        # It was merged or erased between two of our statements.
        raise NotFoundError("There is no such conversation.")
    return {
        "message": messages_json(db.session, [message_id])[message_id],
        "conversation": conversations_json(db.session, [conversation], current_user_id())[0],
    }


def _wait_until_past_sending(message_id: UUID, wait_s: float) -> None:
    """Look at the status until it is past sending, or for ``wait_s`` seconds.

    Each look is a transaction that ends at once, so that a waiting request holds no connection.
    """
    ends_at = time.monotonic() + wait_s
    look_s = _FIRST_LOOK_S
    while (remaining_s := ends_at - time.monotonic()) > 0:
        time.sleep(min(look_s, remaining_s))
        look_s = min(look_s * 1.5, _LAST_LOOK_S)
        status = status_of(db.session, message_id)
        db.session.rollback()
        if status not in _ON_ITS_WAY:
            return
