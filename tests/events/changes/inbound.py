"""What Meta's webhooks say of customers and messages."""

import time
from collections.abc import Iterator
from uuid import uuid4

from livechat.core.tasknames import TaskName
from livechat.whatsapp.webhook.items import (
    ContactName,
    CustomerPreference,
    MessageChange,
    Reaction,
    StatusUpdate,
    ThreadMessage,
)
from tests.events.changes.scene import Scene, use_case
from tests.factories import make_message
from tests.kinds.conftest import ASHA, ASHA_ID

STORED = "publish in run._publish"


@use_case(TaskName.INGEST, STORED)
def a_stranger_writes(scene: Scene) -> Iterator[None]:
    yield
    scene.customer_writes()
    yield


@use_case(ThreadMessage, STORED)
def a_customer_writes_again(scene: Scene) -> Iterator[None]:
    scene.chat()
    yield
    scene.customer_writes(text="Are you there?")
    yield


@use_case(ThreadMessage, STORED, "publish in write_changes._write")
def a_customer_opens_what_was_resolved(scene: Scene) -> Iterator[None]:
    chat = scene.chat()
    scene.call("PUT", f"/conversations/{chat}/status", json={"status": "resolved"})
    yield
    scene.customer_writes(text="One more thing")
    yield


@use_case(ThreadMessage, STORED)
def a_message_is_quoted(scene: Scene) -> Iterator[None]:
    _, wamid = scene.sent()
    yield
    scene.customer_writes(text="Yes", reply_to=wamid)
    yield


@use_case(ThreadMessage, STORED)
def a_quote_overtakes_what_it_quotes(scene: Scene) -> Iterator[None]:
    scene.hears_text("wamid.second", quotes="wamid.first")
    yield
    scene.hears_text("wamid.first")
    yield


@use_case(ThreadMessage, STORED)
def a_colleague_writes_on_the_phone(scene: Scene) -> Iterator[None]:
    scene.chat()
    yield
    scene.inbox.hears("echo", customer=ASHA, text="At six.")
    yield


@use_case(ThreadMessage, STORED)
def old_chats_come_from_the_phone(scene: Scene) -> Iterator[None]:
    scene.chat()
    yield
    scene.inbox.hears("history", customer=ASHA)
    yield


@use_case(ThreadMessage, STORED)
def a_placeholder_gives_way_to_its_file(scene: Scene) -> Iterator[None]:
    told = scene.inbox.hears("history", customer=ASHA)
    entries = told["changes"][0]["value"]["history"][0]["threads"][0]["messages"]
    [placeholder] = [each["id"] for each in entries if each["type"] == "media_placeholder"]
    yield
    scene.inbox.hears("history_media", customer=ASHA, wamid=placeholder, echo=True)
    yield


@use_case(ThreadMessage, STORED)
def a_call_ends(scene: Scene) -> Iterator[None]:
    scene.inbox.hears("call_connect", customer=ASHA, call_id="wacid.1")
    yield
    scene.inbox.hears("call_terminate", customer=ASHA, call_id="wacid.1")
    yield


@use_case(ThreadMessage, STORED)
def a_customer_has_another_number(scene: Scene) -> Iterator[None]:
    scene.chat()
    yield
    scene.inbox.hears("number_changed", customer=ASHA, new_wa_id="917755991066")
    yield


@use_case(ThreadMessage, "publish_numbers in store.store", "publish in write_changes._write")
def two_conversations_are_one_persons(scene: Scene) -> Iterator[None]:
    inbox = scene.inbox
    for who in ({"customer_user_id": None}, {"customer_phone": None, "customer_user_id": ASHA_ID}):
        make_message(inbox.session, inbox.conversation(assignee_id=uuid4(), **who))
    inbox.session.commit()
    yield
    scene.hears_text("wamid.link")
    yield


@use_case(ThreadMessage, STORED)
def a_thread_gets_its_first_word(scene: Scene) -> Iterator[None]:
    # A line that alone puts no conversation into the list.
    scene.inbox.hears("number_changed", customer=ASHA, new_wa_id="917755991066")
    yield
    scene.customer_writes("917755991066")
    yield


