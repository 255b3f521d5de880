"""What the team writes to itself."""

from collections.abc import Iterator

from tests.events.changes.scene import Scene, use_case


@use_case("POST /conversations/<conversation_id>/notes", "publish in write_note.create_note")
def a_note_is_written(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    yield
    scene.call("POST", f"/conversations/{chat}/notes", json={"body": "Paid twice."})
    yield


@use_case("PATCH /notes/<note_id>", "publish in write_note._tell")
def a_note_is_edited(scene: Scene) -> Iterator[None]:
    note = _note(scene)
    yield
    scene.call("PATCH", f"/notes/{note}", json={"body": "Paid once.", "version": 1})
    yield


@use_case("DELETE /notes/<note_id>", "publish in write_note._tell")
def a_note_is_deleted(scene: Scene) -> Iterator[None]:
    note = _note(scene)
    yield
    scene.call("DELETE", f"/notes/{note}")
    yield


def _note(scene: Scene) -> str:
    chat = scene.chat()
    return str(scene.call("POST", f"/conversations/{chat}/notes", json={"body": "Paid twice."})["id"])
