"""What is written down of customers."""

from collections.abc import Iterator

from tests.events.changes.scene import Scene, use_case

PERSON = "PATCH /conversations/<conversation_id>/person"


@use_case(PERSON, "publish in write_changes._write")
def a_customer_is_called_by_another_name(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    yield
    scene.call("PATCH", f"/conversations/{chat}/person", json={"display_name": "Asha K."})
    yield
    scene.customer_writes(text="It is still me")
    yield
    scene.call("PATCH", f"/conversations/{chat}/person", json={"display_name": None})
    yield


@use_case(PERSON, "publish in change_person._tell")
def a_customers_address_is_written_down(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    yield
    scene.call("PATCH", f"/conversations/{chat}/person", json={"email": "asha@example.com"})
    yield


def _attribute(scene: Scene) -> str:
    """An attribute of the workspace: its path there."""
    inbox = scene.inbox
    workspace = scene.one("SELECT workspace_id FROM waba_accounts WHERE id = :id", id=inbox.account_id)
    path = f"/workspaces/{workspace}/attributes"
    scene.call("POST", path, json={"key": "since", "name": "Customer since", "type": "date"})
    return f"{path}/since"


@use_case(
    "POST /workspaces/<workspace_id>/attributes", "publish_catalog in manage_attributes.create_attribute"
)
def an_attribute_is_made(scene: Scene) -> Iterator[None]:
    yield
    _attribute(scene)
    yield


@use_case(
    "PATCH /workspaces/<workspace_id>/attributes/<attribute_key>",
    "publish_catalog in manage_attributes.change_attribute",
)
def an_attribute_is_renamed(scene: Scene) -> Iterator[None]:
    path = _attribute(scene)
    yield
    scene.call("PATCH", path, json={"name": "With us since"})
    yield


@use_case(
    "DELETE /workspaces/<workspace_id>/attributes/<attribute_key>",
    "publish_catalog in manage_attributes.archive_attribute",
)
def an_attribute_is_put_away(scene: Scene) -> Iterator[None]:
    path = _attribute(scene)
    yield
    scene.call("DELETE", path)
    yield
