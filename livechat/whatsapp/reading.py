"""Reading JSON that may have any shape: a value is there, or absent, or an error says why it cannot be used.

Absent, ``null`` and the empty string are the same everywhere (Meta has sent all three for a missing phone
number).
"""

import json
import re
from datetime import datetime
from typing import Any

import orjson

from livechat.domain.clock import from_unix
from livechat.domain.text import storable_json
from livechat.whatsapp.graph.graph_errors import describe

Json = dict[str, Any]

# Ids are parts of unique indexes, several together, whose entries PostgreSQL limits to 2,704 bytes. Meta
# documents 128 characters.
_ID_BYTES = 512
# Names travel with every row of a list; the longest that WhatsApp allows has some 250 characters.
_LABEL_LENGTH = 1024
# An item goes to the database inside other JSON: so many levels are kept free for that.
_LEVELS_AROUND = 30
# 2100-01-01: no time in a webhook can be later.
_LATEST = 4_102_444_800
_TIME = re.compile(r"[0-9]+(?:\.[0-9]+)?", re.ASCII)
_TIME_LENGTH = 32
# As seconds the year 5138, as milliseconds 1973.
_TOO_LARGE_FOR_SECONDS = 100_000_000_000


class UnreadableError(ValueError):
    """An item of a webhook that cannot be understood. ``reason`` is a constant without any of its text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


# What walking JSON of a wrong shape raises: these, and nothing wider, make one item Broken.
READ_ERRORS = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    IndexError,
    RecursionError,
)


def reason_of(error: Exception) -> str:
    """Why an item could not be read, without its text (a KeyError's message may quote it)."""
    return error.reason if isinstance(error, UnreadableError) else type(error).__name__


def decode(body: bytes) -> Any:
    """The JSON value of a webhook body, with every text in it storable.

    orjson first, for speed. What it refuses and the standard library accepts (lone surrogates, a byte order
    mark, ``NaN``, numbers past a double) is taken too, with what cannot be stored replaced. Raises
    ValueError for what is no JSON, RecursionError for JSON nested too deeply.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        value = json.loads(body, parse_constant=_nothing, parse_int=_integer, parse_float=_finite)
        return storable_json(value)
    return storable_json(value) if b"\\u0000" in body else value


def _nothing(_: str) -> None:
    """``NaN`` and the infinities are no JSON: they count as absent."""


def _integer(digits: str) -> int | float | None:
    """A whole number, as orjson reads it: exact within 64 bits, a double beyond."""
    return int(digits) if len(digits) <= 18 else _finite(digits)


def _finite(number: str) -> float | None:
    """A double; None where the number is too large for one."""
    value = float(number)
    return value if abs(value) != float("inf") else None


def is_suspect(body: bytes) -> bool:
    """Whether the body may be nested more deeply than can be stored: its brackets are an upper bound."""
    return body.count(b"{") + body.count(b"[") > 200


def check_storable(raw: Json) -> None:
    """Raise UnreadableError for what cannot be written again with other levels around it (at most 254)."""
    wrapped: Any = raw
    for _ in range(_LEVELS_AROUND):
        wrapped = [wrapped]
    try:
        orjson.dumps(wrapped)
    except orjson.JSONEncodeError:
        raise UnreadableError("nested_too_deeply") from None


def obj(value: Any) -> Json:
    """The object, or an empty one where something else or nothing stands."""
    return value if isinstance(value, dict) else {}


def items_of(value: Any) -> list[Any]:
    """The list, or an empty one where something else or nothing stands."""
    return value if isinstance(value, list) else []


def identifier(value: Any) -> str | None:
    """An id, never empty; Meta writes a few as numbers. Raises UnreadableError for what is no id."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if len(value) > _ID_BYTES or not (value.isascii() or len(value.encode()) <= _ID_BYTES):
            raise UnreadableError("id_too_long")
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise UnreadableError("id_not_a_string")


def id_or_none(value: Any) -> str | None:
    """Like ``identifier``, for an id that the item can do without: None for what is no id."""
    try:
        return identifier(value)
    except UnreadableError:
        return None


def required(raw: Json, key: str, reason: str) -> str:
    """The id under ``key``; UnreadableError with ``reason`` where it is absent."""
    value = identifier(raw.get(key))
    if value is None:
        raise UnreadableError(reason)
    return value


def text_at(part: Any, key: str) -> str | None:
    """The text under ``key``, None where absent or empty; see ``text_or_none``."""
    return text_or_none(obj(part).get(key))


def text_or_none(value: Any) -> str | None:
    """A text to be shown; a number is one too, and anything else is none.

    A part of another type costs a message that part, never the message.
    """
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def label(value: Any) -> str | None:
    """A name for display, cut at 1,024 characters; None where it is blank or no text."""
    if not isinstance(value, str):
        return None
    return value.strip()[:_LABEL_LENGTH] or None


def moment_or_none(value: Any) -> datetime | None:
    """The time of Unix seconds, written as a number or a string; None where absent or no time.

    A number too large for seconds is read as milliseconds, microseconds or nanoseconds, as programs send too.
    """
    if isinstance(value, str):
        if len(value) > _TIME_LENGTH or not _TIME.fullmatch(value):
            return None
        value = float(value) if "." in value else int(value)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for _ in range(3):
        if value >= _TOO_LARGE_FOR_SECONDS:
            value = value / 1000
    return from_unix(value) if 0 < value < _LATEST else None


def moment(value: Any, received_at: datetime | None = None) -> datetime:
    """Like ``moment_or_none``, else ``received_at``; UnreadableError where that is not known either."""
    at = moment_or_none(value) or received_at
    if at is None:
        raise UnreadableError("no_timestamp")
    return at


def code_of(value: Any) -> int | None:
    """An error code, written as a number or a string; None for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
        return value
    return None


def error_of(raw: Json) -> tuple[Json | None, int | None]:
    """The first of ``errors`` as the contract shows it, and its code; (None, None) where there is none."""
    errors = items_of(raw.get("errors"))
    if not errors or not isinstance(errors[0], dict):
        return None, None
    first = errors[0]
    code = code_of(first.get("code"))
    data = first.get("error_data")
    details = label(obj(data).get("details")) or label(first.get("details")) or label(data)
    return describe(code, label(first.get("title")) or label(first.get("message")), details), code
