"""Kinds of attributes of people, and what each takes as a value."""

import math
import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

MAX_TEXT_CHARS, MAX_LINK_CHARS = 500, 2048
# Up to here every program tells whole numbers apart.
MAX_NUMBER = 2**53
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]")


class AttributeType(StrEnum):
    """``LIST`` is one of the options that its definition names."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    LIST = "list"
    BOOL = "bool"
    LINK = "link"


class InvalidValueError(ValueError):
    """The value is not of this kind; the message says what is."""


def checked_value(kind: AttributeType, options: Sequence[str], given: Any) -> Any:
    """The value as it is kept; raises InvalidValueError. Whoever takes a value away gives none at all."""
    match kind:
        case AttributeType.TEXT:
            return _text(given)
        case AttributeType.NUMBER:
            return _number(given)
        case AttributeType.DATE:
            return _date(given)
        case AttributeType.LIST:
            if not isinstance(given, str) or given not in options:
                raise InvalidValueError("Give one of its options.")
            return given
        case AttributeType.BOOL:
            if not isinstance(given, bool):
                raise InvalidValueError("Give true or false.")
            return given
        case AttributeType.LINK:
            return _link(given)


def has_words(kind: AttributeType) -> bool:
    """Whether its values can stand in a sentence to a customer. Of yes or no nobody knows the language."""
    return kind is not AttributeType.BOOL


def words_for(value: Any) -> str | None:
    """A value as it stands in a sentence: days as 2026-11-29; None for yes or no."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _text(given: Any) -> str:
    text = given.strip() if isinstance(given, str) else ""
    if not 1 <= len(text) <= MAX_TEXT_CHARS:
        raise InvalidValueError(f"Give 1 to {MAX_TEXT_CHARS} characters.")
    return text


def _number(given: Any) -> int | float:
    # To Python true is a number.
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise InvalidValueError("Give a number.")
    if not math.isfinite(given) or abs(given) > MAX_NUMBER:
        raise InvalidValueError("Give a smaller number.")
    return given


def _date(given: Any) -> str:
    try:
        if not isinstance(given, str) or not _DATE.fullmatch(given):
            raise ValueError
        date.fromisoformat(given)
    except ValueError as error:
        raise InvalidValueError("Give a day of the calendar, for example 2026-11-29.") from error
    return given


def _link(given: Any) -> str:
    """Pages make it something to click, so nothing that a browser would run."""
    link = given.strip() if isinstance(given, str) else ""
    try:
        parts = urlsplit(link)
        is_link = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_link = False
    if not is_link or _BLANK.search(link) or len(link) > MAX_LINK_CHARS:
        raise InvalidValueError("Give an address that begins with https:// or http://.")
    return link
