"""The timeline: messages, notes and changes in one order, page by page, whatever stands between."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from livechat.core.extensions import db
from livechat.models import ConversationChange, Note
from livechat.timeline.schemas import TimelineSchema
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    """A thread of all three kinds, many of them at the same moment."""
    rng, conversation = Random(7), make_conversation(session, team.numbers[0])
    make = [
        lambda at: make_message(session, conversation, timestamp=at),
        lambda at: session.add(
            Note(
                conversation_id=conversation.id,
                author_id=team.owner,
                body="x",
                created_at=at,
            )
        ),
        lambda at: session.add(
            ConversationChange(
                operation_id=uuid4(),
                conversation_id=conversation.id,
                at=at,
                actor_kind="system",
                field="status",
                to_value="open",
                cause="sweep",
            )
        ),
    ]
    for _ in range(24):
        rng.choice(make)(NOON + timedelta(seconds=rng.randrange(6)))
    session.commit()
    return conversation.id


def _page(call: Call, team: Team, chat: UUID, **query: Any) -> Any:
    answer = call(team.owner, "GET", f"/conversations/{chat}/timeline", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def _ids(page: Any) -> list[str]:
    return [entry["id"] for entry in page["entries"]]


def test_an_entry_is_what_its_own_route_shows(team: Team, call: Call, chat: UUID) -> None:
    page = _page(call, team, chat, limit=200)
    assert (len(page["entries"]), page["has_before"], page["has_after"]) == (24, False, False)
    assert {entry["kind"] for entry in page["entries"]} == {"message", "note", "change"}
    times = {"message": "timestamp", "note": "created_at", "change": "at"}
    for entry in page["entries"]:
        shown = entry[entry["kind"]]
        assert (shown["id"], shown[times[entry["kind"]]]) == (entry["id"], entry["at"])
        assert [entry[kind] for kind in times if kind != entry["kind"]] == [None, None]
        if entry["kind"] == "message":
            assert shown == call(team.owner, "GET", f"/messages/{entry['id']}").json
    assert [entry["at"] for entry in page["entries"]] == sorted(entry["at"] for entry in page["entries"])
    assert TimelineSchema().dump(page) == page
    thread = call(team.owner, "GET", "/messages", query_string={"conversation_id": str(chat), "limit": 200})
    messages = [entry["message"] for entry in page["entries"] if entry["kind"] == "message"]
    assert messages == thread.json["messages"]


@pytest.mark.parametrize("limit", [1, 5])
def test_pages_in_either_direction_are_the_whole_and_nothing_twice(
    team: Team, call: Call, chat: UUID, limit: int
) -> None:
    whole = _ids(_page(call, team, chat, limit=200))
    page = _page(call, team, chat, limit=limit)
    back = _ids(page)
    while page["has_before"]:
        page = _page(call, team, chat, limit=limit, before=back[0])
        assert page["has_after"]
        back = _ids(page) + back
    assert back == whole
    forth = whole[:1]
    while page["has_after"]:
        page = _page(call, team, chat, limit=limit, after=forth[-1])
        assert page["has_before"]
        forth += _ids(page)
    assert forth == whole


def test_around_has_the_named_entry_in_its_middle(team: Team, call: Call, chat: UUID) -> None:
    whole = _ids(_page(call, team, chat, limit=200))
    for at in range(0, 24, 3):
        page = _page(call, team, chat, limit=5, around=whole[at])
        assert _ids(page) == whole[max(at - 2, 0) : at + 3]
        assert (page["has_before"], page["has_after"]) == (at > 2, at + 3 < 24)
    assert _ids(_page(call, team, chat, limit=1, around=whole[9])) == [whole[9]]


def test_an_entry_of_another_conversation_is_not_found(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    other = make_message(session, make_conversation(session, team.numbers[0]))
    session.commit()
    path = f"/conversations/{chat}/timeline"
    for way in ("before", "after", "around"):
        for given in (str(other.id), str(uuid4()), "no-id"):
            assert call(team.owner, "GET", path, query_string={way: given}).status_code == 404
    [entry, *_] = _ids(_page(call, team, chat))
    for query in ({"before": entry, "after": entry}, {"limit": 0}, {"limit": 201}, {"limit": "x"}):
        assert call(team.owner, "GET", path, query_string=query).status_code == 422
    for user in (team.member(visibility="own"), uuid4()):
        assert call(user, "GET", path).status_code == 404


def test_a_page_takes_a_few_statements_by_the_indexes_alone(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    whole = _ids(_page(call, team, chat, limit=200))
    asked: list[tuple[str, Any]] = []

    def count(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        _page(call, team, chat, limit=5, before=whole[15])
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    about_the_thread = [each for each in asked if "UNION ALL" in each[0]]
    assert len(about_the_thread) == 2
    # With a planner that has to use an index where there is one, no table is sorted or read through.
    session.execute(text("SET LOCAL enable_seqscan = off"))
    for statement, parameters in about_the_thread:
        rows = session.connection().exec_driver_sql("EXPLAIN " + statement, parameters)
        plan = "\n".join(row[0] for row in rows)
        assert plan.count("Index") >= 3
        assert "Sort" not in plan
        assert "Seq Scan" not in plan
