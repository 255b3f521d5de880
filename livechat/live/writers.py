"""Who writes to the event logs, so that pages fetch afresh where one of them died with something to say.

A change is told after its commit. A process that is killed between the two tells nobody, and nothing else
knows what it would have said. So each signs in before its first commit that is to be told, and out where it
ends by itself. Where the kernel knows that one has ended which has not signed out, every page is to fetch.
"""

import atexit
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.core.process import is_surely_gone, own_mark
from livechat.live.event_log import RESET, append

log = structlog.get_logger(__name__)

WRITERS = "livechat:events:writers"
# A Redis that has lost its data learns again who writes; who has not signed for a day is forgotten.
_AGAIN_S, _AFTER_TROUBLE_S, _FORGOTTEN_S = 60.0, 5.0, 24 * 3600


class _Signed:
    """By which process this was signed last, and when it signs again. A fork inherits what its parent did."""

    def __init__(self) -> None:
        self.pid, self.again_at = 0, 0.0


_signed = _Signed()


def sign_in(redis: Redis) -> None:
    """Say that this process writes to the logs, before it commits. Mostly that is known and costs nothing."""
    pid = os.getpid()
    if _signed.pid == pid and time.monotonic() < _signed.again_at:
        return
    mark = own_mark()
    if mark is None:
        return
    if _signed.pid != pid:
        atexit.register(sign_out, redis)
    _signed.pid, _signed.again_at = pid, time.monotonic() + _AGAIN_S
    try:
        redis.zadd(WRITERS, {mark: time.time()})
    except RedisError as error:
        # The caller holds locks: it must not wait for a Redis that is away with each change. What cannot be
        # written to the logs either is owed (``live.publish``).
        _signed.again_at = time.monotonic() + _AFTER_TROUBLE_S
        log.warning("writer_not_signed", error=type(error).__name__)


def sign_out(redis: Redis) -> None:
    """This process ends by itself, and has told all that it had to tell."""
    mark = own_mark() if _signed.pid == os.getpid() else None
    if mark is not None:
        _signed.pid = 0
        # Otherwise pages fetch once for nothing.
        with suppress(RedisError):
            redis.zrem(WRITERS, mark)


def gone_writers(redis: Redis) -> list[str]:
    """The marks of writers that have ended and had not signed out, as far as the kernel here can tell."""
    redis.zremrangebyscore(WRITERS, "-inf", time.time() - _FORGOTTEN_S)
    found: Any = redis.zrange(WRITERS, 0, -1)
    return [mark for mark in (each.decode() for each in found) if is_surely_gone(mark)]


def speak_for(redis: Redis, gone: Iterable[str], account_ids: Iterable[UUID]) -> None:
    """Have the pages of these accounts fetch afresh, as what the ``gone`` had to tell is not known."""
    append(redis, {account_id: [RESET] for account_id in account_ids})
    # In this order: where this process dies between the two, the next one says it again.
    redis.zrem(WRITERS, *gone)
