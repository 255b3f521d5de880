"""The one place where an error becomes an answer: RFC 9457 ``application/problem+json``."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import orjson
import structlog
from flask import Flask, Response, request
from marshmallow import ValidationError
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from livechat.core.database import is_outage, is_passing
from livechat.core.errors import AppError, UnavailableError, ValidationFailedError

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

# Errors that the framework raises by itself, in the contract's words: code, title and detail by status.
_BY_STATUS: dict[int, tuple[str, str, str]] = {
    400: ("malformed_request", "The request cannot be read", "The request is not well-formed."),
    401: ("unauthorized", "No valid access token", "Send a valid access token."),
    403: ("forbidden", "Not allowed", "This is not allowed."),
    404: ("not_found", "Not found", "There is nothing at this address."),
    405: ("method_not_allowed", "Method not allowed", "This address does not take this method."),
    413: ("payload_too_large", "The body is too large", "The body is larger than this address takes."),
    415: ("unsupported_media_type", "Not JSON", "Send the body as application/json."),
    416: ("range_not_satisfiable", "No such part", "The file has no such bytes."),
    422: ("validation_failed", "Some fields are not valid", "Some fields are not valid."),
    429: ("rate_limited", "Too many requests", "Wait before the next request."),
    503: ("unavailable", "Not available at the moment", "Try again in a few seconds."),
}


def init_problems(app: Flask) -> None:
    """Answer every error with a problem; to be called after the libraries that set handlers of their own."""
    app.register_error_handler(AppError, problem_response)
    app.register_error_handler(ValidationError, _invalid)
    app.register_error_handler(HTTPException, _http_error)
    for kind in (RedisError, SQLAlchemyError):
        app.register_error_handler(kind, _service_down)
    app.register_error_handler(Exception, _unforeseen)


def problem_response(error: AppError) -> Response:
    """The answer for an AppError, with Retry-After and WWW-Authenticate where they belong."""
    status = int(error.status)
    headers: dict[str, str] = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(status, error.code, error.title, error.detail, error.errors, error.extra, headers)


def field_errors(messages: object, *, prefix: str = "") -> dict[str, list[str]]:
    """Marshmallow's nested messages as a flat dict: ``field.inner`` to sentences.

    The key ``body`` stands for the document itself.
    """
    if isinstance(messages, Mapping):
        flat: dict[str, list[str]] = {}
        for name, inner in messages.items():
            path = prefix if name == "_schema" and prefix else f"{prefix}.{name}" if prefix else str(name)
            flat.update(field_errors(inner, prefix="body" if path == "_schema" else path))
        return flat
    sentences = messages if isinstance(messages, list) else [messages]
    return {prefix or "body": [str(sentence) for sentence in sentences]}


def _answer(
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: dict[str, list[str]] | None = None,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:livechat:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors is not None:
        body["errors"] = errors
    body.update(extra or {})
    return Response(orjson.dumps(body), status=status, headers=headers, content_type=CONTENT_TYPE)


def _invalid(error: ValidationError) -> Response:
    return problem_response(ValidationFailedError(errors=field_errors(error.messages)))


def _http_error(error: HTTPException) -> Response:
    if error.response is not None:
        return cast(Response, error.response)
    status = error.code or 500
    name = HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else "Error"
    code, title, detail = _BY_STATUS.get(status, (name.lower().replace(" ", "_"), name, f"{name}."))
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        code = AppError.code
    headers = {
        key: value
        for key, value in error.get_headers()
        if key in ("Allow", "Content-Range", "Retry-After", "Location")
    }
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.setdefault("Retry-After", str(RETRY_AFTER_S))
    data = getattr(error, "data", None)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and isinstance(data, dict):
        by_location = data.get("messages", {})
        merged: dict[str, list[str]] = {}
        for messages in by_location.values() if isinstance(by_location, dict) else [by_location]:
            merged.update(field_errors(messages))
        return problem_response(ValidationFailedError(errors=merged))
    return _answer(status, code, title, detail, headers=headers)


def _service_down(error: Exception) -> Response:
    """503 if PostgreSQL or Redis is away, full, read-only or too slow; their other errors are our fault."""
    if not (isinstance(error, RedisError) or is_outage(error) or is_passing(error)):
        return _unforeseen(error)
    log.warning("service_unavailable", error=type(error).__name__, endpoint=request.endpoint)
    return problem_response(UnavailableError(retry_after_s=RETRY_AFTER_S))


def _unforeseen(error: Exception) -> Response:
    # The caller learns only the request's id, which the log line carries too.
    log.error("request_failed", endpoint=request.endpoint, exc_info=error)
    return problem_response(AppError("It has been logged; the X-Request-ID header names it."))
