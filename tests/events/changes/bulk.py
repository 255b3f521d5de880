"""What is done to many conversations at once."""

from collections.abc import Iterator

from livechat.bulk.tasks import run_bulk
from livechat.core.tasknames import TaskName
from tests.events.changes.scene import Scene, use_case


@use_case(TaskName.RUN_BULK, "publish in write_changes._write", "publish_job in run_bulk._do_some")
def what_matches_is_freed(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    scene.call("POST", f"/conversations/{chat}/claim")
    yield
    body = {"action": "assign", "assignee_id": None, "filter": {"scope": "mine"}}
    run_bulk(job_id=scene.call("POST", "/bulk", json=body)["job"]["id"])
    yield
