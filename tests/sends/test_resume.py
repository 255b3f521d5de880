"""Pause, not burn: every code of Meta's table that says stop, what people are told, and how a number goes on."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from livechat import create_app, init_command_line, use_broker
from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.models import AccountMember, Message, PhoneNumber, WabaAccount
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.sweep_outbound import sweep_outbound
from livechat.whatsapp.graph.error_codes import ACCOUNT_CODES, PAUSING_CODES, is_about_token
from sandbox.testing import SandboxServer
from tests.conftest import ENCRYPTION_KEY, environment
from tests.factories import make_account, make_conversation, make_number
from tests.sends.conftest import deliver, execute, statuses
from tests.sends.graph_server import GraphServer, refusal
from tests.services import EmbeddedServices

AnySession = scoped_session[Session]
Queue = Callable[..., Message]
# Of the family of a hundred permission codes both ends stand for the others.
CODES = sorted(code for code in PAUSING_CODES if not 200 < code < 299)


def number_json(client: FlaskClient, headers: dict[str, str], phone_number_id: str) -> Any:
    listed = client.get("/api/live-chat/phone-numbers", headers=headers).json["phone_numbers"]
    return next(each for each in listed if each["phone_number_id"] == phone_number_id)


def test_a_code_that_says_stop_burns_nothing(
    session: AnySession,
    client: FlaskClient,
    auth: Callable[[UUID], dict[str, str]],
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    redis_client: Any,
) -> None:
    """Every such code of the table, each met by a number of its own with three messages."""
    user = uuid4()
    conversations = {}
    for code in CODES:
        number = make_number(session, make_account(session, user))
        conversations[code] = [make_conversation(session, number) for _ in range(3)]
        for each in conversations[code]:
            queue(each)
            graph.script(str(each.customer_phone), refusal(code, 403))
    ids = [each.id for theirs in conversations.values() for each in theirs]
    deliver(session, sender, *ids, threads=1)
    assert len(graph.calls) == len(CODES)
    with db.engine.connect() as connection:
        [row] = connection.exec_driver_sql(
            "SELECT count(*) FILTER (WHERE status = 'queued' AND attempts = 0) AS whole, count(*) AS n FROM chat_messages"
        ).all()
    assert (row.whole, row.n) == (3 * len(CODES), 3 * len(CODES))
    for code, theirs in conversations.items():
        shown = number_json(client, auth(user), theirs[0].phone_number_id)
        assert shown["status"] == "paused"
        reason = shown["paused_reason"]
        assert (reason["code"], reason["title"]) == (code, "Scripted")
        assert reason["detail"].endswith(".")
        assert reason["since"].endswith("Z")
        # Only then does a page offer to connect the number again.
        assert reason["needs_token"] is is_about_token(code)
    execute("UPDATE chat_messages SET created_at = now() - interval '1 h'")
    assert sweep_outbound(session, redis_client).restored == 0


@pytest.mark.parametrize("code", [190, 131042, 133010])
def test_the_accounts_other_numbers_stop_where_the_code_concerns_them(
    session: AnySession, queue: Queue, sender: Sender, graph: GraphServer, code: int
) -> None:
    account = make_account(session)
    met, other, foreign = make_number(session, account), make_number(session, account), make_number(session)
    conversation = make_conversation(session, met)
    queue(conversation)
    graph.script(str(conversation.customer_phone), refusal(code))
    deliver(session, sender, conversation.id)
    session.expire_all()
    assert met.status == "paused"
    assert other.status == ("paused" if code in ACCOUNT_CODES else "connected")
    assert foreign.status == "connected"


@pytest.fixture
def meta() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def product(
    services: EmbeddedServices, settings: Settings, meta: SandboxServer, clean: None
) -> Iterator[Flask]:
    """The application with the sandbox as its Meta."""
    application = create_app(Settings.from_env(environment(services, WHATSAPP_API_URL=meta.base_url)))
    init_command_line(application)
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    use_broker(settings)


@pytest.fixture
def paused(session: AnySession, product: Flask, meta: Any, queue: Queue) -> Callable[..., Any]:
    """``paused(code, token)``: the sandbox's number, stopped, with a message that waits."""

    def make(code: int | None, token: str | None = None) -> Any:
        secret = Fernet(ENCRYPTION_KEY).encrypt((token or meta.client.access_token).encode()).decode()
        account = make_account(session, access_token_encrypted=secret)
        number = make_number(session, account, phone_number_id=meta.client.phone_number_id)
        conversation = make_conversation(session, number)
        queue(conversation)
        execute(
            "UPDATE phone_numbers SET status = 'paused', paused_at = now(), paused_code = :code, "
            "paused_title = 'Trouble', paused_reason = 'Something is wrong.'",
            code=code,
        )
        session.expire_all()
        return conversation

    return make


