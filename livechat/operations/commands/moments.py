"""Reads times as operators type them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from livechat.domain import clock

_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Moment(click.ParamType[datetime]):
    """RFC 3339 (``2026-11-22T10:00:00Z``; UTC if no zone is given), or how long ago: ``90s 30m 2h 3d``."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The value as an aware UTC time; fails the command if it is no time."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            ago = _AGO.fullmatch(text)
            if ago:
                return clock.now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"“{text}” is no time: write 2026-11-22T10:00:00Z, or 90s, 30m, 2h, 3d ago.")
