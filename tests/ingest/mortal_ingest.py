"""An ingest whose worker may die: forks a child for each try, as Celery's pool does, until one comes to its end.

``python -m tests.ingest.mortal_ingest`` answers lines. ``[MARK, MOST]``: a child is killed, as the kernel kills, as
soon as it reads a body that holds MARK; an empty MARK is in every body. The answer is how many children died; it
gives up after MOST.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask

from livechat import create_app
from livechat.core.config import Settings
from livechat.core.extensions import db, redis
from livechat.inbound import run
from livechat.inbound.draining import drain


def main() -> None:
    """Answer until nobody asks any more."""
    # What is logged would stand among the answers.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    app = create_app(Settings.from_env(os.environ), api=False)
    parse = run.parse
    for line in sys.stdin:
        mark, most = json.loads(line)
        print(_deaths(app, parse, mark.encode(), most), flush=True)


def _deaths(app: Flask, parse: Callable[..., Any], mark: bytes, most: int) -> int:
    """Fork and wait, until a child ends by itself."""

    def deadly(body: bytes, *more: Any) -> Any:
        if mark in body:
            os.kill(os.getpid(), signal.SIGKILL)
        return parse(body, *more)

    run.parse = deadly  # type: ignore[attr-defined]
    for deaths in range(most):
        child = os.fork()
        if child == 0:
            with app.app_context():
                drain(redis.client, db.session, "test:0", lambda _: None)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            return deaths
    return most


if __name__ == "__main__":
    main()
