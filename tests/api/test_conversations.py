"""The list, one conversation, and reading it."""

import base64
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from flask import Flask
from redis import Redis
from sqlalchemy.orm import Session, scoped_session

from livechat.accounts.schemas import PhoneNumberSchema
from livechat.conversations.object_schemas import ConversationSchema
from livechat.core.extensions import db
from livechat.models import AccountMember, Conversation, ConversationAlias, WabaAccount
from tests.api.conftest import Caller
from tests.factories import make_account, make_conversation, make_message, make_number

DbSession = scoped_session[Session]
Call = Callable[[UUID], Caller]
T0 = datetime(2026, 11, 22, 10, tzinfo=UTC)


def tasks(redis_client: Redis, queue: str = "outbound") -> list[dict[str, Any]]:
    """Name and arguments of what was enqueued, oldest first."""
    found = []
    for raw in reversed(redis_client.lrange(queue, 0, -1)):
        message = orjson.loads(raw)
        body = orjson.loads(base64.b64decode(message["body"]))
        found.append({"task": message["headers"]["task"], "kwargs": body[1]})
    return found


def test_the_selector_shows_the_users_numbers_with_their_unread(session: DbSession, caller: Call) -> None:
    user = uuid4()
    account = make_account(session, user)
    first, second = make_number(session, account), make_number(session, account, verified_name=None)
    make_number(session)
    for _ in range(2):
        conversation = make_conversation(session, first)
        for _ in range(3):
            make_message(session, conversation)
    session.commit()
    numbers = caller(user).get("/phone-numbers").json["phone_numbers"]
    assert [(n["phone_number_id"], n["unread_count"]) for n in numbers] == [
        (first.phone_number_id, 6),
        (second.phone_number_id, 0),
    ]
    assert PhoneNumberSchema().validate(numbers[0]) == {}
    assert (numbers[0]["waba_id"], numbers[1]["verified_name"]) == (account.waba_id, None)


def test_a_member_sees_what_the_owner_shares(session: DbSession, caller: Call) -> None:
    owner, agent = uuid4(), uuid4()
    account = make_account(session, owner)
    conversation = make_conversation(session, make_number(session, account))
    session.add(AccountMember(account_id=account.id, user_id=agent, role="agent"))
    session.commit()
    answer = caller(agent).get(f"/conversations/{conversation.id}")
    assert (answer.status_code, answer.json["user_id"]) == (200, str(owner))


def test_a_conversation_has_every_field_and_null_where_nothing_is_known(
    session: DbSession, caller: Call
) -> None:
    user = uuid4()
    number = make_number(session, make_account(session, user))
    bare = make_conversation(
        session,
        number,
        customer_phone=None,
        customer_user_id="IN.123",
        customer_name=None,
        last_inbound_at=None,
    )
    session.commit()
    shown = caller(user).get(f"/conversations/{bare.id}").json
    assert ConversationSchema().validate(shown) == {}
    assert shown == {
        "id": str(bare.id),
        "user_id": str(user),
        "phone_number_id": number.phone_number_id,
        "customer_phone": None,
        "customer_user_id": "IN.123",
        "customer_username": None,
        "customer_name": None,
        "last_message": None,
        "last_message_time": shown["last_message_time"],
        "unread_count": 0,
        "my_unread_count": 0,
        "counted_total": 0,
        "read_total": 0,
        "waiting_since": None,
        "window_expires_at": None,
        "draft": None,
        "marketing_opt_out": False,
        "is_blocked": False,
        "status": "open",
        "snoozed_until": None,
        "labels": [],
        "workspace_id": str(session.get_one(WabaAccount, number.account_id).workspace_id),
        "assignee": None,
        "team": None,
        "version": 0,
    }
    assert shown["last_message_time"].endswith("Z")


