"""A notification as JSON, for the API and live events alike: ids alone."""

from typing import Any

from livechat.domain.clock import rfc3339
from livechat.models import Notification


def notification_json(notification: Notification) -> dict[str, Any]:
    """The notification, for the user whose it is."""
    return {
        "id": str(notification.id),
        "kind": notification.kind,
        "conversation_id": str(notification.conversation_id),
        "cause_id": str(notification.cause_id),
        "count": notification.count,
        "at": rfc3339(notification.at),
        "seen_at": rfc3339(notification.seen_at),
        "done_at": rfc3339(notification.done_at),
    }
