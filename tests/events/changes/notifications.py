"""What members are told of."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

from livechat.core.tasknames import TaskName
from livechat.domain.clock import now, rfc3339
from livechat.inbox.tell_closing import tell_closing
from livechat.reminders.remind import remind
from tests.conftest import make_token
from tests.events.changes.scene import Scene, use_case
from tests.kinds.conftest import API


@use_case(
    "POST /notifications/<notification_id>/done", "publish in notify.notify", "publish in finish.tell_done"
)
def a_member_is_mentioned_and_assigned_to(scene: Scene) -> Iterator[None]:
    chat, ben = scene.chat(), uuid4()
    scene.inbox.execute(
        "INSERT INTO account_members (account_id, user_id, role) VALUES (:account, :user, 'agent')",
        account=scene.inbox.account_id,
        user=ben,
    )
    owner = str(scene.one("SELECT user_id FROM waba_accounts WHERE id = :id", id=scene.inbox.account_id))
    yield
    note = {"body": "Please look.", "mentions": [{"user_id": owner}]}
    _as(scene, ben, "POST", f"/conversations/{chat}/notes", json=note)
    yield
    told = scene.one("SELECT id FROM notifications")
    scene.call("POST", f"/notifications/{told}/done")
    yield
    assignment = {"assignee_id": owner, "expected": {"assignee_id": None}}
    _as(scene, ben, "PUT", f"/conversations/{chat}/assignment", json=assignment)
    yield
    scene.inbox.accepted(conversation_id=chat, message="Hello")
    yield


@use_case(TaskName.REMIND, "publish in notify.notify")
def a_reminder_is_due(scene: Scene) -> Iterator[None]:
    _reminder(scene)
    yield
    assert remind(scene.inbox.session) == 1
    yield


@use_case("POST /reminders/<reminder_id>/done", "publish in finish.tell_done")
def a_reminder_is_done(scene: Scene) -> Iterator[None]:
    reminder = _reminder(scene)
    assert remind(scene.inbox.session) == 1
    yield
    scene.call("POST", f"/reminders/{reminder}/done")
    yield


@use_case(TaskName.TELL_CLOSING, "publish in notify.notify", "publish in finish.tell_done")
def a_window_closes_while_the_customer_waits(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    scene.call("POST", f"/conversations/{chat}/claim")
    scene.inbox.execute(
        "UPDATE chat_conversations SET last_inbound_at = now() - CAST('22 hours 30 minutes' AS interval), "
        "waiting_since = now() WHERE id = :chat",
        chat=chat,
    )
    yield
    assert tell_closing(scene.inbox.session) == 1
    yield
    scene.customer_writes(text="Are you there?")
    assert tell_closing(scene.inbox.session) == 0
    yield


def _reminder(scene: Scene) -> str:
    """It is due."""
    body = {"due_at": rfc3339(now()), "text": "Ask again"}
    return str(scene.call("POST", f"/conversations/{scene.chat()}/reminders", json=body)["id"])


def _as(scene: Scene, user: UUID, method: str, path: str, **options: Any) -> None:
    headers = {"Authorization": f"Bearer {make_token(user)}"}
    answer = scene.app.test_client().open(f"{API}{path}", method=method, headers=headers, **options)
    assert answer.status_code < 300, answer.text
