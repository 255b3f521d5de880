"""Typing and blocking: what a customer sees of the agents, and whether he may write."""

import time
from typing import Any
from uuid import UUID

import pytest

from livechat.conversations.queries.blocked import database_time, reconcile_blocked
from livechat.domain import clock
from livechat.numbers.refresh_number import refresh_number
from livechat.outbound.read_receipts import send_read_receipt
from livechat.outbound.show_typing import send_typing
from tests.conftest import ENCRYPTION_KEY
from tests.kinds.conftest import ASHA, ASHA_ID, Inbox

MEERA_ID = "IN.44120987301265539917"


def written(inbox: Inbox) -> str:
    """Asha has written and is stored; her conversation's id."""
    inbox.box.customer_writes(ASHA, "Hi")
    inbox.box.flush()
    inbox.ingest()
    [row] = inbox.rows("SELECT id FROM chat_conversations")
    return str(row["id"])


def told(inbox: Inbox) -> list[Any]:
    return [call["body"].get("typing_indicator") for call in inbox.box.requests(endpoint="read")]


def run_typing(inbox: Inbox) -> None:
    for task in inbox.tasks("outbound.typing"):
        send_typing(inbox.session, inbox.sender, UUID(task["conversation_id"]), task["asked_at"])
        inbox.session.rollback()


# Typing


def test_the_customer_sees_that_somebody_writes_once_in_twenty_seconds(inbox: Inbox) -> None:
    conversation = written(inbox)
    for _ in range(3):
        answer = inbox.call("POST", f"/conversations/{conversation}/typing")
        assert (answer.status_code, answer.data) == (204, b"")
    assert len(inbox.tasks("outbound.typing")) == 1
    assert 0 < inbox.redis.ttl(f"livechat:typing:{conversation}") <= 20
    run_typing(inbox)
    assert told(inbox) == [{"type": "text"}]
    [message] = inbox.box.messages(direction="all")
    assert message["read_by_business"], "typing gives blue ticks, as it is the same call"
    # Which are known, so that reading has nothing to tell any more.
    inbox.call("POST", f"/conversations/{conversation}/read")
    send_read_receipt(inbox.session, inbox.sender, UUID(conversation))
    assert told(inbox) == [{"type": "text"}]


def test_outside_the_window_and_too_late_nothing_is_told(inbox: Inbox) -> None:
    conversation = written(inbox)
    send_typing(inbox.session, inbox.sender, UUID(conversation), time.time() - 21)
    inbox.execute("UPDATE chat_conversations SET last_inbound_at = now() - interval '25 hours'")
    assert inbox.call("POST", f"/conversations/{conversation}/typing").status_code == 204
    assert inbox.tasks("outbound.typing") == []
    assert told(inbox) == []


def test_trouble_with_the_token_pauses_the_number_and_other_refusals_do_nothing(inbox: Inbox) -> None:
    conversation = UUID(written(inbox))
    inbox.box.fault("error", code=131009, times=1, match={"endpoint": "read"})
    assert not send_typing(inbox.session, inbox.sender, conversation, time.time())
    assert inbox.shown_number()["status"] == "connected"
    inbox.box.fault("error", code=190, http_status=401, times=1, match={"endpoint": "read"})
    assert not send_typing(inbox.session, inbox.sender, conversation, time.time())
    assert inbox.shown_number()["status"] == "paused"
    assert inbox.notices()[0] == ("paused", "critical")


# Blocking


