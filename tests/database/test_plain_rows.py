"""Statements that run without the ORM: what they see, how they fail, and that they show what loaded rows do."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import ARRAY, Integer, Text, bindparam, cast, column, func, literal, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from livechat.conversations.object_schemas import MessageSchema
from livechat.conversations.present import message_json, row_json
from livechat.conversations.queries.thread_pages import newest_page, select_messages
from livechat.core.extensions import db
from livechat.core.sql.plain_rows import Prepared
from livechat.domain.clock import rfc3339
from livechat.models import Message, MessageReaction
from tests.factories import make_conversation, make_message
from tests.services import EmbeddedServices

DbSession = scoped_session[Session]
_HOW_MANY = Prepared(select(func.count()).select_from(Message))
_BY = cast(bindparam("by", type_=Integer()), Integer)
_DIVIDED = Prepared(select(literal(1).op("/", return_type=Integer())(_BY), literal("50 %")))


def test_it_sees_what_its_transaction_wrote_and_leaves_no_trace_where_there_is_none(
    session: DbSession,
) -> None:
    session.remove()
    assert _HOW_MANY.rows(session) == [(0,)]
    assert not session().in_transaction()
    make_message(session)
    assert _HOW_MANY.rows(session) == [(1,)]
    session.rollback()
    # The connection that it had alone begins transactions again.
    assert _HOW_MANY.rows(session) == [(0,)]


def test_an_error_is_said_as_everywhere_and_harms_nobody(session: DbSession) -> None:
    session.remove()
    assert _DIVIDED.rows(session, by=1) == [(1, "50 %")]
    with pytest.raises(DBAPIError, match="division by zero"):
        _DIVIDED.rows(session, by=0)
    session.rollback()
    with pytest.raises(KeyError):
        _DIVIDED.rows(session)
    make_message(session)
    session.rollback()
    assert _HOW_MANY.rows(session) == [(0,)]


def test_a_lost_connection_is_replaced_and_the_reader_notices_nothing(
    session: DbSession, services: EmbeddedServices
) -> None:
    session.remove()
    # So that the pool has one connection, and it is the one that is lost.
    db.engine.dispose()
    [(mine,)] = Prepared(select(func.pg_backend_pid())).rows(session)
    with psycopg.connect(services.database_url.replace("+psycopg", "")) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
    assert _HOW_MANY.rows(session) == [(0,)]


def test_what_would_come_otherwise_than_by_sqlalchemy_is_refused() -> None:
    with pytest.raises(TypeError, match="would translate"):
        Prepared(select(column("given", ARRAY(Text()))))


def test_a_plain_row_shows_what_a_loaded_one_does(session: DbSession) -> None:
    random, conversation = Random(8), make_conversation(session)
    made: list[Message] = []

    def maybe(value: Any) -> Any:
        return random.choice([value, None])

    def at() -> datetime:
        micros = random.choice([0, 500_000, 120_000, 7, 999_999])
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=random.randrange(9000), microseconds=micros)

    for _ in range(30):
        sent = make_message(
            session,
            conversation,
            direction="outbound",
            text=maybe("Grüße, שלום 50 %"),
            timestamp=at(),
            **{name: maybe(at()) for name in ("sent_at", "delivered_at", "read_at", "failed_at")},
            error=maybe({"code": 1, "title": "t", "detail": None, "retryable": True}),
            client_message_id=maybe(str(uuid4())),
            reply_to_wamid=made[-1].wamid if made and random.random() < 0.5 else None,
            sent_by=maybe(conversation.user_id) or maybe(uuid4()),
            resend_of=made[-1].id if made and random.random() < 0.5 else None,
            content=random.choice([{"text": {"body": "x"}}, {"image": {}, "media": {"state": "failed"}}]),
        )
        made.append(sent)
        if random.random() < 0.5:
            session.add(
                MessageReaction(
                    phone_number_id=sent.phone_number_id,
                    wamid=sent.wamid,
                    side="customer",
                    actor="a",
                    emoji="👍",
                    reacted_at=at(),
                    event_wamid=f"wamid.reaction{len(made)}",
                )
            )
    session.commit()
    loaded = {str(row.id): row_json(row) for row in session.execute(select_messages())}
    plain = [message_json(row) for row in newest_page(session, conversation.id, 100, 0)]
    assert {each["id"]: each for each in plain} == loaded
    assert [each["id"] for each in plain] == [
        str(each.id) for each in sorted(made, key=lambda each: (each.timestamp, each.seq))
    ]
    assert len(plain) == 30
    assert MessageSchema(many=True).validate(plain) == {}


def test_a_time_as_postgresql_writes_it_is_the_same_time(session: DbSession) -> None:
    random = Random(3)
    times = [
        datetime(2026, 2, 3, tzinfo=UTC) + timedelta(microseconds=random.randrange(10**13))
        for _ in range(200)
    ]
    times += [each.replace(microsecond=random.choice([0, 100_000, 120, 999_990])) for each in times]
    for zone in ("UTC", "Asia/Kolkata"):
        session.execute(text(f"SET LOCAL timezone = '{zone}'"))
        written = session.scalars(
            text("SELECT CAST(unnest(CAST(:times AS timestamptz[])) AS text)"), {"times": times}
        )
        assert [rfc3339(each) for each in written] == [rfc3339(each) for each in times]
