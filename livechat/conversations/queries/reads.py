"""What each member has read: their pointer in a conversation, and how many counted messages it has passed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from livechat.core.session import AnySession

# Behind a pointer that nobody has moved yet, messages are counted so far. Where there are more, those before
# it are counted instead, never more than when the member joined: no list counts all that came since.
FEW = 100

_POINTERS = """
    SELECT c.id, c.counted_total, r.read_total AS own, c.last_counted_seq,
           COALESCE(r.read_seq, m.read_floor_seq, 0) AS read_seq
    FROM unnest(CAST(:ids AS uuid[])) AS asked (id)
    JOIN chat_conversations c ON c.id = asked.id
    JOIN phone_numbers n ON n.phone_number_id = c.phone_number_id
    JOIN waba_accounts a ON a.id = n.account_id
    LEFT JOIN workspace_members m ON m.workspace_id = a.workspace_id AND m.user_id = :user
    LEFT JOIN conversation_reads r ON r.user_id = :user AND r.conversation_id = c.id
"""
_READ_TOTALS = text(
    f"""
    WITH pointers AS ({_POINTERS})
    SELECT p.id, CASE
        WHEN p.own IS NOT NULL THEN p.own
        WHEN p.last_counted_seq <= p.read_seq THEN p.counted_total
        -- Nothing of it is older than the pointer: all is unread, exactly.
        WHEN NOT EXISTS (
            SELECT FROM chat_messages o
            WHERE o.conversation_id = p.id AND o.counts_unread AND o.seq <= p.read_seq
        ) AND NOT EXISTS (
            SELECT FROM chat_messages o
            WHERE o.conversation_id = p.id AND o.was_read_apart AND o.seq <= p.read_seq
        ) THEN 0
        ELSE (
            SELECT CASE
                WHEN newer.few < {FEW} THEN p.counted_total - newer.few - (
                    SELECT count(*) FROM chat_messages o
                    WHERE o.conversation_id = p.id AND o.was_read_apart AND o.seq > p.read_seq
                )
                ELSE (
                    SELECT count(*) FROM chat_messages o
                    WHERE o.conversation_id = p.id AND o.counts_unread AND o.seq <= p.read_seq
                ) + (
                    SELECT count(*) FROM chat_messages o
                    WHERE o.conversation_id = p.id AND o.was_read_apart AND o.seq <= p.read_seq
                )
            END
            FROM (
                SELECT count(*) AS few FROM (
                    SELECT FROM chat_messages o
                    WHERE o.conversation_id = p.id AND o.counts_unread AND o.seq > p.read_seq
                    LIMIT {FEW}
                ) counted
            ) newer
        ) END AS read_total
    FROM pointers p
    """  # noqa: S608  # constants of this module
)


def read_totals(session: AnySession, user_id: UUID, conversation_ids: Collection[UUID]) -> dict[UUID, int]:
    """{conversation: how many of its counted messages this user has read}, in one statement for any number.

    ``counted_total`` less that is what is unread to them. Where they have a pointer it is stored. Where they
    have none, what was stored before they joined is read, and X
    unread.
    """
    rows = session.execute(_READ_TOTALS, {"ids": list(conversation_ids), "user": user_id})
    return {row.id: row.read_total for row in rows}


_MOVE = """
    INSERT INTO conversation_reads AS r (user_id, conversation_id, read_seq, read_total)
    SELECT CAST(:user AS uuid), c.id, p.read_seq, c.counted_total - count_behind(c.id, p.read_seq)
    FROM chat_conversations c
    JOIN phone_numbers n ON n.phone_number_id = c.phone_number_id
    JOIN waba_accounts a ON a.id = n.account_id
    LEFT JOIN workspace_members m ON m.workspace_id = a.workspace_id AND m.user_id = :user
    LEFT JOIN conversation_reads own ON own.user_id = :user AND own.conversation_id = c.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(own.read_seq, m.read_floor_seq, 0) AS was
    ) w
    CROSS JOIN LATERAL (SELECT {to}(w.was, CAST(:seq AS bigint)) AS read_seq) p
    -- Of what this leaves as it is nobody need be told.
    WHERE c.id = :id AND (own.user_id IS NULL OR p.read_seq <> own.read_seq)
    ON CONFLICT (user_id, conversation_id) DO UPDATE
    SET read_seq = excluded.read_seq, read_total = excluded.read_total, updated_at = now()
    RETURNING r.read_total
"""
_READ_UP_TO = text(_MOVE.format(to="GREATEST"))
_UNREAD_FROM = text(_MOVE.format(to="LEAST"))


def read_up_to(session: AnySession, user_id: UUID, conversation_id: UUID, seq: int) -> bool:
    """Move the user's pointer forward to ``seq``, never back; whether it moved.

    The caller holds the conversation's lock, so that its order of arrival is the order of commits, and no two
    of the user's devices move the pointer at once.
    """
    return _moved(session, _READ_UP_TO, user_id, conversation_id, seq)


def unread_from(session: AnySession, user_id: UUID, conversation_id: UUID, seq: int) -> bool:
    """Move the user's pointer back before ``seq``, never forward; whether it moved. Under the same lock."""
    return _moved(session, _UNREAD_FROM, user_id, conversation_id, seq - 1)


_FORGET = text(
    """
    DELETE FROM conversation_reads r
    USING workspace_members m, waba_accounts a, phone_numbers n, chat_conversations c
    WHERE m.state = 'removed' AND r.user_id = m.user_id AND r.updated_at < :before
        AND a.workspace_id = m.workspace_id AND n.account_id = a.id
        AND c.phone_number_id = n.phone_number_id AND c.id = r.conversation_id
    """
)


def forget_removed(session: AnySession, before: datetime) -> None:
    """Delete what removed members have read and have not moved since ``before``. The caller commits.

    Who comes back begins with all that is there then as read; of others no row is ever dropped, since that
    would make unread what they have read.
    """
    session.execute(_FORGET, {"before": before})


def _moved(session: AnySession, statement: Any, user_id: UUID, conversation_id: UUID, seq: int) -> bool:
    values = {"user": user_id, "id": conversation_id, "seq": seq}
    return session.execute(statement, values).first() is not None
