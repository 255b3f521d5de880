"""Conversations open again by themselves: the customer has written, or the time of a snooze has come."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from livechat.assigning.whose_again import Released, released
from livechat.conversations.write_changes import Changed, standing_changes, write_own_changes
from livechat.core.extensions import redis
from livechat.core.session import AnySession
from livechat.domain.team.conversation_status import OPEN, standing_of
from livechat.handling.queries.standings import open_again


def reopen(
    session: AnySession,
    conversation_ids: Sequence[UUID],
    *,
    cause: str,
    accounts: Mapping[UUID, UUID] | None = None,
    ruled: Collection[UUID] = (),
) -> None:
    """Open them, each with its lines; whoever may not answer any more does not get theirs back.

    Nor does whom a rule releases from it: of ``ruled``, whose workspace has rules. The caller has locked
    them, and commits. ``accounts`` as in ``write_own_changes``.
    """
    leave = released(session, redis.client, ruled) if ruled else Released(set(), set())
    changed: list[Changed] = []
    for row in open_again(session, conversation_ids, released=leave.assignee, teamless=leave.team):
        changed += standing_changes(row.id, standing_of(row), OPEN)
        if row.assignee_id != row.had:
            changed.append(Changed(row.id, "assignee", row.had, row.assignee_id))
        if row.team_id != row.had_team:
            changed.append(Changed(row.id, "team", row.had_team, row.team_id))
    write_own_changes(session, changed, cause=cause, accounts=accounts)
