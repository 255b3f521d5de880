"""``livechat doctor``: all is well where it is, and each fault is named with what to do."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from redis import Redis
from sqlalchemy.orm import Session, scoped_session

from livechat import create_app, init_command_line, use_broker
from livechat.accounts.crypto import encrypt_token
from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.core.tasknames import Queue
from livechat.models import Message, PhoneNumber
from livechat.operations import readiness
from sandbox.testing import SandboxServer
from tests.conftest import ENCRYPTION_KEY, JWT_SECRET, environment
from tests.factories import make_account, make_conversation, make_message, make_number
from tests.operators.conftest import Run
from tests.sends.conftest import execute
from tests.services import EmbeddedServices

AnySession = scoped_session[Session]
Examine = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def durable(redis_client: Redis) -> Iterator[Redis]:
    """Redis set as an installation needs it."""
    before = redis_client.config_get("appendonly", "appendfsync", "maxmemory-policy")
    for name, value in (("appendonly", "yes"), ("appendfsync", "always"), ("maxmemory-policy", "noeviction")):
        redis_client.config_set(name, value)
    yield redis_client
    for name, value in before.items():
        redis_client.config_set(name, value)


@pytest.fixture
def product(
    app: Flask, services: EmbeddedServices, settings: Settings, sandbox: SandboxServer
) -> Iterator[Callable[..., Flask]]:
    """``product(**env)``: the product on the sandbox, with further variables of the environment."""
    made: list[Flask] = []

    def make(**env: str) -> Flask:
        variables = environment(services, **{"WHATSAPP_API_URL": sandbox.base_url, **env})
        made.append(create_app(Settings.from_env(variables)))
        init_command_line(made[-1])
        return made[-1]

    yield make
    for one in made:
        with one.app_context():
            db.session.remove()
            db.engine.dispose()
    use_broker(settings)


@pytest.fixture
def installation(product: Callable[..., Flask], durable: Redis) -> Flask:
    """The product; workers and beat have just spoken."""
    readiness.say_consuming(durable, [queue.value for queue in Queue], 600)
    readiness.say_beat(durable)
    return product()


@pytest.fixture
def connected(session: AnySession, sandbox: SandboxServer) -> str:
    """The sandbox's number, connected with a token that works there."""
    sandbox.client.reset()
    sandbox.client.graph("POST", f"{sandbox.client.waba_id}/subscribed_apps").raise_for_status()
    account = make_account(
        session,
        waba_id=sandbox.client.waba_id,
        access_token_encrypted=encrypt_token(sandbox.client.access_token, [ENCRYPTION_KEY]),
    )
    make_number(session, account, phone_number_id=sandbox.client.phone_number_id)
    session.commit()
    return sandbox.client.phone_number_id


@pytest.fixture
def examined(livechat: Run, installation: Flask, connected: str) -> Examine:
    """``examined("wrong")``: {check: detail} of the findings in this state, and whether the status agrees."""

    def run(state: str = "wrong", *arguments: str) -> dict[str, Any]:
        result = livechat("doctor", "--json", *arguments, on=installation)
        answer = orjson.loads(result.stdout)
        assert result.exit_code == (0 if answer["ok"] else 1)
        assert answer["ok"] == all(check["state"] != "wrong" for check in answer["checks"])
        assert all(check["advice"] for check in answer["checks"] if check["state"] == "wrong")
        return {check["check"]: check["detail"] for check in answer["checks"] if check["state"] == state}

    return run


def test_all_is_well(livechat: Run, installation: Flask, connected: str, services: EmbeddedServices) -> None:
    result = livechat("doctor", on=installation)
    assert result.exit_code == 0, result.output
    assert "✖" not in result.output
    assert "\n  ? " not in result.output
    assert result.output.rstrip().endswith("All is well.")
    for line in (
        "redis appendfsync: always",
        "queue media: is consumed",
        "files: folder ",
        "postgresql pg_trgm: installed",
        "redis clock: agrees with ours",
        "redis append-only file: takes what is written",
        "encryption keys: 1 key opens 1",
        "webhook accounts: 0 items of the last hours, each with its outcome, are counted",
        "broker visibility time-out: 600 s, the longest task takes 565 s",
        f"token for number {connected}: works, quality GREEN",
        "unread counts: agree with the messages",
        "tokens: all 1 can be decrypted",
    ):
        assert f"✔ {line}" in result.output
    for secret in (
        JWT_SECRET,
        ENCRYPTION_KEY,
        services.database_url,
        services.redis_url,
        "test-app-secret",
        "verify-me",
    ):
        assert secret not in result.output


