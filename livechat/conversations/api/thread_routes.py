"""Routes of a thread: its messages page by page, what was shared in it, and one message."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_conversation, access_message, access_thread, parse_id
from livechat.conversations.ask_again import ask_again
from livechat.conversations.object_schemas import MessageSchema
from livechat.conversations.present import earlier_texts_json, message_json, messages_json, row_json
from livechat.conversations.queries.thread_pages import (
    edits_of,
    newest_page,
    page_after,
    page_around,
    page_before,
    shared_page,
    thread_facts,
)
from livechat.conversations.schemas import (
    EditsSchema,
    MessagesQuerySchema,
    MessagesSchema,
    SharedQuerySchema,
    SharedSchema,
)
from livechat.core.errors import NotFoundError
from livechat.core.extensions import db
from livechat.core.sql.plain_rows import Rows
from livechat.domain.permissions import Permission
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.paging import ListPlace, cursor_of, place_of
from livechat.web.parsing import json_response

bp = ApiBlueprint("messages", __name__, description="What customer and business have said.")
_BY_KEY = {"before": page_before, "after": page_after, "around": page_around}


@bp.route("/messages", costs=Cost.READS, needs=Permission.CONVERSATION_READ, tells_factor=True)
@bp.arguments(MessagesQuerySchema, location="query")
@bp.response(HTTPStatus.OK, MessagesSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_messages(query: dict[str, Any]) -> Response:
    """A page of a thread.

    `offset` counts back from the newest message; inside a page the oldest comes first. `before`, `after` or
    `around` page by message id instead, at the same cost at any depth.
    """
    thread = access_thread(db.session, current_user_id(), query["conversation_id"])
    limit, offset = query["limit"], query.get("offset", 0)
    way = next((name for name in _BY_KEY if name in query), None)
    named = parse_id(query[way], "message in this conversation") if way is not None else None
    facts = thread_facts(db.session, thread, named)
    rows: Rows = []
    if way is not None:
        if facts.anchor is None:
            raise NotFoundError("There is no such message in this conversation.")
        rows = _BY_KEY[way](db.session, thread.id, facts.anchor, limit)
    elif offset < facts.total:
        rows = newest_page(db.session, thread.id, limit, offset)
    return json_response(
        {
            "messages": [message_json(row) for row in rows],
            "total": facts.total,
            "limit": limit,
            "offset": offset,
            "first_unread_id": facts.first_unread_id,
            "last_unread_id": facts.last_unread_id,
        }
    )


@bp.route("/messages/<message_id>", costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, MessageSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_message(message_id: str) -> Response:
    """One message."""
    message = access_message(db.session, current_user_id(), message_id)
    shown = messages_json(db.session, [message.id]).get(message.id)
    if shown is None:
        raise NotFoundError("There is no such message.")
    return json_response(shown)


@bp.route("/conversations/<conversation_id>/media", costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.arguments(SharedQuerySchema, location="query")
@bp.response(HTTPStatus.OK, SharedSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_shared(query: dict[str, Any], conversation_id: str) -> Response:
    """What was shared in a thread: its photos and videos, its files, and its texts with links."""
    place = place_of(query["cursor"]) if query.get("cursor") else None
    conversation = access_conversation(db.session, current_user_id(), conversation_id)
    behind = (place.last_message_time, place.id) if place is not None else None
    rows = shared_page(db.session, conversation.id, query.get("kind"), behind, query["limit"] + 1)
    shown = rows[: query["limit"]]
    last = shown[-1] if len(rows) > len(shown) else None
    return json_response(
        {
            "media": [row_json(row) for row in shown],
            "next_cursor": cursor_of(ListPlace(last.timestamp, last.id)) if last is not None else None,
        }
    )


@bp.route("/messages/<message_id>/edits", costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, EditsSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_edits(message_id: str) -> Response:
    """What a message said before its sender edited it, the oldest text first.

    Empty for a message that was never edited, and for one that was deleted.
    """
    message = access_message(db.session, current_user_id(), message_id)
    return json_response({"edits": earlier_texts_json(message, edits_of(db.session, message))})


@bp.route(
    "/messages/<message_id>/media/retry",
    methods=["POST"],
    costs=Cost.READS,
    needs=Permission.CONVERSATION_READ,
)
@bp.response(HTTPStatus.ACCEPTED, MessageSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def retry_media(message_id: str) -> Response:
    """Fetch a customer's file once more, where that has failed. One that is here or on its way stays so."""
    found = ask_again(db.session, current_user_id(), message_id)
    shown = messages_json(db.session, [found])[found]
    db.session.commit()
    return json_response(shown, HTTPStatus.ACCEPTED)
