"""A number that a phone uses as well: echoes, old chats, names; and Meta's agent before us."""

import json
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livechat.numbers.refresh_number import refresh_number
from tests.conftest import ENCRYPTION_KEY
from tests.factories import make_message
from tests.ingest.conftest import make_text_body
from tests.kinds.conftest import ASHA, ASHA_ID, Inbox


def messages(inbox: Inbox) -> list[dict[str, Any]]:
    return inbox.rows("SELECT * FROM chat_messages ORDER BY timestamp, seq")


def conversation(inbox: Inbox) -> dict[str, Any]:
    [only] = inbox.rows("SELECT * FROM chat_conversations")
    return only


def wamid_of(told: Any) -> str:
    return str(told["changes"][0]["value"]["message_echoes"][0]["id"])


def test_what_a_colleague_writes_edits_and_deletes_on_the_phone(inbox: Inbox) -> None:
    first = wamid_of(inbox.hears("echo", customer=ASHA, text="At six."))
    second = wamid_of(inbox.hears("echo", customer=ASHA, text="Not today."))
    inbox.hears("echo", customer=ASHA, type="edit", original_message_id=first, text="At seven.")
    inbox.hears("echo", customer=ASHA, type="revoke", original_message_id=second)
    edited, deleted = messages(inbox)
    assert (edited["text"], edited["direction"], edited["origin"]) == ("At seven.", "outbound", "phone_app")
    assert "edited_at" in edited["content"]
    assert (deleted["text"], list(deleted["content"])) == (None, ["revoked_at"])
    shown = conversation(inbox)
    assert (shown["unread_count"], shown["last_inbound_at"]) == (0, None)
    assert inbox.box.messages() == [], "it is not sent again"


def test_old_chats_come_in_any_order_and_more_than_once(inbox: Inbox) -> None:
    threads = [
        {
            "id": ASHA,
            "context": {"wa_id": ASHA, "user_id": ASHA_ID},
            "messages": [
                {"from": "917755991053", "to": ASHA, "id": f"wamid.o{n}", "timestamp": str(1792713600 + n)}
                | {"type": "text", "text": {"body": f"ours {n}"}, "history_context": {"status": status}},
                {"from": ASHA, "id": f"wamid.t{n}", "timestamp": str(1792713700 + n)}
                | {"type": "text", "text": {"body": f"theirs {n}"}, "history_context": {"status": "READ"}},
            ],
        }
        for n, status in enumerate(("READ", "DELIVERED", "ERROR"))
    ]
    expected: Any = None
    for order in permutations(range(3)):
        inbox.execute("DELETE FROM chat_messages")
        inbox.execute("DELETE FROM chat_conversations")
        for n in (*order, order[0]):
            inbox.hears("history", customer=ASHA, threads=[threads[n]], chunk_order=n)
        found = [(row["wamid"], row["text"], row["status"], row["counts_unread"]) for row in messages(inbox)]
        expected = expected or found
        assert found == expected
        assert len(found) == 6
        shown = conversation(inbox)
        assert (shown["unread_count"], shown["last_inbound_at"]) == (0, None)
    assert [status for wamid, _, status, _ in expected if ".o" in wamid] == ["read", "delivered", "failed"]


def test_a_placeholder_of_the_history_gives_way_to_its_file(inbox: Inbox) -> None:
    told = inbox.hears("history", customer=ASHA)
    entries = told["changes"][0]["value"]["history"][0]["threads"][0]["messages"]
    [placeholder] = [each["id"] for each in entries if each["type"] == "media_placeholder"]
    for _ in range(2):
        inbox.hears("history_media", customer=ASHA, wamid=placeholder, echo=True)
    [row] = [each for each in messages(inbox) if each["wamid"] == placeholder]
    assert (row["message_type"], row["text"]) == ("image", "From March")
    assert row["content"]["media"]["state"] == "pending"
    assert conversation(inbox)["unread_count"] == 0


def test_the_phones_address_book_names_only_the_nameless(inbox: Inbox) -> None:
    inbox.conversation(customer_name=None)
    inbox.hears("contact_sync", customer=ASHA, full_name="Asha (VIP)")
    assert conversation(inbox)["customer_name"] == "Asha (VIP)"
    inbox.box.customer_writes(ASHA, "Hi")
    inbox.box.flush()
    inbox.ingest()
    assert conversation(inbox)["customer_name"] == "Asha Kulkarni", "the customer's own name comes first"
    inbox.hears("contact_sync", customer=ASHA, full_name="Somebody else")
    inbox.hears("contact_sync", customer=ASHA, action="remove")
    assert conversation(inbox)["customer_name"] == "Asha Kulkarni"


