"""A reminder as JSON."""

from typing import Any

from livechat.domain.clock import rfc3339
from livechat.models import Reminder


def reminder_json(reminder: Reminder) -> dict[str, Any]:
    """The reminder, for the user whose it is."""
    return {
        "id": str(reminder.id),
        "conversation_id": str(reminder.conversation_id),
        "due_at": rfc3339(reminder.due_at),
        "text": reminder.text,
        "created_at": rfc3339(reminder.created_at),
        "told_at": rfc3339(reminder.told_at),
        "done_at": rfc3339(reminder.done_at),
    }
