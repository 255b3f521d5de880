"""``/readyz``: 200 only where everything can do its work; a 503 names what cannot."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from livechat.services.readiness import say_consuming
from livechat.tasknames import Queue
from local.services import EmbeddedServices

ALL = [queue.value for queue in Queue]


def test_without_workers_nothing_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.json["code"] == "unavailable"
    assert answer.json["missing"] == [f"worker:{queue}" for queue in ALL]
    assert answer.headers["Retry-After"]


def test_every_queue_needs_its_consumer(client: FlaskClient, redis_client: Redis) -> None:
    say_consuming(redis_client, [queue for queue in ALL if queue != "outbound"])
    assert client.get("/readyz").json["missing"] == ["worker:outbound"]
    say_consuming(redis_client, ALL)
    assert client.get("/readyz").status_code == 200


def test_alive_is_not_ready(another_app: Callable[[EmbeddedServices], Flask]) -> None:
    with EmbeddedServices() as own:
        client = another_app(own).test_client()
        own.postgres.kill()
        own.redis.kill()
        assert client.get("/readyz").json["missing"] == ["database", "redis", "broker"]
        assert client.get("/healthz").status_code == 200
