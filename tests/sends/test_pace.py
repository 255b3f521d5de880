"""The pace of sends: nothing that Meta refuses for its rate, nobody who waits for somebody else."""

from collections import Counter
from collections.abc import Callable
from threading import Timer
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from flask import current_app
from redis import Redis
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.core.extensions import db
from livechat.domain.pace_rules import RULES, PaceRules, mps_of
from livechat.models import Message
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.dispatch import LONGEST_WAIT_FOR_THREAD_S, Dispatcher
from livechat.outbound.delivery.pace import Pace, Turn, wake_sender
from livechat.whatsapp.graph.client import GraphClient
from local.ports import service_port
from sandbox.testing import SandboxServer
from tests.conftest import ENCRYPTION_KEY
from tests.factories import make_account, make_conversation, make_number
from tests.sends.conftest import HOLD_S, statuses, stored
from tests.sends.graph_server import GraphServer, refusal

AnySession = scoped_session[Session]
Queue = Callable[..., Message]
NUMBER = "83000000000001"


def turns(number: str, count: int) -> list[Turn]:
    return [Turn(number, uuid4()) for _ in range(count)]


def redis_ms(client: Redis) -> float:
    seconds, micros = client.time()  # type: ignore[misc]
    return float(seconds) * 1000 + float(micros) / 1000


def test_a_limited_sandbox_finds_nothing_to_refuse(
    session: AnySession, queue: Queue, redis_client: Redis
) -> None:
    """Meta's limits at a smaller scale: 10 a second, and to one customer 2 at once, then one a second."""
    with SandboxServer() as box:
        box.client.behave(
            throughput_mps=10,
            enforce_pair_limit=True,
            pair_interval_s=1,
            pair_burst=2,
            enforce_window="off",
        )
        secret = Fernet(ENCRYPTION_KEY).encrypt(box.client.access_token.encode()).decode()
        account = make_account(session, access_token_encrypted=secret)
        number = make_number(session, account, phone_number_id=box.client.phone_number_id)
        conversations = [make_conversation(session, number) for _ in range(12)]
        for n in range(5):
            for conversation in conversations:
                queue(conversation, str(n))
        pace = Pace(redis_client, PaceRules(default_mps=10, pair_interval_s=1, pair_burst=1))
        sender = Sender(
            GraphClient(box.base_url, "v26.0", connect_timeout_s=5, read_timeout_s=30),
            (ENCRYPTION_KEY,),
            50,
        )
        dispatcher = Dispatcher(sender, pace, threads=32, context=current_app.app_context, stays_for_s=3)
        # The level that a number reports would be 80 a second.
        pace.set_rate = lambda *_: None  # type: ignore[method-assign]
        dispatcher.run(session, [conversation.id for conversation in conversations])
        taken = [(row["to"], row["body"]["text"]["body"]) for row in _accepted(box)]
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT status, attempts, error FROM chat_messages")).all()
    # One call each: not one of them was refused.
    assert Counter(tuple(row) for row in rows) == {("sent", 1, None): 60}
    for conversation in conversations:
        assert [body for to, body in taken if to.endswith(str(conversation.customer_phone))] == list("01234")


def _accepted(box: SandboxServer) -> list[dict[str, Any]]:
    bodies = [request["body"] for request in box.client.requests() if request.get("body")]
    return [{"to": body["to"], "body": body} for body in bodies if "to" in body]


def test_a_number_gives_no_more_than_its_rate_to_all_who_ask(redis_client: Redis) -> None:
    pace, other = Pace(redis_client), Pace(redis_client)
    pace.set_rate(NUMBER, 80)
    began = redis_ms(redis_client)
    pace.take(0, turns(NUMBER, 400))
    given = sum(len(each.take(64).turns) for _ in range(40) for each in (pace, other))
    seconds = (redis_ms(redis_client) - began) / 1000
    rate = 80 * RULES.share
    assert RULES.burst_s * rate <= given <= (RULES.burst_s + seconds) * rate + 2


