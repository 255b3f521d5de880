"""Who says what has changed: every service that commits something which a page shows."""

import os
import signal
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from redis import Redis
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from livechat.accounts.pause import pause_number, resume_number
from livechat.conversations.mark_read import mark_read
from livechat.core.process import own_mark
from livechat.live import event_log as logs
from livechat.live import writers
from livechat.live.event_log import RESET, Change, Kind
from livechat.live.publish import publish, publish_for_the_dead
from livechat.models import Conversation, ConversationAlias, Message, PhoneNumber
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.sweep_outbound import sweep_outbound
from tests.factories import make_conversation, make_message
from tests.ingest.conftest import Meta, make_text_body
from tests.sends.conftest import deliver, execute, graph, sender
from tests.sends.graph_server import GraphServer

__all__ = ["graph", "sender"]

AnySession = scoped_session[Session]
UPDATED = Kind.MESSAGE_UPDATED


def said(redis: Redis, session: AnySession, conversation: Conversation) -> list[Change]:
    """What the log of the conversation's account holds."""
    account_id = session.get_one(PhoneNumber, conversation.phone_number_id).account_id
    session.rollback()
    entries = logs.read_slice(redis, account_id, (0, 0), (2**63, 0), 1000).entries
    return [entry.change for entry in entries]


def queued(session: AnySession, conversation: Conversation, **columns: object) -> UUID:
    message = make_message(
        session, conversation, direction="outbound", status="queued", wamid=None, **columns
    )
    session.commit()
    return message.id


def test_a_send_is_followed_through_its_states(
    session: AnySession, redis_client: Redis, sender: Sender, graph: GraphServer
) -> None:
    conversation = make_conversation(session)
    message_id = queued(session, conversation)
    deliver(session, sender, conversation.id)
    assert said(redis_client, session, conversation) == [Change(UPDATED, message_id)] * 2


def test_what_is_said_under_the_id_of_a_merged_conversation_is_heard(
    session: AnySession, redis_client: Redis
) -> None:
    """As by a call to Meta that was on its way while the webhook came that merged them."""
    conversation = make_conversation(session)
    session.add(ConversationAlias(id=(merged := uuid4()), conversation_id=conversation.id))
    message_id = queued(session, conversation)
    publish(session, updated={message_id: merged})
    session.commit()
    assert said(redis_client, session, conversation) == [Change(UPDATED, message_id)]


def test_a_reaction_of_ours_shows_on_its_bubble(
    session: AnySession, redis_client: Redis, sender: Sender, graph: GraphServer
) -> None:
    conversation = make_conversation(session)
    target = make_message(session, conversation, wamid="wamid.theirs").id
    part = {"reaction": {"message_id": "wamid.theirs", "emoji": "👍"}}
    queued(session, conversation, message_type="reaction", text=None, content=part)
    deliver(session, sender, conversation.id)
    assert said(redis_client, session, conversation)[-1] == Change(UPDATED, target)


def test_a_claim_past_its_deadline_is_told(session: AnySession, redis_client: Redis) -> None:
    conversation = make_conversation(session)
    message_id = queued(session, conversation)
    execute(
        "UPDATE chat_messages SET status = 'sending', status_rank = 10, claimed_until = now() WHERE id = :id",
        id=message_id,
    )
    sweep_outbound(session, redis_client)
    assert said(redis_client, session, conversation) == [Change(UPDATED, message_id)]


def test_reading_pausing_and_resuming_are_told(session: AnySession, redis_client: Redis) -> None:
    conversation = make_conversation(session)
    make_message(session, conversation)
    session.commit()
    reader = uuid4()
    mark_read(session, conversation.id, None, by=reader)
    session.commit()
    pause_number(session, conversation.phone_number_id, 190, "The token has expired.")
    session.commit()
    resume_number(session, conversation.phone_number_id)
    session.commit()
    read = Change(Kind.CONVERSATION_UPDATED, conversation.id)
    own = Change(Kind.READ_UPDATED, conversation.id, reader)
    assert said(redis_client, session, conversation) == [read, own, RESET, RESET]


def test_nothing_is_said_of_what_was_rolled_back(session: AnySession, redis_client: Redis) -> None:
    conversation = make_conversation(session)
    session.commit()
    message = make_message(session, conversation)
    publish(session, created={message.id: conversation.id})
    session.rollback()
    session.commit()
    assert said(redis_client, session, conversation) == []


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_repeated_webhook_is_told_once(meta: Meta, repeats: int) -> None:
    body = make_text_body("wamid.once")
    for _ in range(repeats):
        meta.deliver_body(body, body)
    conversation = meta.session.get_one(Conversation, meta.conversation()["id"])
    created = [each.kind for each in said(meta.redis, meta.session, conversation)]
    assert created == [Kind.MESSAGE_CREATED]


def test_where_a_process_was_killed_that_may_have_had_to_tell_pages_fetch_afresh(
    session: AnySession, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between a commit and what follows from it nothing else knows what was to be told."""
    conversation = make_conversation(session)
    session.commit()
    monkeypatch.setattr(writers, "_signed", writers._Signed())
    publish(session, conversations=[conversation.id])
    # It is known before the commit, and we live.
    known: Any = redis_client.zrange(writers.WRITERS, 0, -1)
    assert [each.decode() for each in known] == [own_mark()]
    session.rollback()

    def tell_after(end: Callable[[], object]) -> int:
        child = os.fork()
        if child == 0:
            writers.sign_in(redis_client)
            end()
            os._exit(0)
        os.waitpid(child, 0)
        return publish_for_the_dead(session, redis_client)

    assert tell_after(lambda: writers.sign_out(redis_client)) == 0
    assert said(redis_client, session, conversation) == []
    assert tell_after(lambda: os.kill(os.getpid(), signal.SIGKILL)) == 1
    assert publish_for_the_dead(session, redis_client) == 0
    assert said(redis_client, session, conversation) == [RESET]


def test_of_a_commit_whose_answer_was_lost_pages_are_told_to_fetch_afresh(
    session: AnySession, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = make_conversation(session)
    session.commit()
    dialect = session.get_bind().dialect
    committed = dialect.do_commit

    def cut(connection: Any) -> None:
        committed(connection)
        raise psycopg.OperationalError("the connection was cut")

    message_id = make_message(session, conversation).id
    publish(session, created={message_id: conversation.id})
    with monkeypatch.context() as trouble:
        trouble.setattr(dialect, "do_commit", cut)
        with pytest.raises(OperationalError):
            session.commit()
    session.rollback()
    assert session.get(Message, message_id) is not None
    # What was to be said of it is not known to who tries again: it is said with the next word.
    publish(session, conversations=[conversation.id])
    session.commit()
    assert said(redis_client, session, conversation) == [
        RESET,
        Change(Kind.CONVERSATION_UPDATED, conversation.id),
    ]
    # Of what was taken back before its commit nothing is owed.
    publish(session, conversations=[conversation.id])
    session.rollback()
    publish(session, conversations=[conversation.id])
    session.commit()
    assert said(redis_client, session, conversation)[2:] == [
        Change(Kind.CONVERSATION_UPDATED, conversation.id)
    ]
