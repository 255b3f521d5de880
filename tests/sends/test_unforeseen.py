"""An error at any line of the dispatcher: nothing lost, sent twice or out of order, and sending goes on."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import psycopg.errors
import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import DataError, InternalError, OperationalError
from sqlalchemy.orm import Session, scoped_session

from livechat.core.extensions import db, redis
from livechat.domain.ids import uuid7
from livechat.domain.pace_rules import RULES
from livechat.models import Conversation, Message, PhoneNumber
from livechat.outbound.delivery import deliver as deliver_module
from livechat.outbound.delivery import dispatch as dispatch_module
from livechat.outbound.delivery import in_hand as in_hand_module
from livechat.outbound.delivery import write_down as write_down_module
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.dispatch import Dispatcher
from livechat.outbound.delivery.pace import Pace
from livechat.outbound.delivery.sweep_outbound import sweep_outbound
from tests.factories import make_conversation, make_number
from tests.long_form import IS_LONG
from tests.sends.conftest import execute
from tests.sends.graph_server import GraphServer, refusal
from tests.sends.raising import Lines, Where, raising

AnySession = scoped_session[Session]

# The loop's recording, claiming and handing out. What is done in the threads is another test's.
_RECORDING = {
    "record_plain",
    "record_all",
    "changed_by",
    "quotes_of",
    "_record_accepted",
    "_check_recorded",
    "_record_refused",
    "_again",
    "_release",
}
_MODULES = (
    (dispatch_module, ()),
    (write_down_module, ()),
    (in_hand_module, ()),
    (deliver_module, _RECORDING),
)
_IN_THREADS = frozenset({"_call", "__init__", "begin", "tell", "stop"})

KINDS: dict[str, Callable[[], BaseException]] = {
    "read-only": lambda: InternalError("", {}, psycopg.errors.ReadOnlySqlTransaction("read-only")),
    "connection lost": lambda: OperationalError("", {}, psycopg.OperationalError("gone")),
    "refused": lambda: DataError("", {}, psycopg.errors.NumericValueOutOfRange("too large")),
    "mistake": lambda: TypeError("a mistake of ours"),
    "no memory": MemoryError,
    "time limit": SoftTimeLimitExceeded,
    "told to exit": SystemExit,
    "interrupted": KeyboardInterrupt,
}
_CODES = (130429, 131026, 131056)


class Desk:
    """A number with customers of each kind of answer, and the dispatcher of a worker."""

    def __init__(self, session: AnySession, sender: Sender, graph: GraphServer) -> None:
        self.session, self.graph, self.sender = session, graph, sender
        self._serial = count(1)
        self._number_id = make_number(session, throughput_level="STANDARD").phone_number_id
        session.commit()
        # Nobody waits a second after a 130429.
        self.pace = Pace(redis.client, replace(RULES, slow_wait_s=0.0, slow_factor=1.0))

    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.sender, self.pace, threads=3, context=current_app.app_context, stays_for_s=0.0)

    def customers(self) -> dict[UUID, tuple[str, list[str]]]:
        """{conversation: phone, and what Meta is to take, in order}."""
        number = self.session.get_one(PhoneNumber, self._number_id)
        plain, refused, reacting = (make_conversation(self.session, number) for _ in range(3))
        code = _CODES[next(self._serial) % len(_CODES)]
        self.graph.script(str(refused.customer_phone), refusal(code))
        self.queue(plain, "1"), self.queue(plain, "2")
        self.queue(refused, "1"), self.queue(refused, "2")
        part = {"reaction": {"message_id": f"wamid.theirs{next(self._serial)}", "emoji": "👍"}}
        self.queue(reacting, "👍", message_type="reaction", content=part)
        wanted = {
            plain.id: (str(plain.customer_phone), ["1", "2"]),
            refused.id: (str(refused.customer_phone), ["2"] if code == 131026 else ["1", "2"]),
            reacting.id: (str(reacting.customer_phone), ["👍"]),
        }
        self.session.commit()
        return wanted

    def queue(self, conversation: Conversation, body: str, **columns: Any) -> None:
        self.session.add(
            _message(conversation, **({"text": body, "content": {"text": {"body": body}}} | columns))
        )
        self.session.flush()

    def taken(self, phone: str) -> list[str]:
        """What Meta took for this customer, in its order."""
        return [
            body["reaction"]["emoji"] if body["type"] == "reaction" else body["text"]["body"]
            for body in self.graph.accepted_by(phone)
        ]

    def open(self) -> list[str]:
        with db.engine.connect() as connection:
            return list(
                connection.execute(
                    text("SELECT status FROM chat_messages WHERE status IN ('queued', 'sending', 'unknown')")
                ).scalars()
            )

    def beat(self, dispatcher: Dispatcher) -> None:
        """A sweep later: what waits is due, and the worker hears of it."""
        execute(
            "UPDATE chat_messages SET next_attempt_at = now() - interval '1 minute', "
            "created_at = now() - interval '1 h' WHERE status = 'queued'"
        )
        # Nobody waits for those that were told to wait; what is due comes back from the table.
        rates = set(redis.client.keys("livechat:sends:rate:*"))
        redis.client.delete(*(set(redis.client.keys("livechat:sends:*")) - rates), "none")
        sweep_outbound(self.session, redis.client)
        dispatcher.run(self.session)

    def settle(self, dispatcher: Dispatcher) -> None:
        for _ in range(6):
            if not self.open():
                return
            self.beat(dispatcher)


def _message(conversation: Conversation, **columns: Any) -> Any:
    return Message(
        **{
            "id": uuid7(),
            "conversation_id": conversation.id,
            "phone_number_id": conversation.phone_number_id,
            "direction": "outbound",
            "origin": "livechat",
            "status": "queued",
            "status_rank": 0,
            "message_type": "text",
            "timestamp": conversation.last_message_time,
            "sent_by": conversation.user_id,
            **columns,
        }
    )


@pytest.fixture
def desk(session: AnySession, sender: Sender, graph: GraphServer) -> Desk:
    return Desk(session, sender, graph)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    # There are hundreds of errors to get over.
    for module in (dispatch_module, write_down_module):
        monkeypatch.setattr(module, "WAITS_S", (0.0,))
    with raising(_MODULES, _IN_THREADS) as watched:
        yield watched


def lines_of_a_run(desk: Desk, lines: Lines) -> list[Where]:
    """What is executed where nothing is amiss, with each kind of answer."""
    for _ in _CODES:
        dispatcher = desk.dispatcher()
        dispatcher.run(desk.session, desk.customers())
        desk.settle(dispatcher)
    assert desk.open() == []
    assert len(lines.seen) > 120
    return list(lines.seen)


def check_one(desk: Desk, lines: Lines, where: Where, kind: str) -> None:
    dispatcher = desk.dispatcher()
    error = KINDS[kind]
    wanted = {}
    lines.raise_at(where, error)
    # A line that belongs to one kind of answer is reached within as many runs.
    for _ in range(3 * len(_CODES)):
        wanted |= desk.customers()
        # Only what was raised may come out: the task fails for all to see.
        with suppress(type(error())):
            dispatcher.run(desk.session, wanted)
        assert dispatcher._in_flight == 0, where
        desk.settle(dispatcher)
        if not lines.is_armed:
            break
    assert not lines.is_armed, where
    assert desk.open() == [], where
    assert {phone: desk.taken(phone) for phone, _ in wanted.values()} == dict(wanted.values()), where
    assert (dispatcher._in_flight, dispatcher._runs, dispatcher._doubtful) == (0, [], set()), where
    # Nobody waits any more for a run that stopped.
    dispatcher.stop()
    dispatcher.run(desk.session)
    desk.session.rollback()


@pytest.mark.long
@pytest.mark.timeout(900 if IS_LONG else 300)
@pytest.mark.parametrize("at", range(len(KINDS)) if IS_LONG else [0])
def test_an_error_at_any_line_loses_nothing_and_sends_nothing_twice(
    desk: Desk, lines: Lines, at: int
) -> None:
    """Each line with one of the kinds; in the long form, with all of them."""
    kinds = list(KINDS)
    for n, where in enumerate(lines_of_a_run(desk, lines)):
        check_one(desk, lines, where, kinds[(n + at) % len(kinds)])
