"""Automatic assignment: chapter F. Nobody waits for a clock: tasks run where somebody has sent them."""

import itertools
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text
from structlog.testing import capture_logs

from livechat.assigning import assign_waiting
from livechat.assigning.queries import pool_rows
from livechat.assigning.tasks import sweep_assigning
from livechat.core.errors import ConversationChangedError
from livechat.core.extensions import db
from livechat.domain.team.assignment import Agent, Mode, Rule, Rules, Waiting, hand_out
from livechat.handling.assign import Wanted, assign
from livechat.models import WorkspaceMember
from tests.factories import make_conversation
from tests.team.conftest import DbSession, Team
from tests.team.office import RULE, Office
from tests.team.test_races import _after, at_once

Call = Callable[..., Any]
# ``make test`` runs some; by hand, a long form: ROUNDS=500.
ROUNDS = int(os.environ.get("ROUNDS", "5"))


@pytest.fixture
def office(app: Flask, redis_client: Redis, team: Team, call: Call) -> Office:
    return Office(app, redis_client, team, call)


def test_a_rule_is_what_was_set_and_manual_where_none_was(session: DbSession, team: Team, call: Call) -> None:
    number, ours = team.numbers[0].phone_number_id, team.team("Sales")
    agent, viewer, admin = team.member(), team.member("viewer"), team.member("admin")
    paths = [
        f"/workspaces/{team.workspace_id}/assignment-rules/{of}"
        for of in (f"number:{number}", f"team:{ours}")
    ]
    unset = {
        "mode": "manual",
        "limit_per_agent": 10,
        "need_presence": True,
        "reopen": "same_if_available",
        "reply_minutes": None,
        "max_bounces": 3,
    }
    wanted = RULE | {"reply_minutes": 15, "max_bounces": 0}
    for path in paths:
        for user in (viewer, agent):
            assert (call(user, "GET", path).status_code, call(user, "GET", path).json) == (200, unset)
            assert call(user, "PUT", path, json=RULE).json["code"] == "forbidden"
        assert call(admin, "PUT", path, json=wanted).json == wanted
        assert call(agent, "GET", path).json == wanted
        # Put again, what is left out is as it was where nobody had set one.
        assert call(admin, "PUT", path, json=RULE).json == RULE | {"reply_minutes": None, "max_bounces": 3}
    refused = [{"mode": "magic"}, {"limit_per_agent": 0}, {"need_presence": "yes"}, {"reopen": None}]
    refused += [{"reply_minutes": 0}, {"max_bounces": -1}, {"limit_per_agent": 1.5}, {"hours": 1}]
    for wrong in refused:
        answer = call(admin, "PUT", paths[0], json=RULE | wrong)
        assert (answer.status_code, list(answer.json["errors"])) == (422, list(wrong)), wrong
    assert call(admin, "PUT", paths[0], json={"mode": "manual"}).status_code == 422
    elsewhere = Team(session)
    theirs = (f"number:{elsewhere.numbers[0].phone_number_id}", f"team:{elsewhere.team('Sales')}")
    unseen = team.number().phone_number_id
    blind = team.member("admin", numbers=[number])
    unknown = [
        (admin, each)
        for each in (*theirs, f"team:{uuid4()}", "number:1", f"number:{ours}", number, "x:1", "team:")
    ]
    for user, target in [*unknown, (blind, f"number:{unseen}")]:
        path = f"/workspaces/{team.workspace_id}/assignment-rules/{target}"
        assert call(user, "GET", path).json["code"] == "not_found", target
        assert call(user, "PUT", path, json=RULE).json["code"] == "not_found", target


