"""The route of the search."""

from http import HTTPStatus
from typing import Any

from flask import Response
from marshmallow import RAISE

from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.inbox.find_inbox import find_inbox, question_of
from livechat.search.present_results import results_json
from livechat.search.queries.reach import AT_ONCE, Reach, take_turn
from livechat.search.schemas import SearchQuerySchema, SearchSchema
from livechat.search.search_everything import START, Question, search_everything
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.guards.limits import RateLimitedError
from livechat.web.paging import marks_cursor_of, marks_of
from livechat.web.parsing import json_response

bp = ApiBlueprint("search", __name__, description="Finding what was said, and whom, in all that you see.")


@bp.route("/search", costs=Cost.SEARCHES, needs=Permission.CONVERSATION_READ)
@bp.arguments(SearchQuerySchema, location="query", unknown=RAISE)
@bp.response(HTTPStatus.OK, SearchSchema)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
def search(query: dict[str, Any]) -> Response:
    """Messages, people and notes by their words, each the newest first, a page of each.

    Order numbers and the like are found whole, without their hyphens and dots, and by their parts. Words in
    Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese are found wherever they stand.
    """
    user_id = current_user_id()
    question = question_of(query)
    marks = marks_of(query["cursor"], question) if query.get("cursor") else None
    places = dict.fromkeys(query["kinds"], START) if marks is None else marks
    if not take_turn(db.session, user_id):
        raise RateLimitedError(f"No more than {AT_ONCE} searches run at once.", retry_after_s=1)
    views, _ = find_inbox(db.session, user_id, query)
    reach = Reach(views, query.get("since"), query.get("until"))
    results = search_everything(db.session, Question(query["q"], reach, places, query["limit"]))
    shown = results_json(db.session, results, user_id)
    next_cursor = marks_cursor_of(results.places, question) if results.places else None
    return json_response(shown | {"next_cursor": next_cursor, "partial": results.is_partial})
