"""Cursors of lists: opaque to clients; a text that is not one of ours is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from livechat.core.errors import ValidationFailedError
from livechat.web import base64url

_PLAIN = re.compile(rb"([0-9]{1,18})\.([0-9a-f]{32})")
_SORTED = re.compile(rb"([01])\.([0-9]{1,18})\.([0-9a-f]{32})\.([0-9]{1,18})\.([0-9a-f]{16})")
_MARKED = re.compile(rb"((?:[a-z]+:[0-9]{1,18}:[0-9a-f]{1,32}\.)+)([0-9a-f]{16})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ListPlace:
    """Where a page of the list ended: the next page begins right behind it."""

    last_message_time: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class SortedPlace:
    """The same in a list that can be sorted several ways.

    A sort has parts, each with a key of its own. ``asked_at`` is when the first page was asked for: what
    depends on the time of day is judged by it on every page, so that nothing moves between two of them.
    """

    part: int
    key: datetime
    id: UUID
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of one of several lists ended. ``number``: what tells apart rows of the same moment."""

    moment: datetime
    number: int


def cursor_of(place: ListPlace) -> str:
    """The cursor of the page that begins right behind ``place``."""
    return _encoded(f"{_microseconds(place.last_message_time)}.{place.id.hex}")


def place_of(cursor: str) -> ListPlace:
    """The place that ``cursor_of`` was given; raises ValidationFailedError for any other text."""
    try:
        moment, id_ = _decoded(cursor, _PLAIN)
        return ListPlace(last_message_time=_moment(moment), id=UUID(id_))
    except (ValueError, OverflowError) as error:
        raise _refused() from error


def sorted_cursor_of(place: SortedPlace, question: str) -> str:
    """The cursor of the page behind ``place``, of the list that answers ``question``."""
    key, asked_at = _microseconds(place.key), _microseconds(place.asked_at)
    return _encoded(f"{place.part}.{key}.{place.id.hex}.{asked_at}.{_digest(question)}")


def sorted_place_of(cursor: str, question: str) -> SortedPlace:
    """The place that ``sorted_cursor_of`` was given; ValidationFailedError for another text or question."""
    try:
        part, key, id_, asked_at, digest = _decoded(cursor, _SORTED)
        if digest != _digest(question):
            raise ValueError("of another question")
        return SortedPlace(int(part), _moment(key), UUID(id_), _moment(asked_at))
    except (ValueError, OverflowError) as error:
        raise _refused() from error


def marks_cursor_of(marks: Mapping[str, Mark], question: str) -> str:
    """The cursor of the page behind these marks, of several lists that answer one ``question``."""
    plain = "".join(f"{name}:{_microseconds(mark.moment)}:{mark.number:x}." for name, mark in marks.items())
    return _encoded(plain + _digest(question))


def marks_of(cursor: str, question: str) -> dict[str, Mark]:
    """The marks that ``marks_cursor_of`` was given; ValidationFailedError for another text or question."""
    try:
        marks, digest = _decoded(cursor, _MARKED)
        if digest != _digest(question):
            raise ValueError("of another question")
        parts = [mark.split(":") for mark in marks.rstrip(".").split(".")]
        return {name: Mark(_moment(moment), int(number, 16)) for name, moment, number in parts}
    except (ValueError, OverflowError) as error:
        raise _refused() from error


def _encoded(plain: str) -> str:
    return base64url.encode(plain.encode())


def _decoded(cursor: str, shape: "re.Pattern[bytes]") -> tuple[str, ...]:
    match = shape.fullmatch(base64url.decode(cursor))
    if match is None:
        raise ValueError("not of our make")
    return tuple(group.decode() for group in match.groups())


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(microseconds: str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(microseconds))


def _digest(question: str) -> str:
    return sha256(question.encode()).hexdigest()[:16]


def _refused() -> ValidationFailedError:
    detail = "Take the cursor as it stood in next_cursor, and ask for the same list."
    return ValidationFailedError(errors={"cursor": [detail]})
