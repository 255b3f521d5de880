"""Routes of what the signed-in user is told of."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import parse_id
from livechat.core.errors import NotFoundError
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.models import Notification
from livechat.notifications.finish import finish
from livechat.notifications.present_notification import notification_json
from livechat.notifications.queries import seen_notification, seen_notifications
from livechat.notifications.schemas import NotificationSchema, NotificationsQuerySchema, NotificationsSchema
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.paging import ListPlace, cursor_of, place_of
from livechat.web.parsing import json_response

bp = ApiBlueprint("notifications", __name__, description="What you are told of, and no colleague.")


@bp.route("/notifications", costs=Cost.READS, needs=Permission.SIGNED_IN)
@bp.arguments(NotificationsQuerySchema, location="query")
@bp.response(HTTPStatus.OK, NotificationsSchema)
@bp.problems()
def list_notifications(query: dict[str, Any]) -> Response:
    """What you are told of in all your workspaces, done or not; the newest first.

    Of a conversation that went out of your sight nothing is listed.
    """
    place = place_of(query["cursor"]) if query.get("cursor") else None
    behind = (place.last_message_time, place.id) if place is not None else None
    # One more than asked for tells whether there is a next page.
    found = seen_notifications(db.session, current_user_id(), behind, query["limit"] + 1)
    page = found[: query["limit"]]
    last = page[-1] if len(found) > len(page) else None
    return json_response(
        {
            "notifications": [notification_json(each) for each in page],
            "next_cursor": cursor_of(ListPlace(last.at, last.id)) if last is not None else None,
        }
    )


@bp.route(
    "/notifications/<notification_id>/done",
    methods=["POST"],
    costs=Cost.READS,
    needs=Permission.SIGNED_IN,
)
@bp.response(HTTPStatus.OK, NotificationSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def post_done(notification_id: str) -> Response:
    """Say that you are through with it, on all your devices. Harmless to repeat."""
    found = _own(notification_id)
    finish(db.session, found.id)
    shown = notification_json(_own(notification_id))
    db.session.commit()
    return json_response(shown)


def _own(notification_id: str) -> Notification:
    asked = parse_id(notification_id, "notification")
    found = seen_notification(db.session, current_user_id(), asked)
    if found is None:
        raise NotFoundError("There is no such notification.")
    return found