@pytest.mark.parametrize("by", ["phone", "user_id", "both"])
@pytest.mark.parametrize("then", ["history", "message", "echo", "send"])
def test_a_name_that_comes_before_its_chats_waits_for_them(inbox: Inbox, by: str, then: str) -> None:
    """The order in which we ask for them: contacts, then history."""
    inbox.hears("contact_sync", customer=ASHA, full_name="Asha (VIP)", by=by, timestamp=1792713500)
    inbox.hears("contact_sync", customer=ASHA, full_name="An older name", by=by, timestamp=1792713400)
    assert inbox.rows("SELECT FROM chat_conversations") == []
    if then == "history":
        inbox.hears("history", customer=ASHA)
    elif then == "echo":
        inbox.hears("echo", customer=ASHA)
    elif then == "message":
        inbox.hears("text", customer=ASHA, shape="no_profile")
    else:
        answer = inbox.call("POST", "/conversations", json={"phone_number_id": inbox.number, "to": ASHA})
        assert answer.status_code == 201
        if by == "user_id":
            return
    assert conversation(inbox)["customer_name"] == "Asha (VIP)"


def test_a_name_that_was_removed_does_not_wait(inbox: Inbox) -> None:
    inbox.hears("contact_sync", customer=ASHA, action="remove", timestamp=1792713500)
    inbox.hears("contact_sync", customer=ASHA, full_name="Asha (VIP)", timestamp=1792713400)
    inbox.hears("history", customer=ASHA)
    assert conversation(inbox)["customer_name"] is None


def refreshed(inbox: Inbox) -> None:
    inbox.execute("UPDATE phone_numbers SET refresh_due_at = now()")
    assert refresh_number(inbox.session, inbox.sender.graph, (ENCRYPTION_KEY,), inbox.number)
    inbox.session.rollback()


def asked(inbox: Inbox) -> list[str]:
    return [call["body"]["sync_type"] for call in inbox.box.requests(endpoint="smb_app_data")]


def test_a_number_of_the_business_app_brings_its_chats_and_names_once(inbox: Inbox) -> None:
    inbox.box.add_number(phone_number_id=inbox.number, coexistence=True)
    inbox.box.fault("error", code=2, times=1, match={"endpoint": "smb_app_data"})
    refreshed(inbox)
    assert asked(inbox) == ["smb_app_state_sync", "history"], "the first was refused"
    refreshed(inbox)
    refreshed(inbox)
    assert asked(inbox) == ["smb_app_state_sync", "history", "smb_app_state_sync"]
    inbox.box.flush()
    inbox.ingest()
    assert {row["origin"] for row in messages(inbox)} == {"history"}
    [row] = inbox.rows("SELECT on_business_app FROM phone_numbers")
    assert row["on_business_app"] is True
    assert inbox.shown_number()["throughput"] == "COEXISTENCE", "20 messages a second"


@pytest.mark.parametrize("code", [2593107, 2593108, 2593109])
def test_what_meta_will_never_give_is_not_asked_for_again(inbox: Inbox, code: int) -> None:
    inbox.box.add_number(phone_number_id=inbox.number, coexistence=True)
    inbox.box.fault("error", code=code, times=2, match={"endpoint": "smb_app_data"})
    refreshed(inbox)
    refreshed(inbox)
    assert len(asked(inbox)) == 2


def test_a_number_without_the_app_and_an_old_one_are_not_asked(inbox: Inbox) -> None:
    refreshed(inbox)
    inbox.box.add_number(phone_number_id=inbox.number, coexistence=True)
    inbox.execute("UPDATE phone_numbers SET created_at = now() - interval '25 hours'")
    refreshed(inbox)
    assert asked(inbox) == []


# Meta's agent


def test_what_metas_agent_says_is_in_the_thread_and_the_handover_tops_it(inbox: Inbox) -> None:
    inbox.hears("standby", customer=ASHA, text="Do you open on Sundays?", type="text")
    inbox.hears("standby", customer=ASHA, of="echo", text="We open at eight.")
    inbox.hears("handover", customer=ASHA, summary="Wants a cake.")
    asked_, answered, line = sorted(messages(inbox), key=lambda row: row["seq"])
    assert (asked_["origin"], asked_["direction"], asked_["counts_unread"]) == ("standby", "inbound", True)
    assert (answered["origin"], answered["direction"]) == ("standby", "outbound")
    assert (line["message_type"], line["text"]) == ("system", "Wants a cake.")
    assert line["content"]["messaging_handovers"]["type"] == "control_passed"
    # Answering takes control back: the window is open as after any message.
    message = inbox.accepted(to=ASHA, message="A colleague here.")
    inbox.deliver(message["conversation_id"])
    assert len(inbox.box.messages()) == 1


