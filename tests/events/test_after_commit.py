"""What follows from a commit follows from the commit itself, savepoints or not."""

from typing import Any
from uuid import uuid4

import amqp.exceptions
import kombu.exceptions
import pytest
import redis.exceptions
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session
from structlog.testing import capture_logs

from livechat.core import after_commit as module
from livechat.core.after_commit import after_commit, enqueue_after_commit
from livechat.core.metrics import AFTER_COMMIT_FAILURES
from livechat.core.tasknames import TaskName
from livechat.live import publish as publishing
from tests.ingest.conftest import payload, signature

AnySession = scoped_session[Session]


def test_the_release_of_a_savepoint_is_no_commit(session: AnySession) -> None:
    done: list[str] = []
    session.execute(text("SELECT 1"))
    after_commit(session, lambda: done.append("before"))
    with session.begin_nested():
        after_commit(session, lambda: done.append("inside"))
    assert done == []
    session.commit()
    assert done == ["before", "inside"]


def test_a_savepoint_takes_back_what_was_done_in_it_and_no_more(session: AnySession) -> None:
    done: list[str] = []
    after_commit(session, lambda: done.append("before"))
    savepoint = session.begin_nested()
    after_commit(session, lambda: done.append("inside"))
    savepoint.rollback()
    session.commit()
    assert done == ["before"]


def test_a_rollback_takes_back_all(session: AnySession) -> None:
    done: list[str] = []
    after_commit(session, lambda: done.append("never"))
    session.execute(text("SELECT 1"))
    session.rollback()
    session.commit()
    assert done == []


# What brokers and their clients are known to raise, and what nobody would expect of them.
BROKERS_WORDS = [
    amqp.exceptions.NotFound("no queue"),
    amqp.exceptions.PreconditionFailed("another policy"),
    amqp.exceptions.AccessRefused("no rights"),
    amqp.exceptions.ResourceError("disk alarm"),
    amqp.exceptions.ConnectionForced("shutdown"),
    amqp.exceptions.RecoverableChannelError("again"),
    amqp.exceptions.AMQPError("no class of its own"),
    kombu.exceptions.OperationalError("away"),
    kombu.exceptions.ChannelError("channel"),
    kombu.exceptions.EncodeError("what is this"),
    kombu.exceptions.SerializationError("nor that"),
    kombu.exceptions.LimitExceeded("too many connections"),
    redis.exceptions.ConnectionError("away"),
    redis.exceptions.TimeoutError("late"),
    redis.exceptions.ResponseError("OOM command not allowed"),
    redis.exceptions.ReadOnlyError("a replica"),
    redis.exceptions.NoPermissionError("no rights"),
    ConnectionResetError("reset"),
    KeyError("a table of exchanges"),
    RuntimeError("threads"),
    MemoryError(),
]


def failures(what: str) -> float:
    return AFTER_COMMIT_FAILURES.labels(what)._value.get()


@pytest.mark.parametrize("error", BROKERS_WORDS, ids=lambda error: type(error).__name__)
def test_whatever_the_broker_says_after_a_commit_the_commit_stands(
    session: AnySession, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(module.celery, "send_task", refuse)
    done: list[str] = []
    before = failures("task")
    session.execute(text("SELECT 1"))
    after_commit(session, lambda: done.append("before"))
    enqueue_after_commit(session, TaskName.SWEEP_OUTBOUND)
    after_commit(session, lambda: done.append("behind"))
    session.commit()
    assert done == ["before", "behind"]
    assert failures("task") == before + 1


def test_one_action_that_fails_hinders_no_other_and_is_loud(session: AnySession) -> None:
    done: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError

    before = failures("action")
    session.execute(text("SELECT 1"))
    for action in (fail, lambda: done.append("one"), fail, lambda: done.append("two")):
        after_commit(session, action)
    with capture_logs() as logs:
        session.commit()
    assert done == ["one", "two"]
    assert failures("action") == before + 2
    assert [(log["event"], log["log_level"]) for log in logs] == [("after_commit_failed", "error")] * 2
    # And the session is as good as before.
    assert session.execute(text("SELECT 1")).scalar() == 1


@pytest.mark.parametrize("error", BROKERS_WORDS, ids=lambda error: type(error).__name__)
def test_a_webhook_that_is_kept_is_answered_200_whatever_the_broker_says(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(module.celery, "send_task", refuse)
    for body in (payload("msg-text"), b"x" * 300_000):
        answer = client.post("/webhook", data=body, headers={"X-Hub-Signature-256": signature(body)})
        assert answer.status_code == 200


def test_what_could_not_be_published_for_any_reason_is_owed(
    session: AnySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed: list[Any] = []
    account, user = uuid4(), uuid4()

    def refuse(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(publishing, "append", refuse)
    monkeypatch.setattr(publishing._debt, "add", owed.append)
    session.execute(text("SELECT 1"))
    publishing._after_commit(session, {account: [publishing.RESET]}, [user])
    session.commit()
    assert owed == [{account}]
