"""Routes of one conversation: opened, read, and its draft."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_conversation, lock_thread
from livechat.conversations.mark_read import mark_unread, read_locked
from livechat.conversations.object_schemas import ConversationSchema
from livechat.conversations.open_conversation import open_conversation
from livechat.conversations.ornaments import conversations_by_id, conversations_json, show_conversation
from livechat.conversations.save_draft import save_draft
from livechat.conversations.schemas import (
    DraftWriteSchema,
    OpenConversationSchema,
    ReadSchema,
    UnreadSchema,
)
from livechat.core.extensions import db
from livechat.domain.permissions import Permission, is_allowed
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("conversations", __name__, description="One customer on one of your numbers.")


@bp.route("/conversations", methods=["POST"], costs=Cost.READS, needs=Permission.MESSAGE_SEND)
@bp.arguments(OpenConversationSchema)
@bp.response(HTTPStatus.CREATED, ConversationSchema)
@bp.alt_response(HTTPStatus.OK.value, schema=ConversationSchema, description="There was one already")
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
def post_conversation(body: dict[str, Any]) -> Response:
    """The conversation with a customer's number: the one there is, or a new one.

    A new one is in no list before its first message, which can only be a template.
    """
    user_id = current_user_id()
    conversation, is_new = open_conversation(db.session, user_id, body["phone_number_id"], body["to"])
    shown = conversations_json(db.session, [conversation], user_id)[0]
    db.session.commit()
    return json_response(shown, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@bp.route(
    "/conversations/<conversation_id>",
    costs=Cost.READS,
    needs=Permission.CONVERSATION_READ,
    tells_factor=True,
)
@bp.response(HTTPStatus.OK, ConversationSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_conversation(conversation_id: str) -> Response:
    """One conversation, also by the id of one that was merged into it."""
    return json_response(show_conversation(db.session, current_user_id(), conversation_id))


@bp.route(
    "/conversations/<conversation_id>/read",
    methods=["POST"],
    costs=Cost.READS,
    needs=Permission.CONVERSATION_READ,
    tells_factor=True,
)
@bp.arguments(ReadSchema, required=False)
@bp.response(HTTPStatus.OK, ConversationSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
def read_conversation(body: dict[str, Any], conversation_id: str) -> Response:
    """Mark it read, all of it or up to one message: for you and for the team. The customer gets blue ticks.

    A viewer reads for themselves alone: what the team has read, and what the customer is told, stays as it
    was.
    """
    user_id = current_user_id()
    # Storing webhooks takes the same lock, so that no message slips between the counts and the pointers.
    seat, id_, account_id = lock_thread(db.session, user_id, conversation_id)
    for_team = is_allowed(seat.role, Permission.MESSAGE_SEND)
    read_locked(
        db.session,
        id_,
        body["up_to"],
        by=user_id,
        for_team=for_team,
        account_id=account_id,
        is_open=True,
    )
    [shown] = conversations_by_id(db.session, [id_], user_id).values()
    db.session.commit()
    return json_response(shown)


@bp.route(
    "/conversations/<conversation_id>/unread",
    methods=["POST"],
    costs=Cost.READS,
    needs=Permission.CONVERSATION_READ,
)
@bp.arguments(UnreadSchema)
@bp.response(HTTPStatus.OK, ConversationSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
def unread_conversation(body: dict[str, Any], conversation_id: str) -> Response:
    """Mark it unread from one message on, for you alone: `my_unread_count` rises, and nobody else is told."""
    user_id = current_user_id()
    conversation = access_conversation(db.session, user_id, conversation_id)
    conversation = mark_unread(db.session, conversation.id, body["from"], by=user_id)
    shown = conversations_json(db.session, [conversation], user_id)[0]
    db.session.commit()
    return json_response(shown)


@bp.route(
    "/conversations/<conversation_id>/draft", methods=["PUT"], costs=Cost.READS, needs=Permission.MESSAGE_SEND
)
@bp.arguments(DraftWriteSchema, required=False)
@bp.response(HTTPStatus.OK, ConversationSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
def put_draft(body: dict[str, Any], conversation_id: str) -> Response:
    """Keep what you are writing, for your other devices. An empty text deletes it."""
    user_id = current_user_id()
    conversation = access_conversation(db.session, user_id, conversation_id)
    save_draft(db.session, user_id, conversation, text=body["text"], reply_to=body["reply_to"])
    shown = conversations_json(db.session, [conversation], user_id)[0]
    db.session.commit()
    return json_response(shown)
