"""Cursors of the conversation list: opaque to clients; a text that is not one of ours is refused."""

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from livechat.core.errors import ValidationFailedError

_PLAIN = re.compile(rb"([0-9]{1,18})\.([0-9a-f]{32})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a page of the list ended: the next page begins right behind it."""

    last_message_time: datetime
    id: UUID


def cursor_of(place: ListPlace) -> str:
    """The cursor of the page that begins right behind ``place``."""
    microseconds = (place.last_message_time - _EPOCH) // timedelta(microseconds=1)
    return urlsafe_b64encode(f"{microseconds}.{place.id.hex}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> ListPlace:
    """The place that ``cursor_of`` was given; raises ValidationFailedError for any other text."""
    try:
        plain = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        match = _PLAIN.fullmatch(plain)
        if match is None:
            raise ValueError("not of our make")
        moment = _EPOCH + timedelta(microseconds=int(match[1]))
        return ListPlace(last_message_time=moment, id=UUID(match[2].decode()))
    except (ValueError, binascii.Error, OverflowError) as error:
        detail = "Take the cursor as it stood in next_cursor."
        raise ValidationFailedError(errors={"cursor": [detail]}) from error