def test_f1_three_agents_of_five_take_fifteen_of_forty_and_each_resolve_draws_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assign_waiting, "BATCH", 6)
    office.rule()
    agents = office.agents(3)
    office.work()
    chats = office.strangers(40)
    assert office.work() == 15
    assert office.load(*agents) == [5, 5, 5]
    # Who has waited longest was first, each agent in turn.
    holders = office.holders()
    assert list(holders) == chats
    assert [holders[each] for each in chats[:15]] == [holders[each] for each in chats[:3]] * 5
    assert set(list(holders.values())[15:]) == {None}
    # An admin is shown how full each is, and how many wait, of the numbers that they see.
    load = f"/workspaces/{office.team.workspace_id}/assignment-load"
    shown = office.call(office.team.owner, "GET", load).json
    assert {each["user_id"]: each["open_count"] for each in shown["members"]} == {
        str(user): 5 for user in agents
    } | {str(office.team.owner): 0}
    assert shown["waiting"] == [{"phone_number_id": office.number, "team_id": None, "count": 25}]
    assert shown["rules_set"] == [f"number:{office.number}"]
    blind = office.team.member("admin", numbers=[])
    unseen = office.call(blind, "GET", load).json
    assert (unseen["waiting"], unseen["rules_set"]) == ([], [])
    assert office.call(agents[0], "GET", load).status_code == 403
    # Nobody can take more: one more who waits sends no task.
    office.strangers(1)
    assert office.tasks() == []
    for done, next_ in ((chats[4], chats[15]), (chats[0], chats[16])):
        agent = office.holders()[done]
        office.resolve(done)
        assert office.work() == 1
        assert office.holders()[next_] == agent
    assert office.load(*agents) == [5, 5, 5]
    # The one that it came to sees that, and why.
    [line] = office.changes(chats[15])
    agent = office.holders()[chats[15]]
    assert agent is not None
    assert line == ("assigner", None, agent)
    [entry] = office.call(agent, "GET", f"/conversations/{chats[15]}/timeline").json["entries"][-1:]
    assert (entry["change"]["cause"], entry["change"]["actor"]["kind"]) == ("assigner", "system")
    told = office.call(agent, "GET", "/notifications").json["notifications"]
    assert str(chats[15]) in {each["conversation_id"] for each in told if each["kind"] == "assigned"}


def test_f1_kill_9_behind_any_statement_of_the_drain_changes_nothing(office: Office, team: Team) -> None:
    office.rule()
    agents, absent = office.agents(3), team.member()
    chats = office.strangers(40)
    loads = []
    while office.is_killed_after(len(loads) + 1):
        loads.append(office.load(*agents))
    # Its commit is one moment: before it nobody has any, behind it all have all.
    whole = loads.index([5, 5, 5])
    assert whole > 10
    assert loads == [[0, 0, 0]] * whole + [[5, 5, 5]] * (len(loads) - whole)
    holders = office.holders()
    assert list(holders) == chats
    assert (set(list(holders.values())[15:]), office.load(absent)) == ({None}, [0])
    assert [len(office.changes(each)) for each in chats] == [1] * 15 + [0] * 25
    office.tasks()
    office.resolve(chats[0])
    assert office.work() == 1
    assert office.load(*agents, absent) == [5, 5, 5, 0]


def test_f2_whoever_dies_within_a_batch_leaves_it_undone_and_nothing_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.rule(limit_per_agent=1000)
    agents = office.agents(3)

    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    for place, name in (
        (assign_waiting, "give"),
        (pool_rows, "write_turns"),
        (assign_waiting, "write_own_changes"),
        (assign_waiting, "say_begun"),
    ):
        chats = office.strangers(4)
        with monkeypatch.context() as dying:
            dying.setattr(place, name, kill)
            with pytest.raises(Killed):
                office.drain()
        assert {office.holders()[each] for each in chats} == {None}
        # Its task is lost with it; the sweep finds what it left.
        office.tasks()
        office.redis.flushdb()
        for agent in agents:
            office.comes(agent)
        office.tasks()
        office.redis.delete(*office.redis.keys("livechat:assigning:*"))
        with office.app.app_context():
            sweep_assigning()
        assert office.work() == 4
        assert [len(office.changes(each)) for each in chats] == [1] * 4


def test_f3_who_waits_is_given_to_who_comes_the_oldest_first_whoever_nudges(
    office: Office, team: Team
) -> None:
    office.rule(limit_per_agent=2)
    agent, away = team.member(), team.member(availability="away")
    office.comes(away)
    chats = office.write("919100000001", "919100000002", "919100000003")
    assert office.work() == 0
    office.write("919100000001")
    assert office.work() == 0
    office.comes(agent)
    assert office.work() == 2
    assert list(office.holders().items()) == [(chats[0], agent), (chats[1], agent), (chats[2], None)]
    # Whoever chooses to be available is as one who comes, and so is whom nobody needs to see there.
    path = f"/workspaces/{team.workspace_id}/availability"
    office.call(away, "PUT", path, json={"chosen": "available"})
    assert office.work() == 1
    assert office.holders()[chats[2]] == away
    [chat] = office.strangers(1)
    unseen = team.member()
    office.redis.delete(*office.redis.keys("livechat:presence:*"))
    assert office.drain() == 0
    office.rule(limit_per_agent=2, need_presence=False)
    assert office.work() == 1
    assert office.holders()[chat] in {unseen, team.owner}