def test_the_rate_follows_metas_level(redis_client: Redis) -> None:
    pace = Pace(redis_client)
    pace.set_rate(NUMBER, mps_of("HIGH"))
    assert len(pace.take(1000, turns(NUMBER, 300)).turns) == 300
    assert (mps_of("STANDARD"), mps_of("high"), mps_of(None), mps_of("FUTURE")) == (80, 1000, 80, 80)
    assert mps_of("HIGH", on_business_app=True) == 20


def test_a_number_that_nobody_told_of_sends_one_message_first(redis_client: Redis) -> None:
    assert len(Pace(redis_client).take(10, turns(NUMBER, 10)).turns) == 1


def test_numbers_take_turns_and_a_slow_one_delays_none(redis_client: Redis) -> None:
    pace = Pace(redis_client)
    for number in ("busy", "quiet", "late"):
        pace.set_rate(number, 80)
    pace.take(0, [*turns("busy", 100), *turns("quiet", 2)])
    assert Counter(turn.phone_number_id for turn in pace.take(4).turns) == {"busy": 2, "quiet": 2}
    while pace.take(64).turns:
        pass
    later = pace.take(64, turns("late", 1))
    assert [turn.phone_number_id for turn in later.turns if turn.phone_number_id == "late"] == ["late"]


def test_a_customer_gets_a_burst_and_then_one_for_each_interval(redis_client: Redis) -> None:
    pace = Pace(redis_client)
    pace.set_rate(NUMBER, 1000)
    [turn], [somebody] = turns(NUMBER, 1), turns(NUMBER, 1)
    for _ in range(RULES.pair_burst):
        assert pace.take(1, [turn]).turns == [turn]
    refused = pace.take(1, [turn])
    assert refused.turns == []
    assert refused.next_s is not None
    assert 5 < refused.next_s <= RULES.pair_interval_s
    assert pace.take(1, [somebody]).turns == [somebody]


def test_a_turn_that_was_not_used_costs_nothing(redis_client: Redis) -> None:
    pace = Pace(redis_client)
    pace.set_rate(NUMBER, 1000)
    [turn] = turns(NUMBER, 1)
    for _ in range(RULES.pair_burst + 5):
        assert pace.take(1, [turn]).turns == [turn]
        pace.give_back([turn])


def test_after_131056_a_customers_messages_go_an_interval_apart(redis_client: Redis) -> None:
    pace = Pace(redis_client)
    pace.set_rate(NUMBER, 80)
    [turn] = turns(NUMBER, 1)
    pace.use_up(turn.conversation_id)
    assert pace.take(1, [turn]).turns == [turn]
    assert pace.take(1, [turn]).turns == []


def test_130429_halves_the_rate_once_and_time_brings_it_back(redis_client: Redis) -> None:
    pace = Pace(redis_client)
    pace.set_rate(NUMBER, 80)
    assert pace.slow_down(NUMBER) is True
    assert pace.slow_down(NUMBER) is False
    stopped = pace.take(8, turns(NUMBER, 8))
    assert stopped.turns == []
    assert stopped.next_s is not None
    assert stopped.next_s <= RULES.slow_wait_s
    key = f"livechat:sends:rate:{NUMBER}"
    assert float(redis_client.hget(key, "slow") or 0) == 0.5  # type: ignore[arg-type]
    # Five minutes later it was at its full rate again, and loses half of that.
    redis_client.hset(key, "slow_at", redis_ms(redis_client) - 301_000)
    assert pace.slow_down(NUMBER) is True
    assert float(redis_client.hget(key, "slow") or 0) == 0.5  # type: ignore[arg-type]
    for _ in range(5):
        redis_client.hset(key, "slow_at", redis_ms(redis_client) - 2_000)
        pace.slow_down(NUMBER)
    assert float(redis_client.hget(key, "slow") or 0) == RULES.slow_least  # type: ignore[arg-type]


