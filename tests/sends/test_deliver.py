"""What becomes of a message after each answer that Meta can give."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session, scoped_session

from livechat.accounts.pause import resume_number
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.retry import CONNECT, SEND
from livechat.models import Conversation, Message, PhoneNumber
from livechat.outbound.delivery.apply_status import apply_statuses
from livechat.outbound.delivery.deliver import Sender, record_all
from livechat.outbound.delivery.sweep_outbound import sweep_outbound
from livechat.outbound.queries.claims import claim_heads
from livechat.whatsapp.graph.client import GraphClient
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError, describe
from livechat.whatsapp.sending.outgoing import callback_data
from livechat.whatsapp.webhook.items import Source, StatusUpdate
from tests.conftest import ENCRYPTION_KEY
from tests.factories import ACCESS_TOKEN, make_account, make_conversation, make_message, make_number
from tests.sends.conftest import deliver, execute, seconds_until_due, statuses, stored
from tests.sends.graph_server import DROP_AFTER_ACCEPTING, HTML_502, Answer, GraphServer, refusal

AnySession = scoped_session[Session]
Queue = Callable[..., Message]


@pytest.fixture
def conversation(session: AnySession) -> Conversation:
    made = make_conversation(session)
    session.commit()
    return made


def _phone(conversation: Conversation) -> str:
    assert conversation.customer_phone is not None
    return conversation.customer_phone


def _number(conversation: Conversation) -> Any:
    with db.engine.connect() as connection:
        table = PhoneNumber.__table__
        return connection.execute(
            table.select().where(table.c.phone_number_id == conversation.phone_number_id)
        ).one()


def test_accepted_messages_are_sent_in_order(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    first = queue(conversation, "one", reply_to_wamid="wamid.quoted")
    second = queue(conversation, "two")
    deliver(session, sender, conversation.id)
    bodies = graph.accepted_by(_phone(conversation))
    assert [body["text"]["body"] for body in bodies] == ["one", "two"]
    assert bodies[0]["to"] == f"+{conversation.customer_phone}"
    assert bodies[0]["context"] == {"message_id": "wamid.quoted"}
    assert [body["biz_opaque_callback_data"] for body in bodies] == [
        callback_data(first.id),
        callback_data(second.id),
    ]
    assert graph.calls[0].token == ACCESS_TOKEN
    row = stored(first.id)
    assert (row.status, row.wamid, row.error) == ("sent", "wamid.graph1", None)
    assert row.sent_at is not None
    assert row.claimed_until is None


def test_run_twice_has_one_effect(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    queue(conversation)
    deliver(session, sender, conversation.id)
    deliver(session, sender, conversation.id)
    assert len(graph.calls) == 1


def test_no_connection_is_held_while_meta_answers(
    session: AnySession,
    conversation: Conversation,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue(conversation)
    held: list[int] = []
    real_send = sender.graph.send

    def send(*args: Any, **kwargs: Any) -> Any:
        held.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]  # of QueuePool
        return real_send(*args, **kwargs)

    monkeypatch.setattr(sender.graph, "send", send)
    deliver(session, sender, conversation.id)
    assert held == [0]


def test_a_retry_leaves_the_message_queued_and_the_next_behind_it(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    first = queue(conversation, "one")
    queue(conversation, "two")
    graph.script(_phone(conversation), refusal(4, 429))
    deliver(session, sender, conversation.id, rng=random.Random(1))
    assert statuses(conversation.id) == ["queued", "queued"]
    assert -1 <= seconds_until_due(first.id) <= SEND.base_s
    assert stored(first.id).attempts == 1
    execute("UPDATE chat_messages SET next_attempt_at = now()")
    deliver(session, sender, conversation.id)
    assert [body["text"]["body"] for body in graph.accepted_by(_phone(conversation))] == ["one", "two"]


def test_retry_after_is_honoured(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    message = queue(conversation)
    graph.script(_phone(conversation), refusal(4, 429, Retry_After="40"))
    deliver(session, sender, conversation.id)
    assert 38 <= seconds_until_due(message.id) <= 40


def test_the_pair_limit_waits_four_to_the_n(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    message = queue(conversation)
    graph.script(_phone(conversation), *[refusal(131056)] * 3)
    for expected in (1, 4, 16):
        execute("UPDATE chat_messages SET next_attempt_at = now()")
        deliver(session, sender, conversation.id)
        assert expected - 1 <= seconds_until_due(message.id) <= expected


def test_the_last_attempt_fails_the_message_and_lets_the_next_through(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    message = queue(conversation, attempts=SEND.max_attempts - 1)
    queue(conversation)
    graph.script(_phone(conversation), refusal(130429))
    deliver(session, sender, conversation.id, stays_for_s=3)
    assert statuses(conversation.id) == ["failed", "sent"]
    error = stored(message.id).error
    assert set(error) == {"code", "title", "detail", "retryable"}
    assert (error["code"], error["retryable"]) == (130429, True)
    assert stored(message.id).failed_at is not None


def test_a_rejected_message_fails_with_a_reason_and_the_next_goes_out(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    message = queue(conversation, "one")
    queue(conversation, "two")
    graph.script(_phone(conversation), refusal(131026))
    deliver(session, sender, conversation.id)
    assert statuses(conversation.id) == ["failed", "sent"]
    assert stored(message.id).error["code"] == 131026
    assert stored(message.id).error["detail"]


def test_window_closed_by_metas_word_closes_ours(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    queue(conversation)
    graph.script(_phone(conversation), refusal(131047))
    deliver(session, sender, conversation.id)
    session.refresh(conversation)
    assert conversation.window_refused_at is not None


@pytest.mark.parametrize("written", ["never", "lately", "long ago"])
@pytest.mark.parametrize("by_status", [False, True])
def test_nobody_who_never_wrote_is_said_to_have_written(
    session: AnySession,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    written: str,
    by_status: bool,
) -> None:
    """131047 in the answer and in a failed status; chats of the phone app open no window, but they were written."""
    columns: dict[str, Any] = {} if written == "lately" else {"last_inbound_at": None}
    conversation = make_conversation(session, **columns)
    if written == "long ago":
        make_message(session, conversation, origin="history")
    message = queue(conversation)
    if not by_status:
        graph.script(_phone(conversation), refusal(131047))
    deliver(session, sender, conversation.id)
    if by_status:
        error = describe(131047, "Re-engagement message", None)
        for n in range(2):
            update = StatusUpdate(
                Source(0, "messages", None, conversation.phone_number_id),
                stored(message.id).wamid,
                "failed",
                clock.now().replace(microsecond=0) + timedelta(seconds=n),
                "",
                None,
                error,
                131047,
                {},
            )
            apply_statuses(session, [update])
            session.commit()
    row = stored(message.id)
    assert (row.status, row.error["code"]) == ("failed", 131047)
    # One sentence that is true of all: what a status comes to does not depend on when it comes.
    assert row.error["detail"] == (
        "Only a template can be sent: the customer has not written within the last 24 hours, if at all."
    )


@pytest.mark.parametrize(
    ("code", "column"), [(131047, "window_refused_at"), (130403, "is_blocked"), (131050, "marketing_opt_out")]
)
def test_what_a_refusal_teaches_reaches_who_the_conversation_was_merged_into(
    session: AnySession, conversation: Conversation, queue: Queue, code: int, column: str
) -> None:
    """The merge came while the call was on its way, so that the claim names the conversation of before."""
    message = queue(conversation)
    [claim] = claim_heads(session, [conversation.id], 20)
    of_before = replace(claim, conversation_id=uuid4())
    refused = GraphError(code, "refused", disposition=Disposition.REJECT)
    record_all(session, [(of_before, refused)])
    session.commit()
    assert stored(message.id).status == "failed"
    session.refresh(conversation)
    assert getattr(conversation, column)


def test_account_trouble_pauses_the_number_and_keeps_the_message(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    message = queue(conversation)
    queue(conversation)
    graph.script(_phone(conversation), refusal(190, 401))
    deliver(session, sender, conversation.id)
    assert statuses(conversation.id) == ["queued", "queued"]
    assert stored(message.id).attempts == 0
    number = _number(conversation)
    assert (number.status, number.paused_code) == ("paused", 190)
    assert number.paused_reason
    deliver(session, sender, conversation.id)
    assert len(graph.calls) == 1
    assert resume_number(session, conversation.phone_number_id) is True
    session.commit()
    deliver(session, sender, conversation.id)
    assert statuses(conversation.id) == ["sent", "sent"]


def test_trouble_with_an_old_token_does_not_pause_a_number_that_has_a_new_one(
    session: AnySession,
    conversation: Conversation,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue(conversation)
    graph.script(_phone(conversation), refusal(190, 401))
    real_send = sender.graph.send

    def send(*args: Any, **kwargs: Any) -> Any:
        execute("UPDATE waba_accounts SET access_token_encrypted = access_token_encrypted || ''")
        fresh = make_account(session).access_token_encrypted
        session.rollback()
        execute("UPDATE waba_accounts SET access_token_encrypted = :fresh", fresh=fresh)
        return real_send(*args, **kwargs)

    monkeypatch.setattr(sender.graph, "send", send)
    deliver(session, sender, conversation.id)
    assert _number(conversation).status == "connected"
    assert statuses(conversation.id) == ["sent"]


def test_a_token_that_no_key_opens_pauses_the_number(
    session: AnySession, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    account = make_account(session, access_token_encrypted="gAAAAnonsense")
    conversation = make_conversation(session, make_number(session, account))
    queue(conversation)
    deliver(session, sender, conversation.id)
    assert statuses(conversation.id) == ["queued"]
    number = _number(conversation)
    assert (number.status, number.paused_code) == ("paused", None)
    assert graph.calls == []


def test_a_row_that_makes_no_message_fails_instead_of_looping(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    message = queue(conversation, content={}, message_type="image")
    queue(conversation)
    deliver(session, sender, conversation.id)
    assert statuses(conversation.id) == ["failed", "sent"]
    assert stored(message.id).error["retryable"] is False


@pytest.mark.parametrize(
    "answer",
    [DROP_AFTER_ACCEPTING, HTML_502, refusal(131000, 500), Answer(take=True, delay_s=1.6)],
    ids=["drop", "html-502", "131000", "time-out"],
)
def test_an_uncertain_send_is_unknown_and_never_repeated(
    session: AnySession,
    conversation: Conversation,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    redis_client: Any,
    answer: Answer,
) -> None:
    message = queue(conversation, "one")
    queue(conversation, "two")
    graph.script(_phone(conversation), answer)
    deliver(session, sender, conversation.id)
    assert statuses(conversation.id) == ["unknown", "sent"]
    error = stored(message.id).error
    assert set(error) == {"code", "title", "detail", "retryable"}
    execute("UPDATE chat_messages SET created_at = now() - interval '1 h'")
    sweep_outbound(session, redis_client)
    deliver(session, sender, conversation.id)
    sent = [call.body["text"]["body"] for call in graph.calls]
    assert sorted(sent) in (["one", "two"], ["two"])
    assert statuses(conversation.id) == ["unknown", "sent"]


def test_meta_out_of_reach_is_tried_again_with_patience(
    session: AnySession, conversation: Conversation, queue: Queue
) -> None:
    message = queue(conversation, attempts=SEND.max_attempts + 5)
    nobody = GraphClient("http://127.0.0.1:9", "v26.0", connect_timeout_s=1, read_timeout_s=1)
    deliver(session, Sender(nobody, (ENCRYPTION_KEY,), 10), conversation.id)
    row = stored(message.id)
    assert (row.status, row.attempts) == ("queued", SEND.max_attempts + 6)
    assert seconds_until_due(message.id) <= CONNECT.cap_s


def test_a_refusal_after_the_deadline_is_told_and_not_queued_again(
    session: AnySession,
    conversation: Conversation,
    queue: Queue,
    sender: Sender,
    graph: GraphServer,
    redis_client: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sweep gave the message up while the call was stuck; then Meta says that it never took it."""
    message = queue(conversation)
    graph.script(_phone(conversation), refusal(130429))
    real_send = sender.graph.send

    def send(*args: Any, **kwargs: Any) -> Any:
        execute("UPDATE chat_messages SET claimed_until = now() - interval '1 s'")
        assert sweep_outbound(session, redis_client).expired == 1
        return real_send(*args, **kwargs)

    monkeypatch.setattr(sender.graph, "send", send)
    deliver(session, sender, conversation.id)
    row = stored(message.id)
    assert (row.status, row.error["code"], row.error["retryable"]) == ("failed", 130429, True)


