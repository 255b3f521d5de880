"""Conversations that a rule gave to somebody who lets the customer wait.

All is read from the changes as they were written down: who had it, since when, and who had it before.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from livechat.core.session import AnySession

# The rule that holds, as ``domain.team.assignment.Rules`` has it.
_RULED = """
    JOIN phone_numbers p ON p.phone_number_id = c.phone_number_id
    JOIN waba_accounts a ON a.id = p.account_id
    LEFT JOIN assignment_rules t ON t.workspace_id = a.workspace_id AND t.team_id = c.team_id
    LEFT JOIN assignment_rules n ON n.workspace_id = a.workspace_id AND n.phone_number_id = c.phone_number_id
    CROSS JOIN LATERAL (
        SELECT COALESCE(t.mode, n.mode) AS mode,
            CASE WHEN t.id IS NULL THEN n.max_bounces ELSE t.max_bounces END AS max_bounces,
            CASE WHEN t.id IS NULL THEN n.reply_minutes ELSE t.reply_minutes END
                * interval '1 minute' AS patience
    ) r
"""
_WITHOUT_REPLY = f"""
    FROM chat_conversations c
    {_RULED}
    CROSS JOIN LATERAL (
        SELECT x.id, x.at, x.cause, x.to_value #>> '{{}}' AS to_id FROM conversation_changes x
        WHERE x.conversation_id = c.id AND x.field = 'assignee' ORDER BY x.at DESC, x.id DESC LIMIT 1
    ) last
    CROSS JOIN LATERAL (
        SELECT count(*) AS bounces FROM conversation_changes x
        JOIN episodes e ON e.conversation_id = x.conversation_id AND e.resolved_at IS NULL
            AND x.at >= e.opened_at
        WHERE x.conversation_id = c.id AND x.field = 'assignee' AND x.cause = 'assigner'
            AND x.to_value IS NULL
    ) had
    WHERE c.phone_number_id = ANY(:numbers) AND r.mode <> 'manual'
        AND c.status = 'open' AND c.assignee_id IS NOT NULL
        AND c.waiting_since <= now() - r.patience AND last.at <= now() - r.patience
        -- What somebody gave, or took themselves, is theirs.
        AND last.cause = 'assigner' AND last.to_id = CAST(c.assignee_id AS text)
"""  # noqa: S608  # ours
_TOO_LONG = text(
    f"SELECT c.id, c.assignee_id {_WITHOUT_REPLY} AND had.bounces < r.max_bounces "
    "ORDER BY c.id LIMIT :limit FOR UPDATE OF c SKIP LOCKED"
)
_TO_THE_END = text(
    f"SELECT c.id, last.id AS change_id {_WITHOUT_REPLY} AND had.bounces >= r.max_bounces "
    "ORDER BY c.waiting_since LIMIT :limit"
)


def lock_unanswered(session: AnySession, numbers: Sequence[str], limit: int) -> Sequence[Row[Any]]:
    """(id, assignee_id), locked, of those that a rule gave to who has let the customer wait too long."""
    return session.execute(_TOO_LONG, {"numbers": list(numbers), "limit": limit}).all()


def unanswered_to_the_end(session: AnySession, numbers: Sequence[str], limit: int) -> Sequence[Row[Any]]:
    """(id, change_id) of those that stay all the same: they were given to as many as the rule allows."""
    return session.execute(_TO_THE_END, {"numbers": list(numbers), "limit": limit}).all()


_FREE = text(
    """
    UPDATE chat_conversations SET assignee_id = NULL, version = version + 1
    WHERE id = ANY(CAST(:ids AS uuid[]))
    """
)


def free(session: AnySession, conversation_ids: Sequence[UUID]) -> None:
    """These, which the caller has locked, are nobody's."""
    session.execute(_FREE, {"ids": list(conversation_ids)})
