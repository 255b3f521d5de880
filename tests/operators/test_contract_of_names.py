"""What has to agree across files: tasks with queues and workers, settings with the manual."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from livechat.core import config
from livechat.core.tasknames import Queue, TaskName
from local.programs import product
from local.settings import LocalSettings
from tests.conftest import said_by_a_process
from tests.services import EmbeddedServices

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
ASK = """
import json, celery_app
app = celery_app.app
print(json.dumps({
    "registered": sorted(name for name in app.tasks if not name.startswith("celery.")),
    "routes": {name: app.amqp.router.route({}, name)["queue"].name for name in app.tasks},
    "scheduled": [entry["task"] for entry in app.conf.beat_schedule.values()],
}))
"""


class AskedNames(dict[str, str]):
    """An empty environment that notes which variables are looked up: not every name is written out."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return default


@pytest.fixture(scope="module")
def celery_says(services: EmbeddedServices) -> Any:
    """What the Celery application of a process of its own has; here it would reconfigure the tests' own."""
    return said_by_a_process(services, ASK)


def consumed_queues(tmp_path: Path) -> set[str]:
    """The queues that the programs of ``make run`` consume, by their command lines."""
    found: set[str] = set()
    for program in product(LocalSettings.from_env({"LIVECHAT_DATA_DIR": str(tmp_path)}, ROOT)).programs:
        if "worker" in program.command:
            found |= set(program.command[program.command.index("-Q") + 1].split(","))
    return found


def test_every_task_is_registered_and_routed_to_a_queue_that_a_worker_consumes(
    celery_says: Any, tmp_path: Path
) -> None:
    assert set(celery_says["registered"]) == {name.value for name in TaskName}
    assert consumed_queues(tmp_path) == {queue.value for queue in Queue}
    for name in TaskName:
        assert celery_says["routes"][name.value] == name.queue.value
    assert set(celery_says["scheduled"]) <= {name.value for name in TaskName}


def test_every_setting_stands_in_the_manual() -> None:
    written = set(re.findall(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"', inspect.getsource(config)))
    asked = AskedNames()
    with pytest.raises(config.InvalidSettingsError):
        config.Settings.from_env(asked)
    names = (written | asked.names) - {config.SETTINGS_KEY}
    assert {"DATABASE_URL", "WHATSAPP_APP_SECRET", "LIVECHAT_RATE_LIMIT_SENDS"} <= names
    assert not {name for name in names if f"`{name}`" not in OPERATIONS}


def test_every_metric_and_command_stands_in_the_manual() -> None:
    sources = (ROOT / "livechat" / "core" / "metrics.py", ROOT / "livechat" / "operations" / "telemetry.py")
    metrics = set(re.findall(r'"(livechat_\w+)"', "".join(path.read_text() for path in sources)))
    assert len(metrics) > 15
    assert not {name for name in metrics if f"`{name}`" not in OPERATIONS}
    for command in ("doctor", "replay", "failed"):
        assert f"flask --app wsgi livechat {command}" in OPERATIONS
