"""Routes by which members follow conversations."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from flask import Response

from livechat.accounts.access import access_conversation_as
from livechat.conversations.ornaments import conversations_json
from livechat.core.extensions import db
from livechat.core.session import AnySession
from livechat.domain.permissions import Permission
from livechat.models import Conversation, WorkspaceMember
from livechat.watching.schemas import WatchedConversationSchema
from livechat.watching.watch import stop_watching, watch
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("watchers", __name__, description="Who follows a conversation.")
_WATCHER = "/conversations/<conversation_id>/watchers/<user_id>"
_Act = Callable[[AnySession, WorkspaceMember, UUID, str], tuple[Conversation, UUID]]


@bp.route(_WATCHER, methods=["PUT"], costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, WatchedConversationSchema)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
def put_watcher(conversation_id: str, user_id: str) -> Response:
    """Follow a conversation, or have a colleague follow it, who sees it from then on. Harmless to repeat.

    Only admins give sight to who has none. Who may not use the number, or is suspended: 422
    `assignee_unavailable`.
    """
    return _done(watch, conversation_id, user_id)


@bp.route(_WATCHER, methods=["DELETE"], costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, WatchedConversationSchema)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
def delete_watcher(conversation_id: str, user_id: str) -> Response:
    """Follow it no more. Who saw it for that alone does not see it any more. Harmless to repeat."""
    return _done(stop_watching, conversation_id, user_id)


def _done(act: _Act, conversation_id: str, user_id: str) -> Response:
    asking = current_user_id()
    found, member = access_conversation_as(db.session, asking, conversation_id)
    conversation, operation_id = act(db.session, member, found.id, user_id)
    [shown] = conversations_json(db.session, [conversation], asking)
    db.session.commit()
    return json_response(shown | {"operation_id": str(operation_id)})
