"""The customer service window: free-form sends are allowed for 24 h after the customer's last message.

Source: docs/meta/cloud-api.md sections 4.11 and 9.1. The clock is Meta's time of the message, not our
receipt.
"""

from datetime import datetime, timedelta

SERVICE_WINDOW = timedelta(hours=24)


def window_end(last_inbound_at: datetime | None, refused_at: datetime | None) -> datetime | None:
    """When the window closes or closed; None where the customer never wrote.

    ``refused_at`` is when Meta said 131047 (window closed). This beats our clock until the next message.
    """
    if last_inbound_at is None:
        return None
    end = last_inbound_at + SERVICE_WINDOW
    if refused_at is not None and last_inbound_at <= refused_at < end:
        return refused_at
    return end


def is_window_open(last_inbound_at: datetime | None, refused_at: datetime | None, now: datetime) -> bool:
    """Whether a free-form message may be sent at ``now``."""
    end = window_end(last_inbound_at, refused_at)
    return end is not None and now < end