def test_a_redis_that_may_forget_is_wrong(examined: Examine, durable: Redis) -> None:
    durable.config_set("appendfsync", "everysec")
    durable.config_set("maxmemory-policy", "allkeys-lru")
    assert examined() == {"redis appendfsync": "everysec", "redis maxmemory-policy": "allkeys-lru"}


def test_a_redis_that_is_nearly_full_is_wrong(examined: Examine, durable: Redis) -> None:
    used = int(durable.info("memory")["used_memory"])
    durable.config_set("maxmemory", used * 21 // 20)
    try:
        detail = examined()["redis memory"]
    finally:
        durable.config_set("maxmemory", 0)
    assert detail.endswith("MiB are used")


def test_counts_that_differ_from_the_ledger_are_wrong(examined: Examine) -> None:
    item = '[{"n": 0, "kind": "ThreadMessage", "number": "1", "outcome": "stored"}]'
    execute(
        "INSERT INTO webhook_events (id, received_at, state, body, items, stored) "
        "VALUES (gen_random_uuid(), now(), 'done', '{}', CAST(:item AS jsonb), 1)",
        item=item,
    )
    assert examined("ok")["webhook accounts"].startswith("1 items of the last hours")
    execute("UPDATE webhook_counts SET items = 3")
    assert examined() == {
        "webhook accounts": "2 of 1 items of the last hours are not counted as the ledger has them"
    }


def test_webhooks_of_which_nothing_is_stored_are_wrong(examined: Examine) -> None:
    execute(
        "INSERT INTO webhook_events (id, received_at, state, body, items, failed) "
        "SELECT gen_random_uuid(), now(), 'failed', '{}', "
        """ '[{"n": 0, "kind": "Broken", "number": "83", "outcome": "failed", "reason": "KeyError"}]', 1 """
        "FROM generate_series(1, 5)"
    )
    assert examined() == {
        "failed webhooks": "5",
        "webhooks of number 83": "5 items of webhooks came within 15 minutes and none was stored.",
    }


def test_a_redis_that_tells_nothing_cannot_be_checked(
    installation: Flask,
    product: Callable[..., Flask],
    durable: Redis,
    services: EmbeddedServices,
    livechat: Run,
) -> None:
    commands = ["+@all", "-config"]
    durable.acl_setuser("managed", True, passwords=["+pw"], keys=["*"], channels=["*"], commands=commands)
    address = services.redis_url.split("@")[1]
    try:
        result = livechat("doctor", "--skip-meta", on=product(REDIS_URL=f"redis://managed:pw@{address}"))
    finally:
        durable.acl_deluser("managed")
    assert "? redis durability: cannot check" in result.output
    assert result.exit_code == 0


def test_a_queue_without_a_worker_and_a_silent_beat(examined: Examine, durable: Redis) -> None:
    durable.delete(readiness.WORKER_KEY.format(queue="outbound"))
    durable.set(readiness.BEAT_KEY, time.time() - 60)
    assert examined() == {"queue outbound": "has no worker", "beat": "silent for 60 s"}


def test_a_task_that_may_outlast_the_visibility_time_out(examined: Examine, durable: Redis) -> None:
    # The largest file that WhatsApp has, at the slowest pace that is borne: longer than any send.
    readiness.say_consuming(durable, ["outbound"], 500)
    assert examined() == {"broker visibility time-out": "500 s, the longest task takes 565 s"}


def test_tokens_that_no_key_opens_and_tokens_that_meta_refuses(
    examined: Examine, session: AnySession, sandbox: SandboxServer, connected: str
) -> None:
    lost = make_account(session, access_token_encrypted="gAAAAAB-not-ours")
    session.commit()
    sandbox.client.token(sandbox.client.access_token, "expired")
    wrong = examined()
    assert wrong.pop(f"token of account {lost.waba_id}") == "no key in LIVECHAT_ENCRYPTION_KEY opens it"
    assert wrong.pop(f"token for number {connected}").startswith("refused (Meta's code 190)")
    assert wrong.pop(f"webhooks of account {sandbox.client.waba_id}").startswith("refused (Meta's code 190)")
    assert not wrong


def test_an_account_that_no_app_is_subscribed_to(
    examined: Examine, sandbox: SandboxServer, connected: str
) -> None:
    sandbox.client.graph("DELETE", f"{sandbox.client.waba_id}/subscribed_apps").raise_for_status()
    assert examined() == {
        f"webhooks of account {sandbox.client.waba_id}": "no app is subscribed, so that no webhook comes"
    }


def test_what_waits_and_what_was_given_up(
    examined: Examine, session: AnySession, queue: Callable[..., Message], connected: str
) -> None:
    conversation = make_conversation(session, session.get(PhoneNumber, connected))
    make_message(session, conversation)
    message = queue(conversation)
    execute("UPDATE chat_messages SET timestamp = now() - interval '10 min' WHERE id = :id", id=message.id)
    execute("UPDATE chat_conversations SET unread_count = 7")
    execute(
        "INSERT INTO webhook_events (id, received_at, state, body, failed, items) VALUES "
        "(gen_random_uuid(), now(), 'failed', '{}', 1, CAST(:items AS jsonb)), "
        "(gen_random_uuid(), now() - interval '2 min', 'waiting', '{}', 0, '[]')",
        items='[{"n": 0, "kind": "ThreadMessage", "outcome": "failed", "reason": "KeyError"}]',
    )
    found = examined()
    # The clock goes on between the statements above and the look.
    ages = {what: re.search(r"(\d+) s$", found[what]) for what in ("webhooks in the ledger", "queued sends")}
    assert {what: int(age[1]) // 60 for what, age in ages.items() if age} == {
        "webhooks in the ledger": 2,
        "queued sends": 10,
    }
    assert {what: re.sub(r"\d+ s$", "… s", value) for what, value in found.items()} == {
        "unread counts": "1 differ from the messages",
        "failed webhooks": "1",
        "webhooks in the ledger": "1 wait, the oldest for … s",
        "queued sends": "1 wait, the oldest of a connected number for … s",
    }


def test_a_paused_number_is_named_with_its_reason(examined: Examine, connected: str) -> None:
    execute(
        "UPDATE phone_numbers SET status = 'paused', paused_at = now(), paused_code = 131031, "
        "paused_reason = 'The account is locked.'"
    )
    assert examined() == {f"number {connected}": "paused (Meta's code 131031): The account is locked."}


def test_an_older_database_is_told_from_a_good_one(examined: Examine) -> None:
    (newest,) = ScriptDirectory("migrations").get_heads()
    execute("UPDATE alembic_version SET version_num = '0000'")
    try:
        assert "postgresql migrations" in examined("wrong", "--skip-meta")
    finally:
        execute("UPDATE alembic_version SET version_num = :newest", newest=newest)


def test_with_everything_down_every_fault_is_named_and_nothing_is_thrown(
    livechat: Run, another_app: Callable[[EmbeddedServices], Flask]
) -> None:
    with EmbeddedServices() as own:
        other = another_app(own)
        own.postgres.kill()
        own.redis.kill()
        result = livechat("doctor", on=other)
        assert result.exit_code == 1
        for line in (
            "✖ postgresql: does not answer",
            "✖ redis: does not answer",
            "✖ broker: does not answer",
        ):
            assert line in result.output
        assert "Traceback" not in result.output
        for command in (("failed",), ("replay", "--failed")):
            result = livechat(*command, on=other)
            assert result.exit_code == 1
            assert result.output == (
                "Error: PostgreSQL does not answer: see that the server of DATABASE_URL runs and is reachable.\n"
            )