def _resume(product: Flask, headers: dict[str, str], phone_number_id: str) -> Any:
    return product.test_client().post(
        f"/api/live-chat/phone-numbers/{phone_number_id}/resume", headers=headers
    )


@pytest.mark.parametrize("code", [190, 200, 131042, None])
def test_an_owner_resumes_a_number(
    session: AnySession,
    product: Flask,
    paused: Callable[..., Any],
    auth: Callable[[UUID], dict[str, str]],
    redis_client: Any,
    code: int | None,
) -> None:
    conversation = paused(code)
    number = session.get_one(PhoneNumber, conversation.phone_number_id)
    sibling = make_number(
        session,
        session.get_one(WabaAccount, number.account_id),
        status="paused",
        paused_at=conversation.created_at,
        paused_code=code,
    )
    session.commit()
    answer = _resume(product, auth(conversation.user_id), conversation.phone_number_id)
    assert (answer.status_code, answer.json["status"]) == (200, "connected")
    assert answer.json["paused_reason"] is None
    session.expire_all()
    assert sibling.status == ("connected" if code in ACCOUNT_CODES else "paused")
    assert redis_client.llen("maintenance") >= 1
    again = _resume(product, auth(conversation.user_id), conversation.phone_number_id)
    assert (again.status_code, again.json) == (200, answer.json)


def test_a_token_that_meta_still_refuses_resumes_nothing(
    product: Flask, paused: Callable[..., Any], auth: Callable[[UUID], dict[str, str]]
) -> None:
    conversation = paused(190, token="EAAnonsense")
    answer = _resume(product, auth(conversation.user_id), conversation.phone_number_id)
    assert (answer.status_code, answer.json["code"]) == (422, "whatsapp_token_invalid")
    assert statuses(conversation.id) == ["queued"]
    listed = number_json(product.test_client(), auth(conversation.user_id), conversation.phone_number_id)
    assert listed["status"] == "paused"


def test_only_admins_resume(
    session: AnySession,
    product: Flask,
    paused: Callable[..., Any],
    auth: Callable[[UUID], dict[str, str]],
) -> None:
    conversation = paused(131042)
    number = session.get_one(PhoneNumber, conversation.phone_number_id)
    agent = uuid4()
    session.add(AccountMember(account_id=number.account_id, user_id=agent, role="agent"))
    session.commit()
    # They see the number, and may not do that.
    assert _resume(product, auth(agent), number.phone_number_id).status_code == 403
    assert _resume(product, auth(uuid4()), number.phone_number_id).status_code == 404
    assert _resume(product, auth(agent), "nonsense").status_code == 404


def test_an_operator_resumes_a_number_by_command(
    session: AnySession, product: Flask, paused: Callable[..., Any]
) -> None:
    conversation = paused(190)

    def run(args: list[str]) -> Any:
        # A command keeps to the application that it finds, and the test has one of its own.
        with product.app_context():
            return product.test_cli_runner().invoke(args=args)

    unknown = run(args=["livechat", "resume", "nonsense"])
    assert (unknown.exit_code, "no such phone number" in unknown.output) == (1, True)
    done = run(args=["livechat", "resume", conversation.phone_number_id])
    assert (done.exit_code, done.output) == (0, "The number sends again.\n")
    again = run(args=["livechat", "resume", conversation.phone_number_id])
    assert (again.exit_code, again.output) == (0, "The number was not paused.\n")
    session.expire_all()
    assert session.get_one(PhoneNumber, conversation.phone_number_id).status == "connected"


def test_what_a_new_token_mends() -> None:
    assert all(is_about_token(code) for code in (None, 0, 190, 10, 200, 250, 299))
    assert not any(is_about_token(code) for code in (131042, 131031, 33, 133010, 300))
