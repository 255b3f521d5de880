"""People: one over all numbers, called as the team calls them, seen as far as their conversations are."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from flask import Flask
from sqlalchemy import text

from livechat.conversations.merging import merge_conversation
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.domain.phone import phone_key, writings
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.run import ingest_raw
from livechat.models import Conversation, Person, PersonConversation, PersonId, PhoneNumber
from livechat.people.one_person import belonging
from livechat.people.queries import Candidate
from tests.factories import make_account, make_conversation, make_message, make_number
from tests.ingest.conftest import make_text_body
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]
# As one number of ours has it, and as another.
PAIRS = [
    ("5541988887777", "554188887777"),
    ("5215512345678", "525512345678"),
    ("5491123456789", "541123456789"),
]


def _chat(team: Team, number: PhoneNumber, **columns: Any) -> Conversation:
    """A conversation with a message."""
    conversation = make_conversation(team.session, number, **columns)
    make_message(team.session, conversation)
    team.session.commit()
    return conversation


def _person(call: Call, user: UUID, conversation: Conversation, **changes: Any) -> Any:
    path = f"/conversations/{conversation.id}/person"
    answer = call(user, "PATCH", path, json=changes) if changes else call(user, "GET", path)
    assert answer.status_code == 200, answer.text
    return answer.json


def _theirs(person: Any) -> set[str]:
    return {each["id"] for each in person["conversations"]}


def _hear(app: Flask, team: Team, **said: Any) -> None:
    waba = team.account.waba_id
    raw = RawWebhook(uuid7(), clock.now(), orjson.dumps(make_text_body(waba=waba, **said)))
    with app.app_context():
        ingest_raw(db.session, [raw])
        db.session.remove()
    # What the test has looked at is looked at again.
    team.session.rollback()


def test_o1_a_number_in_both_writings_is_one_person_on_all_our_numbers(team: Team, call: Call) -> None:
    first, second, third = team.numbers[0], team.number(), team.number()
    for long, short in PAIRS:
        one = _chat(team, first, customer_phone=long)
        other = _chat(team, second, customer_phone=short)
        both = {str(one.id), str(other.id)}
        for chat in (one, other):
            unwritten = _person(call, team.owner, chat)
            assert (_theirs(unwritten), unwritten["id"]) == (both, None)
        named = _person(call, team.owner, one, display_name=" Ana  ", language="pt_BR")
        assert (named["display_name"], named["language"], _theirs(named)) == ("Ana", "pt-BR", both)
        assert _person(call, team.owner, other)["id"] == named["id"]
        assert call(team.owner, "GET", f"/conversations/{other.id}").json["customer_name"] == "Ana"
        # Whoever is known is known again where somebody begins to write to them.
        body = {"phone_number_id": third.phone_number_id, "to": f"+{long}"}
        begun = call(team.owner, "POST", "/conversations", json=body)
        assert (begun.status_code, begun.json["customer_name"]) == (201, "Ana")
        body["to"] = short
        assert call(team.owner, "POST", "/conversations", json=body).json["id"] == begun.json["id"]
        # It has nothing to show yet.
        assert _theirs(_person(call, team.owner, one)) == both


def test_o6_a_name_that_an_agent_gave_survives_what_whatsapp_says(
    app: Flask, team: Team, call: Call, session: DbSession
) -> None:
    agent, number = team.member("agent", name="Ben"), team.numbers[0].phone_number_id
    _hear(app, team, number=number, phone="917755991051", name="asha.k")
    [chat] = session.query(Conversation).all()
    named = _person(call, agent, chat, display_name="Asha Kulkarni", expected={"display_name": None})
    assert (named["display_name"], named["profile_name"]) == ("Asha Kulkarni", "asha.k")
    assert named["named_by"] == {"user_id": str(agent), "name": "Ben"}
    for at, says in ((1795341601, "Asha 🌸"), (1795341602, "Asha 🌺")):
        _hear(app, team, number=number, phone="917755991051", user_id="IN.1", name=says, timestamp=at)
        shown = call(agent, "GET", f"/conversations/{chat.id}").json
        assert shown["customer_name"] == "Asha Kulkarni"
        assert _person(call, agent, chat)["profile_name"] == says
    found = call(agent, "GET", "/conversations?search=kulkarni").json["conversations"]
    assert [each["id"] for each in found] == [str(chat.id)]
    lines = call(agent, "GET", f"/conversations/{chat.id}/timeline").json["entries"]
    changes = [each["change"] for each in lines if each["kind"] == "change"]
    assert [(each["field"], each["from"], each["to"]) for each in changes] == [
        ("person", {"name": "asha.k"}, {"name": "Asha Kulkarni"})
    ]
    assert _person(call, agent, chat, display_name=None)["profile_name"] == "Asha 🌺"
    _hear(app, team, number=number, phone="917755991051", name="Asha", timestamp=1795341603)
    assert call(agent, "GET", f"/conversations/{chat.id}").json["customer_name"] == "Asha"


def test_of_a_persons_conversations_each_sees_their_own(team: Team, call: Call) -> None:
    seen, hidden = team.numbers[0], team.number()
    one, other = (_chat(team, each, customer_phone="447700900111") for each in (seen, hidden))
    agent = team.member("agent", numbers=[seen.phone_number_id])
    viewer, stranger = team.member("viewer"), uuid4()
    alone = team.member("agent", visibility="own")
    assert _theirs(_person(call, agent, one)) == {str(one.id)}
    # What they write down is the person's, wherever else they write.
    assert _theirs(_person(call, agent, one, email="mia@example.com")) == {str(one.id)}
    assert _person(call, viewer, other)["email"] == "mia@example.com"
    for user, chat, statuses in (
        (agent, other, [404, 404]),
        (stranger, one, [404, 404]),
        (alone, one, [404, 404]),
        (viewer, one, [200, 403]),
    ):
        path = f"/conversations/{chat.id}/person"
        asked = [call(user, "GET", path), call(user, "PATCH", path, json={"email": None})]
        assert [each.status_code for each in asked] == statuses


def test_what_was_shared_with_a_person_is_found_over_all_that_one_sees(team: Team, call: Call) -> None:
    seen, hidden = team.numbers[0], team.number()
    one, other, another = (
        make_conversation(team.session, each, customer_phone=phone)
        for each, phone in (
            (seen, PAIRS[0][0]),
            (hidden, PAIRS[0][1]),
            (seen, "447700900222"),
        )
    )
    agent = team.member("agent", numbers=[seen.phone_number_id])
    at = clock.now().replace(microsecond=0)
    for age, chat in enumerate((one, other, one, other, another)):
        sent = at - timedelta(minutes=age)
        make_message(team.session, chat, message_type="image", text=f"picture {age}", timestamp=sent)
        make_message(team.session, chat, text=f"see www.example.com/{age}", timestamp=sent)
    team.session.commit()
    path = f"/conversations/{one.id}/person/media"

    def shared(user: UUID, **query: str) -> list[str]:
        answer = call(user, "GET", path, query_string=query)
        assert answer.status_code == 200, answer.text
        return [each["text"] for each in answer.json["media"]]

    assert shared(team.owner, kind="pictures") == [f"picture {age}" for age in range(4)]
    assert shared(agent, kind="pictures") == ["picture 0", "picture 2"]
    assert len(shared(team.owner)) == 8
    first = call(team.owner, "GET", path, query_string={"kind": "links", "limit": "3"}).json
    assert [each["text"][-1] for each in first["media"]] == ["0", "1", "2"]
    rest = shared(team.owner, kind="links", cursor=first["next_cursor"])
    assert rest == ["see www.example.com/3"]
    assert call(uuid4(), "GET", path).status_code == 404


def test_of_two_who_write_at_once_the_second_is_told(team: Team, call: Call) -> None:
    chat = _chat(team, team.numbers[0])
    agent = team.member("agent", name="Ben")
    path = f"/conversations/{chat.id}/person"
    _person(call, agent, chat, display_name="Asha K.", time_zone="Asia/Kolkata")
    late = {"display_name": "A. Kulkarni", "expected": {"display_name": None}}
    refused = call(team.owner, "PATCH", path, json=late)
    assert (refused.status_code, refused.json["code"]) == (409, "conversation_changed")
    assert refused.json["changed_by"] == {"user_id": str(agent), "name": "Ben"}
    assert refused.json["person"]["display_name"] == "Asha K."
    assert refused.json["conversation"]["customer_name"] == "Asha K."
    # Another field is no matter of theirs, and the same once more changes nothing.
    late["expected"] = {"email": None}
    assert call(team.owner, "PATCH", path, json=late).status_code == 200
    version = call(agent, "GET", f"/conversations/{chat.id}").json["version"]
    assert _person(call, agent, chat, display_name="A. Kulkarni")["changed_by"]["user_id"] == str(team.owner)
    assert call(agent, "GET", f"/conversations/{chat.id}").json["version"] == version
    for wrong in (
        {"display_name": " "},
        {"display_name": "x" * 101},
        {"email": "asha"},
        {"language": "in Portuguese"},
        {"time_zone": "Mars/Olympus"},
        {"expected": {"age": 3}},
        {"age": 3},
    ):
        assert call(agent, "PATCH", path, json=wrong).status_code == 422, wrong


def test_attributes_are_the_workspaces_and_their_values_of_their_type(team: Team, call: Call) -> None:
    path, chat = f"/workspaces/{team.workspace_id}/attributes", _chat(team, team.numbers[0])
    agent = team.member("agent")

    def make(user: UUID, key: str, kind: str, **more: Any) -> Any:
        return call(user, "POST", path, json={"key": key, "name": key.title(), "type": kind} | more)

    assert make(agent, "plan", "list", options=["Free", "Paid"]).status_code == 403
    made = make(team.owner, "plan", "list", options=["Free", "Paid"])
    shown = {"key": "plan", "name": "Plan", "type": "list", "options": ["Free", "Paid"]}
    assert (made.status_code, made.json) == (201, shown)
    for key, kind in (
        ("size", "number"),
        ("since", "date"),
        ("vip", "bool"),
        ("crm", "link"),
        ("nick", "text"),
    ):
        assert make(team.owner, key, kind).status_code == 201
    assert make(team.owner, "plan", "list", options=["A"]).json["code"] == "already_exists"
    for wrong in (
        {"key": "Plan"},
        {"key": "1st"},
        {"type": "colour"},
        {"type": "list"},
        {"type": "list", "options": ["A", "A"]},
        {"options": ["A"]},
    ):
        body = {"key": "other", "name": "Other", "type": "text"} | wrong
        assert call(team.owner, "POST", path, json=body).status_code == 422, wrong
    keys = ["crm", "nick", "plan", "since", "size", "vip"]
    assert [each["key"] for each in call(agent, "GET", path).json["attributes"]] == keys
    values = {
        "plan": "Paid",
        "size": 2.5,
        "since": "2024-02-29",
        "vip": False,
        "crm": "https://crm.example/7",
    }
    assert _person(call, agent, chat, attributes=values)["attributes"] == values
    person = f"/conversations/{chat.id}/person"
    for key, value in (
        ("plan", "Gold"),
        ("size", "2"),
        ("size", True),
        ("since", "2023-02-29"),
        ("vip", "yes"),
        ("crm", "javascript:alert(1)"),
        ("crm", "crm.example"),
        ("nick", " "),
        ("age", 3),
    ):
        refused = call(agent, "PATCH", person, json={"email": "a@example.com", "attributes": {key: value}})
        assert (refused.status_code, list(refused.json["errors"])) == (422, [f"attributes.{key}"])
    # Each value is compared and taken away by itself.
    late = {"attributes": {"vip": True}, "expected": {"attributes": {"vip": None}}}
    assert call(agent, "PATCH", person, json=late).json["person"]["attributes"] == values
    late["expected"] = {"attributes": {"vip": False}}
    assert call(agent, "PATCH", person, json=late).json["attributes"] == values | {"vip": True}
    assert "size" not in _person(call, agent, chat, attributes={"size": None})["attributes"]
    # What was put away is shown to nobody, and comes back with what it held.
    assert call(agent, "DELETE", f"{path}/plan").status_code == 403
    assert call(team.owner, "DELETE", f"{path}/plan").status_code == 204
    assert "plan" not in _person(call, agent, chat)["attributes"]
    assert call(agent, "PATCH", person, json={"attributes": {"plan": "Free"}}).status_code == 422
    assert call(team.owner, "PATCH", f"{path}/plan", json={"name": "Plan"}).status_code == 404
    assert make(team.owner, "plan", "text").status_code == 409
    assert make(team.owner, "plan", "list", options=["Free", "Paid", "Gold"]).status_code == 201
    assert _person(call, agent, chat)["attributes"]["plan"] == "Paid"
    changed = call(team.owner, "PATCH", f"{path}/plan", json={"name": "Tariff", "options": ["Gold"]})
    assert (changed.json["name"], changed.json["options"]) == ("Tariff", ["Gold"])


@pytest.mark.parametrize("by", ["this release", "the previous one"])
def test_conversations_that_merge_are_one_persons(
    team: Team, call: Call, session: DbSession, by: str
) -> None:
    number, elsewhere = team.numbers[0], team.number()
    kept = _chat(team, number, customer_phone="447700900111")
    gone = _chat(team, number, customer_phone=None, customer_user_id="GB.7", customer_name="Mia R.")
    further = _chat(team, elsewhere, customer_phone=None, customer_user_id="GB.7")
    _person(call, team.owner, kept, email="mia@example.com")
    _person(call, team.owner, gone, display_name="Mia", email="old@example.com")
    ids = {"loser": gone.id, "winner": kept.id}
    if by == "this release":
        merge_conversation(session, gone.id, kept.id)
    else:
        for statement in (
            "UPDATE chat_messages SET conversation_id = :winner WHERE conversation_id = :loser",
            "INSERT INTO conversation_aliases (id, conversation_id) VALUES (:loser, :winner)",
            "DELETE FROM chat_conversations WHERE id = :loser",
        ):
            session.execute(text(statement), {name: ids[name] for name in ids if f":{name}" in statement})
    session.commit()
    assert session.query(Person).count() == 1
    merged = _person(call, team.owner, kept)
    assert (merged["display_name"], merged["email"]) == ("Mia", "mia@example.com")
    assert _theirs(merged) == {str(kept.id), str(further.id)}
    assert call(team.owner, "GET", f"/conversations/{kept.id}").json["customer_name"] == "Mia"


def test_ids_that_are_learnt_later_lead_to_the_person_and_lost_ones_do_not(
    app: Flask, team: Team, call: Call, session: DbSession
) -> None:
    first, second = team.numbers[0], team.number()
    mia = _chat(team, first, customer_phone="447700900111", customer_user_id="GB.7")
    named = _person(call, team.owner, mia, display_name="Mia")
    # She writes to another number, by her business-scoped id alone, then with her phone.
    for phone in (None, "447700900111"):
        _hear(app, team, number=second.phone_number_id, phone=phone, user_id="GB.7", name="M.")
        names = {each["customer_name"] for each in _person(call, team.owner, mia)["conversations"]}
        assert names == {"Mia"}
    assert len(_theirs(_person(call, team.owner, mia))) == 2
    # Her phone is given to Tom, who writes to both.
    for number in (first, second):
        at = int(clock.now().timestamp()) + 60
        _hear(
            app,
            team,
            number=number.phone_number_id,
            phone="447700900111",
            user_id="GB.8",
            name="Tom",
            timestamp=at,
        )
    toms = session.query(Conversation).filter_by(customer_user_id="GB.8").all()
    assert [each.customer_name for each in toms] == ["Tom", "Tom"]
    person = _person(call, team.owner, toms[0])
    assert (_theirs(person), person["id"]) == ({str(each.id) for each in toms}, None)
    assert _person(call, team.owner, mia)["id"] == named["id"]
    kept = session.query(PersonConversation).count(), {each.value for each in session.query(PersonId)}
    assert kept == (2, {"GB.7"})


EARLY, LATE = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 9))
ONE, OTHER, HERE, THERE = (uuid4() for _ in range(4))


def _candidate(id_: UUID, *, phone: str | None = "5541988887777", **facts: Any) -> Candidate:
    return Candidate(
        id_,
        facts.get("account", HERE),
        phone,
        facts.get("bsuid"),
        facts.get("began", EARLY),
        facts.get("person"),
        facts.get("left"),
    )


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ({}, {"phone": "554188887777"}, True),
        ({}, {"phone": "554133334444"}, False),
        ({"bsuid": "BR.1"}, {"bsuid": "BR.1", "phone": None}, True),
        ({"bsuid": "BR.1"}, {"bsuid": "BR.2"}, False),
        # Another business account has other ids for the same people.
        ({"bsuid": "BR.1"}, {"bsuid": "BR.2", "account": THERE}, True),
        ({"bsuid": "BR.1", "person": HERE}, {"bsuid": "BR.2", "person": HERE}, True),
        ({"phone": None}, {"phone": None}, False),
        # The number was somebody else's when one of the two began.
        ({"left": datetime(2026, 6, 1, tzinfo=UTC)}, {"began": LATE}, False),
        ({"left": datetime(2026, 6, 1, tzinfo=UTC), "began": LATE}, {"began": LATE}, True),
    ],
)
def test_who_is_one_and_who_is_not(one: dict[str, Any], other: dict[str, Any], are_one: bool) -> None:
    both = [_candidate(ONE, **one), _candidate(OTHER, **other)]
    for id_ in (ONE, OTHER):
        assert {each.id for each in belonging(both, id_)} == ({ONE, OTHER} if are_one else {id_})


def test_the_database_has_the_same_key_of_a_number(session: DbSession) -> None:
    path = Path(__file__).parent.parent / "phone_numbers.json"
    numbers = {each["digits"] for each in json.loads(path.read_text())["read"]}
    numbers |= {written for pair in PAIRS for written in pair}
    numbers |= {each[:cut] for each in numbers for cut in (-1, -2)} | {f"{each}0" for each in numbers}
    numbers |= {written for each in numbers for written in writings(each)} | {"2290190123456", "554133334444"}
    asked = "SELECT n, livechat_phone_key(n) FROM unnest(CAST(:all AS text[])) AS given (n)"
    found = {row[0]: row[1] for row in session.execute(text(asked), {"all": sorted(numbers)})}
    assert found == {each: phone_key(each) for each in numbers}


def test_another_workspaces_person_is_another(team: Team, call: Call, session: DbSession) -> None:
    stranger = uuid4()
    theirs = make_conversation(
        session, make_number(session, make_account(session, stranger)), customer_phone="447700900111"
    )
    session.commit()
    ours = _chat(team, team.numbers[0], customer_phone="447700900111")
    _person(call, team.owner, ours, display_name="Mia")
    assert call(stranger, "GET", f"/conversations/{theirs.id}/person").json["display_name"] is None