def test_a_blocked_customer_is_neither_written_to_nor_heard(inbox: Inbox) -> None:
    conversation = written(inbox)
    answer = inbox.call("POST", f"/conversations/{conversation}/block")
    assert (answer.status_code, answer.json["is_blocked"]) == (200, True), answer.text
    assert inbox.call("POST", f"/conversations/{conversation}/block").status_code == 200
    for body in (
        {"message": "Hello"},
        {"message_type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}},
    ):
        refused = inbox.send(conversation_id=conversation, **body)
        assert (refused.status_code, refused.json["code"]) == (409, "customer_blocked")
    assert inbox.box.send(ASHA).json()["error"]["code"] == 130403
    answer = inbox.call("DELETE", f"/conversations/{conversation}/block")
    assert (answer.status_code, answer.json["is_blocked"]) == (200, False)
    inbox.accepted(conversation_id=conversation, message="Hello")
    inbox.deliver(conversation)
    assert len(inbox.box.messages()) == 1


def test_what_a_customer_says_about_marketing_is_noted_and_whatsapp_has_the_last_word(inbox: Inbox) -> None:
    conversation = written(inbox)
    path = f"/conversations/{conversation}/marketing-opt-out"
    for _ in range(2):
        answer = inbox.call("POST", path)
        assert (answer.status_code, answer.json["marketing_opt_out"]) == (200, True), answer.text
    answer = inbox.call("DELETE", path)
    assert (answer.status_code, answer.json["marketing_opt_out"]) == (200, False)
    [row] = inbox.rows("SELECT marketing_opt_at FROM chat_conversations")
    assert row["marketing_opt_at"] is not None, "an older word of WhatsApp's changes nothing"
    assert inbox.call("POST", "/conversations/nobody/marketing-opt-out").status_code == 404


def test_a_customer_without_a_phone_number_is_blocked_by_the_business_scoped_id(inbox: Inbox) -> None:
    inbox.box.customer_writes(ASHA, "Hi")
    inbox.box.flush()
    conversation = inbox.conversation(customer_phone=None, customer_user_id=ASHA_ID)
    assert inbox.call("POST", f"/conversations/{conversation.id}/block").json["is_blocked"] is True
    [call] = inbox.box.requests(endpoint="block_users")
    assert call["body"]["block_users"] == [{"user": ASHA_ID}]


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        (139100, 409, "block_refused"),
        (139101, 409, "block_refused"),
        (139102, 503, "unavailable"),
        (139103, 503, "unavailable"),
        (2, 503, "unavailable"),
        (190, 503, "unavailable"),
    ],
)
def test_what_meta_says_decides_and_nothing_is_noted(inbox: Inbox, code: int, status: int, said: str) -> None:
    conversation = inbox.conversation()
    inbox.box.fault("error", code=code, times=1, match={"endpoint": "block_users"})
    answer = inbox.call("POST", f"/conversations/{conversation.id}/block")
    assert (answer.status_code, answer.json["code"]) == (status, said)
    assert ("Retry-After" in answer.headers) is (status == 503)
    [row] = inbox.rows("SELECT is_blocked FROM chat_conversations")
    assert row["is_blocked"] is False
    assert inbox.shown_number()["status"] == ("paused" if code == 190 else "connected")


def test_meta_out_of_reach_is_503(inbox: Inbox) -> None:
    conversation = inbox.conversation()
    inbox.box.fault("drop_before", times=1, match={"endpoint": "block_users"})
    answer = inbox.call("POST", f"/conversations/{conversation.id}/block")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")


def test_who_did_not_write_lately_cannot_be_blocked(inbox: Inbox) -> None:
    conversation = inbox.conversation()
    answer = inbox.call("POST", f"/conversations/{conversation.id}/block")
    assert (answer.status_code, answer.json["code"]) == (409, "block_refused")
    assert "24 hours" in answer.json["detail"]


def test_a_block_made_elsewhere_is_learnt_from_metas_refusal(inbox: Inbox) -> None:
    conversation = written(inbox)
    message = inbox.accepted(conversation_id=conversation, message="Hello")
    inbox.box.call("POST", f"/customers/{ASHA}/block", {})
    inbox.deliver(message["conversation_id"])
    assert inbox.call("GET", f"/conversations/{conversation}").json["is_blocked"] is True


def refresh(inbox: Inbox) -> None:
    """Ask Meta about the number, as the sweep does every few hours."""
    inbox.execute("UPDATE phone_numbers SET refresh_due_at = now()")
    assert refresh_number(inbox.session, inbox.sender.graph, (ENCRYPTION_KEY,), inbox.number)
    inbox.session.rollback()


def test_blocks_made_and_lifted_elsewhere_are_learnt(inbox: Inbox) -> None:
    phone, by_id = written(inbox), inbox.conversation(customer_phone=None, customer_user_id=MEERA_ID)
    untouched = inbox.conversation(customer_phone="919820012345")

    def blocked() -> dict[str, bool]:
        rows = inbox.rows("SELECT id, is_blocked FROM chat_conversations")
        return {str(row["id"]): row["is_blocked"] for row in rows}

    inbox.box.customer_writes(MEERA_ID, "Hi")
    inbox.box.flush()
    for customer in (ASHA, MEERA_ID):
        inbox.box.call("POST", f"/customers/{customer}/block", {})
    refresh(inbox)
    assert blocked() == {phone: True, str(by_id.id): True, str(untouched.id): False}
    inbox.box.call("POST", f"/customers/{ASHA}/block", {"blocked": False})
    refresh(inbox)
    assert blocked() == {phone: False, str(by_id.id): True, str(untouched.id): False}
    inbox.box.fault("error", code=131000, times=1, match={"endpoint": "block_users"})
    inbox.box.call("POST", f"/customers/{MEERA_ID}/block", {"blocked": False})
    refresh(inbox)
    assert blocked()[str(by_id.id)] is True, "who could not be asked changes nothing"


def test_a_block_made_while_the_list_is_read_stands(inbox: Inbox) -> None:
    conversation = written(inbox)
    read_at = database_time(inbox.session)
    assert inbox.call("POST", f"/conversations/{conversation}/block").status_code == 200
    assert reconcile_blocked(inbox.session, inbox.number, set(), read_at) == []
    assert [str(id_) for id_ in reconcile_blocked(inbox.session, inbox.number, set(), clock.now())] == [
        conversation
    ]