def test_a_rate_that_meta_lowers_loses_nothing(
    session: AnySession, queue: Queue, sender: Sender, graph: GraphServer, redis_client: Redis
) -> None:
    number = make_number(session)
    conversations = [make_conversation(session, number) for _ in range(3)]
    for conversation in conversations:
        queue(conversation)
        graph.script(str(conversation.customer_phone), refusal(130429, 429))
    dispatcher = Dispatcher(sender, Pace(redis_client), threads=3, context=current_app.app_context)
    dispatcher.run(session, [conversation.id for conversation in conversations])
    assert [statuses(conversation.id) for conversation in conversations] == [["sent"]] * 3
    assert float(redis_client.hget(f"livechat:sends:rate:{number.phone_number_id}", "slow") or 1) < 1  # type: ignore[arg-type]


def test_one_task_for_a_thousand_messages(redis_client: Redis) -> None:
    for _ in range(20):
        wake_sender(redis_client, NUMBER, uuid4())
    assert redis_client.llen("outbound") == 1
    pace = Pace(redis_client)
    pace.set_rate(NUMBER, 80)
    assert pace.rest(1) == 0
    assert len(pace.take(64).turns) == 20
    assert pace.rest(1) is None
    wake_sender(redis_client, NUMBER, uuid4())
    assert redis_client.llen("outbound") == 2


def test_what_is_on_the_timetable_already_is_not_restored(redis_client: Redis) -> None:
    pace = Pace(redis_client)
    [turn] = turns(NUMBER, 1)
    pace.take(0, [Turn(NUMBER, turn.conversation_id, wait_s=60)])
    assert pace.restore([turn]) == 0
    assert pace.take(1).turns == []
    assert pace.restore(turns(NUMBER, 2)) == 2


def test_sends_go_on_slowly_while_redis_is_away(
    session: AnySession, queue: Queue, sender: Sender, graph: GraphServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the table alone: every customer's first message, and a second one only after the interval."""
    number = make_number(session)
    conversations = [make_conversation(session, number) for _ in range(3)]
    for conversation in conversations:
        for n in range(2):
            queue(conversation, str(n))
    nowhere = Redis(port=service_port(), socket_connect_timeout=1)
    dispatcher = Dispatcher(
        sender,
        Pace(nowhere, PaceRules(alone_mps=20, pair_interval_s=600)),
        threads=4,
        context=current_app.app_context,
    )
    real_send = sender.graph.send

    def send_and_stop(*args: Any, **kwargs: Any) -> Any:
        answer = real_send(*args, **kwargs)
        if len(graph.calls) == 3:
            dispatcher.stop()
        return answer

    monkeypatch.setattr(sender.graph, "send", send_and_stop)
    dispatcher.run(session)
    assert Counter(body["text"]["body"] for _, body, _ in graph.accepted) == {"0": 3}
    assert [statuses(conversation.id) for conversation in conversations] == [["sent", "queued"]] * 3


def test_a_claim_that_finds_no_thread_in_time_is_given_back_unsent(
    session: AnySession, queue: Queue, graph: GraphServer, redis_client: Redis
) -> None:
    """Four threads wait for Meta; the fifth message, claimed for the first of them, must not wait as long."""
    number = make_number(session)
    conversations = [make_conversation(session, number) for _ in range(5)]
    messages = [queue(conversation).id for conversation in conversations]
    pace = Pace(redis_client)
    pace.set_rate(number.phone_number_id, 1000)
    client = GraphClient(graph.url, "v26.0", connect_timeout_s=1, read_timeout_s=15)
    dispatcher = Dispatcher(
        Sender(client, (ENCRYPTION_KEY,), HOLD_S), pace, threads=4, context=current_app.app_context
    )
    graph.latency_s = LONGEST_WAIT_FOR_THREAD_S + 1
    Timer(LONGEST_WAIT_FOR_THREAD_S, setattr, (graph, "latency_s", 0)).start()
    dispatcher.run(session, [conversation.id for conversation in conversations])
    rows = [stored(message_id) for message_id in messages]
    assert Counter((row.status, row.attempts) for row in rows) == {("sent", 1): 4, ("sent", 2): 1}
    assert len(graph.accepted) == 5
