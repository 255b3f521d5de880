"""The route of a conversation's timeline."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_conversation, parse_id
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.timeline.read_timeline import entries_after, entries_around, entries_before, newest_entries
from livechat.timeline.schemas import TimelineQuerySchema, TimelineSchema
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("timeline", __name__, description="A thread with all that stands in it.")
_BY_ID = {"before": entries_before, "after": entries_after, "around": entries_around}


@bp.route("/conversations/<conversation_id>/timeline", costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.arguments(TimelineQuerySchema, location="query")
@bp.response(HTTPStatus.OK, TimelineSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_timeline(query: dict[str, Any], conversation_id: str) -> Response:
    """A page of messages, notes and changes in one order; the newest, unless an entry is named.

    Each page costs the same, at any depth.
    """
    conversation = access_conversation(db.session, current_user_id(), conversation_id)
    way = next((name for name in _BY_ID if name in query), None)
    if way is None:
        page = newest_entries(db.session, conversation.id, query["limit"])
    else:
        entry_id = parse_id(query[way], "entry in this conversation")
        page = _BY_ID[way](db.session, conversation.id, entry_id, query["limit"])
    return json_response(
        {"entries": page.entries, "has_before": page.has_before, "has_after": page.has_after}
    )
