"""An ingest whose worker may die: forks a child for each try, as Celery's pool does, until one comes to its end.

``python -m tests.ingest.mortal_ingest MARK MOST``: a child is killed, as the kernel kills, as soon as it reads
a body that holds MARK; an empty MARK is in every body. Prints how many children died; gives up after MOST.
"""

import json
import os
import signal
import sys
from typing import Any

from livechat import create_app
from livechat.core.config import Settings
from livechat.core.extensions import db, redis
from livechat.inbound import run
from livechat.inbound.draining import drain


def main() -> None:
    """Fork and wait, until a child ends by itself."""
    mark, most = sys.argv[1].encode(), int(sys.argv[2])
    app = create_app(Settings.from_env(os.environ))
    parse = run.parse

    def deadly(body: bytes, *more: Any) -> Any:
        if mark in body:
            os.kill(os.getpid(), signal.SIGKILL)
        return parse(body, *more)

    run.parse = deadly  # type: ignore[attr-defined]
    deaths = 0
    while deaths < most:
        child = os.fork()
        if child == 0:
            with app.app_context():
                drain(redis.client, db.session, "test:0", lambda _: None)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            break
        deaths += 1
    print(json.dumps(deaths))


if __name__ == "__main__":
    main()
