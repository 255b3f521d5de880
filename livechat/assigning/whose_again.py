"""Whose a resolved conversation is whose customer writes again: as the rule says that holds there."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from redis import Redis

from livechat.assigning.may_take import who_is_available
from livechat.assigning.queries.reopened_rows import members_among, resolved_among
from livechat.assigning.queries.rule_rows import rules_in
from livechat.core.session import AnySession
from livechat.domain.team.assignment import Reopen


class Released(NamedTuple):
    """Those of the conversations that leave their assignee, and those that leave their team as well."""

    assignee: set[UUID]
    team: set[UUID]


def released(session: AnySession, redis: Redis, conversation_ids: Collection[UUID]) -> Released:
    """What the rules release of these, which the caller has locked and is about to open.

    A snooze is no end: of what was snoozed nothing is released.
    """
    found = Released(set(), set())
    resolved = resolved_among(session, conversation_ids)
    for workspace_id in {row.workspace_id for row in resolved}:
        rules = rules_in(session, workspace_id)
        rows = [row for row in resolved if row.workspace_id == workspace_id]
        assignees = {row.assignee_id for row in rows if row.assignee_id is not None}
        there = who_is_available(redis, members_among(session, workspace_id, assignees))
        for row in rows:
            rule = rules.at((row.phone_number_id, row.team_id))
            if not rule.works:
                continue
            may_keep = row.assignee_id in there and (there[row.assignee_id] or not rule.need_presence)
            if rule.reopen is not Reopen.SAME_IF_AVAILABLE or not may_keep:
                found.assignee.add(row.id)
            if rule.reopen is Reopen.UNASSIGNED:
                found.team.add(row.id)
    return found
