"""One person's words never stand in another's thread: changes of numbers, numbers in new hands, late webhooks."""

import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

from livechat.customers.people import People
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.storing.batch import BatchEntry
from livechat.inbound.storing.locating import Number, Personal, locate
from livechat.models import Conversation
from livechat.whatsapp.webhook.body import parse
from livechat.whatsapp.webhook.items import ThreadMessage
from tests.conftest import make_token
from tests.factories import make_message
from tests.ingest.conftest import NUMBER, OWNER, Meta, envelope, make_status_body, make_text_body
from tests.ingest.histories import START, Told, histories

ANNA, BOB, NEW = "16505550001", "16505550002", "16505550009"
U_ANNA, U_ANNA_NEW, U_BOB = "US.ANNA", "US.ANNA2", "US.BOB"
CHANGE_AT = START + 1000


def make_change_body(
    old: str | None = ANNA,
    new: str | None = None,
    *,
    previous_user_id: str | None = None,
    user_id: str | None = None,
    kind: str = "user_changed_number",
    at: int = CHANGE_AT,
    wamid: str = "wamid.change",
    key: str = "wa_id",
) -> dict[str, Any]:
    system = {"type": kind, key: new, "user_id": user_id, "previous_user_id": previous_user_id}
    message = {
        "from": old,
        "id": wamid,
        "timestamp": str(at),
        "type": "system",
        "system": {name: value for name, value in system.items() if value is not None},
    }
    return envelope({"messages": [{name: value for name, value in message.items() if value is not None}]})


def threads(meta: Meta) -> dict[UUID, set[str]]:
    """Whose texts stand in each conversation."""
    found: dict[UUID, set[str]] = defaultdict(set)
    for message in meta.messages():
        if message["text"] and message["text"].startswith("by "):
            found[message["conversation_id"]].add(message["text"])
    return found


def writes(who: str, phone: str | None, user_id: str | None, at: int, wamid: str | None = None) -> Any:
    return make_text_body(
        wamid, phone=phone, user_id=user_id, timestamp=at, body=f"by {who}", name=who.capitalize()
    )


def test_a_number_that_is_now_a_known_other_persons_joins_nobody(meta: Meta) -> None:
    """As it was found: Bob's messages stood in Anna's thread and were answered there."""
    meta.deliver_body(writes("anna", ANNA, U_ANNA, START), writes("bob", BOB, U_BOB, START + 10))
    meta.deliver_body(make_change_body(new=BOB, user_id=U_ANNA_NEW, previous_user_id=U_ANNA))
    assert sorted(map(sorted, threads(meta).values())) == [["by anna"], ["by bob"]]
    by_user = {row["customer_user_id"]: row for row in meta.conversations()}
    assert (by_user[U_ANNA_NEW]["customer_phone"], by_user[U_BOB]["customer_phone"]) == (BOB, None)
    meta.deliver_body(
        writes("anna", BOB, U_ANNA_NEW, CHANGE_AT + 10),
        writes("bob", None, U_BOB, CHANGE_AT + 20),
        writes("bob", BOB, U_BOB, START + 20),
    )
    assert sorted(map(sorted, threads(meta).values())) == [["by anna"], ["by bob"]]


KNOWN_PHONES = {"unknown": NEW, "its own": ANNA, "another's": BOB}
KNOWN_IDS = {"none": None, "unknown": U_ANNA_NEW, "its own": U_ANNA, "another's": U_BOB}
KINDS = (
    "user_changed_number",
    "customer_changed_number",
    "customer_identity_changed",
    "user_changed_user_id",
)


CELLS = [
    *itertools.product(KNOWN_PHONES, KNOWN_IDS, (False, True), (True,)),
    *itertools.product(KNOWN_PHONES, ("none",), (False, True), (False,)),
]


