"""/metrics: present from the start, whole after processes have ended, and nothing where a service is away."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from redis import Redis

from livechat.core import metrics
from livechat.core.after_commit import enqueue
from livechat.core.tasknames import TaskName
from livechat.operations import multiprocess
from tests.services import EmbeddedServices

ROOT = Path(__file__).resolve().parents[2]
COUNT = """
from prometheus_client import Counter, Histogram
Counter("tried_total", "Tries", ["kind"]).labels("good").inc(3)
Histogram("lasted_seconds", "Time", buckets=(1, 2)).observe(1.5)
"""


def samples(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_names_are_there_before_anything_happened(client: FlaskClient) -> None:
    found = samples(client.get("/metrics").text)
    assert 'livechat_webhook_events_total{outcome="failed",reason=""}' in found
    assert 'livechat_messages_total{direction="outbound",origin="livechat"}' in found
    assert 'livechat_tasks_total{outcome="failure",task="outbound.send"}' in found
    assert found['livechat_queue_depth{queue="inbound"}'] == 0
    assert found['livechat_queue_consumed{queue="inbound"}'] == 0


def test_depth_and_age_of_a_queue(client: FlaskClient, redis_client: Redis) -> None:
    for _ in range(3):
        enqueue(TaskName.SWEEP_OUTBOUND)
    found = samples(client.get("/metrics").text)
    assert found['livechat_queue_depth{queue="maintenance"}'] == 3
    assert 0 < found['livechat_queue_oldest_seconds{queue="maintenance"}'] < 5


def test_what_cannot_be_read_is_left_out_and_the_rest_is_there(
    another_app: Callable[[EmbeddedServices], Flask],
) -> None:
    with EmbeddedServices() as own:
        client = another_app(own).test_client()
        own.redis.kill()
        found = samples(client.get("/metrics").text)
        assert not [name for name in found if name.startswith("livechat_queue_")]
        assert 'livechat_sends_open{status="queued"}' in found
        own.postgres.kill()
        assert 'livechat_messages_total{direction="outbound",origin="livechat"}' in samples(
            client.get("/metrics").text
        )


def test_counts_of_processes_that_ended_stay_and_their_files_go(tmp_path: Path) -> None:
    for _ in range(2):
        done = [
            subprocess.run(
                [sys.executable, "-c", COUNT], env={"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}, check=True
            )
            for _ in range(3)
        ]
        assert len(done) == 3
        assert len(list(tmp_path.glob("counter_*.db"))) >= 3
        first, second = (samples(multiprocess.collect(tmp_path).decode()) for _ in range(2))
        assert first == second
        assert {path.name for path in tmp_path.glob("*.db")} == {"counter_folded.db", "histogram_folded.db"}
    assert first['tried_total{kind="good"}'] == 18
    assert first['lasted_seconds_bucket{le="2.0"}'] == 6
    assert first["lasted_seconds_sum"] == 9


def test_labels_do_not_grow_with_what_is_posted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_fields_seen", set())
    for n in range(metrics.MOST_UNKNOWN_FIELDS * 2):
        metrics.count_unknown_field(f"bounded_field_{n}", 1)
    metrics.count_unknown_field("Ünlabelled\n", 1)
    labels = {
        sample.labels["field"] for family in metrics.UNKNOWN_FIELDS.collect() for sample in family.samples
    }
    assert len([label for label in labels if label.startswith("bounded_")]) <= metrics.MOST_UNKNOWN_FIELDS
    assert "other" in labels


def test_requests_are_counted_by_rule_not_by_path(client: FlaskClient) -> None:
    client.get("/api/live-chat/messages/0192-an-id")
    client.open("/webhook", method="BREW")
    found = samples(client.get("/metrics").text)
    rule = 'rule="/api/live-chat/messages/<message_id>"'
    assert found[f'livechat_http_requests_total{{method="GET",{rule},status="401"}}'] >= 1
    assert not [name for name in found if "0192-an-id" in name or "BREW" in name]


def test_many_values_at_once_count_as_one_by_one() -> None:
    values = [0.0, 0.5, 1.0, 1.5, 1.5, 2.0, 7.0]
    by_one, at_once = CollectorRegistry(), CollectorRegistry()
    each = Histogram("lasted_seconds", "Time", buckets=(1, 2), registry=by_one)
    for value in values:
        each.observe(value)
    every = metrics.BatchHistogram("lasted_seconds", "Time", buckets=(1, 2), registry=at_once)
    every.observe_all(values[:4])
    every.observe_all([])
    every.observe_all(values[4:])
    assert _counted(at_once) == _counted(by_one) != {}


def _counted(registry: CollectorRegistry) -> dict[str, float]:
    lines = samples(generate_latest(registry).decode())
    return {name: value for name, value in lines.items() if "_created" not in name}
