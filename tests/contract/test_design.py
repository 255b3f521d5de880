"""Settings of others' software that promises rest on: each was bought by a loss or a measurement."""

from pathlib import Path
from typing import Any

import pytest

from livechat.core.config import Settings
from livechat.core.database import engine_options
from livechat.domain.retry import LONGEST_COUNTDOWN_S
from local.programs import product
from local.settings import LocalSettings
from tests.conftest import environment, said_by_a_process
from tests.services import EmbeddedServices

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import json, celery_app
conf = celery_app.app.conf
names = (
    "task_acks_late", "task_reject_on_worker_lost", "task_ignore_result", "task_serializer", "accept_content",
    "task_create_missing_queues", "worker_send_task_events", "worker_prefetch_multiplier",
    "broker_transport_options", "timezone",
)
print(json.dumps({name: conf[name] for name in names}))
"""


@pytest.fixture(scope="module")
def celery_conf(services: EmbeddedServices) -> Any:
    return said_by_a_process(services, ASK)


def test_a_task_outlives_its_worker_and_is_not_handed_out_twice(celery_conf: Any) -> None:
    assert celery_conf["task_acks_late"] is True
    # Without it the task of a killed child is acknowledged and gone.
    assert celery_conf["task_reject_on_worker_lost"] is True
    broker = celery_conf["broker_transport_options"]
    # The doctor compares it with the longest task.
    assert broker["visibility_timeout"] > LONGEST_COUNTDOWN_S
    assert (broker["unacked_restore_interval"], broker["unacked_restore_throttle"]) == (5, 1)
    assert celery_conf["worker_prefetch_multiplier"] == 1


def test_tasks_are_json_leave_no_results_and_are_seen(celery_conf: Any) -> None:
    assert (celery_conf["task_serializer"], celery_conf["accept_content"]) == ("json", ["json"])
    assert celery_conf["task_ignore_result"] is True
    assert celery_conf["worker_send_task_events"] is True
    assert celery_conf["task_create_missing_queues"] is False
    assert celery_conf["timezone"] == "UTC"


@pytest.mark.parametrize(("port", "prepares"), [(6543, False), (5432, True)])
def test_statements_are_not_prepared_behind_a_transaction_pooler(
    services: EmbeddedServices, port: int, prepares: bool
) -> None:
    url = f"postgresql://livechat@db.example.com:{port}/postgres"
    arguments = engine_options(Settings.from_env(environment(services, DATABASE_URL=url)))
    assert arguments["hide_parameters"] is True
    assert ("prepare_threshold" not in arguments["connect_args"]) is prepares


def test_web_and_flower_listen_on_this_machine_alone_and_workers_tell_flower(tmp_path: Path) -> None:
    run = product(LocalSettings.from_env({"LIVECHAT_DATA_DIR": str(tmp_path)}, ROOT))
    commands = {program.name: program.command for program in run.programs}
    web = commands["web"]
    assert web[web.index("--host") + 1] == "127.0.0.1"
    assert "--address=127.0.0.1" in commands["flower"]
    workers = [command for name, command in commands.items() if name.startswith("worker-")]
    assert len(workers) == 4
    assert all("-E" in command for command in workers)