def the_cell(
    phone: str, user_id: str, other_is_newer: bool, with_ids: bool, kind: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Who speaks, and the webhook: the change comes twice, then words from the numbers, new and old ones."""
    other_at = CHANGE_AT + 100 if other_is_newer else START + 10
    yield "anna", writes("anna", ANNA, U_ANNA if with_ids else None, START)
    yield "bob", writes("bob", BOB, U_BOB if with_ids else None, other_at)
    previous = U_ANNA if with_ids and user_id != "none" else None
    change = make_change_body(
        new=KNOWN_PHONES[phone], user_id=KNOWN_IDS[user_id], previous_user_id=previous, kind=kind
    )
    yield "", change
    yield "", change
    # New words from the number go to who has it now, older ones to who had it then.
    holder = "bob" if phone == "another's" and other_is_newer else "anna"
    yield holder, writes(holder, KNOWN_PHONES[phone], None, CHANGE_AT + 200)
    yield "bob", writes("bob", BOB, None, START + 5)
    yield "anna", writes("anna", ANNA, None, START - 5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("phone", "user_id", "other_is_newer", "with_ids"), CELLS)
def test_the_truth_table_of_a_change(
    phone: str, user_id: str, other_is_newer: bool, with_ids: bool, kind: str
) -> None:
    """Whatever the new ids are to us already, and whether the other spoke before the change or after it."""
    people, seen = People(), dict[str, tuple[UUID, int]]()
    for n, (who, body) in enumerate(the_cell(phone, user_id, other_is_newer, with_ids, kind)):
        _tell(people, Told(0, body, f"wamid.{n}", {"anna": 0, "bob": 1}.get(who)), seen)
    found = {(people.get(id_).id, who) for id_, who in seen.values()}
    assert len(found) == 2
    assert len({id_ for id_, _ in found}) == 2


@pytest.mark.parametrize(
    ("phone", "user_id", "other_is_newer", "with_ids"),
    [cell for cell in CELLS if cell[0] == "another's" and cell[1] in ("none", "unknown", "another's")],
)
def test_the_truth_table_of_a_change_in_the_database(
    meta: Meta, phone: str, user_id: str, other_is_newer: bool, with_ids: bool
) -> None:
    for _, body in the_cell(phone, user_id, other_is_newer, with_ids, "user_changed_number"):
        meta.deliver_body(body)
    assert sorted(map(sorted, threads(meta).values())) == [["by anna"], ["by bob"]]
    assert [row["failed"] for row in meta.rows("SELECT sum(failed) AS failed FROM webhook_events")] == [0]


def test_a_number_in_new_hands_that_tells_another_id_begins_a_thread(meta: Meta) -> None:
    """Without any change that we were told of."""
    meta.deliver_body(writes("anna", ANNA, U_ANNA, START))
    meta.deliver_body(writes("carl", ANNA, "US.CARL", START + 100))
    assert sorted(map(sorted, threads(meta).values())) == [["by anna"], ["by carl"]]
    by_user = {row["customer_user_id"]: row["customer_phone"] for row in meta.conversations()}
    assert by_user == {U_ANNA: None, "US.CARL": ANNA}


def test_a_late_sighting_does_not_take_a_number_back(meta: Meta) -> None:
    meta.deliver_body(writes("anna", ANNA, U_ANNA, START))
    meta.deliver_body(writes("carl", ANNA, "US.CARL", START + 100))
    meta.deliver_body(writes("anna", ANNA, U_ANNA, START + 50))
    meta.deliver_body(writes("carl", ANNA, None, START + 200))
    assert sorted(map(sorted, threads(meta).values())) == [["by anna"], ["by carl"]]


def test_what_was_written_under_the_new_id_before_the_change_was_told_joins(meta: Meta) -> None:
    """The two webhooks overtook each other: the new id is nobody else's, and nothing of it is older."""
    meta.deliver_body(writes("anna", ANNA, U_ANNA, START))
    meta.deliver_body(writes("anna", NEW, U_ANNA_NEW, CHANGE_AT + 5))
    assert len(meta.conversations()) == 2
    meta.deliver_body(make_change_body(new=NEW, user_id=U_ANNA_NEW, previous_user_id=U_ANNA))
    conversation = meta.conversation()
    assert (conversation["customer_phone"], conversation["customer_user_id"]) == (NEW, U_ANNA_NEW)
    meta.deliver_body(
        writes("anna", ANNA, U_ANNA, START + 5), writes("anna", None, U_ANNA_NEW, CHANGE_AT + 9)
    )
    assert meta.conversation()["unread_count"] == 4


def test_a_thread_whose_number_is_somebody_elses_cannot_be_written_to(meta: Meta) -> None:
    """Without ids nothing leads to Bob any more; what is sent to the number goes to Anna's thread."""
    now = int(time.time())
    meta.deliver_body(writes("anna", ANNA, None, now - 500), writes("bob", BOB, None, now - 400))
    bob = next(row for row in meta.conversations() if row["customer_phone"] == BOB)
    meta.deliver_body(make_change_body(new=BOB, at=now - 300))
    rows = {row["id"]: row for row in meta.conversations()}
    assert (rows[bob["id"]]["customer_phone"], rows[bob["id"]]["gone_at"] is not None) == (None, True)
    headers = {"Authorization": f"Bearer {make_token(OWNER)}"}
    send = {"phone_number_id": NUMBER, "message": "hello"}
    url = "/api/live-chat/send-message"
    refused = meta.client.post(url, json=send | {"conversation_id": str(bob["id"])}, headers=headers)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["conversation_id"])
    sent = meta.client.post(url, json=send | {"to": BOB}, headers=headers)
    assert sent.status_code == 202
    assert sent.json["conversation"]["id"] in {str(id_) for id_ in rows} - {str(bob["id"])}


