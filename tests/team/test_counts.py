"""The numbers on the tabs: what each list has, for whoever looks."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from livechat.domain import clock
from livechat.inbox.queries import inbox_pages
from livechat.models import Conversation, ConversationRead
from tests.factories import make_conversation
from tests.team.conftest import DbSession, Team

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
