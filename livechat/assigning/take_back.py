"""The reply timer: what a rule gave to somebody who lets the customer wait goes back to the queue."""

from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.assigning.queries.pool_rows import accounts_by_number
from livechat.assigning.queries.rule_rows import rules_in
from livechat.assigning.queries.unanswered_rows import free, lock_unanswered, unanswered_to_the_end
from livechat.conversations.write_changes import Changed, write_own_changes
from livechat.core.session import AnySession

log = structlog.get_logger(__name__)

_BATCH = 200
_TOLD = "livechat:assigning:told:"
_TOLD_FOR_S = 24 * 3600


def take_back(session: AnySession, redis: Redis, workspace_id: UUID) -> None:
    """Commits batch after batch. Who had a conversation is not given it again in this visit of the customer.

    One that was given to as many as the rule allows stays, and the log says so, once.
    """
    rules = rules_in(session, workspace_id)
    if not any(each.reply_minutes for each in (*rules.of_numbers.values(), *rules.of_teams.values())):
        session.rollback()
        return
    accounts = accounts_by_number(session, workspace_id)
    while True:
        found = lock_unanswered(session, list(accounts), _BATCH)
        if found:
            free(session, [row.id for row in found])
            changed = [Changed(row.id, "assignee", row.assignee_id, None) for row in found]
            write_own_changes(session, changed, cause="assigner")
        session.commit()
        if len(found) < _BATCH:
            break
    for row in unanswered_to_the_end(session, list(accounts), _BATCH):
        _say_once(redis, workspace_id, row.id, row.change_id)
    session.rollback()


def _say_once(redis: Redis, workspace_id: UUID, conversation_id: UUID, change_id: UUID) -> None:
    try:
        is_new = redis.set(f"{_TOLD}{change_id}", "", nx=True, ex=_TOLD_FOR_S)
    except RedisError:
        is_new = True
    if is_new:
        log.warning(
            "customer_waits_after_last_bounce",
            workspace_id=str(workspace_id),
            conversation_id=str(conversation_id),
        )
