"""A number written in two ways is one customer, and what Meta says of our messages teaches who they are."""

import time
from typing import Any
from uuid import UUID

import pytest

from tests.kinds.conftest import Inbox

TEMPLATE = {"name": "hello_world", "language": {"code": "en_US"}}
# As people write it, and as WhatsApp does.
PAIRS = [
    ("5541988887777", "554188887777"),
    ("551187654321", "5511987654321"),
    ("525512345678", "5215512345678"),
    ("541123456789", "5491123456789"),
    ("22990123456", "2290190123456"),
]


def threads(inbox: Inbox) -> list[set[str]]:
    """The directions of the messages in each conversation."""
    rows = inbox.rows(
        "SELECT conversation_id, array_agg(direction) AS directions FROM chat_messages GROUP BY 1"
    )
    return [set(row["directions"]) for row in rows]


def sends(inbox: Inbox, to: str) -> dict[str, Any]:
    message = inbox.accepted(to=to, message_type="template", template=TEMPLATE)
    inbox.deliver(message["conversation_id"])
    return message


def hears_all(inbox: Inbox) -> None:
    inbox.box.flush()
    inbox.ingest()


@pytest.fixture(autouse=True)
def _templates(inbox: Inbox) -> None:
    inbox.sync()


@pytest.mark.parametrize(("typed", "wa_id"), PAIRS + [(wa_id, typed) for typed, wa_id in PAIRS])
def test_a_send_and_the_reply_are_one_thread_however_the_number_is_written(
    inbox: Inbox, typed: str, wa_id: str
) -> None:
    inbox.box.add_customer(wa_id=wa_id, name="Ana", also_written=[typed])
    message = sends(inbox, typed)
    inbox.box.customer_writes(wa_id, "Oi")
    hears_all(inbox)
    assert threads(inbox) == [{"inbound", "outbound"}]
    inbox.hears("echo", customer=wa_id)
    again = inbox.accepted(to=f"+{wa_id}", message="Hi")
    assert again["conversation_id"] == message["conversation_id"]
    for number in (typed, wa_id):
        opened = inbox.call("POST", "/conversations", json={"phone_number_id": inbox.number, "to": number})
        assert (opened.status_code, opened.json["id"]) == (200, message["conversation_id"])
        found = inbox.call("GET", f"/conversations?phone_number_id={inbox.number}&search=%2B{number}").json
        assert [each["id"] for each in found["conversations"]] == [message["conversation_id"]]


def test_metas_answer_teaches_a_writing_that_nobody_told_us_of(inbox: Inbox) -> None:
    inbox.box.add_customer(wa_id="99512345678", name="Nino", also_written=["9950512345678"])
    message = sends(inbox, "9950512345678")
    inbox.box.customer_writes("99512345678", "Hello")
    hears_all(inbox)
    assert threads(inbox) == [{"inbound", "outbound"}]
    for number in ("9950512345678", "99512345678"):
        assert inbox.accepted(to=number, message="Hi")["conversation_id"] == message["conversation_id"]
    found = inbox.call("GET", f"/conversations?phone_number_id={inbox.number}&search=99512345678").json
    assert len(found["conversations"]) == 1


def test_two_threads_under_two_writings_are_joined_where_nothing_tells_them_apart(inbox: Inbox) -> None:
    """As it was found: a send, and a reply that began a thread of its own."""
    for phone, text in (("5541988887777", "old"), ("554188887777", "new")):
        inbox.conversation(customer_phone=phone, customer_name=text)
    inbox.box.add_customer(wa_id="554188887777", name="Ana")
    inbox.box.customer_writes("554188887777", "Oi")
    hears_all(inbox)
    assert len(inbox.rows("SELECT FROM chat_conversations")) == 1


def test_two_threads_under_two_writings_with_two_ids_stay_two(inbox: Inbox) -> None:
    for phone, user_id in (("5541988887777", "BR.1"), ("554188887777", "BR.2")):
        inbox.conversation(customer_phone=phone, customer_user_id=user_id)
    inbox.box.add_customer(wa_id="554188887777", user_id="BR.2", name="Ana")
    inbox.box.customer_writes("554188887777", "Oi")
    hears_all(inbox)
    message = inbox.accepted(to="5541988887777", message="Hi")
    inbox.deliver(message["conversation_id"])
    hears_all(inbox)
    rows = inbox.rows("SELECT customer_user_id FROM chat_conversations ORDER BY 1")
    assert [row["customer_user_id"] for row in rows] == ["BR.1", "BR.2"]


def test_a_status_pairs_the_number_with_the_id(inbox: Inbox) -> None:
    """What comes with the id alone then lands in the same thread, also when both are stored in one batch."""
    inbox.box.add_customer(wa_id="447700900111", user_id="GB.7", name="Mia")
    message = sends(inbox, "447700900111")
    inbox.box.flush()
    inbox.box.customer_writes("GB.7", "Hello", shape="no_phone")
    hears_all(inbox)
    assert threads(inbox) == [{"inbound", "outbound"}]
    [row] = inbox.rows("SELECT * FROM chat_conversations")
    assert (row["customer_phone"], row["customer_user_id"]) == ("447700900111", "GB.7")
    assert row["id"] == UUID(message["conversation_id"])


