"""Routes for the customer of a conversation: blocking, and their wish about marketing."""

from http import HTTPStatus

from flask import Response

from livechat.accounts.access import access_conversation
from livechat.conversations.block import note_marketing_opt_out, set_customer_blocked
from livechat.conversations.object_schemas import ConversationSchema
from livechat.conversations.ornaments import conversations_json
from livechat.core.extensions import db
from livechat.core.graph import graph
from livechat.domain.permissions import Permission
from livechat.web.blueprint import ApiBlueprint
from livechat.web.context import settings
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("customers", __name__, description="Who may write to you, and what they want to hear.")


@bp.route(
    "/conversations/<conversation_id>/block",
    methods=["POST"],
    costs=Cost.CONNECTS,
    needs=Permission.CONVERSATION_WRITE,
)
@bp.response(HTTPStatus.OK, ConversationSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
def block_customer(conversation_id: str) -> Response:
    """Block the customer at WhatsApp: nothing passes in either direction.

    WhatsApp blocks only a customer who wrote within the last 24 hours (409 `block_refused` else).
    """
    return _set_blocked(conversation_id, True)


@bp.route(
    "/conversations/<conversation_id>/block",
    methods=["DELETE"],
    costs=Cost.CONNECTS,
    needs=Permission.CONVERSATION_WRITE,
)
@bp.response(HTTPStatus.OK, ConversationSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
def unblock_customer(conversation_id: str) -> Response:
    """Let the customer write, and be written to, again."""
    return _set_blocked(conversation_id, False)


@bp.route(
    "/conversations/<conversation_id>/marketing-opt-out",
    methods=["POST"],
    costs=Cost.READS,
    needs=Permission.CONVERSATION_WRITE,
)
@bp.response(HTTPStatus.OK, ConversationSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def stop_marketing(conversation_id: str) -> Response:
    """Note that the customer wants no marketing: marketing templates are refused from now on.

    For customers who said so in words. What they choose in WhatsApp later replaces it.
    """
    return _set_marketing(conversation_id, True)


@bp.route(
    "/conversations/<conversation_id>/marketing-opt-out",
    methods=["DELETE"],
    costs=Cost.READS,
    needs=Permission.CONVERSATION_WRITE,
)
@bp.response(HTTPStatus.OK, ConversationSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def allow_marketing(conversation_id: str) -> Response:
    """Note that the customer takes marketing again.

    Where they stopped it in WhatsApp itself, WhatsApp goes on to refuse it.
    """
    return _set_marketing(conversation_id, False)


def _set_marketing(conversation_id: str, opted_out: bool) -> Response:
    user_id = current_user_id()
    conversation = access_conversation(db.session, user_id, conversation_id)
    conversation = note_marketing_opt_out(db.session, conversation.id, opted_out=opted_out)
    shown = conversations_json(db.session, [conversation], user_id)[0]
    db.session.commit()
    return json_response(shown)


def _set_blocked(conversation_id: str, blocked: bool) -> Response:
    conversation = set_customer_blocked(
        db.session,
        graph.client,
        settings().encryption_keys,
        access_conversation(db.session, current_user_id(), conversation_id),
        blocked=blocked,
    )
    shown = conversations_json(db.session, [conversation], current_user_id())[0]
    db.session.commit()
    return json_response(shown)
