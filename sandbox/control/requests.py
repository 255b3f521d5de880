"""Reading the requests of the control API, and answering them."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request

from sandbox.errors import ControlError
from sandbox.model import Json

MAX_LIMIT = 300_000


def reply(payload: Any, status: int = 200) -> Response:
    """JSON in UTF-8, never cached."""
    response = Response(orjson.dumps(payload), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def asked() -> Json:
    """The object in the body. An empty body is an empty object. Raises ControlError (400, 415)."""
    data = request.get_data()
    if not data:
        return {}
    # A browser lets a foreign page post text or a form without asking us first, but not JSON.
    if request.mimetype != "application/json":
        raise ControlError("the body must be application/json", 415)
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ControlError(f"the body is not JSON: {error}", 400) from None
    if not isinstance(body, dict):
        raise ControlError("the body must be a JSON object", 400)
    return body


def number_argument(name: str, default: int) -> int:
    """A whole number of the query string."""
    given = request.args.get(name)
    if given is None:
        return default
    if not given.isdigit():
        raise ControlError(f"{name} must be a whole number")
    return min(int(given), MAX_LIMIT)


def text_of(body: Json, name: str, default: str | None = None) -> str:
    """A text of the body. It is required where there is no default."""
    value = body.get(name, default)
    if not isinstance(value, str) or (not value and default is None):
        raise ControlError(f"{name} must be text")
    return value


def flag_of(body: Json, name: str, default: bool) -> bool:
    """True or false of the body."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise ControlError(f"{name} must be true or false")
    return value