@use_case(StatusUpdate, STORED)
def a_message_arrives_and_is_read(scene: Scene) -> Iterator[None]:
    _, wamid = scene.sent()
    yield
    scene.inbox.hears("status", wamid=wamid, status="delivered")
    yield
    scene.inbox.hears("status", wamid=wamid, status="read")
    yield


@use_case(StatusUpdate, STORED)
def a_status_says_which_message_was_quoted(scene: Scene) -> Iterator[None]:
    inbox, chat = scene.inbox, scene.chat()
    inbox.box.deliver(hold=True)
    inbox.box.fault("drop_after_accept", times=1, match={"endpoint": "messages"})
    inbox.accepted(conversation_id=chat, message="Hello")
    inbox.deliver(chat)
    wamid = inbox.box.messages()[-1]["wamid"]
    scene.hears_text("wamid.quote", quotes=wamid)
    yield
    inbox.hears("status", wamid=wamid, status="delivered")
    yield
    inbox.box.deliver(hold=False)


@use_case(StatusUpdate, STORED)
def a_failed_status_says_that_the_window_is_closed(scene: Scene) -> Iterator[None]:
    _, wamid = scene.sent()
    yield
    # Within one second Meta's word would be no younger than the customer's.
    scene.inbox.hears("status", wamid=wamid, status="failed", code=131047, timestamp=int(time.time()) + 2)
    yield


@use_case(StatusUpdate, STORED)
def a_second_failed_status_says_that_the_customer_is_blocked(scene: Scene) -> Iterator[None]:
    _, wamid = scene.sent()
    scene.inbox.hears("status", wamid=wamid, status="failed", code=131026)
    yield
    scene.inbox.hears("status", wamid=wamid, status="failed", code=130403, timestamp=int(time.time()) + 2)
    yield


@use_case(StatusUpdate, "publish_numbers in pause.learn")
def a_failed_status_stops_the_number(scene: Scene) -> Iterator[None]:
    _, wamid = scene.sent()
    yield
    scene.inbox.hears("status", wamid=wamid, status="failed", code=131042, timestamp=int(time.time()) + 2)
    yield


@use_case(Reaction, STORED)
def a_customer_reacts(scene: Scene) -> Iterator[None]:
    _, wamid = scene.sent()
    yield
    scene.inbox.hears("reaction", customer=ASHA, message_id=wamid, emoji="👍")
    yield


@use_case(Reaction, STORED)
def a_customer_reacts_to_what_is_not_here(scene: Scene) -> Iterator[None]:
    scene.call("POST", "/conversations", json={"phone_number_id": scene.inbox.number, "to": ASHA})
    yield
    # It opens the window, and a conversation that an agent has opened is listed for that alone.
    scene.inbox.hears("reaction", customer=ASHA, message_id="wamid.elsewhere", emoji="👍")
    yield


@use_case(MessageChange, STORED)
def a_message_is_edited_and_deleted(scene: Scene) -> Iterator[None]:
    wamid = scene.customer_writes(text="At six")
    yield
    edit = {"original_message_id": wamid, "message": {"type": "text", "text": {"body": "At seven"}}}
    scene.inbox.hears("edit", customer=ASHA, edit=edit, coexistence=True)
    yield
    revoke = {"original_message_id": wamid}
    scene.inbox.hears("revoke", customer=ASHA, revoke=revoke, coexistence=True)
    yield


@use_case(CustomerPreference, STORED)
def a_customer_stops_marketing(scene: Scene) -> Iterator[None]:
    scene.chat()
    yield
    scene.inbox.hears("user_preference", customer=ASHA, value="stop")
    yield


@use_case(ContactName, STORED)
def the_address_book_knows_a_name(scene: Scene) -> Iterator[None]:
    inbox = scene.inbox
    make_message(inbox.session, inbox.conversation(customer_name=None))
    inbox.session.commit()
    yield
    inbox.hears("contact_sync", customer=ASHA, full_name="Asha (VIP)")
    yield