def test_only_those_take_part_who_may_answer_there(office: Office, team: Team) -> None:
    other = team.number().phone_number_id
    inside, outside, viewer = office.agents(2) + office.agents(1, role="viewer")
    blind = team.member(numbers=[other])
    gone = team.member(state="suspended")
    for user in (blind, gone, viewer):
        office.comes(user)
    sales = team.team("Sales", inside, viewer)
    office.rule(limit_per_agent=100)
    [teams, *free] = office.strangers(5)
    row = make_conversation(team.session, team.numbers[1])
    row.waiting_since = datetime(2026, 11, 1, tzinfo=UTC)
    team.session.commit()
    unruled = row.id
    assigned = {"assignee_id": None, "team_id": str(sales), "expected": {"assignee_id": None}}
    assert (
        office.call(team.owner, "PUT", f"/conversations/{teams}/assignment", json=assigned).status_code == 200
    )
    assert office.work() == 5
    holders = office.holders()
    assert {holders[each] for each in free} == {inside, outside}
    # A team's conversation stays in the team, by the rule of the number too; no rule, no assignment.
    assert (holders[teams], holders[unruled]) == (inside, None)
    # The team's own rule comes first: here it says that people assign.
    office.rule(f"team:{sales}", mode="manual")
    [teams] = office.strangers(1)
    assert (
        office.call(team.owner, "PUT", f"/conversations/{teams}/assignment", json=assigned).status_code == 200
    )
    assert office.work() == 0
    office.rule(f"team:{sales}", mode="least_busy", limit_per_agent=100)
    assert office.work() == 1
    assert office.holders()[teams] == inside


def test_f5_what_opens_again_is_whose_the_rule_says(office: Office, team: Team) -> None:
    here, absent = team.member(), team.member()
    sales = team.team("Sales", here, absent)
    office.comes(here)

    def opened_again(agent: UUID, **rule: Any) -> tuple[UUID | None, UUID | None, list[tuple[Any, ...]]]:
        phone = str(919200000000 + next(serial))
        office.rule(mode="manual")
        [chat] = office.write(phone)
        given = {"assignee_id": str(agent), "team_id": str(sales), "expected": {"assignee_id": None}}
        path = f"/conversations/{chat}/assignment"
        assert office.call(team.owner, "PUT", path, json=given).status_code == 200
        office.resolve(chat)
        office.rule(**rule)
        office.write(phone)
        [row] = office.rows("SELECT assignee_id, team_id FROM chat_conversations WHERE id = :id", id=chat)
        return row["assignee_id"], row["team_id"], office.changes(chat)[2:]

    serial = itertools.count()
    assert opened_again(here) == (here, sales, [])
    assert opened_again(absent) == (None, sales, [("inbound", absent, None)])
    assert opened_again(here, reopen="team") == (None, sales, [("inbound", here, None)])
    both = [("inbound", here, None), ("inbound", sales, None)]
    assert opened_again(here, reopen="unassigned") == (None, None, both)
    assert opened_again(absent, need_presence=False) == (absent, sales, [])
    assert opened_again(absent, mode="manual", reopen="team") == (absent, sales, [])
    # What has left its assignee waits for the next one, and the assigner was woken for it.
    office.rule()
    assert office.work() == 3