def test_three_people_had_one_number_after_another(meta: Meta) -> None:
    """What each wrote with it comes late, and finds its thread all the same; so it does for who had it unknown."""
    phones = (ANNA, BOB, NEW, "16505550010")
    meta.deliver_body(*(writes(str(n), phone, None, START + n) for n, phone in enumerate(phones[:3])))
    meta.deliver_body(make_change_body(old=ANNA, new="16505550010", at=START + 100, wamid="wamid.c1"))
    meta.deliver_body(make_change_body(old=BOB, new=ANNA, at=START + 200, wamid="wamid.c2"))
    meta.deliver_body(make_change_body(old=ANNA, new="16505550011", at=START + 300, wamid="wamid.c3"))
    meta.deliver_body(make_change_body(old=NEW, new=ANNA, at=START + 400, wamid="wamid.c4"))
    meta.deliver_body(
        writes("0", ANNA, None, START + 50),
        writes("1", ANNA, None, START + 250),
        writes("2", ANNA, None, START + 450),
        writes("0", "16505550010", None, START + 450),
        writes("1", "16505550011", None, START + 450),
        writes("stranger", "16505550011", None, START + 60),
    )
    assert sorted(map(sorted, threads(meta).values())) == [["by 0"], ["by 1"], ["by 2"], ["by stranger"]]


def _tell(people: People, told: Told, seen: dict[str, tuple[UUID, int]]) -> None:
    """One webhook in memory, as a batch of one would: what it says of words is noted by wamid."""
    event = RawWebhook(UUID(int=1), b"", datetime.now().astimezone())
    entries: list[tuple[BatchEntry, Personal]] = [
        (BatchEntry(event, item), item)
        for item in parse(orjson.dumps(told.body))
        if isinstance(item, Personal)
    ]
    for _, item, conversation_id in locate(people, entries, {NUMBER: Number(OWNER, OWNER)}):
        if told.who is None or conversation_id is None or told.wamid in seen:
            continue
        seen[told.wamid] = (conversation_id, told.who)
        conversation = people.get(conversation_id)
        if isinstance(item, ThreadMessage) and (
            conversation.last_inbound_at is None or conversation.last_inbound_at < item.timestamp
        ):
            conversation.last_inbound_at = item.timestamp


def _mixed(found: dict[str, tuple[UUID, int]]) -> dict[UUID, set[int]]:
    by_thread: dict[UUID, set[int]] = defaultdict(set)
    for conversation_id, who in found.values():
        by_thread[conversation_id].add(who)
    return {id_: who for id_, who in by_thread.items() if len(who) > 1}


@settings(max_examples=600, deadline=None)
@given(histories())
def test_any_history_keeps_people_apart(told: list[Told]) -> None:
    people, seen = People(), dict[str, tuple[UUID, int]]()
    for each in told:
        _tell(people, each, seen)
    found = {wamid: (people.get(id_).id, who) for wamid, (id_, who) in seen.items()}
    assert _mixed(found) == {}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories())
def test_any_history_keeps_people_apart_in_the_database(meta: Meta, told: list[Told]) -> None:
    meta.session.execute(text("TRUNCATE chat_conversations, webhook_events CASCADE"))
    meta.session.commit()
    half = len(told) // 2
    for each in told[:half]:
        meta.deliver_body(each.body)
    meta.deliver_body(*(each.body for each in told[half:]))
    who = {each.wamid: each.who for each in told if each.who is not None}
    stored = {row["wamid"]: row["conversation_id"] for row in meta.messages()}
    assert {event["failed"] for event in meta.rows("SELECT failed FROM webhook_events")} <= {0}
    assert _mixed({wamid: (stored[wamid], person) for wamid, person in who.items()}) == {}


def test_who_wrote_under_two_numbers_is_two_people_whatever_a_status_says(meta: Meta) -> None:
    """A message to Ben that Meta calls delivered to Anna joins nobody: both have written for themselves."""
    anna, ben = "917755991051", "16505550002"
    for wamid, phone in (("wamid.anna", anna), ("wamid.ben", ben)):
        body = make_text_body(wamid, phone=phone)
        for contact in body["entry"][0]["changes"][0]["value"]["contacts"]:
            contact.pop("user_id", None)
        meta.deliver_body(body)
    [bens] = [row["id"] for row in meta.conversations() if row["customer_phone"] == ben]
    make_message(meta.session, meta.session.get(Conversation, bens), direction="outbound", wamid="wamid.out")
    meta.session.commit()
    meta.deliver_body(make_status_body("wamid.out", "delivered", int(time.time()), recipient_id=anna))
    assert len({row["conversation_id"] for row in meta.messages() if row["direction"] == "inbound"}) == 2
    meta.deliver_body(make_text_body("wamid.again", phone=ben))
    [last] = [row for row in meta.messages() if row["wamid"] == "wamid.again"]
    assert last["conversation_id"] == bens
