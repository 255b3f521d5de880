"""Counting in advance: a limit holds for all processes together, though Redis hears of few requests."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from redis import Redis

from livechat.core.config import Settings
from livechat.web.guards.limits import ADVANCE, Limits, RateLimitedError

LIMIT = 2 * ADVANCE


def _spent(limits: Limits, most: int) -> int:
    for count in range(most):
        try:
            limits.spend("reads", "someone")
        except RateLimitedError:
            return count
    return most


@pytest.fixture
def processes(settings: Settings, redis_client: Redis) -> list[Limits]:
    """What two web processes hold."""
    mine = replace(settings, rate_limit_reads=f"{LIMIT} per minute")
    return [Limits(mine, redis_client), Limits(mine, redis_client)]


def test_two_processes_together_keep_the_limit(processes: list[Limits]) -> None:
    one, other = processes
    some = _spent(one, 101)
    rest = _spent(other, LIMIT)
    some += _spent(one, LIMIT)
    assert LIMIT - 2 <= some + rest <= LIMIT
    with pytest.raises(RateLimitedError):
        other.spend("reads", "someone")


def test_most_requests_write_nothing_to_redis(processes: list[Limits], redis_client: Redis) -> None:
    one, _ = processes
    before = redis_client.info("commandstats")["cmdstat_evalsha"]["calls"] if _spent(one, 1) else 0
    assert _spent(one, 100) == 100
    after = redis_client.info("commandstats")["cmdstat_evalsha"]["calls"]
    assert after - before == 50


def test_users_have_advances_of_their_own(processes: list[Limits]) -> None:
    one, _ = processes
    assert _spent(one, LIMIT + 1) == LIMIT
    one.spend("reads", "somebody else")


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/send-message", "sends"),
        # Asking what a route takes is a read, whatever the route does.
        ("OPTIONS", "/send-message", "reads"),
        ("GET", "/phone-numbers", "reads"),
        ("HEAD", "/phone-numbers", "reads"),
        ("POST", "/phone-numbers", "connects"),
        # Nobody is counted for a public route, nor for an address that there is not.
        ("GET", "/media/no-token", None),
        ("GET", "/nothing", None),
    ],
)
def test_a_request_is_counted_as_its_route_says(
    client: FlaskClient,
    auth: Callable[[UUID], dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    kind: str | None,
) -> None:
    counted: list[tuple[str, str]] = []
    monkeypatch.setattr(Limits, "spend", lambda _, kind, user: counted.append((kind, user)))
    user = uuid4()
    client.open(f"/api/live-chat{path}", method=method, headers=auth(user))
    assert counted == ([(kind, str(user))] if kind is not None else [])
