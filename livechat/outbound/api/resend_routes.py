"""``POST /messages/{id}/resend``: an agent sends a failed or unknown message again."""

from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields

from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.permissions import Permission
from livechat.outbound.api.send_routes import SendMessageAnswerSchema, shown
from livechat.outbound.resend import resend_message
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("resend", __name__, description="Sending again what did not arrive, or may not have.")


class ResendSchema(ma.Schema):
    even_if_delivered = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Required for a message whose status is unknown: the customer may get it twice."
        },
    )


@bp.route("/messages/<message_id>/resend", methods=["POST"], costs=Cost.SENDS, needs=Permission.MESSAGE_SEND)
@bp.arguments(ResendSchema, required=False)
@bp.response(HTTPStatus.ACCEPTED, SendMessageAnswerSchema)
@bp.alt_response(
    HTTPStatus.OK.value,
    schema=SendMessageAnswerSchema,
    description="It was sent again before: the message that did",
)
@bp.problems(
    HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
def post_resend(body: dict[str, Any], message_id: str) -> Response:
    """Send a failed or unknown message again, as a new message, once."""
    result = resend_message(
        db.session,
        current_user_id(),
        message_id,
        even_if_delivered=body.get("even_if_delivered", False),
        now=clock.now(),
    )
    answer = shown(result.message_id, result.conversation_id)
    db.session.commit()
    return json_response(answer, HTTPStatus.ACCEPTED if result.is_new else HTTPStatus.OK)
