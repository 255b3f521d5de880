"""A request id and a size limit for every request, security headers for every answer."""

import os
import re
from http import HTTPStatus
from typing import IO, TYPE_CHECKING

import structlog
from flask import Flask, Response, request

from livechat.web.context import API_PREFIX
from livechat.web.guards.auth import PUBLIC_RULES
from livechat.whatsapp.media_types import MAX_UPLOAD_BYTES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# The largest JSON body is an interactive message of some kilobytes; files have a limit of their own, below.
MAX_BODY_BYTES = 1024 * 1024
# Room for the form around the largest file that WhatsApp takes.
MAX_BYTES_OF = {f"{API_PREFIX}/media": MAX_UPLOAD_BYTES + 64 * 1024}
_MOST_DRAINED_BYTES, _PIECE_BYTES = 32 * 1024 * 1024, 64 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_REQUEST_ID_KEY = "livechat.request_id"
# Sent with every answer.
ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_API = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


def init_headers(app: Flask) -> None:
    """Install the hooks; to be called before the other guards, whose refusals then have a request id too."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_forget)


def request_id_of(environ: "WSGIEnvironment") -> str:
    """The id that the client gave the request, if it is well-formed, else a new one."""
    given: str = environ.get("HTTP_X_REQUEST_ID", "")
    return given if _REQUEST_ID.fullmatch(given) else os.urandom(16).hex()


def _begin() -> None:
    environ, rule = request.environ, request.url_rule
    request_id = environ[_REQUEST_ID_KEY] = request_id_of(environ)
    structlog.contextvars.bind_contextvars(request_id=request_id)
    if rule is not None and rule.rule not in PUBLIC_RULES:
        request.max_content_length = MAX_BYTES_OF.get(rule.rule, MAX_BODY_BYTES)


def _finish(response: Response) -> Response:
    environ, headers = request.environ, response.headers
    if response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        _drain(environ["wsgi.input"])
    wanted = {**ALWAYS, **_API} if environ.get("PATH_INFO", "").startswith(f"{API_PREFIX}/") else ALWAYS
    # werkzeug's own ``setdefault`` raises and catches an exception for each header that is missing.
    present = {name.lower() for name, _ in headers}
    if "x-request-id" not in present:
        headers.add("X-Request-ID", environ.get(_REQUEST_ID_KEY, ""))
    for name, value in wanted.items():
        if name.lower() not in present:
            headers.add(name, value)
    return response


def _drain(body: IO[bytes]) -> None:
    """Read and drop the rest of the body, up to a bound.

    A connection closed with unread bytes is reset, and the client may never see why its body was refused.
    """
    drained = 0
    while drained < _MOST_DRAINED_BYTES and (piece := body.read(_PIECE_BYTES)):
        drained += len(piece)


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.unbind_contextvars("request_id")
