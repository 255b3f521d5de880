"""What a conversation is shown with is declared once, and shown by the list, alone and in events."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import Text, and_, case, cast, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, scoped_session

from livechat.conversations import ornaments
from livechat.conversations.object_schemas import ConversationSchema
from livechat.conversations.ornaments import Ornament
from livechat.conversations.queries.shown_rows import READER
from livechat.live.event_log import Change, Kind, LogEntry
from livechat.models import AccountMember, Conversation
from livechat.stream.render import render
from tests.api.conftest import Caller
from tests.factories import make_account, make_conversation, make_number


def test_an_ornament_that_is_declared_is_shown_wherever_a_conversation_is(
    session: scoped_session[Session],
    caller: Callable[[UUID], Caller],
    monkeypatch: pytest.MonkeyPatch,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    owner, agent = uuid4(), uuid4()
    account = make_account(session, owner)
    number = make_number(session, account)
    session.add(AccountMember(account_id=account.id, user_id=agent, role="agent"))
    rows = [make_conversation(session, number) for _ in range(3)]
    session.commit()
    decorated, bare, account_id = rows[0].id, rows[1].id, account.id
    words = literal_column("'[\"urgent\"]'::jsonb", JSONB)
    labels = Ornament([case((Conversation.id == decorated, words))], [], lambda urgent: urgent)
    stars = Ornament(
        [case((and_(Conversation.id == decorated, owner == READER), cast(READER, Text)))],
        [],
        lambda user: f"of {user}" if user is not None else None,
        lambda _asked: {decorated: {owner: f"of {owner}"}},
    )
    monkeypatch.setitem(ornaments.SHARED, "labels", labels)
    monkeypatch.setitem(ornaments.PERSONAL, "star", stars)

    def shown(conversation: Mapping[str, Any]) -> tuple[Any, Any]:
        return conversation["labels"], conversation["star"]

    with statements() as seen:
        page = caller(owner).get("/conversations", phone_number_id=number.phone_number_id).json
    page = page["conversations"]
    assert sum("urgent" in statement for statement in seen) == 1, "one statement for all"
    assert {item["id"]: shown(item) for item in page} == {
        str(row.id): (["urgent"], f"of {owner}") if row.id == decorated else (None, None) for row in rows
    }
    assert shown(caller(owner).get(f"/conversations/{decorated}").json) == (["urgent"], f"of {owner}")
    assert shown(caller(agent).get(f"/conversations/{decorated}").json) == (["urgent"], None)
    entries = [
        LogEntry(account_id, (1, n), Change(Kind.CONVERSATION_UPDATED, each))
        for n, each in enumerate((decorated, bare))
    ]
    events = render(session, entries)

    def heard(user: UUID) -> list[tuple[Any, Any]]:
        payloads = [event.seen_by(user).payload.partition(b"data: ")[2] for event in events]
        return [shown(orjson.loads(payload)["conversation"]) for payload in payloads]

    assert heard(owner) == [(["urgent"], f"of {owner}"), (None, None)]
    assert heard(agent) == [(["urgent"], None), (None, None)]


def test_every_ornament_is_in_the_document() -> None:
    assert ornaments.SHARED.keys() | ornaments.PERSONAL.keys() <= ConversationSchema().fields.keys()
