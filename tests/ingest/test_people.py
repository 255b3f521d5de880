"""Who is who: phone, business-scoped id, both; changes, merges, and late webhooks that name old ids."""

import itertools

import pytest

from tests.ingest.conftest import ASHA, NUMBER, Meta, envelope, make_text_body

BSUID = "IN.13491208655302741918"
NEW_BSUID, NEW_PHONE = "IN.20000000000000000001", "917755991099"


def test_a_customer_with_phone_and_business_scoped_id_is_one_whichever_is_named(meta: Meta) -> None:
    meta.deliver("msg-text", "bsuid-text-no-phone", "msg-text-classic", "bsuid-text-empty-strings")
    conversation = meta.conversation()
    assert (conversation["customer_phone"], conversation["customer_user_id"]) == (ASHA, BSUID)
    assert conversation["unread_count"] == 4


def test_a_customer_without_a_phone_is_keyed_by_the_business_scoped_id(meta: Meta) -> None:
    meta.deliver("bsuid-text-no-phone")
    conversation = meta.conversation()
    assert conversation["customer_phone"] is None
    assert conversation["customer_user_id"] == BSUID
    assert conversation["customer_username"] == "asha.k"


def test_two_strangers_without_a_phone_stay_two(meta: Meta) -> None:
    meta.deliver_body(make_text_body(phone="", user_id="IN.1"), make_text_body(phone="", user_id="IN.2"))
    assert {row["customer_user_id"] for row in meta.conversations()} == {"IN.1", "IN.2"}


def test_two_threads_that_turn_out_to_be_one_person_merge_without_loss(meta: Meta) -> None:
    meta.deliver("bsuid-text-no-phone", "msg-text-classic")
    assert len(meta.conversations()) == 2
    meta.deliver("bsuid-text-with-parent")
    conversation = meta.conversation()
    assert (conversation["customer_phone"], conversation["customer_user_id"]) == (ASHA, BSUID)
    assert conversation["customer_parent_user_id"] == "IN.ENT.11815799212886844830"
    assert conversation["unread_count"] == 3
    assert {message["conversation_id"] for message in meta.messages()} == {conversation["id"]}
    (alias,) = meta.rows("SELECT * FROM conversation_aliases")
    assert alias["conversation_id"] == conversation["id"]


def test_what_was_read_before_a_merge_stays_read(meta: Meta) -> None:
    meta.deliver("bsuid-text-no-phone")
    meta.rows("UPDATE chat_conversations SET read_seq = 0 RETURNING id")
    from sqlalchemy import text

    meta.session.execute(
        text(
            "UPDATE chat_conversations SET unread_count = 0, read_seq = (SELECT max(seq) FROM chat_messages)"
        )
    )
    meta.session.commit()
    meta.deliver("msg-text-classic")
    meta.deliver("bsuid-text-with-parent")
    conversation = meta.conversation()
    assert conversation["unread_count"] == 2
    counted = meta.rows(
        "SELECT count(*) AS n FROM chat_messages WHERE counts_unread AND seq > :read",
        read=conversation["read_seq"],
    )
    assert counted == [{"n": 2}]


@pytest.mark.parametrize(
    "known", [["bsuid-text-no-phone", "msg-text-classic"], ["bsuid-text-no-phone"], ["msg-text-classic"], []]
)
def test_a_shared_phone_card_links_the_phone(meta: Meta, known: list[str]) -> None:
    """Whichever of the two threads there is already; what comes under either id afterwards is the same."""
    meta.deliver(*known, "msg-contacts-request-reply")
    conversation = meta.conversation()
    assert (conversation["customer_phone"], conversation["customer_user_id"]) == (ASHA, BSUID)
    meta.deliver("bsuid-text-empty-strings", "msg-text-classic")
    assert meta.conversation()["id"] == conversation["id"]


def test_somebody_elses_card_teaches_nothing(meta: Meta) -> None:
    meta.deliver("msg-contacts")
    assert len(meta.conversations()) == 1


