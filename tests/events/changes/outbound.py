"""What becomes of what agents send."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import psycopg
from sqlalchemy.exc import OperationalError

from livechat.core.tasknames import TaskName
from livechat.domain.clock import now, rfc3339
from livechat.outbound.delivery import write_down
from livechat.outbound.delivery.in_hand import InHand
from livechat.outbound.delivery.sweep_outbound import sweep_outbound
from livechat.scheduled.send_due import send_due
from livechat.whatsapp.graph.client import Accepted, GraphClient
from tests.events.changes.scene import TEMPLATE, Gate, Scene, use_case
from tests.factories import make_message
from tests.kinds.conftest import ASHA_ID

CLAIMED = "publish in dispatch.Dispatcher._tell_claimed"
WRITTEN_DOWN = "publish in write_down._tell"


def queued(scene: Scene) -> str:
    """A message to Asha waits: the id of its conversation."""
    chat = scene.chat()
    scene.inbox.accepted(conversation_id=chat, message="Hello")
    return chat


@use_case(TaskName.SEND, CLAIMED, WRITTEN_DOWN)
def meta_takes_a_message(scene: Scene) -> Iterator[None]:
    chat = queued(scene)
    yield
    with scene.under_way(chat):
        yield
    yield


@use_case(TaskName.SEND, CLAIMED, WRITTEN_DOWN)
def meta_refuses_a_message(scene: Scene) -> Iterator[None]:
    chat = queued(scene)
    scene.inbox.box.fault("error", code=131026, times=1, match={"endpoint": "messages"})
    yield
    with scene.under_way(chat):
        yield
    yield


@use_case(TaskName.SEND, CLAIMED, WRITTEN_DOWN)
def meta_says_not_now(scene: Scene) -> Iterator[None]:
    chat = queued(scene)
    scene.inbox.box.fault("error", code=131056, times=1, match={"endpoint": "messages"})
    yield
    with scene.under_way(chat):
        yield
    yield


@use_case(TaskName.SEND, CLAIMED, WRITTEN_DOWN)
def meta_does_not_answer(scene: Scene) -> Iterator[None]:
    chat = queued(scene)
    scene.inbox.box.fault("drop_after_accept", times=1, match={"endpoint": "messages"})
    yield
    with scene.under_way(chat):
        yield
    yield


@use_case(TaskName.SEND, WRITTEN_DOWN)
def a_message_is_quoted_before_metas_answer(scene: Scene) -> Iterator[None]:
    chat, gate, inbox = queued(scene), Gate(), scene.inbox
    inbox.box.deliver(hold=True)
    usual = GraphClient.send

    def send(*arguments: Any) -> Accepted:
        taken = usual(*arguments)
        gate.pass_through()
        return taken

    with patch.object(GraphClient, "send", send), scene.under_way(chat, gate):
        scene.hears_text("wamid.quote", quotes=inbox.box.messages()[-1]["wamid"])
        yield
    yield
    inbox.box.deliver(hold=False)


@use_case(TaskName.SEND, "publish in write_down._tell_plainly")
def an_outcome_can_hardly_be_written_down(scene: Scene) -> Iterator[None]:
    chat = queued(scene)
    # A mistake of ours, in each try but the last.
    broken = patch.object(write_down, "changed_by", side_effect=TypeError)
    yield
    with broken, patch.object(write_down, "WAITS_S", (0.0,)), scene.under_way(chat):
        yield
    yield


@use_case(TaskName.SEND, "publish_numbers in pause.learn")
def meta_refuses_the_token_of_a_send(scene: Scene) -> Iterator[None]:
    chat = queued(scene)
    scene.inbox.box.fault("error", code=190, http_status=401, times=1, match={"endpoint": "messages"})
    yield
    scene.inbox.deliver(chat)
    yield


@use_case(TaskName.SEND, WRITTEN_DOWN)
def meta_takes_a_reaction_of_ours(scene: Scene) -> Iterator[None]:
    chat, theirs = scene.chat(), scene.customer_writes(text="Thanks")
    scene.inbox.accepted(
        conversation_id=chat, message_type="reaction", reaction={"message_id": theirs, "emoji": "👍"}
    )
    yield
    with scene.under_way(chat):
        yield
    yield


@use_case(TaskName.SEND, "publish in lessons.learn", WRITTEN_DOWN)
def metas_answer_tells_who_the_customer_is(scene: Scene) -> Iterator[None]:
    chat = scene.inbox.conversation(customer_user_id=None).id
    scene.inbox.accepted(conversation_id=str(chat), message="Hello")
    usual = GraphClient.send

    def send(*arguments: Any) -> Accepted:
        return replace(usual(*arguments), user_id=ASHA_ID)

    yield
    # The sandbox answers with the id that it was given.
    with patch.object(GraphClient, "send", send):
        scene.inbox.deliver(chat)
    yield


@use_case(TaskName.SEND, "publish_numbers in lessons.learn")
def metas_answer_shows_two_conversations_to_be_one_persons(scene: Scene) -> Iterator[None]:
    inbox = scene.inbox
    inbox.box.add_customer(wa_id="99512345678", name="Nino", also_written=["9950512345678"])
    inbox.sync()
    message = inbox.accepted(to="9950512345678", message_type="template", template=TEMPLATE)
    make_message(inbox.session, inbox.conversation(customer_phone="99512345678"))
    inbox.session.commit()
    yield
    inbox.deliver(message["conversation_id"])
    yield


@use_case(TaskName.SEND, "publish in dispatch.Dispatcher._take_back")
def a_claim_is_lost_with_its_connection(scene: Scene) -> Iterator[None]:
    chat, gate = queued(scene), Gate()
    usual = InHand.add

    def fail_once(*arguments: Any) -> None:
        if not gate.is_open:
            gate.pass_through()
            raise OperationalError("", {}, psycopg.OperationalError("gone"))
        usual(*arguments)

    with patch.object(InHand, "add", fail_once), scene.under_way(chat, gate):
        # A page that is opened now has it "sending"; on a number that is paused it is not claimed again.
        scene.inbox.execute("UPDATE phone_numbers SET status = 'paused', paused_at = now()")
        yield
    yield


@use_case(TaskName.SWEEP_OUTBOUND, "publish in sweep_outbound.sweep_outbound")
def a_sender_has_died(scene: Scene) -> Iterator[None]:
    queued(scene)
    _die(scene, is_uploading=False)
    yield
    sweep_outbound(scene.inbox.session, scene.inbox.redis)
    yield


@use_case(TaskName.SWEEP_OUTBOUND, "publish in sweep_outbound.sweep_outbound")
def a_sender_has_died_while_it_uploaded(scene: Scene) -> Iterator[None]:
    queued(scene)
    _die(scene, is_uploading=True)
    yield
    sweep_outbound(scene.inbox.session, scene.inbox.redis)
    yield


@use_case(TaskName.SEND_SCHEDULED, "publish in send_message.announce")
def a_scheduled_message_is_due(scene: Scene) -> Iterator[None]:
    _schedule(scene, scene.chat())
    yield
    assert send_due(scene.inbox.session) == 1
    yield


@use_case(TaskName.SEND_SCHEDULED, "publish in notify.notify")
def a_scheduled_message_cannot_be_sent_any_more(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    _schedule(scene, chat)
    scene.inbox.execute("UPDATE chat_conversations SET is_blocked = true")
    yield
    assert send_due(scene.inbox.session) == 1
    yield


def _schedule(scene: Scene, chat: str) -> None:
    """It is due."""
    body = {"phone_number_id": scene.inbox.number, "conversation_id": chat, "message": "Hello"}
    scene.call("POST", "/scheduled-messages", json=body | {"send_at": rfc3339(now())})


def _die(scene: Scene, *, is_uploading: bool) -> None:
    scene.inbox.execute(
        "UPDATE chat_messages SET status = 'sending', status_rank = 10, claimed_until = now(), "
        "attempts = 1, is_uploading = :is_uploading WHERE direction = 'outbound'",
        is_uploading=is_uploading,
    )


@use_case(TaskName.MARK_READ, "publish_numbers in pause.learn")
def meta_refuses_the_token_of_blue_ticks(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    scene.call("POST", f"/conversations/{chat}/read")
    scene.inbox.box.fault("error", code=190, http_status=401, times=1, match={"endpoint": "read"})
    yield
    scene.work_off("outbound.mark_read")
    yield