def test_a_long_conversation_gives_others_their_turn(
    session: AnySession, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    number = make_number(session)
    long, short = make_conversation(session, number), make_conversation(session, number)
    for n in range(5):
        queue(long, str(n))
    queue(short)
    deliver(session, sender, long.id, short.id, threads=1)
    assert [to for to, _, _ in graph.accepted[:2]] in (
        [_phone(long), _phone(short)],
        [_phone(short), _phone(long)],
    )
    assert statuses(long.id) == ["sent"] * 5


def test_a_customer_without_a_phone_is_reached_by_the_business_scoped_id(
    session: AnySession, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    conversation = make_conversation(session, customer_phone=None, customer_user_id="IN.1234")
    queue(conversation)
    deliver(session, sender, conversation.id)
    assert graph.calls[0].body["recipient"] == "IN.1234"
    assert statuses(conversation.id) == ["sent"]


def test_our_reaction_stands_on_its_bubble_once_meta_took_it(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender
) -> None:
    for emoji in ("👍", ""):
        queue(
            conversation,
            message_type="reaction",
            content={"reaction": {"message_id": "wamid.theirs", "emoji": emoji}},
        )
        deliver(session, sender, conversation.id)
        with db.engine.connect() as connection:
            row = connection.exec_driver_sql("SELECT wamid, side, actor, emoji FROM message_reactions").one()
        assert tuple(row) == ("wamid.theirs", "business", "business", emoji or None)


def test_statuses_that_came_before_the_answer_are_applied(
    session: AnySession, conversation: Conversation, queue: Queue, sender: Sender
) -> None:
    """Another app's webhook, without our callback data, was faster than Meta's answer."""
    message = queue(conversation)
    execute(
        "INSERT INTO message_statuses (wamid, status, timestamp, phone_number_id, raw) "
        "VALUES ('wamid.graph1', 'delivered', now(), :number, '{}')",
        number=conversation.phone_number_id,
    )
    deliver(session, sender, conversation.id)
    assert stored(message.id).status == "delivered"


def test_what_is_paused_not_due_or_in_work_is_left_alone(
    session: AnySession, queue: Queue, sender: Sender, graph: GraphServer
) -> None:
    paused = make_conversation(session, make_number(session, status="paused", paused_at=clock.now()))
    later, in_work = make_conversation(session), make_conversation(session)
    queue(paused, "paused", next_attempt_at=clock.now())
    execute(
        "UPDATE chat_messages SET next_attempt_at = now() + interval '1 minute' WHERE id = :id",
        id=queue(later, "later").id,
    )
    execute(
        "UPDATE chat_messages SET status = 'sending', status_rank = 10, claimed_until = now() + interval '1 minute' "
        "WHERE id = :id",
        id=queue(in_work, "first").id,
    )
    queue(in_work, "second", next_attempt_at=clock.now())
    deliver(session, sender, paused.id, later.id, in_work.id)
    assert graph.accepted == []
    assert statuses(in_work.id) == ["sending", "queued"]
