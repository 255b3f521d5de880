"""PostgreSQL that only reads for a while, and outcomes that can never be written down."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, current_app
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session, scoped_session

from livechat.core import metrics
from livechat.core.extensions import db, redis
from livechat.models import Conversation, Message
from livechat.outbound.delivery import write_down as write_down_module
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.dispatch import Dispatcher
from livechat.outbound.delivery.pace import Pace
from livechat.outbound.delivery.sweep_outbound import sweep_outbound
from livechat.outbound.delivery.write_down import WriteDown
from livechat.outbound.queries import claims as outgoing
from livechat.whatsapp.graph.client import GraphClient
from tests.conftest import ENCRYPTION_KEY, wait_until
from tests.factories import make_conversation, make_number
from tests.outages import read_only
from tests.sends.conftest import execute, statuses, stored
from tests.sends.graph_server import GraphServer, refusal

AnySession = scoped_session[Session]
Queue = Callable[..., Message]


class Running:
    """A dispatcher at work in a thread of its own, as in the worker's pool."""

    def __init__(self, app: Flask, sender: Sender, conversation_ids: list[UUID]) -> None:
        self.dispatcher = Dispatcher(
            sender, Pace(redis.client), threads=4, context=app.app_context, stays_for_s=600
        )
        self.raised: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, args=(app, conversation_ids))

    def _run(self, app: Flask, conversation_ids: list[UUID]) -> None:
        with app.app_context():
            try:
                self.dispatcher.run(db.session, conversation_ids)
            except BaseException as error:  # noqa: BLE001  # looked at by the test
                self.raised.append(error)
            finally:
                db.session.remove()

    def __enter__(self) -> "Running":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.dispatcher.stop()
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture
def answers(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """What Meta says reaches the dispatcher only when this is set; 30 s at most."""
    release, usual = threading.Event(), sender.graph.send

    def send(*args: Any, **options: Any) -> Any:
        try:
            return usual(*args, **options)
        finally:
            release.wait(30)

    monkeypatch.setattr(sender.graph, "send", send)
    return release


@pytest.fixture
def outages(monkeypatch: pytest.MonkeyPatch) -> list[type]:
    """The errors that kept outcomes from being written down, as they come."""
    met: list[type] = []
    usual = WriteDown.write_down

    def write_down(self: WriteDown, *sessions: Any) -> Any:
        try:
            return usual(self, *sessions)
        except Exception as error:
            met.append(type(error))
            raise

    monkeypatch.setattr(WriteDown, "write_down", write_down)
    return met


@pytest.fixture
def app_now(session: AnySession) -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy's own
    return app


def test_answers_that_come_while_it_only_reads_are_written_down_afterwards(
    session: AnySession,
    app_now: Flask,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    answers: threading.Event,
    outages: list[type],
) -> None:
    number = make_number(session)
    conversations = [make_conversation(session, number) for _ in range(6)]
    for n, conversation in enumerate(conversations):
        queue(conversation, "1")
        queue(conversation, "2")
        if n == 1:
            graph.script(str(conversation.customer_phone), refusal(131026))
    ids = [conversation.id for conversation in conversations]
    with Running(app_now, sender, ids) as running:
        # As many as there are threads.
        wait_until(lambda: len(graph.calls) == 4)
        with read_only():
            answers.set()
            wait_until(lambda: len(outages) >= 3)
            assert set(outages) == {InternalError}
            assert running.dispatcher._in_flight >= 4
        wait_until(lambda: {each for id_ in ids for each in statuses(id_)} == {"sent", "failed"}, 40)
        wait_until(lambda: running.dispatcher._in_flight == 0)
        # And a newcomer's message is sent by the same run.
        late = make_conversation(session, number)
        queue(late)
        running.dispatcher.run(session, [late.id])
        wait_until(lambda: statuses(late.id) == ["sent"])
    assert running.raised == []
    for n, conversation in enumerate(conversations):
        taken = [body["text"]["body"] for body in graph.accepted_by(str(conversation.customer_phone))]
        assert taken == (["2"] if n == 1 else ["1", "2"])


def test_a_stop_while_it_only_reads_ends(
    session: AnySession,
    app_now: Flask,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    answers: threading.Event,
) -> None:
    conversation = make_conversation(session)
    message = queue(conversation)
    with Running(app_now, sender, [conversation.id]) as running:
        wait_until(lambda: len(graph.calls) == 1)
        with read_only():
            answers.set()
            running.dispatcher.stop()
            running._thread.join(60)
            assert not running._thread.is_alive()
    assert running.dispatcher._in_flight == 0
    assert len(running.raised) == 1
    # Meta has it, and nobody could say so: never sent again, told as unknown.
    assert stored(message.id).status == "sending"
    execute("UPDATE chat_messages SET claimed_until = now() - interval '1 s'")
    sweep_outbound(session, redis.client)
    assert stored(message.id).status == "unknown"
    assert len(graph.accepted) == 1


@pytest.mark.parametrize("error", [TypeError("a mistake of ours"), MemoryError(), KeyError("x")], ids=repr)
def test_an_outcome_that_can_never_be_written_down_keeps_nobody_else(
    session: AnySession,
    app_now: Flask,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    number = make_number(session)
    poor, others = make_conversation(session, number), [make_conversation(session, number) for _ in range(3)]
    message = queue(poor, "1")
    queue(poor, "2")
    for each in others:
        queue(each)
    usual = outgoing.record_accepted

    def record(session: Any, wamids: Any, **options: Any) -> Any:
        if message.id in wamids:
            raise error
        return usual(session, wamids, **options)

    monkeypatch.setattr(outgoing, "record_accepted", record)
    with Running(app_now, sender, [poor.id, *(each.id for each in others)]) as running:
        wait_until(lambda: all(statuses(each.id) == ["sent"] for each in others))
        wait_until(lambda: running.dispatcher._in_flight == 0)
        # What stands behind it waits for its end, in order.
        assert statuses(poor.id) == ["sending", "queued"]
        execute("UPDATE chat_messages SET claimed_until = now() - interval '1 s' WHERE status = 'sending'")
        sweep_outbound(session, redis.client)
        running.dispatcher.run(session, [poor.id])
        wait_until(lambda: statuses(poor.id) == ["unknown", "sent"])
    assert [type(each) for each in running.raised] == [type(error)]
    assert [body["text"]["body"] for body in graph.accepted_by(str(poor.customer_phone))] == ["1", "2"]


@pytest.mark.parametrize("place", ["publish", "changed_by"])
def test_what_cannot_be_told_is_written_down_all_the_same(
    session: AnySession,
    app_now: Flask,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    conversation = make_conversation(session)
    graph.script(str(conversation.customer_phone), refusal(131026))
    message = queue(conversation)

    def fails(*_: Any, **__: Any) -> Any:
        raise TypeError("a mistake of ours")

    monkeypatch.setattr(write_down_module, place, fails)
    with Running(app_now, sender, [conversation.id]) as running:
        wait_until(lambda: stored(message.id).status == "failed")
        wait_until(lambda: running.dispatcher._in_flight == 0)
    assert running.raised == []
    assert stored(message.id).error["code"] == 131026


def test_an_answer_that_cannot_be_counted_is_kept(
    session: AnySession, app_now: Flask, queue: Queue, graph: GraphServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk under the counts is full."""
    message = queue(make_conversation(session))

    def fails(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(metrics.GRAPH_CALLS, "labels", fails)
    client = GraphClient(
        graph.url, "v26.0", connect_timeout_s=1, read_timeout_s=1, observer=metrics.observe_graph
    )
    with Running(app_now, Sender(client, (ENCRYPTION_KEY,), 20.0), [message.conversation_id]):
        wait_until(lambda: stored(message.id).status == "sent")


@pytest.mark.parametrize("error", [TypeError("a mistake of ours"), SystemExit(), MemoryError()], ids=repr)
def test_a_fault_in_a_thread_is_unknown_and_keeps_nobody_else(
    session: AnySession,
    app_now: Flask,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
) -> None:
    number = make_number(session)
    poor, other = make_conversation(session, number), make_conversation(session, number)
    queue(poor)
    queue(other)
    usual = sender.graph.send

    def send(phone_number_id: str, token: str, body: dict[str, Any]) -> Any:
        answer = usual(phone_number_id, token, body)
        if body["to"].endswith(str(poor.customer_phone)):
            raise error
        return answer

    monkeypatch.setattr(sender.graph, "send", send)
    with Running(app_now, sender, [poor.id, other.id]) as running:
        wait_until(lambda: statuses(other.id) == ["sent"])
        wait_until(lambda: running.dispatcher._in_flight == 0)
        assert statuses(poor.id) == ["sending"]
    assert len(running.raised) == 1
    assert isinstance(running.raised[0], Exception), "it must not end the worker"


def test_what_fails_before_the_call_was_not_sent_and_is_tried_again(
    session: AnySession, queue: Queue, sender: Sender, graph: GraphServer, app_now: Flask, monkeypatch: Any
) -> None:
    """The thread's own look at the database, for a file, met an outage: nothing of the message has gone."""
    conversation = make_conversation(session)
    message = queue(conversation)
    failures = [MemoryError(), MemoryError()]
    usual = Sender.content_of

    def content_of(self: Sender, claim: Any, token: str) -> Any:
        if failures:
            raise failures.pop()
        return usual(self, claim, token)

    monkeypatch.setattr(Sender, "content_of", content_of)
    with Running(app_now, sender, [conversation.id]) as running:
        wait_until(lambda: stored(message.id).status == "sent", 60)
    assert running.raised == []
    assert (stored(message.id).attempts, len(graph.accepted)) == (3, 1)


def test_a_system_without_threads_sends_with_those_that_it_has(
    session: AnySession, queue: Queue, sender: Sender, graph: GraphServer, app_now: Flask
) -> None:
    number = make_number(session)
    conversations = [make_conversation(session, number) for _ in range(5)]
    for each in conversations:
        queue(each)
    with Running(app_now, sender, []) as running:
        executor = running.dispatcher._executor
        usual, refused = executor.submit, []

        def submit(*args: Any) -> Any:
            future = usual(*args)
            if len(refused) < 3:
                # It stands in the executor's queue by then.
                refused.append(future)
                raise RuntimeError("can't start new thread")
            return future

        executor.submit = submit  # type: ignore[method-assign, assignment]
        running.dispatcher.run(session, [each.id for each in conversations])
        wait_until(lambda: {each for one in conversations for each in statuses(one.id)} == {"sent"})
        wait_until(lambda: running.dispatcher._in_flight == 0)
    assert len(refused) == 3
    assert len(graph.accepted) == 5


def test_a_claim_whose_answer_was_lost_is_taken_back(
    session: AnySession,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    app_now: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database had committed it when the connection broke."""
    conversation = make_conversation(session)
    message = queue(conversation)
    usual, lost = outgoing.claim_heads, []

    def claim(single: Any, *args: Any, **options: Any) -> Any:
        claims = usual(single, *args, **options)
        if claims and not lost:
            lost.append(claims)
            raise ConnectionResetError
        return claims

    monkeypatch.setattr(outgoing, "claim_heads", claim)
    with Running(app_now, sender, [conversation.id]):
        wait_until(lambda: stored(message.id).status == "sent")
    assert (stored(message.id).attempts, len(graph.accepted), len(lost)) == (1, 1, 1)


def test_what_is_written_down_twice_leaves_another_senders_claim_alone(
    session: AnySession, queue: Queue, conversation: Conversation
) -> None:
    """The first try was committed and its answer lost; meanwhile another process has claimed the message."""
    message = queue(conversation)
    [ours] = outgoing.claim_heads(session, [conversation.id], 20, claimed_by="a")
    session.commit()
    for n in range(2):
        assert outgoing.release(session, ours, wait_s=0, counts=False) is (n == 0)
        session.commit()
        if n == 0:
            [theirs] = outgoing.claim_heads(session, [conversation.id], 20, claimed_by="b")
            session.commit()
            assert theirs.attempt == ours.attempt
    assert stored(message.id).status == "sending"
    assert outgoing.record_failed(session, ours, {"code": 1}) is False
    assert outgoing.record_unknown(session, ours, {"code": 1}) is False
    assert outgoing.release(session, theirs, wait_s=0) is True


@pytest.fixture
def conversation(session: AnySession) -> Conversation:
    made = make_conversation(session)
    session.commit()
    return made
