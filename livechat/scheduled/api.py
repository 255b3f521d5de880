"""Routes of scheduled messages."""

from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Response

from livechat.accounts.access import access_conversation
from livechat.accounts.once import once
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.outbound.send_request import check_send
from livechat.scheduled.present_scheduled import scheduled_json
from livechat.scheduled.queries import list_scheduled
from livechat.scheduled.schedule import (
    access_scheduled,
    cancel_scheduled,
    change_scheduled,
    schedule_message,
)
from livechat.scheduled.schemas import (
    NewScheduledMessageSchema,
    ScheduledMessageChangeSchema,
    ScheduledMessageSchema,
    ScheduledMessagesQuerySchema,
    ScheduledMessagesSchema,
)
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.paging import ListPlace, cursor_of, place_of
from livechat.web.parsing import json_response
from livechat.web.request_key import IdempotencyHeadersSchema, idempotency_key

bp = ApiBlueprint("scheduled_messages", __name__, description="Messages that are sent at a time.")
_ONE = "/scheduled-messages/<scheduled_id>"


@bp.route("/scheduled-messages", methods=["POST"], costs=Cost.SENDS, needs=Permission.MESSAGE_SEND)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(NewScheduledMessageSchema(unknown=ma.RAISE))
@bp.response(HTTPStatus.CREATED, ScheduledMessageSchema)
@bp.alt_response(
    HTTPStatus.OK.value, schema=ScheduledMessageSchema, description="The same request scheduled it before"
)
@bp.problems(
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
def post_scheduled(_headers: dict[str, Any], body: dict[str, Any]) -> Response:
    """Have a message sent at a time.

    What a send checks is checked now, and again when it is due. Where it cannot be sent then it
    `needs_attention`, and you are told by a notification of kind `reminder` with its id as `cause_id`.
    """
    user_id, key = current_user_id(), idempotency_key()
    request = check_send(body, None)
    # The client's own id of the message serves as a key too, as it does for a send.
    scope = "scheduled messages" if key is not None else f"scheduled messages of {request.phone_number_id}"
    asked = once(db.session, user_id, scope, key or request.client_message_id, body)
    if asked is not None and asked.made_id is not None:
        made, _ = access_scheduled(db.session, user_id, str(asked.made_id))
        return _shown(made.id)
    made_id = schedule_message(
        db.session,
        user_id,
        request,
        body["send_at"],
        cancel_if_heard=body["cancel_if_customer_writes"],
    )
    if asked is not None:
        asked.made(db.session, made_id)
    answer = _shown(made_id, HTTPStatus.CREATED)
    db.session.commit()
    return answer


@bp.route("/scheduled-messages", costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.arguments(ScheduledMessagesQuerySchema, location="query")
@bp.response(HTTPStatus.OK, ScheduledMessagesSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_scheduled_messages(query: dict[str, Any]) -> Response:
    """What you and your colleagues have scheduled, in the conversations that you see; the last first."""
    user_id, asked = current_user_id(), query.get("conversation_id")
    conversation = access_conversation(db.session, user_id, asked) if asked is not None else None
    place = place_of(query["cursor"]) if query.get("cursor") else None
    found = list_scheduled(
        db.session,
        user_id,
        conversation_id=conversation.id if conversation is not None else None,
        states=query["state"],
        behind=(place.last_message_time, place.id) if place is not None else None,
        # One more than asked for tells whether there is a next page.
        limit=query["limit"] + 1,
    )
    page = found[: query["limit"]]
    shown = scheduled_json(db.session, [id_ for _, id_ in page])
    next_cursor = cursor_of(ListPlace(*page[-1])) if len(found) > len(page) else None
    return json_response({"scheduled_messages": [shown[id_] for _, id_ in page], "next_cursor": next_cursor})


@bp.route(_ONE, costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, ScheduledMessageSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_scheduled(scheduled_id: str) -> Response:
    """One of them."""
    return _shown(access_scheduled(db.session, current_user_id(), scheduled_id)[0].id)


@bp.route(_ONE, methods=["PATCH"], costs=Cost.READS, needs=Permission.MESSAGE_SEND)
@bp.arguments(ScheduledMessageChangeSchema)
@bp.response(HTTPStatus.OK, ScheduledMessageSchema)
@bp.problems(
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
def patch_scheduled(body: dict[str, Any], scheduled_id: str) -> Response:
    """Change your message before it is sent. One that needs attention waits again when it is given a time.

    Once it is sent or cancelled: 409 `scheduled_message_ended`.
    """
    answer = _shown(change_scheduled(db.session, current_user_id(), scheduled_id, body))
    db.session.commit()
    return answer


@bp.route(_ONE, methods=["DELETE"], costs=Cost.READS, needs=Permission.MESSAGE_SEND)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
def delete_scheduled(scheduled_id: str) -> Response:
    """Cancel it, whoever wrote it: either nothing is sent, or 409 `scheduled_message_ended`, as it was."""
    cancel_scheduled(db.session, current_user_id(), scheduled_id)
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)


def _shown(scheduled_id: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return json_response(scheduled_json(db.session, [scheduled_id])[scheduled_id], status)
