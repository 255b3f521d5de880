"""What is done with macros, and by one."""

from collections.abc import Iterator

from tests.events.changes.scene import Scene, use_case

RUN = "POST /workspaces/<workspace_id>/macros/<macro_id>/run"


def _path(scene: Scene) -> str:
    workspace = scene.one("SELECT workspace_id FROM waba_accounts WHERE id = :id", id=scene.inbox.account_id)
    return f"/workspaces/{workspace}/macros"


def _macro(scene: Scene, *steps: dict[str, object]) -> str:
    """A macro of the workspace: its path."""
    path = _path(scene)
    body = {"scope": "workspace", "name": "Done", "steps": steps or ({"action": "note", "body": "Done."},)}
    return f"{path}/{scene.call('POST', path, json=body)['id']}"


@use_case("POST /workspaces/<workspace_id>/macros", "publish_catalog in manage_macros._write")
def a_macro_is_made(scene: Scene) -> Iterator[None]:
    yield
    _macro(scene)
    yield


@use_case("PATCH /workspaces/<workspace_id>/macros/<macro_id>", "publish_catalog in manage_macros._write")
def a_macro_is_changed(scene: Scene) -> Iterator[None]:
    path = _macro(scene)
    yield
    scene.call("PATCH", path, json={"name": "All done"})
    yield


@use_case(
    "DELETE /workspaces/<workspace_id>/macros/<macro_id>", "publish_catalog in manage_macros.archive_macro"
)
def a_macro_is_put_away(scene: Scene) -> Iterator[None]:
    path = _macro(scene)
    yield
    scene.call("DELETE", path)
    yield


@use_case(RUN, "publish in write_changes._write", "publish in send_message.announce")
def a_macro_is_run_and_undone(scene: Scene) -> Iterator[None]:
    chat, workspace = scene.chat(), _path(scene).removesuffix("/macros")
    label = scene.call("POST", f"{workspace}/labels", json={"name": "Refund", "colour": "#b91c1c"})["id"]
    reply = {"scope": "workspace", "shortcut": "done", "title": "Done", "body": "It is done."}
    canned = scene.call("POST", f"{workspace}/canned-replies", json=reply)["id"]
    plan = {"key": "plan", "name": "Plan", "type": "text"}
    scene.call("POST", f"{workspace}/attributes", json=plan)
    path = _macro(
        scene,
        {"action": "add_label", "label_id": label},
        {"action": "set_attribute", "key": "plan", "value": "Gold"},
        {"action": "assign", "assignee_id": "self"},
        {"action": "note", "body": "Done."},
        {"action": "send", "canned_id": canned},
        {"action": "status", "status": "resolved"},
    )
    yield
    seen = {"conversation_id": chat, "expected": {"assignee_id": None}}
    operation = scene.call("POST", f"{path}/run", json=seen)["operation_id"]
    yield
    scene.call("POST", "/undo", json={"operation_id": operation})
    yield