@pytest.mark.parametrize(
    ("change", "phone", "user_id"),
    [
        ("msg-system-number-changed", NEW_PHONE, BSUID),
        ("msg-system-number-changed-bsuid", NEW_PHONE, NEW_BSUID),
        ("msg-system-user-id-changed", ASHA, NEW_BSUID),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_change_of_identity_keeps_the_thread(
    meta: Meta, change: str, phone: str, user_id: str, late: bool
) -> None:
    """Whether the change comes after the customer's text or before it."""
    for name in [change, "msg-text"] if late else ["msg-text", change]:
        meta.deliver(name)
    conversation = meta.conversation()
    if not late or change == "msg-system-number-changed-bsuid":
        assert (conversation["customer_phone"], conversation["customer_user_id"]) == (phone, user_id)
    assert conversation["unread_count"] == 1
    assert {message["message_type"] for message in meta.messages()} == {"text", "system"}


def test_the_old_number_in_new_hands_is_a_new_conversation(meta: Meta) -> None:
    meta.deliver("msg-text-classic", "msg-system-number-changed")
    meta.deliver_body(make_text_body(phone=ASHA, timestamp=1795350000, name="Someone Else"))
    assert {row["customer_phone"] for row in meta.conversations()} == {NEW_PHONE, ASHA}


def test_a_known_name_is_not_overwritten_with_nothing(meta: Meta) -> None:
    meta.deliver("msg-text", "edge-contact-without-profile", "edge-no-contacts")
    assert meta.conversation()["customer_name"] == "Asha Kulkarni"


def test_contacts_in_another_order_are_matched_by_id(meta: Meta) -> None:
    meta.deliver("edge-contact-order-mismatch")
    names = {row["customer_phone"]: row["customer_name"] for row in meta.conversations()}
    assert names == {ASHA: "Asha Kulkarni", "16505551234": "Sheena Nelson"}


def test_a_group_is_the_conversation_not_its_member(meta: Meta) -> None:
    meta.deliver("msg-text", "group-text")
    assert len(meta.conversations()) == 2
    (group,) = [row for row in meta.conversations() if row["group_id"]]
    assert (group["customer_phone"], group["customer_user_id"]) == (None, None)


def test_every_order_of_links_ends_in_one_conversation(meta: Meta) -> None:
    bodies = [
        make_text_body("wamid.a", phone=ASHA, user_id=None),
        make_text_body("wamid.b", phone=None, user_id=BSUID),
        make_text_body("wamid.c", phone=ASHA, user_id=BSUID),
    ]
    from sqlalchemy import text

    for order in itertools.permutations(bodies):
        meta.deliver_body(*order)
        assert meta.conversation()["unread_count"] == 3
        meta.session.execute(text("TRUNCATE chat_conversations, webhook_events CASCADE"))
        meta.session.commit()
        for body in order:
            meta.deliver_body(body)
        assert meta.conversation()["unread_count"] == 3
        meta.session.execute(text("TRUNCATE chat_conversations, webhook_events CASCADE"))
        meta.session.commit()


def test_one_customer_of_two_numbers_has_two_conversations(meta: Meta) -> None:
    meta.deliver_body(make_text_body(), make_text_body(number="106540352242922", waba="102290129340398"))
    assert {row["phone_number_id"] for row in meta.conversations()} == {NUMBER, "106540352242922"}


def test_a_message_that_names_nobody_fails_alone(meta: Meta) -> None:
    nobody = {"id": "wamid.nobody", "timestamp": "1795341600", "type": "text", "text": {"body": "?"}}
    fine = {**nobody, "id": "wamid.fine", "from": ASHA}
    stored = meta.deliver_body(envelope({"messages": [nobody, fine]}))
    assert {outcome for outcome, _ in stored.outcomes} == {"failed", "stored"}
    assert [message["wamid"] for message in meta.messages()] == ["wamid.fine"]


@pytest.mark.parametrize(
    "order", ["both parent own", "parent both own parent", "both own parent both", "parent parent both"]
)
def test_the_id_of_an_enterprise_alone_leads_to_its_customer(meta: Meta, order: str) -> None:
    """Whichever of the two ids is told first: one thread, answered under the customer's own id."""
    ids = {
        "both": {"from_user_id": "IN.1", "from_parent_user_id": "IN.ENT.1"},
        "parent": {"from_parent_user_id": "IN.ENT.1"},
        "own": {"from_user_id": "IN.1"},
    }

    def write(wamid: str, **keys: str) -> None:
        body = make_text_body(wamid, phone=None)
        value = body["entry"][0]["changes"][0]["value"]
        value["contacts"] = []
        value["messages"][0] |= keys
        assert meta.deliver_body(body).outcomes == {("stored", ""): 1}

    for n, name in enumerate(order.split()):
        write(f"wamid.{n}", **ids[name])
    conversation = meta.conversation()
    assert (conversation["customer_user_id"], conversation["customer_parent_user_id"]) == ("IN.1", "IN.ENT.1")
    # Somebody else is somebody else, and so is one whose own id is another of the same enterprise's.
    write("wamid.other", from_user_id="IN.2", from_parent_user_id="IN.ENT.2")
    write("wamid.third", from_user_id="IN.3", from_parent_user_id="IN.ENT.1")
    assert {row["customer_user_id"] for row in meta.conversations()} == {"IN.1", "IN.2", "IN.3"}
