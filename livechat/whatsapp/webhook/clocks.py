"""Clocks that are not ours: what a webhook says of times, and what we believe."""

from datetime import datetime, timedelta
from typing import Any

from livechat.whatsapp.webhook.items import AccountNews, Broken, Ignored, Item, ThreadMessage

# Between Meta's clock and ours.
SLACK = timedelta(minutes=1)


def keep_in_time(item: Item, raw: dict[str, Any], received_at: datetime) -> None:
    """Have the item happen no later than ``received_at``, and a minute of grace.

    A later time would hold a conversation on top of the list and its window open for as long, and outdo every
    truer word on the same matter. What a message said of its time is kept in ``content.timestamp`` where that
    is not the time that counts.
    """
    if isinstance(item, AccountNews):
        if item.happened_at is not None and item.happened_at > received_at + SLACK:
            item.happened_at = received_at
        return
    if isinstance(item, Ignored | Broken):
        return
    if item.timestamp > received_at + SLACK:
        item.timestamp = received_at
    # The very object: where a time could not be read, the receipt stands for it already.
    if item.timestamp is received_at and isinstance(item, ThreadMessage) and raw.get("timestamp") is not None:
        item.content["timestamp"] = raw["timestamp"]
