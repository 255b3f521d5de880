"""Two acts at once, one stopped after each of its statements in turn while the other goes as far as it can.

So every order in which two transactions can come to wait for each other in a circle is met, and not only
those that chance meets.
"""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.engine import ExceptionContext

from livechat.core.database import sqlstate_of
from livechat.core.extensions import db
from tests.conftest import wait_until

_LOCKS = re.compile(r"\b(INSERT|UPDATE|DELETE|FOR (SHARE|KEY SHARE)|merge_\w+)\b")


_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class Stop:
    """Holds the thread that runs an act after its n-th statement that takes a lock."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.thread: int | None = None
        self.reached, self.goes_on = threading.Event(), threading.Event()

    def ran(self, statement: str) -> None:
        if threading.get_ident() != self.thread or not _LOCKS.search(statement):
            return
        self.left -= 1
        if self.left == 0:
            self.reached.set()
            assert self.goes_on.wait(30)


@contextmanager
def _watched(app: Flask, stop: Stop) -> Iterator[list[str]]:
    """Statements that PostgreSQL ended since they waited in a circle: also where somebody tries again."""
    circles: list[str] = []

    def ran(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        stop.ran(statement)

    def failed(context: ExceptionContext) -> None:
        if sqlstate_of(context.original_exception) == "40P01":
            circles.append(context.statement or "")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", ran)
    event.listen(engine, "handle_error", failed)
    try:
        yield circles
    finally:
        event.remove(engine, "after_cursor_execute", ran)
        event.remove(engine, "handle_error", failed)


@dataclass(frozen=True, slots=True)
class Crossing:
    """What both acts returned, whether the first has got so far at all, and where they met in a circle."""

    one: Any
    other: Any
    is_whole: bool
    circles: list[str]


def crossed(app: Flask, one: Callable[[], Any], other: Callable[[], Any], after: int) -> Crossing:
    """Run ``other`` while ``one`` stands after so many statements that lock, then both to their ends."""
    stop = Stop(after)

    def first() -> Any:
        stop.thread = threading.get_ident()
        try:
            return one()
        finally:
            stop.thread = None

    with (
        _watched(app, stop) as circles,
        ThreadPoolExecutor(2) as pool,
        app.app_context(),
        db.engine.connect() as look,
    ):
        ours = pool.submit(first)
        wait_until(lambda: stop.reached.is_set() or ours.done(), interval_s=0.001)
        theirs = pool.submit(other)

        def stands() -> bool:
            waiting = look.execute(_WAITING).scalar_one()
            look.rollback()
            return bool(waiting)

        wait_until(lambda: theirs.done() or stands(), interval_s=0.001)
        stop.goes_on.set()
        return Crossing(ours.result(30), theirs.result(30), stop.reached.is_set(), circles)
