"""From the queue to Meta and back, by real Celery workers with threads, beat, and a kill -9."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from livechat.core.after_commit import enqueue
from livechat.core.extensions import celery
from livechat.core.tasknames import TaskName
from livechat.models import Message
from livechat.outbound.delivery.apply_status import apply_statuses
from livechat.whatsapp.sending.outgoing import callback_data
from livechat.whatsapp.webhook.items import Source, StatusUpdate
from tests.conftest import wait_until
from tests.factories import make_conversation, make_message, make_number
from tests.sends.conftest import Worker, execute, statuses, stored
from tests.sends.graph_server import DROP_AFTER_ACCEPTING, Answer, GraphServer, refusal

AnySession = scoped_session[Session]
Queue = Callable[..., Message]
StartWorkers = Callable[..., list[Worker]]


def test_order_is_kept_by_two_workers_over_retries_and_a_lost_enqueue(
    session: AnySession, queue: Queue, graph: GraphServer, start_workers: StartWorkers
) -> None:
    """Thirty messages each to three customers; one customer's trouble delays no other."""
    number = make_number(session)
    troubled, *others = [make_conversation(session, number) for _ in range(3)]
    phone = str(troubled.customer_phone)
    graph.latency_s = 0.01
    # The first is refused once, the eleventh for good, others in between now and then.
    graph.script(
        phone,
        refusal(130429),
        *[Answer(take=True)] * 10,
        refusal(131026),
        *[Answer(take=True)] * 17,
        refusal(131056),
    )
    for conversation in (troubled, *others):
        for n in range(30):
            queue(conversation, f"{n}")
    # Nothing was enqueued for the last one: the sweep has to find it.
    for conversation in (troubled, others[0]):
        for _ in range(30):
            enqueue(TaskName.SEND, conversation_id=str(conversation.id))
    start_workers(2)
    for conversation in others:
        wait_until(lambda c=conversation: statuses(c.id) == ["sent"] * 30, timeout_s=40)
    wait_until(lambda: not set(statuses(troubled.id)) & {"queued", "sending"}, timeout_s=40)
    assert statuses(troubled.id) == ["sent"] * 10 + ["failed"] + ["sent"] * 19
    for conversation in (troubled, *others):
        expected = [str(n) for n in range(30) if conversation is not troubled or n != 10]
        bodies = graph.accepted_by(str(conversation.customer_phone))
        assert [body["text"]["body"] for body in bodies] == expected
        spans = [
            (call.began_at, call.ended_at) for call in graph.calls if call.to == conversation.customer_phone
        ]
        assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_a_worker_killed_between_claim_and_record_leaves_unknown_and_nothing_is_repeated(
    session: AnySession, queue: Queue, graph: GraphServer, start_workers: StartWorkers
) -> None:
    conversation = make_conversation(session)
    phone = str(conversation.customer_phone)
    first, second = queue(conversation, "one"), queue(conversation, "two")
    graph.script(phone, Answer(take=True, delay_s=1.5))
    [worker] = start_workers(1, beat=False)
    enqueue(TaskName.SEND, conversation_id=str(conversation.id))
    wait_until(lambda: len(graph.accepted) == 1)
    worker.kill()
    assert statuses(conversation.id) == ["sending", "queued"]
    # Time passes: the deadline is over, and the message behind it has waited long enough.
    execute("UPDATE chat_messages SET claimed_until = now() WHERE id = :id", id=first.id)
    execute("UPDATE chat_messages SET created_at = now() - interval '5 s' WHERE id = :id", id=second.id)
    start_workers(1)
    wait_until(lambda: statuses(conversation.id) == ["unknown", "sent"], timeout_s=40)
    assert [body["text"]["body"] for body in graph.accepted_by(phone)] == ["one", "two"]


def test_an_answer_dropped_after_accepting_is_settled_by_the_status_webhook(
    session: AnySession, queue: Queue, graph: GraphServer, start_workers: StartWorkers
) -> None:
    conversation = make_conversation(session)
    message = queue(conversation)
    graph.script(str(conversation.customer_phone), DROP_AFTER_ACCEPTING)
    start_workers(1, beat=False)
    enqueue(TaskName.SEND, conversation_id=str(conversation.id))
    wait_until(lambda: statuses(conversation.id) == ["unknown"])
    [(_, body, wamid)] = graph.accepted
    assert body["biz_opaque_callback_data"] == callback_data(message.id)
    update = StatusUpdate(
        source=Source(0, "messages", None, conversation.phone_number_id),
        wamid=wamid,
        status="delivered",
        timestamp=datetime.now(UTC),
        participant="",
        callback_data=body["biz_opaque_callback_data"],
        error=None,
        error_code=None,
        raw={},
    )
    apply_statuses(session, [update])
    session.commit()
    row = stored(message.id)
    assert (row.status, row.wamid, row.error) == ("delivered", wamid, None)


def test_read_receipts_survive_passing_trouble(
    session: AnySession, graph: GraphServer, start_workers: StartWorkers
) -> None:
    conversation = make_conversation(session)
    message = make_message(session, conversation, wamid="wamid.seen")
    conversation.read_seq = message.seq
    conversation.unread_count = 0
    session.commit()
    graph.script("wamid.seen", refusal(131016, 500), refusal(130429))
    start_workers(1, beat=False)
    enqueue(TaskName.MARK_READ, conversation_id=str(conversation.id))
    wait_until(lambda: len(graph.receipts) == 1, timeout_s=30)

    def told() -> Any:
        session.refresh(conversation)
        session.rollback()
        return conversation.receipt_seq == message.seq

    wait_until(told)


@pytest.mark.parametrize("nonsense", ["", "not-a-uuid"])
def test_a_malformed_argument_fails_loudly_and_alone(
    session: AnySession, queue: Queue, start_workers: StartWorkers, nonsense: str
) -> None:
    conversation = make_conversation(session)
    queue(conversation)
    start_workers(1, beat=False)
    enqueue(TaskName.SEND, conversation_id=nonsense)
    enqueue(TaskName.SEND, conversation_id=str(conversation.id))
    wait_until(lambda: statuses(conversation.id) == ["sent"])


def test_a_worker_that_ends_without_a_signal_leaves_the_rest_to_the_next(
    session: AnySession, queue: Queue, graph: GraphServer, start_workers: StartWorkers
) -> None:
    """As after an error of its consumer: it must not go on sending, deaf to its queue."""
    conversation = make_conversation(session)
    # More than a customer may get at once: the dispatcher stays for the others.
    for n in range(50):
        queue(conversation, f"{n}")
    enqueue(TaskName.SEND, conversation_id=str(conversation.id))
    (worker,) = start_workers(beat=False)
    phone = str(conversation.customer_phone)
    wait_until(lambda: len(graph.accepted_by(phone)) >= 44, timeout_s=40)
    celery.control.shutdown()
    wait_until(lambda: worker.process.poll() is not None, timeout_s=20)
    assert set(statuses(conversation.id)) == {"sent", "queued"}
    sent = len(graph.accepted_by(phone))
    start_workers(beat=False)
    wait_until(lambda: len(graph.accepted_by(phone)) > sent, timeout_s=40)
    assert [body["text"]["body"] for body in graph.accepted_by(phone)] == [str(n) for n in range(sent + 1)]
