"""Runs parts of a product in a process of its own, one for each line that it reads, and says what each took.

Its text is given to the interpreter of a tree (`python -c`), in that tree's folder: it is never imported.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from celery_app import app as tasks
from livechat.core.extensions import db
from livechat.operations.alarms import alarms
from wsgi import app

_statements = 0


@event.listens_for(Engine, "after_cursor_execute")
def _count(*_: Any) -> None:
    global _statements
    _statements += 1


def _get(path: str) -> None:
    headers = {"Authorization": f"Bearer {os.environ['PROBE_TOKEN']}"}
    answer = app.test_client().get(path, headers=headers)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")


def _alarms() -> None:
    with app.app_context():
        alarms(db.session)


def _task(entry: str) -> None:
    scheduled = tasks.conf.beat_schedule[entry]
    tasks.tasks[scheduled["task"]](*scheduled.get("args", ()), **scheduled.get("kwargs") or {})


def _work(line: str) -> Callable[[], None]:
    kind, _, what = line.partition(" ")
    return {"get": lambda: _get(what), "task": lambda: _task(what), "alarms": _alarms}[kind]


def _main() -> None:
    print(json.dumps(sorted(tasks.conf.beat_schedule)), flush=True)
    for line in sys.stdin:
        work, before = _work(line.strip()), _statements
        began, used = time.perf_counter(), time.process_time()
        work()
        took, cost = time.perf_counter() - began, time.process_time() - used
        print(json.dumps({"s": took, "used_s": cost, "statements": _statements - before}), flush=True)


if __name__ == "__main__":
    _main()
