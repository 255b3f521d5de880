"""The time, in one place and always aware UTC."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def from_unix(seconds: float) -> datetime:
    """The aware UTC time of a Unix timestamp in seconds; OverflowError or ValueError past the calendar."""
    return datetime.fromtimestamp(seconds, UTC)


def rfc3339(moment: datetime | str | None) -> str | None:
    """``2026-11-22T10:00:00.000000Z``: how every time leaves the API; None stays None.

    A text is a time as PostgreSQL writes it (``2026-11-22 10:00:00.5+00``), which is five times as fast.
    """
    if moment is None:
        return None
    if isinstance(moment, str):
        if moment.endswith("+00"):
            # Without a fraction there is no point behind the seconds.
            fraction = moment[20:-3]
            return f"{moment[:10]}T{moment[11:19]}.{fraction:0<6}Z"
        # Of a connection that is in another time zone.
        moment = datetime.fromisoformat(moment)
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
