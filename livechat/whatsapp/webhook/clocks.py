"""Times that a webhook names, and how far they are believed."""

from datetime import datetime, timedelta
from typing import Any

from livechat.whatsapp.webhook.items import AccountNews, Broken, Ignored, Item, ThreadMessage

# How far Meta's clock may be ahead of ours.
SLACK = timedelta(minutes=1)


def keep_in_time(item: Item, raw: dict[str, Any], received_at: datetime) -> None:
    """Replace a time of the item that is more than a minute after ``received_at`` with ``received_at``.

    A later time would keep a conversation on top of the list and its window open until then, and would outdo
    what Meta truly says after it. The time that a message named is kept in ``content.timestamp`` where
    another one counts.
    """
    if isinstance(item, AccountNews):
        if item.happened_at is not None and item.happened_at > received_at + SLACK:
            item.happened_at = received_at
        return
    if isinstance(item, Ignored | Broken):
        return
    if item.timestamp > received_at + SLACK:
        item.timestamp = received_at
    # ``is`` holds also where the time could not be read: ``received_at`` has taken its place already.
    if item.timestamp is received_at and isinstance(item, ThreadMessage) and raw.get("timestamp") is not None:
        item.content["timestamp"] = raw["timestamp"]