# People


def test_a_customer_known_only_by_a_business_scoped_id_is_read_and_answered(inbox: Inbox) -> None:
    [meera] = [each for each in inbox.box.call("GET", "/customers")["customers"] if each["wa_id"] is None]
    inbox.box.customer_writes(meera["user_id"], "Hi")
    inbox.box.flush()
    inbox.ingest()
    only = conversation(inbox)
    assert (only["customer_phone"], only["customer_user_id"]) == (None, meera["user_id"])
    message = inbox.accepted(conversation_id=str(only["id"]), message="Hello")
    inbox.deliver(only["id"])
    [taken] = inbox.box.messages()
    assert taken["body"]["recipient"] == meera["user_id"]
    inbox.box.flush()
    inbox.ingest()
    [row] = inbox.rows("SELECT status FROM chat_messages WHERE id = :id", id=message["id"])
    assert row["status"] in ("delivered", "read")
    assert inbox.call("POST", f"/conversations/{only['id']}/read").json["unread_count"] == 0


EVENTS = ("by phone", "by id", "send by phone", "send by id", "link")


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(EVENTS))
def test_two_threads_of_one_person_merge_without_losing_a_message(inbox: Inbox, order: list[str]) -> None:
    """Inbound and pending outbound of both, in every order of arrival around the link."""
    inbox.session.rollback()
    for table in ("chat_messages", "chat_conversations", "webhook_events"):
        inbox.execute(f"DELETE FROM {table}")
    inbox.redis.flushall()
    inbox.box.reset(seed=None)
    inbox.box.customer_writes(ASHA, "elsewhere")
    inbox.box.flush()
    inbox.redis.flushall()
    phone_thread = inbox.conversation(customer_user_id=None).id
    id_thread = inbox.conversation(customer_phone=None, customer_user_id=ASHA_ID).id
    bodies = {
        "by phone": make_text_body("wamid.p", phone=ASHA, number=inbox.number, waba=inbox.waba_id),
        "by id": make_text_body(
            "wamid.i", phone=None, user_id=ASHA_ID, number=inbox.number, waba=inbox.waba_id
        ),
        "link": make_text_body(
            "wamid.l", phone=ASHA, user_id=ASHA_ID, number=inbox.number, waba=inbox.waba_id
        ),
    }
    sent = []
    for event in order:
        if event in bodies:
            assert inbox.box.raw_webhook(json.dumps(bodies[event]))["status"] == 200
            inbox.ingest()
        else:
            thread = phone_thread if "phone" in event else id_thread
            sent.append(inbox.accepted(conversation_id=str(thread), message=event)["id"])
    [only] = inbox.rows("SELECT * FROM chat_conversations")
    assert (only["customer_phone"], only["customer_user_id"]) == (ASHA, ASHA_ID)
    kept = inbox.rows("SELECT id, wamid, conversation_id FROM chat_messages")
    assert {row["conversation_id"] for row in kept} == {only["id"]}
    assert {row["wamid"] for row in kept} - {None} == {"wamid.p", "wamid.i", "wamid.l"}
    assert {str(row["id"]) for row in kept if row["wamid"] is None} == set(sent)
    assert only["unread_count"] == 3
    inbox.deliver(only["id"])
    texts = [taken["body"]["text"]["body"] for taken in inbox.box.messages()]
    assert texts == [event for event in order if event.startswith("send")], "in order of acceptance"
    for former in (phone_thread, id_thread):
        assert UUID(inbox.call("GET", f"/conversations/{former}").json["id"]) == only["id"]


def test_a_block_survives_the_merge(inbox: Inbox) -> None:
    inbox.conversation(customer_user_id=None)
    other = inbox.conversation(customer_phone=None, customer_user_id=ASHA_ID, is_blocked=True)
    make_message(inbox.session, other)
    inbox.session.commit()
    body = make_text_body(phone=ASHA, user_id=ASHA_ID, number=inbox.number, waba=inbox.waba_id)
    assert inbox.box.raw_webhook(json.dumps(body))["status"] == 200
    inbox.ingest()
    assert conversation(inbox)["is_blocked"] is True
