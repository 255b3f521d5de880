"""The drain: whoever waits in a workspace is given to who is there, oldest first, as its rules say.

Every automatic assignment holds the rows of all members who take part, and counts what they have open under
these locks. So capacity is exact, nothing is counted anywhere else, and nothing drifts.
"""

from typing import NamedTuple
from uuid import UUID

import structlog
from redis import Redis

from livechat.assigning.may_take import who_is_available
from livechat.assigning.queries import pool_rows
from livechat.assigning.queries.rule_rows import lock_assigning, rules_in
from livechat.assigning.queries.waiting_rows import (
    Behind,
    due_workspaces,
    excluded,
    give,
    lock_queue,
    somebody_waits,
)
from livechat.assigning.take_back import take_back
from livechat.conversations.write_changes import Changed, write_own_changes
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.team.assignment import Agent, Place, Rules, Waiting, hand_out, places_with_room
from livechat.waking.wake_assigner import say_begun, say_full, wake_now

log = structlog.get_logger(__name__)

# A transaction locks and gives so many.
BATCH = 200


class _Batch(NamedTuple):
    given: int = 0
    # The last that was looked at; None: there is nothing behind it to give, or nobody to give it to.
    last: Behind | None = None
    # Nobody can take any more.
    is_full: bool = False


def assign_waiting(session: AnySession, redis: Redis, workspace_id: UUID) -> int:
    """Commits batch after batch until nobody waits whom somebody could take; how many were given.

    A worker that dies leaves a batch whole or not begun. Two at once take turns.
    """
    say_begun(redis, workspace_id)
    take_back(session, redis, workspace_id)
    given, behind = 0, None
    while True:
        batch = _assign_batch(session, redis, workspace_id, behind)
        session.commit()
        given += batch.given
        if batch.last is None:
            break
        behind = batch.last
    if batch.is_full:
        say_full(redis, workspace_id)
    if given:
        log.info("conversations_assigned", workspace_id=str(workspace_id), conversations=given)
    return given


def wake_where_due(session: AnySession, redis: Redis) -> None:
    """Wake the assigner wherever it is owed something: what a lost task or an outage left, however old."""
    due = due_workspaces(session)
    session.rollback()
    wake_now(redis, due)


def _assign_batch(session: AnySession, redis: Redis, workspace_id: UUID, behind: Behind | None) -> _Batch:
    lock_assigning(session, workspace_id)
    rules = rules_in(session, workspace_id)
    accounts = pool_rows.accounts_by_number(session, workspace_id)
    teams = pool_rows.team_ids(session, workspace_id)
    places: list[Place] = [
        (number, team) for number in accounts for team in (None, *teams) if rules.at((number, team)).works
    ]
    if not places or not somebody_waits(session, places, behind):
        return _Batch()
    agents = _lock_agents(session, redis, workspace_id, list(accounts))
    roomy = places_with_room(rules, places, agents)
    if not roomy:
        return _Batch(is_full=True)
    queue = lock_queue(session, roomy, behind, BATCH)
    if not queue:
        return _Batch()
    had = excluded(session, [each.id for each in queue])
    waiting = [
        Waiting(each.id, each.phone_number_id, each.team_id, had.get(each.id, frozenset())) for each in queue
    ]
    given = _give(session, workspace_id, rules, waiting, agents, accounts)
    is_full = not places_with_room(rules, places, agents)
    has_more = len(queue) == BATCH and not is_full
    return _Batch(given, (queue[-1].waiting_since, queue[-1].id) if has_more else None, is_full)


def _lock_agents(session: AnySession, redis: Redis, workspace_id: UUID, numbers: list[str]) -> list[Agent]:
    """Those who are available, locked until the transaction ends: nobody else gives them anything."""
    there = who_is_available(redis, pool_rows.who_may_answer(session, workspace_id))
    locked = pool_rows.lock_who_may_answer(session, workspace_id, list(there)) if there else []
    # Asked again of the locked rows: somebody may just have gone off.
    there = who_is_available(redis, locked)
    held = pool_rows.holdings(session, workspace_id, numbers, list(there)) if there else {}
    return [
        Agent(
            each.user_id,
            is_there=there[each.user_id],
            numbers=None if each.number_scope == "all" else frozenset(held[each.user_id].numbers),
            teams=frozenset(held[each.user_id].teams),
            open_count=held[each.user_id].open_count,
            last_at=each.last_auto_assigned_at,
        )
        for each in locked
        if each.user_id in there
    ]


def _give(
    session: AnySession,
    workspace_id: UUID,
    rules: Rules,
    waiting: list[Waiting],
    agents: list[Agent],
    accounts: dict[str, UUID],
) -> int:
    chosen = hand_out(rules, waiting, agents, clock.now())
    if not chosen:
        return 0
    given = give(session, {conversation.id: agent.user_id for conversation, agent in chosen})
    turns = {agent.user_id: agent.last_at for _, agent in chosen if agent.last_at is not None}
    pool_rows.write_turns(session, workspace_id, turns)
    write_own_changes(
        session,
        [Changed(each.id, "assignee", None, given[each.id]) for each, _ in chosen if each.id in given],
        cause="assigner",
        accounts={each.id: accounts[each.phone_number_id] for each, _ in chosen},
    )
    return len(given)
