"""Small checks for requests to Graph. Each refusal has Meta's code and wording."""

from __future__ import annotations

from typing import Any

from sandbox.errors import GraphError
from sandbox.model import Json


def missing(path: str) -> GraphError:
    """131008: a required parameter is missing."""
    return GraphError(131008, details=f"Parameter '{path}' is mandatory.")


def invalid(path: str, why: str) -> GraphError:
    """131009: a parameter has a value that is not allowed."""
    return GraphError(131009, details=f"Param {path} {why}")


def too_long(path: str, limit: int) -> GraphError:
    """100 with details: a text is longer than its limit."""
    return GraphError(
        100, "(#100) Invalid parameter", details=f"Param {path} must be at most {limit} characters long."
    )


def part(parent: Json, key: str, path: str) -> Json:
    """The object at `key`. Raises 131008 where it is missing, 131009 where it is no object."""
    value = parent.get(key)
    if value is None:
        raise missing(path)
    if not isinstance(value, dict):
        raise invalid(path, "must be a JSON object.")
    return value


def items(parent: Json, key: str, path: str) -> list[Json]:
    """The list of objects at `key`. Raises 131008 where it is missing, 131009 where it is no such list."""
    value = parent.get(key)
    if value is None:
        raise missing(path)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise invalid(path, "must be an array of JSON objects.")
    return value


def text(parent: Json, key: str, path: str, *, limit: int, optional: bool = False) -> str:
    """The string at `key`, not empty and at most `limit` characters (UTF-16 units, as phones count)."""
    value = parent.get(key)
    if value is None or value == "":
        if optional:
            return ""
        raise missing(path)
    if not isinstance(value, str):
        raise invalid(path, "must be a string.")
    if utf16_length(value) > limit:
        raise too_long(path, limit)
    return value


def utf16_length(value: str) -> int:
    """Length in UTF-16 units: an emoji counts two. A lone surrogate counts one."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def number(value: Any, path: str, low: float, high: float) -> float:
    """A number within the bounds. It may be written as a string."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise invalid(path, "must be a number.") from None
    if not low <= found <= high:
        raise invalid(path, f"must be between {low:g} and {high:g}.")
    return found


def require_product(body: Json) -> None:
    """Raise 100 unless `messaging_product` is `whatsapp`."""
    product = body.get("messaging_product")
    if product is None:
        raise GraphError(100, "(#100) The parameter messaging_product is required.")
    if product != "whatsapp":
        raise GraphError(100, '(#100) Param messaging_product must be one of {"whatsapp"}')