@pytest.mark.parametrize("keys", [{"recipient_user_id": None}, {"recipient_id": None}, {}])
def test_the_contacts_of_a_status_teach_as_well(inbox: Inbox, keys: dict[str, Any]) -> None:
    inbox.box.behave(auto_deliver=False)
    inbox.box.add_customer(wa_id="447700900111", user_id="GB.7", name="Mia")
    message = sends(inbox, "447700900111")
    [sent] = inbox.box.messages()
    inbox.hears("status", wamid=sent["wamid"], status="delivered", merge=keys)
    [row] = inbox.rows("SELECT * FROM chat_conversations")
    assert (str(row["id"]), row["customer_user_id"]) == (message["conversation_id"], "GB.7")


def test_a_status_of_a_message_to_a_number_that_was_left_teaches_nothing(inbox: Inbox) -> None:
    """It tells of the number of then: somebody else has it now."""
    inbox.box.behave(auto_deliver=False)
    inbox.box.add_customer(wa_id="447700900111", user_id="GB.7", name="Mia")
    inbox.box.customer_writes("447700900111", "I am Mia")
    hears_all(inbox)
    message = inbox.accepted(to="447700900111", message="Hello Mia")
    inbox.deliver(message["conversation_id"])
    [sent] = inbox.box.messages()
    inbox.hears("number_changed", customer="447700900111", new_wa_id="447700900222", timestamp=None)
    inbox.box.add_customer(wa_id="447700900111", user_id="GB.8", name="Tom", take_over=True)
    inbox.box.customer_writes("447700900111", "I am Tom", shape="classic", timestamp=int(time.time()) + 5)
    hears_all(inbox)
    entry = {"recipient_id": "447700900111", "recipient_user_id": "GB.7"}
    inbox.hears("status", wamid=sent["wamid"], status="read", merge=entry)
    texts = inbox.rows(
        "SELECT array_agg(text ORDER BY text) AS texts FROM chat_messages WHERE direction = 'inbound' "
        "AND message_type = 'text' GROUP BY conversation_id"
    )
    assert sorted(row["texts"] for row in texts) == [["I am Mia"], ["I am Tom"]]


def test_a_status_of_a_message_of_ours_joins_what_was_written_under_the_id_alone(inbox: Inbox) -> None:
    inbox.box.behave(auto_deliver=False)
    inbox.box.add_customer(wa_id="447700900111", user_id="GB.7", name="Mia")
    sends(inbox, "447700900111")
    inbox.box.customer_writes("GB.7", "Hello", shape="no_phone")
    hears_all(inbox)
    assert len(inbox.rows("SELECT FROM chat_conversations")) == 2
    [sent] = inbox.box.messages()
    inbox.hears("status", wamid=sent["wamid"], status="delivered")
    assert threads(inbox) == [{"inbound", "outbound"}]


def test_blocking_knows_both_writings(inbox: Inbox) -> None:
    inbox.box.add_customer(wa_id="554188887777", name="Ana")
    conversation = inbox.conversation(customer_phone="5541988887777")
    inbox.box.customer_writes("554188887777", "Oi")
    hears_all(inbox)
    assert inbox.call("POST", f"/conversations/{conversation.id}/block").status_code == 200
    from tests.kinds.test_customers import refresh

    refresh(inbox)
    [row] = inbox.rows("SELECT is_blocked FROM chat_conversations")
    assert row["is_blocked"] is True


@pytest.mark.parametrize(
    "typed",
    ["0044 20 7946 0958", "+0044 20 7946 0958", "+44 (0)20 7946 0958", "\u202a+44 20 7946 0958\u202c"],
)
def test_a_known_customer_is_found_however_the_number_is_typed(inbox: Inbox, typed: str) -> None:
    conversation = inbox.conversation(customer_phone="442079460958")
    assert inbox.accepted(to=typed, message="Hi")["conversation_id"] == str(conversation.id)
    found = inbox.call(
        "GET", "/conversations", query_string={"phone_number_id": inbox.number, "search": typed}
    ).json["conversations"]
    assert [each["id"] for each in found] == [str(conversation.id)]


def test_a_number_without_its_country_is_refused(inbox: Inbox) -> None:
    for call in (
        inbox.send(to="020 7946 0958", message="Hi"),
        inbox.call("POST", "/conversations", json={"phone_number_id": inbox.number, "to": "(0)20 7946 0958"}),
    ):
        assert (call.status_code, call.json["code"]) == (422, "validation_failed")
        assert "country code" in call.json["errors"]["to"][0]
