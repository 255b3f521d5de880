"""What is done with labels."""

from collections.abc import Iterator

from tests.events.changes.scene import Scene, use_case


def _label(scene: Scene, name: str = "Refund", group: str | None = None) -> tuple[str, str]:
    """A label of the workspace: its path there, and its id."""
    inbox = scene.inbox
    workspace = scene.one("SELECT workspace_id FROM waba_accounts WHERE id = :id", id=inbox.account_id)
    body = {"name": name, "colour": "#b91c1c", "group": group}
    made = scene.call("POST", f"/workspaces/{workspace}/labels", json=body)["id"]
    return f"/workspaces/{workspace}/labels/{made}", made


@use_case("POST /workspaces/<workspace_id>/labels", "publish_catalog in manage_labels.create_label")
def a_label_is_made(scene: Scene) -> Iterator[None]:
    yield
    _label(scene)
    yield


@use_case("PUT /conversations/<conversation_id>/labels/<label_id>", "publish in write_changes._write")
def a_label_is_put_on_and_replaced(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    (_, high), (_, low) = _label(scene, "High", "Priority"), _label(scene, "Low", "Priority")
    yield
    scene.call("PUT", f"/conversations/{chat}/labels/{high}")
    yield
    scene.call("PUT", f"/conversations/{chat}/labels/{low}")
    yield


@use_case("DELETE /conversations/<conversation_id>/labels/<label_id>", "publish in write_changes._write")
def a_label_is_taken_off(scene: Scene) -> Iterator[None]:
    chat, (_, label) = scene.chat(), _label(scene)
    scene.call("PUT", f"/conversations/{chat}/labels/{label}")
    yield
    scene.call("DELETE", f"/conversations/{chat}/labels/{label}")
    yield


@use_case(
    "PATCH /workspaces/<workspace_id>/labels/<label_id>", "publish_catalog in manage_labels.change_label"
)
def a_label_is_renamed_and_recoloured(scene: Scene) -> Iterator[None]:
    chat, (path, label) = scene.chat(), _label(scene)
    scene.call("PUT", f"/conversations/{chat}/labels/{label}")
    yield
    scene.call("PATCH", path, json={"name": "Return"})
    yield
    scene.call("PATCH", path, json={"colour": "#15803d"})
    yield


@use_case(
    "DELETE /workspaces/<workspace_id>/labels/<label_id>", "publish_catalog in manage_labels.archive_label"
)
def a_label_is_put_away(scene: Scene) -> Iterator[None]:
    chat, (path, label) = scene.chat(), _label(scene)
    scene.call("PUT", f"/conversations/{chat}/labels/{label}")
    yield
    scene.call("DELETE", path)
    yield
