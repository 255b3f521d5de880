"""``POST /send-message``: what is stored, what is refused, and that a key means one message."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import amqp.exceptions
import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.core.extensions import db
from livechat.domain.clock import now
from livechat.models import Conversation, PhoneNumber, WabaAccount
from tests.conftest import wait_until
from tests.factories import make_account, make_conversation, make_message, make_number
from tests.sends.conftest import execute, stored

AnySession = scoped_session[Session]
URL = "/api/live-chat/send-message"
TEMPLATE = {"name": "order_ready", "language": {"code": "en_US"}}


class Agent:
    """A signed-in owner of one number, who sends."""

    def __init__(self, client: FlaskClient, session: AnySession, auth: Callable[..., dict[str, str]]) -> None:
        self._client, self._auth, self._session = client, auth, session
        self.account: WabaAccount = make_account(session)
        self.number: PhoneNumber = make_number(session, self.account)
        self.user_id = self.account.user_id
        self.phone_number_id = self.number.phone_number_id
        session.commit()

    def conversation(self, **columns: Any) -> Conversation:
        made = make_conversation(self._session, self.number, **columns)
        self._session.commit()
        return made

    def post(self, headers: dict[str, str] | None = None, **body: Any) -> Any:
        given = {"phone_number_id": self.phone_number_id, **body}
        return self._client.post(URL, json=given, headers=self._auth(self.user_id) | (headers or {}))


@pytest.fixture
def agent(client: FlaskClient, session: AnySession, auth: Callable[..., dict[str, str]]) -> Agent:
    return Agent(client, session, auth)


def count(table: str) -> int:
    with db.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


LINK = "See https://bakery.example/order/7"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"message": LINK}, {"body": LINK, "preview_url": True}),
        ({"message": "HTTP://bakery.example"}, {"body": "HTTP://bakery.example", "preview_url": True}),
        ({"message": LINK, "preview_url": False}, {"body": LINK, "preview_url": False}),
        ({"message": LINK, "preview_url": None}, {"body": LINK, "preview_url": True}),
        ({"message": "no link", "preview_url": True}, {"body": "no link", "preview_url": True}),
        ({"message": "www.bakery.example http:// ftp://x"}, {"body": "www.bakery.example http:// ftp://x"}),
        ({"text": {"body": LINK}}, {"body": LINK, "preview_url": True}),
        ({"text": {"body": LINK, "preview_url": False}}, {"body": LINK, "preview_url": False}),
        ({"message": LINK, "text": {"preview_url": False}}, {"body": LINK, "preview_url": False}),
    ],
)
def test_a_link_has_its_preview_unless_told_otherwise(
    agent: Agent, asked: dict[str, Any], part: dict[str, Any]
) -> None:
    conversation = agent.conversation()
    answer = agent.post(conversation_id=str(conversation.id), client_message_id="c", **asked)
    assert answer.status_code == 202, answer.text
    assert answer.json["message"]["content"] == {"text": part}
    assert answer.json["message"]["text"] == part["body"]
    again = agent.post(conversation_id=str(conversation.id), client_message_id="c", **asked)
    assert (again.status_code, again.json["message"]["id"]) == (200, answer.json["message"]["id"])


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"message": LINK, "preview_url": "yes"}, ["preview_url"]),
        ({"message": LINK, "preview_url": 1}, ["preview_url"]),
        ({"message": LINK, "text": {"preview_url": []}}, ["text.preview_url"]),
        ({"message": LINK, "text": {"body": LINK}}, ["text.body"]),
        ({"text": {"body": " "}}, ["text.body"]),
        ({"text": {"body": 5}}, ["text.body"]),
        ({"text": {"body": "x" * 4097}}, ["text.body"]),
        ({"text": "hello"}, ["message", "text"]),
        (
            {"message_type": "image", "image": {"link": "https://x.example/a.png"}, "preview_url": True},
            ["preview_url"],
        ),
    ],
)
def test_what_is_no_text_or_no_preview_is_named(
    agent: Agent, asked: dict[str, Any], fields: list[str]
) -> None:
    answer = agent.post(conversation_id=str(agent.conversation().id), **asked)
    assert (answer.status_code, sorted(answer.json["errors"])) == (422, fields)


def test_a_text_is_stored_and_enqueued_before_the_202(agent: Agent, redis_client: Redis) -> None:
    conversation = agent.conversation(customer_phone="919812345678")
    answer = agent.post(to="+91 98123-45678", message="  Ready at six. 😀 ", client_message_id="c1")
    assert answer.status_code == 202
    message = answer.json["message"]
    assert message["status"] == "queued"
    assert message["direction"] == "outbound"
    assert (message["message_type"], message["text"]) == ("text", "  Ready at six. 😀 ")
    assert message["content"] == {"text": {"body": "  Ready at six. 😀 "}}
    assert (message["client_message_id"], message["wamid"], message["error"]) == ("c1", None, None)
    shown = answer.json["conversation"]
    assert shown["id"] == str(conversation.id) == message["conversation_id"]
    assert shown["last_message"] == message
    assert shown["last_message_time"] == message["timestamp"]
    task = orjson.loads(redis_client.lindex("outbound", 0))
    assert task["headers"]["task"] == "outbound.send"
    assert str(conversation.id) in task["headers"]["kwargsrepr"]
    assert "Ready" not in orjson.dumps(task).decode()


def test_a_conversation_id_serves_in_place_of_a_number(agent: Agent) -> None:
    conversation = agent.conversation(customer_phone=None, customer_user_id="IN.77")
    assert agent.post(conversation_id=str(conversation.id), message="Hello").status_code == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"message": "x"}, "to"),
        ({"to": "919812345678", "conversation_id": str(uuid4()), "message": "x"}, "to"),
        ({"to": "not a number", "message": "x"}, "to"),
        ({"to": 919812345678, "message": "x"}, "to"),
        ({"to": "919812345678"}, "message"),
        ({"to": "919812345678", "message": " \n\t "}, "message"),
        ({"to": "919812345678", "message": "x" * 4097}, "message"),
        ({"to": "919812345678", "message": "😀" * 2049}, "message"),
        ({"to": "919812345678", "message": ["x"]}, "message"),
        ({"to": "919812345678", "message": "x", "message_type": "carrier_pigeon"}, "message_type"),
        ({"to": "919812345678", "message_type": "image"}, "image"),
        ({"to": "919812345678", "message": "x", "message_type": "image", "image": {"id": "1"}}, "message"),
        ({"to": "919812345678", "message_type": "image", "image": {}}, "image"),
        ({"to": "919812345678", "message_type": "template", "template": {"name": "x"}}, "template"),
        ({"to": "919812345678", "message": "x", "client_message_id": ""}, "client_message_id"),
        ({"to": "919812345678", "message": "x", "client_message_id": "k" * 256}, "client_message_id"),
        ({"to": "919812345678", "message": "x", "phone_number_id": None}, "phone_number_id"),
    ],
)
def test_what_is_wrong_is_named(agent: Agent, body: dict[str, Any], field: str) -> None:
    agent.conversation(customer_phone="919812345678")
    answer = agent.post(**body)
    assert answer.status_code == 422
    assert answer.json["code"] == "validation_failed"
    assert any(name.split(".")[0] == field for name in answer.json["errors"]), answer.json["errors"]
    assert count("chat_messages") == 0


def test_4096_characters_pass_as_utf_16_counts_them(agent: Agent) -> None:
    agent.conversation(customer_phone="919812345678")
    assert agent.post(to="919812345678", message="😀" * 2048).status_code == 202


def test_other_peoples_numbers_conversations_and_messages_do_not_exist(
    agent: Agent, session: AnySession
) -> None:
    strangers = make_conversation(session)
    theirs = make_message(session, strangers)
    mine = agent.conversation()
    elsewhere = make_conversation(session, make_number(session, agent.account))
    session.commit()
    number = strangers.phone_number_id
    assert agent.post(phone_number_id=number, to="919812345678", message="x").status_code == 404
    for wrong in (str(strangers.id), str(elsewhere.id), str(uuid4()), "nonsense"):
        assert agent.post(conversation_id=wrong, message="x").status_code == 404
    for wrong in (str(theirs.id), str(uuid4()), "nonsense"):
        assert agent.post(conversation_id=str(mine.id), message="x", reply_to=wrong).status_code == 404
    assert count("chat_messages") == 1


def test_a_reply_quotes_by_our_id(agent: Agent, session: AnySession) -> None:
    conversation = agent.conversation()
    theirs = make_message(session, conversation, wamid="wamid.q")
    session.commit()
    answer = agent.post(conversation_id=str(conversation.id), message="Yes", reply_to=str(theirs.id))
    assert answer.status_code == 202
    assert answer.json["message"]["reply_to"] == str(theirs.id)
    assert stored(answer.json["message"]["id"]).reply_to_wamid == "wamid.q"


def test_a_message_that_meta_does_not_have_yet_cannot_be_quoted(agent: Agent) -> None:
    conversation = agent.conversation()
    waiting = agent.post(conversation_id=str(conversation.id), message="one").json["message"]["id"]
    answer = agent.post(conversation_id=str(conversation.id), message="two", reply_to=waiting)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == ["reply_to"]


@pytest.mark.parametrize("target", ["id", "wamid"])
def test_a_reaction_names_its_bubble_by_either_id(agent: Agent, session: AnySession, target: str) -> None:
    conversation = agent.conversation()
    theirs = make_message(session, conversation, wamid="wamid.r")
    session.commit()
    before = conversation.last_message_id
    answer = agent.post(
        conversation_id=str(conversation.id),
        message_type="reaction",
        reaction={"message_id": str(theirs.id) if target == "id" else "wamid.r", "emoji": "👍"},
    )
    assert answer.status_code == 202
    assert answer.json["message"]["content"]["reaction"] == {"message_id": "wamid.r", "emoji": "👍"}
    assert answer.json["conversation"]["last_message"]["id"] == str(before)


# The window


def test_the_window_shuts_24_hours_after_the_customers_last_message(agent: Agent) -> None:
    heard_at = now() - timedelta(hours=24, seconds=1)
    shut = agent.conversation(last_inbound_at=heard_at)
    still_open = agent.conversation(last_inbound_at=now() - timedelta(hours=24) + timedelta(seconds=30))
    answer = agent.post(conversation_id=str(shut.id), message="x")
    assert (answer.status_code, answer.json["code"]) == (409, "service_window_closed")
    assert answer.json["closed_at"] == (heard_at + timedelta(hours=24)).isoformat(
        timespec="microseconds"
    ).replace("+00:00", "Z")
    assert agent.post(conversation_id=str(still_open.id), message="x").status_code == 202
    passes = agent.post(conversation_id=str(shut.id), message_type="template", template=TEMPLATE)
    assert passes.status_code == 202


def test_metas_refusal_shuts_the_window_before_its_time(agent: Agent) -> None:
    conversation = agent.conversation(
        last_inbound_at=now() - timedelta(hours=1), window_refused_at=now() - timedelta(minutes=1)
    )
    assert agent.post(conversation_id=str(conversation.id), message="x").status_code == 409


def test_a_stranger_cannot_be_written_to_and_leaves_no_row(agent: Agent) -> None:
    answer = agent.post(to="919800000001", message="Hello")
    assert (answer.status_code, answer.json["closed_at"]) == (409, None)
    assert count("chat_conversations") == 0
    never_wrote = agent.conversation(last_inbound_at=None)
    answer = agent.post(conversation_id=str(never_wrote.id), message="Hello")
    assert (answer.status_code, answer.json["closed_at"]) == (409, None)


def test_a_template_opens_a_conversation_with_a_new_number(agent: Agent) -> None:
    answer = agent.post(to="+91 98000 00002", message_type="template", template=TEMPLATE)
    assert answer.status_code == 202
    assert answer.json["message"]["content"] == {"template": TEMPLATE}
    shown = answer.json["conversation"]
    assert (shown["customer_phone"], shown["user_id"]) == ("919800000002", str(agent.user_id))
    assert (shown["unread_count"], shown["window_expires_at"]) == (0, None)


def test_a_refused_template_leaves_no_conversation(agent: Agent) -> None:
    answer = agent.post(to="919800000003", message_type="template", template=TEMPLATE, reply_to=str(uuid4()))
    assert answer.status_code == 404
    assert count("chat_conversations") == 0


# Idempotency


@pytest.mark.parametrize("by", ["header", "client_message_id", "both"])
def test_the_same_request_again_is_the_same_message(agent: Agent, redis_client: Redis, by: str) -> None:
    conversation = agent.conversation()
    body: dict[str, Any] = {"conversation_id": str(conversation.id), "message": "Once"}
    headers = {"Idempotency-Key": "k1"} if by != "client_message_id" else {}
    if by != "header":
        body["client_message_id"] = "c1"
    first = agent.post(headers, **body)
    execute("UPDATE chat_conversations SET last_inbound_at = now() - interval '9 d'")
    again = agent.post(headers, **body)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json["message"]["id"] == again.json["message"]["id"]
    assert (count("chat_messages"), redis_client.llen("outbound")) == (1, 1)


@pytest.mark.parametrize("key", [{"Idempotency-Key": "k1"}, {}])
def test_a_key_of_another_request_is_a_conflict(agent: Agent, key: dict[str, str]) -> None:
    conversation = agent.conversation()
    more = {} if key else {"client_message_id": "c1"}
    body = {"conversation_id": str(conversation.id), **more}
    assert agent.post(key, message="one", **body).status_code == 202
    answer = agent.post(key, message="two", **body)
    assert (answer.status_code, answer.json["code"]) == (409, "idempotency_conflict")
    assert count("chat_messages") == 1


def test_two_keys_of_two_messages_are_a_conflict(agent: Agent) -> None:
    conversation_id = str(agent.conversation().id)
    assert (
        agent.post({"Idempotency-Key": "k1"}, conversation_id=conversation_id, message="x").status_code == 202
    )
    body = {"conversation_id": conversation_id, "message": "x", "client_message_id": "c1"}
    assert agent.post(**body).status_code == 202
    assert agent.post({"Idempotency-Key": "k1"}, **body).status_code == 409


def test_keys_are_per_number(agent: Agent, session: AnySession) -> None:
    other = make_conversation(session, make_number(session, agent.account))
    mine = agent.conversation()
    key = {"Idempotency-Key": "k1"}
    assert agent.post(key, conversation_id=str(mine.id), message="x").status_code == 202
    second = agent.post(
        key, phone_number_id=other.phone_number_id, conversation_id=str(other.id), message="x"
    )
    assert second.status_code == 202


@pytest.mark.parametrize("kind", ["text", "template to a new number"])
def test_of_twenty_identical_requests_at_once_one_is_accepted(
    app: Flask, agent: Agent, auth: Callable[..., dict[str, str]], redis_client: Redis, kind: str
) -> None:
    if kind == "text":
        body: dict[str, Any] = {"conversation_id": str(agent.conversation().id), "message": "Once"}
    else:
        body = {"to": "919800000009", "message_type": "template", "template": TEMPLATE}
    body |= {"phone_number_id": agent.phone_number_id, "client_message_id": "same"}
    headers = auth(agent.user_id)
    ready = Barrier(20)

    def post(_: int) -> Any:
        ready.wait()
        return app.test_client().post(URL, json=body, headers=headers)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [202]
    assert len({answer.json["message"]["id"] for answer in answers}) == 1
    assert (count("chat_messages"), redis_client.llen("outbound")) == (1, 1)


def test_acceptance_order_is_the_order_of_sending_and_of_the_thread(
    app: Flask, agent: Agent, auth: Callable[..., dict[str, str]]
) -> None:
    """Many at once to one customer: ``seq`` and ``timestamp`` agree, and the list shows the last one."""
    conversation = agent.conversation()
    headers = auth(agent.user_id)
    body = {"phone_number_id": agent.phone_number_id, "conversation_id": str(conversation.id)}

    def post(n: int) -> int:
        return int(app.test_client().post(URL, json=body | {"message": str(n)}, headers=headers).status_code)

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(post, range(60))) == {202}
    with db.engine.connect() as connection:
        by_seq = connection.execute(text("SELECT id FROM chat_messages ORDER BY seq")).scalars().all()
        by_time = (
            connection.execute(text("SELECT id FROM chat_messages ORDER BY timestamp, seq")).scalars().all()
        )
        last = connection.execute(text("SELECT last_message_id FROM chat_conversations")).scalar_one()
    assert by_seq == by_time
    assert last == by_seq[-1]


# Waiting and paused numbers


def test_prefer_wait_holds_the_202_until_the_status_is_past_sending(agent: Agent, app: Flask) -> None:
    conversation = agent.conversation()

    def send() -> None:
        with app.app_context():
            wait_until(lambda: count("chat_messages"))
            execute("UPDATE chat_messages SET status = 'sent', status_rank = 20, wamid = 'wamid.w'")

    meta = Thread(target=send)
    meta.start()
    answer = agent.post({"Prefer": "wait=8"}, conversation_id=str(conversation.id), message="x")
    meta.join()
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "wait=8"
    assert (answer.json["message"]["status"], answer.json["message"]["wamid"]) == ("sent", "wamid.w")


def test_prefer_wait_ends_when_the_time_is_over(agent: Agent) -> None:
    conversation = agent.conversation()
    answer = agent.post({"Prefer": "wait=1"}, conversation_id=str(conversation.id), message="x")
    assert (answer.status_code, answer.json["message"]["status"]) == (202, "queued")


def test_a_preference_that_makes_no_sense_is_ignored(agent: Agent) -> None:
    conversation = agent.conversation()
    answer = agent.post({"Prefer": "wait=soon"}, conversation_id=str(conversation.id), message="x")
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer.headers


def test_a_paused_number_still_takes_sends(agent: Agent) -> None:
    conversation = agent.conversation()
    execute("UPDATE phone_numbers SET status = 'paused', paused_at = now()")
    answer = agent.post(conversation_id=str(conversation.id), message="x")
    assert (answer.status_code, answer.json["message"]["status"]) == (202, "queued")


def test_a_stored_send_is_answered_202_whatever_fails_after_its_commit(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep sends it; a 500 would have the agent write it a second time."""

    def fail(*_: Any) -> None:
        raise amqp.exceptions.PreconditionFailed("another policy")

    conversation = agent.conversation(last_inbound_at=now())
    monkeypatch.setattr("livechat.outbound.send_message.wake_sender", fail)
    answer = agent.post(conversation_id=str(conversation.id), message="Hello", message_type="text")
    assert answer.status_code == 202
    assert answer.json["message"]["status"] == "queued"
    assert count("chat_messages") == 1
