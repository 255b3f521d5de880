"""Routes of the ledger for the owners of numbers: list webhooks with their outcomes, and run them again."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_phone_number
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.operations.queries.ledger_pages import Selection
from livechat.operations.schemas import (
    ReplayAcceptedSchema,
    ReplayedSchema,
    ReplaySchema,
    WebhookEventsQuerySchema,
    WebhookEventsSchema,
    WebhookEventWithBodySchema,
)
from livechat.operations.webhook_events import (
    access_event,
    event_with_body_json,
    page,
    replay_event,
    replay_number,
)
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.paging import ListPlace, cursor_of, place_of
from livechat.web.parsing import json_response

bp = ApiBlueprint("webhook events", __name__, description="What Meta sent about the numbers that you own.")


@bp.route("/webhook-events", costs=Cost.READS, needs=Permission.OPERATIONS_READ)
@bp.arguments(WebhookEventsQuerySchema, location="query")
@bp.response(HTTPStatus.OK, WebhookEventsSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_webhook_events(query: dict[str, Any]) -> Response:
    """A number's webhooks, newest first, with the outcome of every item about it."""
    place = place_of(query["cursor"]) if query.get("cursor") else None
    number = access_phone_number(db.session, current_user_id(), query["phone_number_id"]).phone_number_id
    is_waiting = query.get("outcome") == "waiting"
    selection = Selection(
        number=number,
        since=query.get("since"),
        until=query.get("until"),
        outcome=None if is_waiting else query.get("outcome"),
    )
    behind = (place.last_message_time, place.id) if place is not None else None
    events, next_place = page(db.session, selection, behind, query["limit"], waiting=is_waiting)
    next_cursor = cursor_of(ListPlace(*next_place)) if next_place is not None else None
    return json_response({"webhook_events": events, "next_cursor": next_cursor})


@bp.route("/webhook-events/<event_id>", costs=Cost.READS, needs=Permission.OPERATIONS_READ)
@bp.response(HTTPStatus.OK, WebhookEventWithBodySchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_webhook_event(event_id: str) -> Response:
    """One webhook with its body, as far as it is about numbers of yours."""
    row, numbers = access_event(db.session, current_user_id(), event_id)
    return json_response(event_with_body_json(row, numbers))


@bp.route(
    "/webhook-events/<event_id>/replay", methods=["POST"], costs=Cost.SENDS, needs=Permission.OPERATIONS_WRITE
)
@bp.response(HTTPStatus.OK, ReplayedSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
def replay_webhook_event(event_id: str) -> Response:
    """Run one webhook again, as far as it is about numbers of yours.

    Harmless however often: what is stored already is a duplicate. 409 `webhook_waiting` before its first run.
    """
    row, numbers = access_event(db.session, current_user_id(), event_id)
    return json_response(replay_event(db.session, row, numbers))


@bp.route("/webhook-events/replay", methods=["POST"], costs=Cost.CONNECTS, needs=Permission.OPERATIONS_WRITE)
@bp.arguments(ReplaySchema)
@bp.response(HTTPStatus.OK, ReplayedSchema)
@bp.alt_response(
    HTTPStatus.ACCEPTED, schema=ReplayAcceptedSchema, description="There are many; a task runs them"
)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
def replay_webhook_events(body: dict[str, Any]) -> Response:
    """Run a number's webhooks again: all that are kept, or those of a time or with an outcome."""
    number = access_phone_number(db.session, current_user_id(), body["phone_number_id"]).phone_number_id
    selection = Selection(
        number=number, since=body.get("since"), until=body.get("until"), outcome=body.get("outcome")
    )
    replayed = replay_number(db.session, selection)
    if replayed is None:
        return json_response({"accepted": True}, HTTPStatus.ACCEPTED)
    return json_response(replayed)
