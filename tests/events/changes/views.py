"""What is done with saved views."""

from collections.abc import Iterator

from tests.events.changes.scene import Scene, use_case


def _view(scene: Scene) -> str:
    """A view for all: its path."""
    inbox = scene.inbox
    workspace = scene.one("SELECT workspace_id FROM waba_accounts WHERE id = :id", id=inbox.account_id)
    path = f"/workspaces/{workspace}/views"
    body = {"name": "Mine", "visibility": "all", "filter": {"scope": "mine"}}
    return f"{path}/{scene.call('POST', path, json=body)['id']}"


@use_case("POST /workspaces/<workspace_id>/views", "publish_catalog in manage_views._write")
def a_view_is_saved(scene: Scene) -> Iterator[None]:
    yield
    _view(scene)
    yield


@use_case("PATCH /workspaces/<workspace_id>/views/<view_id>", "publish_catalog in manage_views._write")
def a_view_is_changed(scene: Scene) -> Iterator[None]:
    path = _view(scene)
    yield
    scene.call("PATCH", path, json={"name": "Ours"})
    yield


@use_case(
    "DELETE /workspaces/<workspace_id>/views/<view_id>",
    "publish_catalog in manage_views.remove_view",
)
def a_view_is_deleted(scene: Scene) -> Iterator[None]:
    path = _view(scene)
    yield
    scene.call("DELETE", path)
    yield
