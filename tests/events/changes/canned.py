"""What is done with canned replies."""

from collections.abc import Iterator

from tests.events.changes.scene import Scene, use_case


def _canned(scene: Scene) -> str:
    """A reply of the workspace: its path."""
    inbox = scene.inbox
    workspace = scene.one("SELECT workspace_id FROM waba_accounts WHERE id = :id", id=inbox.account_id)
    path = f"/workspaces/{workspace}/canned-replies"
    body = {"scope": "workspace", "shortcut": "hello", "title": "Greeting", "body": "Hello!"}
    return f"{path}/{scene.call('POST', path, json=body)['id']}"


@use_case("POST /workspaces/<workspace_id>/canned-replies", "publish_catalog in manage_canned._write")
def a_canned_reply_is_made(scene: Scene) -> Iterator[None]:
    yield
    _canned(scene)
    yield


@use_case(
    "PATCH /workspaces/<workspace_id>/canned-replies/<canned_id>", "publish_catalog in manage_canned._write"
)
def a_canned_reply_is_changed(scene: Scene) -> Iterator[None]:
    path = _canned(scene)
    yield
    scene.call("PATCH", path, json={"body": "Hi!"})
    yield


@use_case(
    "DELETE /workspaces/<workspace_id>/canned-replies/<canned_id>",
    "publish_catalog in manage_canned.archive_canned",
)
def a_canned_reply_is_put_away(scene: Scene) -> Iterator[None]:
    path = _canned(scene)
    yield
    scene.call("DELETE", path)
    yield
