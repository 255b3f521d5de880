"""``POST /conversations/{conversation_id}/typing``: the customer sees that somebody writes."""

from http import HTTPStatus

from flask import Response

from livechat.accounts.access import access_conversation
from livechat.core.extensions import db, redis
from livechat.domain import clock
from livechat.domain.permissions import Permission
from livechat.outbound.show_typing import say_typing
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost

bp = ApiBlueprint("typing", __name__, description="What a customer sees while somebody writes.")


@bp.route(
    "/conversations/<conversation_id>/typing",
    methods=["POST"],
    costs=Cost.READS,
    needs=Permission.MESSAGE_SEND,
)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.NOT_FOUND)
def show_typing(conversation_id: str) -> Response:
    """Tell the customer that somebody writes, for up to 25 seconds.

    Call it as often as keys are struck: WhatsApp is told at most every 20 seconds. It also gives blue ticks
    up to the customer's newest message. Outside the service window nothing happens.
    """
    conversation = access_conversation(db.session, current_user_id(), conversation_id)
    say_typing(redis.client, conversation, clock.now())
    return Response(status=HTTPStatus.NO_CONTENT)
