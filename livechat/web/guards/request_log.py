"""Every request adds to one count and, unless it is routine, writes one line to the log.

Both name the route as the URL map spells it, never the path: a path holds ids, and a query string may hold
more. Neither belongs in a log or a label.
"""

import time
from functools import cache
from http import HTTPStatus

import structlog
from flask import Flask, Response, request
from prometheus_client import Counter, Histogram

from livechat.core.metrics import HTTP_REQUESTS, HTTP_SECONDS
from livechat.web.guards.auth import known_user_id

log = structlog.get_logger(__name__)

_STARTED = "livechat.started"
UNMATCHED = "unmatched"
# A client can send any word as a method; the label's values must stay few.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# An accepted webhook is in the ledger, and an operator's poll says nothing new; a line for each would cost
# a sixth of what acknowledging costs.
_COUNTED_ONLY = frozenset({"/webhook", "/healthz", "/readyz", "/metrics"})


def init_request_log(app: Flask) -> None:
    """Install the hooks; to be called before all other guards: it starts first and sees the answer last."""
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    request.environ[_STARTED] = time.perf_counter()


@cache
def _meters(rule: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """The meters of these labels, kept: Prometheus looks labels up under a lock, each time."""
    return HTTP_REQUESTS.labels(rule, method, str(status)), HTTP_SECONDS.labels(rule, method)


def count_request(rule: str, method: str, status: int, seconds: float) -> None:
    """Count an answer and the seconds that it took."""
    requests, durations = _meters(rule, method, status)
    requests.inc()
    durations.observe(seconds)


def _finish(response: Response) -> Response:
    now = time.perf_counter()
    seconds = now - request.environ.get(_STARTED, now)
    url_rule, method, status = request.url_rule, request.method, response.status_code
    rule = url_rule.rule if url_rule is not None else UNMATCHED
    method = method if method in _METHODS else "other"
    count_request(rule, method, status, seconds)
    if rule in _COUNTED_ONLY and status == HTTPStatus.OK:
        return response
    user_id = known_user_id()
    # ``request_id`` is bound to the context (``web.guards.headers``).
    log.info(
        "request",
        rule=rule,
        method=method,
        status=status,
        duration_ms=round(seconds * 1000, 1),
        user_id=str(user_id) if user_id else None,
    )
    return response
