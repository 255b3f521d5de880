"""An agent sends again what failed, or what nobody knows of: once, knowingly, as a new message."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from livechat.domain.clock import now
from livechat.domain.status import RANK
from livechat.models import Conversation, Message
from livechat.outbound.delivery.deliver import Sender
from tests.factories import make_conversation
from tests.sends.conftest import deliver, execute, statuses, stored
from tests.sends.graph_server import GraphServer

AnySession = scoped_session[Session]
Queue = Callable[..., Message]
ERROR = {"code": 131026, "title": "Undeliverable", "detail": "It did not arrive.", "retryable": True}


@pytest.fixture
def conversation(session: AnySession) -> Conversation:
    made = make_conversation(session)
    session.commit()
    return made


@pytest.fixture
def ended(session: AnySession, conversation: Conversation, queue: Queue) -> Callable[..., UUID]:
    """``ended(status)``: a message that came to that end."""
    at = now() - timedelta(seconds=5)
    facts = {"error": ERROR, "timestamp": at}
    return lambda status, **columns: (
        queue(conversation, "one", status=status, status_rank=RANK[status], **facts, **columns).id
    )


@pytest.fixture
def resend(
    client: FlaskClient, conversation: Conversation, auth: Callable[[UUID], dict[str, str]]
) -> Callable[..., Any]:
    user_id = conversation.user_id

    def call(message_id: UUID | str, body: dict[str, Any] | None = None, user: UUID = user_id) -> Any:
        return client.post(f"/api/live-chat/messages/{message_id}/resend", json=body, headers=auth(user))

    return call


def test_a_failed_message_is_sent_again_as_a_new_one(
    session: AnySession,
    conversation: Conversation,
    ended: Callable[..., UUID],
    resend: Callable[..., Any],
    sender: Sender,
    graph: GraphServer,
) -> None:
    failed = ended("failed", reply_to_wamid="wamid.quoted", failed_at=now())
    answer = resend(failed)
    assert answer.status_code == 202
    message = answer.json["message"]
    assert (message["status"], message["text"], message["resend_of"]) == ("queued", "one", str(failed))
    assert answer.json["conversation"]["last_message"]["id"] == message["id"]
    again = resend(failed, {"even_if_delivered": True})
    assert (again.status_code, again.json["message"]["id"]) == (200, message["id"])
    deliver(session, sender, conversation.id)
    assert statuses(conversation.id) == ["failed", "sent"]
    [(_, body, _)] = graph.accepted
    assert (body["text"]["body"], body["context"]) == ("one", {"message_id": "wamid.quoted"})
    assert resend(failed).json["message"]["status"] == "sent"


def test_an_unknown_message_needs_the_agents_word(
    conversation: Conversation, ended: Callable[..., UUID], resend: Callable[..., Any]
) -> None:
    unknown = ended("unknown")
    refused = resend(unknown)
    assert (refused.status_code, refused.json["code"]) == (409, "resend_unconfirmed")
    assert statuses(conversation.id) == ["unknown"]
    assert resend(unknown, {"even_if_delivered": True}).status_code == 202
    assert statuses(conversation.id) == ["unknown", "queued"]


@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "read"])
def test_what_did_not_fail_is_not_sent_again(
    ended: Callable[..., UUID], resend: Callable[..., Any], status: str
) -> None:
    refused = resend(ended(status), {"even_if_delivered": True})
    assert (refused.status_code, refused.json["code"]) == (409, "resend_not_possible")


def test_strangers_and_nonsense_find_nothing(ended: Callable[..., UUID], resend: Callable[..., Any]) -> None:
    assert resend(ended("failed"), user=uuid4()).status_code == 404
    assert resend("nonsense").status_code == 404
    assert resend(uuid4()).status_code == 404
    assert resend(ended("failed"), {"even_if_delivered": "perhaps"}).status_code == 422


def test_the_window_holds_for_a_repetition_too(
    session: AnySession, conversation: Conversation, ended: Callable[..., UUID], resend: Callable[..., Any]
) -> None:
    failed, template = ended("failed"), ended("failed", message_type="template")
    conversation.last_inbound_at = now() - timedelta(hours=25)
    session.commit()
    refused = resend(failed)
    assert (refused.status_code, refused.json["code"]) == (409, "service_window_closed")
    assert resend(template).status_code == 202


def test_a_paused_number_keeps_the_repetition(
    conversation: Conversation, ended: Callable[..., UUID], resend: Callable[..., Any]
) -> None:
    execute("UPDATE phone_numbers SET status = 'paused', paused_at = now()")
    assert resend(ended("failed")).json["message"]["status"] == "queued"


def test_of_many_at_once_one_is_new(
    app: Flask,
    conversation: Conversation,
    ended: Callable[..., UUID],
    auth: Callable[[UUID], dict[str, str]],
) -> None:
    failed, user = ended("failed"), conversation.user_id

    def call(_: int) -> tuple[int, str]:
        answer = app.test_client().post(f"/api/live-chat/messages/{failed}/resend", headers=auth(user))
        return answer.status_code, answer.json["message"]["id"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(8)))
    assert sorted(status for status, _ in answers) == [200] * 7 + [202]
    assert len({message_id for _, message_id in answers}) == 1
    assert stored(UUID(answers[0][1])).resend_of == failed
