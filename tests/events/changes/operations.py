"""What operators and beat do."""

from collections.abc import Iterator

from livechat.core.tasknames import TaskName
from livechat.operations.tasks import reconcile_unread, replay
from tests.events.changes.scene import Scene, use_case

STORED = "publish in run._publish"


@use_case(TaskName.RECONCILE_UNREAD, "publish in maintenance.reconcile_unread")
def a_wrong_count_is_repaired(scene: Scene) -> Iterator[None]:
    scene.chat()
    scene.inbox.execute("UPDATE chat_conversations SET unread_count = 7")
    yield
    reconcile_unread()
    yield


@use_case("POST /webhook-events/<event_id>/replay", STORED)
def a_webhook_is_run_again(scene: Scene) -> Iterator[None]:
    event_id = _missed(scene)
    yield
    scene.call("POST", f"/webhook-events/{event_id}/replay")
    yield


@use_case("POST /webhook-events/replay", STORED)
def webhooks_of_a_number_are_run_again(scene: Scene) -> Iterator[None]:
    _missed(scene)
    yield
    scene.call("POST", "/webhook-events/replay", json={"phone_number_id": scene.inbox.number})
    yield


@use_case(TaskName.REPLAY, STORED)
def many_webhooks_are_run_again(scene: Scene) -> Iterator[None]:
    _missed(scene)
    yield
    replay(phone_number_id=scene.inbox.number)
    yield


def _missed(scene: Scene) -> str:
    """A webhook came before its number was connected: its id."""
    scene.inbox.execute("UPDATE phone_numbers SET phone_number_id = '1'")
    scene.customer_writes()
    scene.inbox.execute("UPDATE phone_numbers SET phone_number_id = :number", number=scene.inbox.number)
    return str(scene.one("SELECT id FROM webhook_events"))
