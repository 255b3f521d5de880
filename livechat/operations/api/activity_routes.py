"""Routes for the owners of numbers: webhooks and sends by the hour, and sends that need attention."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Response
from sqlalchemy import Row

from livechat.accounts.access import access_phone_number
from livechat.conversations.present import row_json
from livechat.core.errors import ValidationFailedError
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.permissions import Permission
from livechat.operations.activity import activity_json, full_hours
from livechat.operations.queries.activity_rows import attention_page
from livechat.operations.schemas import (
    ActivityQuerySchema,
    ActivitySchema,
    AttentionQuerySchema,
    AttentionSchema,
)
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.paging import ListPlace, cursor_of, place_of
from livechat.web.parsing import json_response

bp = ApiBlueprint("activity", __name__, description="What came and went, for those who own a number.")

_BY_DEFAULT = timedelta(hours=24)
_LONGEST = timedelta(days=31)


@bp.route("/activity", costs=Cost.READS, needs=Permission.OPERATIONS_READ)
@bp.arguments(ActivityQuerySchema, location="query")
@bp.response(HTTPStatus.OK, ActivitySchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_activity(query: dict[str, Any]) -> Response:
    """A number's webhooks and sends, hour by hour.

    Every item of every webhook is in one of the counts of the hour in which it was received, and every send
    in one of those of the hour in which it was accepted.
    """
    until = query.get("until") or clock.now()
    try:
        since = query.get("since") or until - _BY_DEFAULT
        if not since < until:
            raise ValidationFailedError(errors={"since": ["Give a time before until."]})
        if until - since > _LONGEST:
            raise ValidationFailedError(errors={"until": ["Ask for at most 31 days."]})
        since, until = full_hours(since, until)
    except OverflowError as error:
        raise ValidationFailedError(errors={"until": ["Give a time within the calendar."]}) from error
    number = access_phone_number(db.session, current_user_id(), query["phone_number_id"]).phone_number_id
    return json_response(activity_json(db.session, number, since, until))


@bp.route("/sends/attention", costs=Cost.READS, needs=Permission.OPERATIONS_READ)
@bp.arguments(AttentionQuerySchema, location="query")
@bp.response(HTTPStatus.OK, AttentionSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_sends_for_attention(query: dict[str, Any]) -> Response:
    """Sends that failed, or of which nobody knows whether they arrived, newest first.

    Each names its customer, and the message that was sent in its place since, if there is one.
    """
    place = place_of(query["cursor"]) if query.get("cursor") else None
    number = access_phone_number(db.session, current_user_id(), query["phone_number_id"]).phone_number_id
    behind = (place.last_message_time, place.id) if place is not None else None
    rows = attention_page(db.session, number, behind, query["limit"] + 1)
    shown = rows[: query["limit"]]
    last = shown[-1] if len(rows) > len(shown) else None
    return json_response(
        {
            "messages": [_attention_json(row) for row in shown],
            "next_cursor": cursor_of(ListPlace(last.timestamp, last.id)) if last is not None else None,
        }
    )


def _attention_json(row: Row[Any]) -> dict[str, Any]:
    """The message, with its customer and its resend: the list shows it outside of its thread."""
    customer = ("customer_name", "customer_username", "customer_phone", "customer_user_id")
    return row_json(row) | {
        "conversation": {"id": str(row.conversation_id)} | {name: getattr(row, name) for name in customer},
        "resent_as": str(row.resent_as) if row.resent_as is not None else None,
    }