def test_f6_of_a_claim_and_the_drain_one_has_it_and_nobody_beyond_the_limit(
    app: Flask, session: DbSession, office: Office, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that two workers do not have all that waits in one hand.
    monkeypatch.setattr(assign_waiting, "BATCH", 1)
    office.rule(limit_per_agent=1)
    [agent] = office.agents(1)
    claimer = team.member("admin", availability="away")
    for _ in range(ROUNDS):
        [chat, next_] = office.strangers(2)

        def claim(chat: UUID = chat) -> bool:
            with app.app_context():
                member = db.session.get_one(WorkspaceMember, (team.workspace_id, claimer))
                try:
                    assign(db.session, member, chat, Wanted(claimer), expected=None)
                    db.session.commit()
                except ConversationChangedError:
                    return False
                finally:
                    db.session.remove()
                return True

        # Two workers at it: the second counts what the first has given.
        won, *given = at_once(claim, office.drain, office.drain)
        holders = office.holders()
        assert holders[chat] == (claimer if won else agent)
        assert [to for _, _, to in office.changes(chat)] == [holders[chat]]
        assert office.load(agent) == [sum(given)] == [1]
        for each in (chat, next_):
            office.resolve(each)
        office.tasks()


def test_what_somebody_was_just_given_counts_before_it_is_committed(app: Flask, office: Office) -> None:
    office.rule(limit_per_agent=1)
    [agent] = office.agents(1)
    [chat, next_] = office.strangers(2)
    office.tasks()
    held = (
        "SELECT 1 FROM workspace_members WHERE user_id = :user FOR SHARE;"
        "UPDATE chat_conversations SET assignee_id = :user WHERE id = :chat"
    )
    assert _after(app, held, office.drain, user=agent, chat=chat) == 0
    assert office.holders() == {chat: agent, next_: None}


def test_f7_whoever_lets_a_customer_wait_gives_them_back_and_the_last_keeps_them(
    office: Office, team: Team
) -> None:
    office.rule(reply_minutes=10, max_bounces=1)
    first, second, third = office.agents(3)
    [chat, answered, taken] = office.strangers(3)
    assert office.work() == 3
    holders = office.holders()
    # Two are no matter of the timer: one was answered, one was given by a person.
    team.session.execute(
        text("UPDATE chat_conversations SET waiting_since = NULL WHERE id = :id"), {"id": answered}
    )
    team.session.commit()
    path = f"/conversations/{taken}/assignment"
    by_hand = {"assignee_id": str(team.owner), "expected": {"assignee_id": str(holders[taken])}}
    assert office.call(team.owner, "PUT", path, json=by_hand).status_code == 200
    office.pass_minutes(9)
    assert office.drain() == 0
    office.pass_minutes(2)
    assert office.drain() == 1
    assert (office.holders()[answered], office.holders()[taken]) == (holders[answered], team.owner)
    was, becomes = holders[chat], office.holders()[chat]
    assert becomes not in (None, was)
    given = [("assigner", None, was), ("assigner", was, None), ("assigner", None, becomes)]
    assert office.changes(chat) == given
    # It was given to as many as the rule allows: it stays, and the log says so once.
    office.pass_minutes(11)
    with capture_logs() as logs:
        assert [office.drain(), office.drain()] == [0, 0]
    assert office.holders()[chat] == becomes
    said = [each["conversation_id"] for each in logs if each["event"] == "customer_waits_after_last_bounce"]
    assert said == [str(chat)]
    # One more may: who had it is not chosen again, whoever is free; where nobody else is, it waits.
    office.rule(reply_minutes=10, max_bounces=5)
    office.drain()
    last = office.holders()[chat]
    assert {was, becomes, last} == {first, second, third}
    office.pass_minutes(11)
    assert office.drain() == 0
    assert office.holders()[chat] is None
    # The next visit is a new one.
    office.resolve(chat)
    office.pass_minutes(13 * 60)
    [row] = office.rows("SELECT customer_phone FROM chat_conversations WHERE id = :id", id=chat)
    office.write(row["customer_phone"])
    assert office.work() == 1


@pytest.mark.parametrize("mode", [Mode.ROUND_ROBIN, Mode.LEAST_BUSY])
def test_whatever_the_order_nobody_is_given_more_than_the_limit_and_all_alike(mode: Mode) -> None:
    rng = random.Random(14)
    now = datetime(2026, 11, 29, tzinfo=UTC)
    for _ in range(60):
        limit = rng.randint(1, 6)
        rules = Rules({"1": Rule(mode, limit), "2": Rule(mode, rng.randint(1, 6))})
        agents = [
            Agent(uuid4(), rng.random() > 0.2, None, frozenset(), rng.randint(0, 5), None) for _ in range(8)
        ]
        had = {each.user_id: each.open_count for each in agents}
        waiting = [Waiting(uuid4(), rng.choice("12"), None) for _ in range(60)]
        given = hand_out(rules, waiting, agents, now)
        for each in agents:
            most = max(rules.of_numbers[place.phone_number_id].limit_per_agent for place in waiting)
            assert each.open_count <= max(most, had[each.user_id])
            assert each.is_there or each.open_count == had[each.user_id]
        assert [each for each, _ in given] == [each for each in waiting if each in {one for one, _ in given}]
    # All alike: of a hundred, with room for all, each of seven gets fourteen or fifteen.
    agents = [Agent(uuid4(), True, None, frozenset(), 0, None) for _ in range(7)]
    hand_out(Rules({"1": Rule(mode, 100)}), [Waiting(uuid4(), "1", None) for _ in range(100)], agents, now)
    assert {each.open_count for each in agents} == {14, 15}
    # In the next run those are first whose turn was longest ago.
    turns = sorted(agents, key=lambda each: each.last_at or now)
    [(_, next_)] = hand_out(
        Rules({"1": Rule(Mode.ROUND_ROBIN, 100)}), [Waiting(uuid4(), "1", None)], agents, now + timedelta(1)
    )
    assert next_ is turns[0]