@pytest.mark.parametrize(
    ("heard_ago_h", "refused_ago_h", "is_open"),
    [
        (None, None, False),
        (1, None, True),
        (23.99, None, True),
        (24, None, False),
        (2, 1, False),
        (1, 2, True),
    ],
)
def test_the_window_is_told_only_while_it_is_open(
    session: DbSession, caller: Call, heard_ago_h: float | None, refused_ago_h: float | None, is_open: bool
) -> None:
    user, now = uuid4(), datetime.now(UTC)
    heard = now - timedelta(hours=heard_ago_h) if heard_ago_h is not None else None
    refused = now - timedelta(hours=refused_ago_h) if refused_ago_h is not None else None
    number = make_number(session, make_account(session, user))
    conversation = make_conversation(session, number, last_inbound_at=heard, window_refused_at=refused)
    session.commit()
    expires = caller(user).get(f"/conversations/{conversation.id}").json["window_expires_at"]
    assert (expires is not None) is is_open
    if expires is not None and heard is not None:
        assert datetime.fromisoformat(expires) == heard + timedelta(hours=24)


def test_the_list_pages_by_key_newest_first_even_where_times_are_equal(
    session: DbSession, caller: Call
) -> None:
    user = uuid4()
    number = make_number(session, make_account(session, user))
    made = [
        make_conversation(session, number, last_message_time=T0 + timedelta(seconds=n // 3))
        for n in range(10)
    ]
    session.commit()
    expected = [str(c.id) for c in sorted(made, key=lambda c: (c.last_message_time, c.id), reverse=True)]
    seen: list[str] = []
    query: dict[str, Any] = {"phone_number_id": number.phone_number_id, "limit": 3, "user_id": user}
    pages = 0
    while True:
        page = caller(user).get("/conversations", **query).json
        seen += [item["id"] for item in page["conversations"]]
        pages += 1
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert (seen, pages) == (expected, 4)


def test_the_list_can_be_narrowed(session: DbSession, caller: Call) -> None:
    user = uuid4()
    number = make_number(session, make_account(session, user))
    asha = make_conversation(session, number, customer_name="Asha 100%_", customer_phone="911234567890")
    ravi = make_conversation(session, number, customer_name="Ravi", customer_username="ravi.k")
    make_message(session, ravi)
    session.commit()

    def found(**query: Any) -> list[str]:
        answer = caller(user).get("/conversations", phone_number_id=number.phone_number_id, **query)
        return [item["id"] for item in answer.json["conversations"]]

    assert found(unread="true") == [str(ravi.id)]
    assert found(search="asH") == found(search="%_") == found(search="+91 12345") == [str(asha.id)]
    assert found(search="ravi.") == [str(ravi.id)]
    assert found(search="_%") == found(search="zzz") == []


def test_only_the_tokens_user_may_be_named(session: DbSession, caller: Call) -> None:
    user = uuid4()
    number = make_number(session, make_account(session, user))
    session.commit()
    api, number_id = caller(user), number.phone_number_id
    cases: list[tuple[dict[str, Any], int, str | None]] = [
        ({"phone_number_id": number_id, "user_id": str(user).upper()}, 200, None),
        ({"phone_number_id": number_id, "user_id": uuid4()}, 403, "forbidden"),
        ({"phone_number_id": "nope", "user_id": uuid4()}, 403, "forbidden"),
        ({"phone_number_id": number_id, "user_id": "x"}, 403, "forbidden"),
        ({"phone_number_id": number_id, "user_id": "", "cursor": ""}, 200, None),
        ({}, 200, None),
        ({"phone_number_id": number_id, "colour": "red"}, 422, "validation_failed"),
        ({"phone_number_id": ""}, 404, "not_found"),
        ({"phone_number_id": "1"}, 404, "not_found"),
        ({"phone_number_id": number_id, "cursor": "AAAA"}, 422, "validation_failed"),
        ({"phone_number_id": number_id, "cursor": "x" * 201}, 422, "validation_failed"),
    ]
    for query, status, code in cases:
        answer = api.get("/conversations", **query)
        assert (answer.status_code, answer.json.get("code")) == (status, code), query


def test_the_list_and_a_merged_id_cost_few_statements(
    session: DbSession, caller: Call, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    user = uuid4()
    number = make_number(session, make_account(session, user))
    for _ in range(30):
        make_message(session, make_conversation(session, number))
    conversation = make_conversation(session, number)
    merged = uuid4()
    session.add(ConversationAlias(id=merged, conversation_id=conversation.id))
    session.commit()
    number_id, conversation_id = number.phone_number_id, str(conversation.id)
    session.remove()
    api = caller(user)
    with statements() as seen:
        answer = api.get("/conversations", phone_number_id=number_id)
    assert len(answer.json["conversations"]) == 31
    assert answer.json["conversations"][0]["last_message"] is None
    assert all(item["last_message"] for item in answer.json["conversations"][1:])
    # The second factor, access, the page, and its five ornaments that have something to ask.
    assert len(seen) <= 8
    with statements() as over_all:
        assert len(api.get("/conversations", status="open").json["conversations"]) == 31
    assert len(over_all) <= 8
    assert api.get(f"/conversations/{merged}").json["id"] == conversation_id
    with statements() as seen:
        assert len(api.get("/phone-numbers").json["phone_numbers"]) == 1
    assert len(seen) <= 3


def test_reading_moves_the_pointer_forward_only_and_tells_meta_once(
    session: DbSession, caller: Call, redis_client: Redis
) -> None:
    user = uuid4()
    conversation = make_conversation(session, make_number(session, make_account(session, user)))
    messages = [make_message(session, conversation) for _ in range(4)]
    make_message(session, conversation, direction="outbound")
    session.commit()
    api, url = caller(user), f"/conversations/{conversation.id}/read"
    told = [{"task": "outbound.mark_read", "kwargs": {"conversation_id": str(conversation.id)}}]
    assert api.post(url, {"up_to": str(messages[1].id)}).json["unread_count"] == 2
    assert tasks(redis_client) == told
    # An older message, the same again: nothing goes back and Meta hears nothing.
    for earlier in (messages[0], messages[1]):
        assert api.post(url, {"up_to": str(earlier.id)}).json["unread_count"] == 2
    assert tasks(redis_client) == told
    answer = api.post(url)
    assert (answer.status_code, answer.json["unread_count"]) == (200, 0)
    assert ConversationSchema().validate(answer.json) == {}
    assert tasks(redis_client) == told * 2
    assert api.post(url, {}).json["unread_count"] == 0
    assert api.post(url, {"up_to": None}).json["unread_count"] == 0
    assert tasks(redis_client) == told * 2


def test_reading_up_to_a_message_that_is_not_there_is_404_and_changes_nothing(
    session: DbSession, caller: Call, redis_client: Redis
) -> None:
    user = uuid4()
    number = make_number(session, make_account(session, user))
    conversation = make_conversation(session, number)
    make_message(session, conversation)
    elsewhere = make_message(session, make_conversation(session, number))
    session.commit()
    for up_to in (elsewhere.id, uuid4(), "x", ""):
        answer = caller(user).post(f"/conversations/{conversation.id}/read", {"up_to": str(up_to)})
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert caller(user).get(f"/conversations/{conversation.id}").json["unread_count"] == 1
    assert tasks(redis_client) == []


def test_reading_waits_for_a_message_that_is_being_stored(
    app: Flask, session: DbSession, caller: Call
) -> None:
    user = uuid4()
    conversation = make_conversation(session, make_number(session, make_account(session, user)))
    make_message(session, conversation)
    session.commit()
    api, conversation_id, answers = caller(user), conversation.id, []
    # As ingest does it: lock the conversation's row, store, count, commit.
    locked = session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    assert locked is not None
    reader = threading.Thread(
        target=lambda: answers.append(api.post(f"/conversations/{conversation_id}/read"))
    )
    reader.start()
    reader.join(0.3)
    assert reader.is_alive()
    make_message(session, locked)
    session.commit()
    reader.join(10)
    assert answers[0].json["unread_count"] == 0
    session.remove()
    stored = db.session.get(Conversation, conversation_id)
    assert stored is not None
    assert stored.unread_count == 0
