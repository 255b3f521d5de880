"""Blue ticks: once for the newest message that an agent has seen, and never for what is no message."""

from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from livechat.models import Conversation
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.read_receipts import send_read_receipt
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError
from tests.factories import make_conversation, make_message
from tests.sends.conftest import execute
from tests.sends.graph_server import HTML_502, GraphServer, refusal

AnySession = scoped_session[Session]


def _read(session: AnySession, wamids: list[str], **columns: Any) -> Conversation:
    """A conversation with these inbound messages, all of them read by an agent."""
    conversation = make_conversation(session)
    for wamid in wamids:
        message = make_message(session, conversation, wamid=wamid, **columns)
    conversation.read_seq = message.seq
    conversation.unread_count = 0
    session.commit()
    return conversation


def test_the_newest_read_message_is_reported_once(
    session: AnySession, sender: Sender, graph: GraphServer
) -> None:
    conversation = _read(session, ["wamid.a", "wamid.b"])
    send_read_receipt(session, sender, conversation.id)
    send_read_receipt(session, sender, conversation.id)
    assert [receipt["message_id"] for receipt in graph.receipts] == ["wamid.b"]
    session.refresh(conversation)
    assert conversation.receipt_seq == conversation.read_seq


def test_what_is_not_read_yet_is_not_reported(
    session: AnySession, sender: Sender, graph: GraphServer
) -> None:
    conversation = _read(session, ["wamid.a"])
    make_message(session, conversation, wamid="wamid.later")
    session.commit()
    send_read_receipt(session, sender, conversation.id)
    assert [receipt["message_id"] for receipt in graph.receipts] == ["wamid.a"]


@pytest.mark.parametrize("wamid", ["event:0123", "wacid.0123"])
def test_events_and_calls_are_no_messages(
    session: AnySession, sender: Sender, graph: GraphServer, wamid: str
) -> None:
    conversation = _read(session, [wamid])
    send_read_receipt(session, sender, conversation.id)
    assert graph.calls == []


def test_a_paused_number_reports_nothing(session: AnySession, sender: Sender, graph: GraphServer) -> None:
    conversation = _read(session, ["wamid.a"])
    execute("UPDATE phone_numbers SET status = 'paused', paused_at = now()")
    send_read_receipt(session, sender, conversation.id)
    assert graph.calls == []


@pytest.mark.parametrize(
    ("answer", "disposition"), [(refusal(130429), Disposition.RETRY), (HTML_502, Disposition.UNKNOWN)]
)
def test_passing_trouble_is_for_celery_to_repeat(
    session: AnySession, sender: Sender, graph: GraphServer, answer: Any, disposition: Disposition
) -> None:
    conversation = _read(session, ["wamid.a"])
    graph.script("wamid.a", answer)
    with pytest.raises(GraphError) as caught:
        send_read_receipt(session, sender, conversation.id)
    assert caught.value.disposition is disposition
    send_read_receipt(session, sender, conversation.id)
    assert len(graph.receipts) == 1


def test_a_refusal_is_not_asked_again(session: AnySession, sender: Sender, graph: GraphServer) -> None:
    conversation = _read(session, ["wamid.a"])
    graph.script("wamid.a", refusal(131009))
    send_read_receipt(session, sender, conversation.id)
    send_read_receipt(session, sender, conversation.id)
    assert len(graph.calls) == 1


def test_account_trouble_pauses_the_number(session: AnySession, sender: Sender, graph: GraphServer) -> None:
    conversation = _read(session, ["wamid.a"])
    graph.script("wamid.a", refusal(190, 401))
    send_read_receipt(session, sender, conversation.id)
    session.refresh(conversation)
    assert conversation.receipt_seq == 0
    send_read_receipt(session, sender, conversation.id)
    assert len(graph.calls) == 1
