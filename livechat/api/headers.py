"""What every request brings and every answer carries: a correlation id, size limits, security headers."""

import re
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from livechat.api.auth import PUBLIC_RULES
from livechat.api.context import API_PREFIX
from livechat.whatsapp.media_types import MAX_UPLOAD_BYTES

# The largest body of the API is an interactive message of some kilobytes; files have their own way in.
MAX_BODY_BYTES = 1024 * 1024
# Room for the form around the largest file that WhatsApp takes.
_MAX_BYTES_OF = {f"{API_PREFIX}/media": MAX_UPLOAD_BYTES + 64 * 1024}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_API = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


def init_headers(app: Flask) -> None:
    """Goes first: a refusal by what comes later has its correlation id too."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_forget)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if request.url_rule is not None and request.url_rule.rule not in PUBLIC_RULES:
        request.max_content_length = _MAX_BYTES_OF.get(request.url_rule.rule, MAX_BODY_BYTES)


def _finish(response: Response) -> Response:
    response.headers.setdefault("X-Request-ID", g.get("request_id", ""))
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(f"{API_PREFIX}/"):
        for name, value in _API.items():
            response.headers.setdefault(name, value)
    return response


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.unbind_contextvars("request_id")
