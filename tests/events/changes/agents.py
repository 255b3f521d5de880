"""What agents do to conversations."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from livechat.assigning.assign_waiting import assign_waiting
from livechat.conversations.mark_read import mark_read
from livechat.core.tasknames import TaskName
from livechat.handling.wake_snoozed import wake_snoozed
from tests.events.changes.scene import TEMPLATE, Scene, use_case
from tests.kinds.conftest import ASHA


@use_case("POST /conversations/<conversation_id>/read", "publish in mark_read.read_locked")
def a_conversation_is_read(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    yield
    scene.call("POST", f"/conversations/{chat}/read")
    yield


@use_case("POST /conversations/<conversation_id>/read", "publish in mark_read.read_locked")
def a_conversation_is_read_on_another_device_of_a_viewer(scene: Scene) -> Iterator[UUID | None]:
    chat, viewer = scene.chat(), _colleague(scene, role="viewer")
    yield viewer
    mark_read(scene.inbox.session, UUID(chat), None, by=viewer, for_team=False)
    scene.inbox.session.commit()
    yield None


@use_case("POST /conversations/<conversation_id>/unread", "publish in mark_read.mark_unread")
def a_conversation_is_marked_unread(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    [message] = scene.call("GET", f"/messages?conversation_id={chat}")["messages"]
    scene.call("POST", f"/conversations/{chat}/read")
    yield
    scene.call("POST", f"/conversations/{chat}/unread", json={"from": message["id"]})
    yield


@use_case("PUT /conversations/<conversation_id>/draft", "publish in save_draft.save_draft")
def a_draft_is_kept_and_thrown_away(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    yield
    scene.call("PUT", f"/conversations/{chat}/draft", json={"text": "At s"})
    yield
    scene.call("PUT", f"/conversations/{chat}/draft", json={"text": ""})
    yield


@use_case("POST /conversations/<conversation_id>/block", "publish in block._note")
def a_customer_is_blocked(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    yield
    scene.call("POST", f"/conversations/{chat}/block")
    yield


@use_case("DELETE /conversations/<conversation_id>/block", "publish in block._note")
def a_customer_is_unblocked(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    scene.call("POST", f"/conversations/{chat}/block")
    yield
    scene.call("DELETE", f"/conversations/{chat}/block")
    yield


@use_case(
    "POST /conversations/<conversation_id>/marketing-opt-out", "publish in block.note_marketing_opt_out"
)
def a_customer_wants_no_marketing(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    yield
    scene.call("POST", f"/conversations/{chat}/marketing-opt-out")
    yield


@use_case(
    "DELETE /conversations/<conversation_id>/marketing-opt-out", "publish in block.note_marketing_opt_out"
)
def a_customer_wants_marketing_again(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    scene.call("POST", f"/conversations/{chat}/marketing-opt-out")
    yield
    scene.call("DELETE", f"/conversations/{chat}/marketing-opt-out")
    yield


@use_case(TaskName.TYPING, "publish_numbers in pause.learn")
def meta_refuses_the_token_while_somebody_writes(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    scene.call("POST", f"/conversations/{chat}/typing")
    scene.inbox.box.fault("error", code=190, http_status=401, times=1, match={"endpoint": "read"})
    yield
    scene.work_off("outbound.typing")
    yield


@use_case("POST /send-message", "publish in send_message.announce")
def a_reply_is_accepted(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    yield
    scene.inbox.accepted(conversation_id=chat, message="Hello")
    yield


@use_case("POST /send-message", "publish in send_message.announce")
def a_conversation_is_begun_by_a_template(scene: Scene) -> Iterator[None]:
    scene.inbox.sync()
    yield
    scene.inbox.accepted(to=ASHA, message_type="template", template=TEMPLATE)
    yield


@use_case("POST /messages/<message_id>/resend", "publish in send_message.announce")
def a_failed_message_is_sent_again(scene: Scene) -> Iterator[None]:
    message_id, wamid = scene.sent()
    scene.inbox.hears("status", wamid=wamid, status="failed", code=131026)
    yield
    scene.call("POST", f"/messages/{message_id}/resend", json={})
    yield


@use_case("PUT /conversations/<conversation_id>/assignment", "publish in write_changes._write")
def a_conversation_is_assigned_and_freed(scene: Scene) -> Iterator[None]:
    chat, colleague = scene.chat(), _colleague(scene)
    yield
    _assign(scene, chat, colleague, None)
    yield
    _assign(scene, chat, None, colleague)
    yield


@use_case("POST /conversations/<conversation_id>/claim", "publish in write_changes._write")
def a_conversation_is_claimed(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    yield
    scene.call("POST", f"/conversations/{chat}/claim")
    yield


@use_case("PUT /conversations/<conversation_id>/status", "publish in write_changes._write")
def a_conversation_is_snoozed_and_resolved(scene: Scene) -> Iterator[None]:
    path = f"/conversations/{scene.chat()}/status"
    yield
    scene.call("PUT", path, json={"status": "snoozed", "snooze_kind": "reply"})
    yield
    scene.call("PUT", path, json={"status": "resolved"})
    yield


@use_case("POST /undo", "publish in write_changes._write")
def a_resolve_is_undone(scene: Scene) -> Iterator[None]:
    path = f"/conversations/{scene.chat()}/status"
    done = scene.call("PUT", path, json={"status": "resolved"})["operation_id"]
    yield
    scene.call("POST", "/undo", json={"operation_id": done})
    yield


@use_case(TaskName.WAKE_SNOOZED, "publish in write_changes._write")
def a_snooze_is_over(scene: Scene) -> Iterator[None]:
    scene.inbox.execute(
        "UPDATE chat_conversations SET status = 'snoozed', snooze_kind = 'time', snoozed_until = now() "
        "WHERE id = :id",
        id=scene.chat(),
    )
    yield
    assert wake_snoozed(scene.inbox.session) == 1
    yield


@use_case(TaskName.ASSIGN, "publish in write_changes._write")
def a_rule_gives_who_waits_to_the_owner(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    [row] = scene.inbox.rows(
        "SELECT workspace_id FROM waba_accounts WHERE id = :account", account=scene.inbox.account_id
    )
    scene.inbox.execute(
        "INSERT INTO assignment_rules (id, workspace_id, phone_number_id, mode, limit_per_agent, "
        "need_presence, reopen, max_bounces, changed_by) SELECT gen_random_uuid(), workspace_id, :number, "
        "'least_busy', 5, false, 'team', 3, user_id FROM waba_accounts WHERE id = :account",
        number=scene.inbox.number,
        account=scene.inbox.account_id,
    )
    yield
    assert assign_waiting(scene.inbox.session, scene.inbox.redis, row["workspace_id"]) == 1
    assert scene.call("GET", f"/conversations/{chat}")["assignee"] is not None
    yield


@use_case("PUT /conversations/<conversation_id>/assignment", "publish in write_changes._write")
def a_conversation_comes_into_sight_and_goes_out_of_it(scene: Scene) -> Iterator[UUID | None]:
    chat, colleague = scene.chat(), _colleague(scene, visibility="own")
    yield colleague
    _assign(scene, chat, colleague, None)
    yield None
    _assign(scene, chat, None, colleague)
    yield None


@use_case("PUT /conversations/<conversation_id>/watchers/<user_id>", "publish in write_changes._write")
def a_colleague_is_made_to_follow(scene: Scene) -> Iterator[UUID | None]:
    chat, colleague = scene.chat(), _colleague(scene, visibility="own")
    yield colleague
    scene.call("PUT", f"/conversations/{chat}/watchers/{colleague}")
    yield None


@use_case("DELETE /conversations/<conversation_id>/watchers/<user_id>", "publish in write_changes._write")
def a_colleague_is_to_follow_no_more(scene: Scene) -> Iterator[UUID | None]:
    chat, colleague = scene.chat(), _colleague(scene, visibility="own")
    scene.call("PUT", f"/conversations/{chat}/watchers/{colleague}")
    yield colleague
    scene.call("DELETE", f"/conversations/{chat}/watchers/{colleague}")
    yield None


def _colleague(scene: Scene, visibility: str = "all", role: str = "agent") -> UUID:
    """A member of the workspace, and of the account at Meta."""
    user, ids = uuid4(), {"account": scene.inbox.account_id}
    scene.inbox.execute(
        "INSERT INTO workspace_members (workspace_id, user_id, role, visibility) "
        "SELECT workspace_id, :user, :role, :visibility FROM waba_accounts WHERE id = :account",
        user=user,
        role=role,
        visibility=visibility,
        **ids,
    )
    scene.inbox.execute(
        "INSERT INTO account_members (account_id, user_id, role) VALUES (:account, :user, 'agent')",
        user=user,
        **ids,
    )
    return user


def _assign(scene: Scene, chat: str, to: UUID | None, expected: UUID | None) -> None:
    named = [str(each) if each is not None else None for each in (to, expected)]
    body = {"assignee_id": named[0], "expected": {"assignee_id": named[1]}}
    scene.call("PUT", f"/conversations/{chat}/assignment", json=body)
