"""What the previous release has put into the queues is still done by this one.

``tasks-of-release-*.json`` holds messages word for word as that release left them in Redis. When a task's name
or arguments change, these must go on working for a release; a new file is recorded with each release.
"""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis import Redis

from tests.conftest import environment, wait_until
from tests.sends.conftest import Worker
from tests.services import EmbeddedServices

RECORDED = sorted(Path(__file__).parent.glob("tasks-of-release-*.json"))


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: path.stem)
def test_tasks_of_the_previous_release_are_done(
    recorded: Path, services: EmbeddedServices, redis_client: Redis, tmp_path: Path
) -> None:
    tasks = json.loads(recorded.read_text())
    for task in tasks:
        redis_client.lpush(task["queue"], json.dumps(task["message"]))
    wanted = {task["message"]["headers"]["id"]: task["message"]["headers"]["task"] for task in tasks}
    said = tmp_path / "log"
    queues = sorted({task["queue"] for task in tasks})
    arguments = ("-q", "worker", "-P", "threads", "-c", "4", "-Q", ",".join(queues), "--without-mingle")
    # Sweeps that find nothing are silent; one that failed would be loud.
    loud = {name for name, task in wanted.items() if "sweep" not in task}

    def lines() -> list[Any]:
        return [orjson.loads(line) for line in said.read_bytes().splitlines() if line.startswith(b"{")]

    def outcomes() -> dict[str, str]:
        return {line["task_id"]: line["outcome"] for line in lines() if line["event"] == "task_done"}

    with said.open("wb") as log, Worker(environment(services), log, *arguments, "-l", "info"):
        wait_until(lambda: outcomes().keys() >= loud, timeout_s=60)
        # Taken from its queue, and acknowledged at its end.
        wait_until(lambda: not redis_client.exists(*queues, "unacked"), timeout_s=60)
    assert {wanted[name]: outcomes()[name] for name in loud} == {wanted[name]: "success" for name in loud}
    assert [line for line in lines() if line["level"] in ("error", "critical")] == []
