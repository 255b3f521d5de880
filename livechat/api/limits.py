"""How much one user may ask for: counted in Redis, so for all web processes together.

While Redis is away each process counts by itself: the inbox stays readable, and a flood stays bounded.
"""

import math
import time
from http import HTTPStatus
from typing import Any, cast

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter, RateLimitExceeded
from redis.exceptions import RedisError

from livechat.api.auth import PUBLIC_RULES, current_user_id
from livechat.api.context import API_PREFIX, settings
from livechat.api.problems import problem_response
from livechat.errors import AppError
from livechat.extensions import redis

_EXTENSION = "livechat_limiter"
# What costs Meta or a customer something is counted apart from looking.
_KIND_OF = {
    ("POST", f"{API_PREFIX}/phone-numbers"): "connects",
    ("POST", f"{API_PREFIX}/send-message"): "sends",
}


class RateLimitedError(AppError):
    """The user has spent what the settings allow for this kind of request in this window."""

    code, status, title = "rate_limited", HTTPStatus.TOO_MANY_REQUESTS, "Too many requests"


def init_limits(app: Flask) -> None:
    """Count every request of a signed-in user; goes after ``init_auth``, whose user it counts for."""
    limiter = Limiter(
        _whose,
        application_limits=[_how_many],
        storage_uri="redis://",
        storage_options=cast(dict[str, Any], {"connection_pool": redis.client.connection_pool}),
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        key_prefix="livechat",
    )
    limiter.request_filter(_is_uncounted)
    limiter.init_app(app)
    app.extensions[_EXTENSION] = limiter
    app.register_error_handler(RateLimitExceeded, _too_many)


def _is_uncounted() -> bool:
    return request.url_rule is None or request.url_rule.rule in PUBLIC_RULES


def _kind() -> str:
    rule = request.url_rule.rule if request.url_rule is not None else ""
    return _KIND_OF.get((request.method, rule), "reads")


def _whose() -> str:
    return f"{_kind()}:{current_user_id()}"


def _how_many() -> str:
    return {
        "connects": settings().rate_limit_connects,
        "sends": settings().rate_limit_sends,
        "reads": settings().rate_limit_reads,
    }[_kind()]


def _too_many(error: RateLimitExceeded) -> Response:
    wait_s = 1
    counted = current_app.extensions[_EXTENSION].current_limit
    if counted is not None:
        try:
            wait_s = max(1, math.ceil(counted.window[0] - time.time()))
        except RedisError:
            wait_s = counted.limit.get_expiry()
    return problem_response(RateLimitedError("Wait before the next request.", retry_after_s=wait_s))
