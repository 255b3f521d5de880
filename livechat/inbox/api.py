"""Routes of the inbox: the list of conversations, and how many each tab has."""

from http import HTTPStatus
from typing import Any

from flask import Response
from marshmallow import RAISE

from livechat.conversations.ornaments import all_shown
from livechat.core.errors import ForbiddenError
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.permissions import Permission
from livechat.inbox.find_inbox import TABS, find_inbox, question_of
from livechat.inbox.inbox_filter import Sort
from livechat.inbox.queries.inbox_pages import inbox_counts, inbox_page
from livechat.inbox.schemas import (
    ConversationsQuerySchema,
    ConversationsSchema,
    CountsSchema,
    InboxPlaceSchema,
)
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.paging import sorted_cursor_of, sorted_place_of
from livechat.web.parsing import json_response

bp = ApiBlueprint("inbox", __name__, description="The conversations that you see, narrowed and sorted.")


@bp.route("/conversations", costs=Cost.READS, needs=Permission.CONVERSATION_READ, tells_factor=True)
@bp.arguments(ConversationsQuerySchema, location="query", unknown=RAISE)
@bp.response(HTTPStatus.OK, ConversationsSchema)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
def list_conversations(query: dict[str, Any]) -> Response:
    """The conversations that you see, or some of them.

    `next_cursor` asks for what comes behind the page, of the same list.
    """
    user_id = current_user_id()
    # An id is opaque: one that cannot be any user's is treated as another user's.
    if (query.get("user_id") or str(user_id)).lower() != str(user_id):
        raise ForbiddenError("The user_id is not the token's; leave it out.")
    question = question_of(query)
    # An empty cursor is none: clients fill in a template of the address.
    behind = sorted_place_of(query["cursor"], question) if query.get("cursor") else None
    views, wanted = find_inbox(db.session, user_id, query)
    shown, now = all_shown(first=2), clock.now()
    # One conversation more than asked for tells whether there is a next page.
    found = inbox_page(
        db.session,
        views,
        wanted,
        Sort(query["sort"]),
        shown,
        user_id=user_id,
        limit=query["limit"] + 1,
        asked_at=behind.asked_at if behind is not None else now,
        behind=behind,
    )
    page = found[: query["limit"]]
    conversations = [shown.json(row, now) for row, _ in page]
    next_cursor = sorted_cursor_of(page[-1][1], question) if len(found) > len(page) else None
    return json_response({"conversations": conversations, "next_cursor": next_cursor})


@bp.route("/conversations/counts", costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.arguments(InboxPlaceSchema, location="query", unknown=RAISE)
@bp.response(HTTPStatus.OK, CountsSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def count_conversations(query: dict[str, Any]) -> Response:
    """How many open conversations that you see are in each tab, counted up to 1000."""
    views, _ = find_inbox(db.session, current_user_id(), query)
    return json_response(inbox_counts(db.session, views, TABS, asked_at=clock.now()))
