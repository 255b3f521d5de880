"""``GET /readyz``: 200 where everything is there, else 503 and the name of what is missing."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from livechat.core.tasknames import Queue
from livechat.operations.readiness import say_consuming
from tests.conftest import environment, wait_until
from tests.sends.conftest import Worker
from tests.services import EmbeddedServices

QUEUES = [queue.value for queue in Queue]


def missing(client: FlaskClient) -> list[str]:
    answer = client.get("/readyz")
    assert answer.json is not None
    assert (answer.status_code == 200) == (answer.json["missing"] == [])
    assert answer.status_code in (200, 503)
    return list(answer.json["missing"])


def test_without_a_worker_every_queue_is_named_and_with_one_it_is_ready(
    client: FlaskClient, services: EmbeddedServices, tmp_path: Path
) -> None:
    assert missing(client) == [f"worker:{queue}" for queue in QUEUES]
    arguments = (
        "-q",
        "worker",
        "-P",
        "threads",
        "-c",
        "2",
        "-Q",
        ",".join(QUEUES),
        "-n",
        "all@%h",
        "--without-mingle",
    )
    with (tmp_path / "log").open("wb") as log, Worker(environment(services), log, *arguments) as worker:
        wait_until(lambda: missing(client) == [], timeout_s=40)
        worker.kill()
        wait_until(lambda: missing(client) == [f"worker:{queue}" for queue in QUEUES], timeout_s=20)


def test_one_queue_without_a_worker_is_named(client: FlaskClient, redis_client: Redis) -> None:
    say_consuming(redis_client, [queue for queue in QUEUES if queue != "media"])
    assert missing(client) == ["worker:media"]


def test_servers_that_were_killed_are_named(another_app: Callable[[EmbeddedServices], Flask]) -> None:
    with EmbeddedServices() as own:
        client = another_app(own).test_client()
        with Redis.from_url(own.redis_url) as redis:
            say_consuming(redis, QUEUES)
        assert missing(client) == []
        own.postgres.kill()
        assert missing(client) == ["database"]
        own.redis.kill()
        assert missing(client) == ["database", "redis", "broker"]
        assert client.get("/healthz").status_code == 200
        own.postgres.start()
        assert missing(client) == ["redis", "broker"]
