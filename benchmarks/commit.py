"""Webhooks from HTTP to commit, one message each, beside a Celery task for each webhook."""

import time
from collections.abc import Callable

from benchmarks.figures import Figure, rate, ratio, spread
from benchmarks.load import Generator
from benchmarks.sizes import Sizes
from benchmarks.spawn import wait_for
from benchmarks.stack import Stack
from benchmarks.webhooks import signed_requests
from livechat.inbound.door.arrivals import STREAM

TARGET_PER_SECOND = 3_000
TARGET_MULTIPLE = 11
DRAIN_TIMEOUT_S = 120.0


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """Everything is on the same cores: the load, the server, Redis, two workers, PostgreSQL."""
    ours: list[float] = []
    naive: list[float] = []
    for _ in range(min(sizes.rounds, 3)):
        stack.clear()
        with stack.web() as port, stack.worker("worker-inbound"):
            ours.append(
                _warm_rate(stack, port, sizes.connections, sizes.webhooks, lambda _: _is_drained(stack))
            )
        stack.clear()
        with (
            stack.web("benchmarks.apps.naive_web:server") as port,
            stack.worker("worker-inbound", "benchmarks.apps.naive_worker"),
        ):
            naive.append(
                _warm_rate(
                    stack, port, sizes.connections, sizes.naive_webhooks, lambda n: _stored(stack) == n
                )
            )
    ratios = [one / other for one, other in zip(ours, naive, strict=True)]
    middle = spread(ours)[1]
    return [
        Figure(
            "webhooks from HTTP to commit",
            rate(ours),
            target=f">= {TARGET_PER_SECOND:,}/s",
            reached=middle >= TARGET_PER_SECOND,
        ),
        Figure(
            "… beside a task per webhook",
            rate(ours),
            f"a task per webhook {rate(naive)}",
            ratio(ratios, 1, "x"),
            f">= {TARGET_MULTIPLE}x",
            spread(ratios)[1] >= TARGET_MULTIPLE,
        ),
    ]


def _warm_rate(
    stack: Stack, port: int, connections: int, count: int, is_done: Callable[[int], bool]
) -> float:
    """Webhooks per second once a tenth as many have warmed everything up."""
    warm_up = count // 10
    _rate(stack, port, connections, warm_up, 0, is_done)
    return _rate(stack, port, connections, count, warm_up, is_done)


def _rate(
    stack: Stack, port: int, connections: int, count: int, known: int, is_done: Callable[[int], bool]
) -> float:
    """Webhooks per second, from the first request to the commit of the last; checks that all are there."""
    with Generator(signed_requests, stack.app_secret, count, known) as load:
        start = time.perf_counter()
        load.run(port, connections).only(200)
        wait_for(lambda: is_done(known + count), DRAIN_TIMEOUT_S, 0.01)
        elapsed = time.perf_counter() - start
    if _stored(stack) != known + count:
        raise RuntimeError(f"{_stored(stack)} messages are stored, not {known + count}")
    return count / elapsed


def _is_drained(stack: Stack) -> bool:
    """Entries leave the stream after their commit."""
    return int(stack.redis.xlen(STREAM)) == 0


def _stored(stack: Stack) -> int:
    return int(stack.scalar("SELECT count(*) FROM chat_messages"))
