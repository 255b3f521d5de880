"""The numbers on the tabs: what each list has, for whoever looks."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from livechat.core.extensions import db
from livechat.domain import clock
from livechat.inbox.queries import inbox_pages
from livechat.models import Conversation, ConversationRead
from tests.api.conftest import statements
from tests.factories import make_conversation
from tests.team.conftest import DbSession, Team

__all__ = ["statements"]
Call = Callable[..., Any]
LISTS: dict[str, dict[str, str]] = {
    "mine": {"scope": "mine"},
    "unassigned": {"scope": "unassigned"},
    "all": {},
    "waiting": {"waiting": "true"},
    "closing": {"window": "closing"},
    "mine_unread": {"scope": "mine", "unread": "mine"},
}


def _change(
    session: DbSession, rng: Random, each: Conversation, agents: list[UUID], teams: list[UUID]
) -> None:
    """One of the changes that agents and customers make."""
    now = clock.now()
    match rng.randrange(6):
        case 0:
            each.assignee_id = rng.choice([None, *agents])
        case 1:
            each.team_id = rng.choice([None, *teams])
        case 2:
            each.status = rng.choice(["open", "resolved"])
        case 3:
            each.waiting_since = rng.choice([None, now])
        case 4:
            each.last_inbound_at = now - timedelta(hours=rng.randrange(26), minutes=30)
            each.last_counted_seq += 1
        case _:
            session.merge(
                ConversationRead(
                    user_id=rng.choice(agents),
                    conversation_id=each.id,
                    read_seq=each.last_counted_seq,
                    read_total=0,
                )
            )


def test_after_any_changes_each_tab_says_what_its_list_has(
    session: DbSession, team: Team, call: Call
) -> None:
    rng = Random(5)
    second = team.number()
    agents = [team.member(visibility=each) for each in ("all", "team", "own")]
    agents.append(team.member(visibility="all", numbers=[second.phone_number_id]))
    teams = [team.team("sales", agents[1]), team.team("support")]
    made = [
        make_conversation(session, rng.choice([team.numbers[0], second]), last_message_id=uuid4())
        for _ in range(40)
    ]
    session.commit()
    compared = 0
    for place in ({}, {"workspace_id": team.workspace_id}, {"phone_number_id": second.phone_number_id}):
        for _ in range(300):
            _change(session, rng, rng.choice(made), agents, teams)
        session.commit()
        for agent in agents:
            counts = call(agent, "GET", "/conversations/counts", query_string=place).json
            lists = {
                name: call(
                    agent,
                    "GET",
                    "/conversations",
                    query_string={"status": "open", "limit": 200, **query, **place},
                ).json["conversations"]
                for name, query in LISTS.items()
            }
            assert counts == {name: len(found) for name, found in lists.items()}
            compared += sum(counts.values())
    assert compared > 100


def test_a_tab_counts_so_far_and_no_further(
    session: DbSession, team: Team, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_pages, "MANY", 3)
    for number in (team.numbers[0], team.number()):
        for _ in range(3):
            make_conversation(session, number, last_message_id=uuid4())
    session.commit()
    counts = call(team.owner, "GET", "/conversations/counts").json
    assert (counts["all"], counts["unassigned"], counts["mine"]) == (3, 3, 0)


def test_what_is_not_theirs_is_not_counted_for_them(team: Team, session: DbSession, call: Call) -> None:
    other = Team(session)
    cases: list[tuple[dict[str, Any], int]] = [
        ({"workspace_id": other.workspace_id}, 404),
        ({"phone_number_id": other.numbers[0].phone_number_id}, 404),
        ({"scope": "mine"}, 422),
    ]
    for query, status in cases:
        answer = call(team.owner, "GET", "/conversations/counts", query_string=query)
        assert answer.status_code == status, query
    assert set(call(uuid4(), "GET", "/conversations/counts").json.values()) == {0}


def test_tabs_and_badges_are_counted_from_indexes_alone(session: DbSession, team: Team, call: Call) -> None:
    """However many are open, wait or are unread: none of their rows has to be looked at."""
    session.execute(
        text(
            "INSERT INTO chat_conversations (id, user_id, phone_number_id, customer_phone, last_message_id, "
            "last_message_time, last_inbound_at, status, waiting_since, unread_count, assignee_id) "
            "SELECT gen_random_uuid(), gen_random_uuid(), :number, '9190' || n, gen_random_uuid(), "
            "at, at, CASE WHEN n % 9 = 0 THEN 'open' ELSE 'resolved' END, CASE WHEN n % 18 = 0 THEN at END, "
            "CASE WHEN n % 20 = 0 THEN 3 ELSE 0 END, CASE WHEN n % 2 = 0 THEN gen_random_uuid() END "
            "FROM generate_series(1, 3000) n CROSS JOIN LATERAL (SELECT now() - n * interval '1 minute' AS at)"
        ),
        {"number": team.numbers[0].phone_number_id},
    )
    session.commit()
    session.execute(text("ANALYZE chat_conversations"))
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM chat_conversations" in statement:
            asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        counts = call(team.owner, "GET", "/conversations/counts").json
        [number] = call(team.owner, "GET", "/phone-numbers").json["phone_numbers"]
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert (counts["all"], counts["waiting"], number["unread_count"]) == (333, 166, 450)
    # Nothing was vacuumed, so that a planner who does not have to sees no use in it.
    for way in ("seqscan", "bitmapscan"):
        session.execute(text(f"SET LOCAL enable_{way} = off"))
    tabs, badges = (
        "\n".join(row[0] for row in session.connection().exec_driver_sql("EXPLAIN " + statement, parameters))
        for statement, parameters in asked
    )
    for index, times in (("shown", 2), ("owed", 1), ("reachable", 1)):
        assert tabs.count(f"Index Only Scan using ix_chat_conversations_{index}") == times, tabs
    assert "Index Only Scan using ix_chat_conversations_unseen" in badges, badges


def test_a_sort_looks_for_nothing_that_its_filter_leaves_out(
    session: DbSession,
    team: Team,
    call: Call,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    """Of those who wait nobody does not wait: a page that is not full asks once, and finds the same."""
    for hours, waits in ((1, True), (23, False), (30, True)):
        at = clock.now() - timedelta(hours=hours)
        make_conversation(
            session,
            team.numbers[0],
            last_message_id=uuid4(),
            last_message_time=at,
            last_inbound_at=at,
            waiting_since=at if waits else None,
        )
    session.commit()
    for sort, query, found, looks in (
        ("waiting", {"waiting": "true"}, 2, 1),
        ("waiting", {"waiting": "false"}, 1, 1),
        ("waiting", {}, 3, 2),
        ("closing", {"window": "closing"}, 1, 1),
        ("closing", {"window": "open"}, 2, 1),
        ("closing", {"window": "closed"}, 1, 1),
        ("closing", {}, 3, 2),
    ):
        with statements() as seen:
            page = call(team.owner, "GET", "/conversations", query_string={"sort": sort, **query}).json
        walks = [each for each in seen if "chat_conversations" in each and " JOIN (SELECT" in each]
        assert (len(page["conversations"]), len(walks)) == (found, looks), (sort, query)
