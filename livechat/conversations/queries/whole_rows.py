"""Conversations with all that hangs on them, in one statement: for events, which show one at a time."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from livechat.core.session import AnySession

# What stands in other tables is looked up by keys for each row; the statement is the driver's, without any
# object of the mapper: for one row that costs more than all else.
_WHOLE = """
    SELECT c.id, c.user_id, c.phone_number_id, c.customer_phone, c.customer_user_id, c.customer_username,
        c.customer_name, c.last_message_id, c.last_message_time, c.unread_count, c.counted_total,
        c.waiting_since, c.last_inbound_at, c.window_refused_at, c.gone_at, c.marketing_opt_out, c.is_blocked,
        c.status, c.snoozed_until, c.version, c.assignee_id, c.team_id, p.account_id, w.workspace_id,
        holder.name AS assignee_name, t.name AS team_name,
        EXISTS (SELECT FROM chat_drafts d WHERE d.conversation_id = c.id) AS has_draft,
        ARRAY(SELECT f.user_id FROM conversation_watchers f WHERE f.conversation_id = c.id) AS watchers,
        ARRAY(
            SELECT jsonb_build_object('id', l.id, 'name', l.name, 'colour', l.colour)
            FROM conversation_labels worn JOIN labels l ON l.id = worn.label_id
            WHERE worn.conversation_id = c.id AND l.archived_at IS NULL
            ORDER BY fold_name(l.name), l.id
        ) AS labels,
        (
            SELECT jsonb_object_agg(r.user_id, r.read_total) FROM conversation_reads r
            WHERE r.conversation_id = c.id AND r.user_id = ANY(%(readers)s::uuid[])
        ) AS reads
    FROM chat_conversations c
    JOIN phone_numbers p ON p.phone_number_id = c.phone_number_id
    JOIN waba_accounts w ON w.id = p.account_id
    LEFT JOIN workspace_members holder
        ON holder.workspace_id = w.workspace_id AND holder.user_id = c.assignee_id
    LEFT JOIN teams t ON t.id = c.team_id
    WHERE c.id = ANY(%(ids)s::uuid[])
"""


def whole_conversations(
    session: AnySession, conversation_ids: Collection[UUID], readers: Collection[UUID] = ()
) -> dict[UUID, Row[Any]]:
    """{id: row}: what ``present.conversation_json`` and the ornaments show; unknown ids are left out.

    ``reads`` is {user: how many counted messages they have read} of ``readers`` who have a pointer there, or
    None. ``watchers`` are those who follow it.
    """
    if not conversation_ids:
        return {}
    values = {"ids": list(conversation_ids), "readers": list(readers)}
    rows = session.connection().exec_driver_sql(_WHOLE, values)
    return {row.id: row for row in rows}
