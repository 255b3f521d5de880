"""Statements for the ids that lead to a conversation: looked up under locks, and written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from livechat.core.session import AnySession, as_json
from livechat.domain.status import RANK, MessageStatus
from livechat.models import NEVER_LEFT

Rows = Sequence[Row[Any]]

_LOCK_CONVERSATIONS = text(
    """
    WITH keys AS (
        SELECT * FROM jsonb_to_recordset(CAST(:keys AS jsonb)) AS k(number text, kind text, value text)
    )
    SELECT c.id, c.user_id, c.phone_number_id, c.last_message_time, c.customer_phone, c.customer_user_id,
           c.customer_parent_user_id, c.group_id, c.customer_username,
           -- As Meta has it: a name that the team gave says nothing of who is who.
           CASE WHEN c.given_name IS NULL THEN c.customer_name ELSE c.profile_name END AS customer_name,
           c.marketing_opt_out,
           c.marketing_opt_at, c.last_message_id, c.last_message_seq, c.unread_count, c.read_seq,
           c.last_inbound_at, c.window_refused_at, c.waiting_since, c.gone_at, c.begun_silently,
           c.status, c.snoozed_until, c.snooze_kind, c.assignee_id,
           EXISTS (SELECT FROM chat_messages m WHERE m.conversation_id = c.id AND m.status = 'sending')
               AS has_sending
    FROM chat_conversations c
    WHERE c.id IN (
        SELECT c.id FROM keys k JOIN chat_conversations c
            ON k.kind = 'phone' AND c.phone_number_id = k.number AND c.customer_phone = k.value
        UNION ALL
        SELECT c.id FROM keys k JOIN chat_conversations c
            ON k.kind = 'user_id' AND c.phone_number_id = k.number AND c.customer_user_id = k.value
        UNION ALL
        SELECT c.id FROM keys k JOIN chat_conversations c
            ON k.kind = 'group' AND c.phone_number_id = k.number AND c.group_id = k.value
        UNION ALL
        SELECT o.conversation_id FROM keys k JOIN conversation_other_ids o
            ON o.phone_number_id = k.number AND o.kind = k.kind AND o.value = k.value
    )
    ORDER BY c.id
    FOR UPDATE OF c
    """
)


def lock_conversations(session: AnySession, keys: list[dict[str, str]]) -> Sequence[Sequence[Any]]:
    """The conversations that ``keys`` {number, kind, value} lead to, today or formerly, locked.

    The columns are the fields of ``customers.loaded.LoadedConversation``, in their order.
    """
    return session.execute(_LOCK_CONVERSATIONS, {"keys": as_json(keys)}).all()


_OTHER_IDS = text(
    """
    SELECT o.phone_number_id, o.kind, o.value, o.conversation_id, o.left_at
    FROM jsonb_to_recordset(CAST(:keys AS jsonb)) AS k(number text, kind text, value text)
    JOIN conversation_other_ids o
        ON o.phone_number_id = k.number AND o.kind = k.kind AND o.value = k.value
    """
)


def other_ids(session: AnySession, keys: list[dict[str, str]]) -> Rows:
    """Rows for those of ``keys`` that a customer has left behind, or has beside the ids in their row."""
    return session.execute(_OTHER_IDS, {"keys": as_json(keys)}).all()


_FIRST_WORDS = text(
    """
    SELECT asked.id, first.timestamp FROM unnest(CAST(:ids AS uuid[])) AS asked (id)
    CROSS JOIN LATERAL (
        SELECT m.timestamp FROM chat_messages m WHERE m.conversation_id = asked.id
        ORDER BY m.timestamp, m.seq LIMIT 1
    ) first
    """
)


def first_words(session: AnySession, ids: list[UUID]) -> dict[UUID, datetime]:
    """{conversation: time of its oldest message}; conversations without a message are left out."""
    return {row.id: row.timestamp for row in session.execute(_FIRST_WORDS, {"ids": ids})}


_CONVERSATION_COLUMNS = """
    id uuid, user_id uuid, phone_number_id text, customer_phone text, customer_user_id text,
    customer_parent_user_id text, group_id text, customer_username text, customer_name text,
    marketing_opt_out boolean, marketing_opt_at timestamptz, last_message_id uuid,
    last_message_time timestamptz, last_message_seq bigint, unread_count int, read_seq bigint,
    last_inbound_at timestamptz, window_refused_at timestamptz, waiting_since timestamptz,
    gone_at timestamptz
"""


_CONVERSATION_NAMES = ", ".join(part.split()[0] for part in _CONVERSATION_COLUMNS.split(","))


_UPDATED_NAMES = [name for name in _CONVERSATION_NAMES.split(", ") if name not in ("id", "user_id")]


_INSERT_CONVERSATIONS = text(
    f"""
    INSERT INTO chat_conversations ({_CONVERSATION_NAMES}, begun_silently)
    SELECT {_CONVERSATION_NAMES}, true
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r({_CONVERSATION_COLUMNS})
    ORDER BY phone_number_id, customer_phone, customer_user_id, group_id
    ON CONFLICT DO NOTHING
    RETURNING id
    """  # noqa: S608  # constant column names
)


def insert_conversations(session: AnySession, rows: list[dict[str, Any]]) -> int:
    """Insert new conversations; how many. Fewer than given: another batch was faster, so start again."""
    return len(session.execute(_INSERT_CONVERSATIONS, {"rows": as_json(rows)}).all())


_UPDATE_CONVERSATIONS = text(
    f"""
    UPDATE chat_conversations c
    SET {", ".join(f"{name} = r.{name}" for name in _UPDATED_NAMES)},
        counted_total = c.counted_total + r.counted,
        last_counted_seq = GREATEST(c.last_counted_seq, r.counted_seq)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r({_CONVERSATION_COLUMNS}, counted bigint, counted_seq bigint)
    WHERE c.id = r.id
    """  # noqa: S608  # constant column names
)


def update_conversations(session: AnySession, rows: list[dict[str, Any]]) -> None:
    """Write back conversations that the caller has locked."""
    session.execute(_UPDATE_CONVERSATIONS, {"rows": as_json(rows)})


def release_identities(session: AnySession, ids: list[UUID]) -> None:
    """Take the customer ids off locked conversations that are about to exchange them.

    Unique indexes are checked row by row. A placeholder keeps the constraint that a row has some id.
    """
    session.execute(
        text(
            "UPDATE chat_conversations SET customer_phone = NULL, customer_user_id = 'moving:' || id "
            "WHERE id = ANY(:ids) AND group_id IS NULL"
        ),
        {"ids": ids},
    )


_OTHER_ID_COLUMNS = "phone_number_id text, kind text, value text, conversation_id uuid, left_at timestamptz"


def save_other_ids(session: AnySession, rows: list[dict[str, Any]]) -> None:
    """Store ids left behind, and other writings of ids. Of one departure the last row stands."""
    values = {"rows": as_json(rows), "never": NEVER_LEFT}
    session.execute(
        text(
            f"""
            INSERT INTO conversation_other_ids (phone_number_id, kind, value, conversation_id, left_at)
            SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r({_OTHER_ID_COLUMNS})
            ON CONFLICT (phone_number_id, kind, value, left_at) DO UPDATE
            SET conversation_id = excluded.conversation_id
            """  # noqa: S608  # constant column names
        ),
        values,
    )
    # The previous release reads this table, and may run at the same time.
    session.execute(
        text(
            f"""
            INSERT INTO conversation_former_ids (phone_number_id, kind, value, conversation_id, left_at)
            SELECT DISTINCT ON (phone_number_id, kind, value) *
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r({_OTHER_ID_COLUMNS})
            WHERE conversation_id IS NOT NULL AND left_at < :never
            ORDER BY phone_number_id, kind, value, left_at DESC
            ON CONFLICT (phone_number_id, kind, value) DO UPDATE
            SET conversation_id = excluded.conversation_id, left_at = excluded.left_at
            WHERE conversation_former_ids.left_at < excluded.left_at
            """  # noqa: S608  # constant column names
        ),
        values,
    )


def leave_other_writings(session: AnySession, rows: list[dict[str, Any]]) -> None:
    """Note that these conversations {conversation_id, left_at} have lost their number in all its writings."""
    session.execute(
        text(
            """
            UPDATE conversation_other_ids o SET left_at = r.left_at
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(conversation_id uuid, left_at timestamptz)
            WHERE o.conversation_id = r.conversation_id AND o.kind = 'phone' AND o.left_at = :never
            """
        ),
        {"rows": as_json(rows), "never": NEVER_LEFT},
    )


def end_other_writings(session: AnySession, rows: list[dict[str, Any]]) -> None:
    """Delete these ids {phone_number_id, kind, value}, which stood beside a row until now."""
    session.execute(
        text(
            """
            DELETE FROM conversation_other_ids o
            USING jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(phone_number_id text, kind text, value text)
            WHERE o.phone_number_id = r.phone_number_id AND o.kind = r.kind AND o.value = r.value
                AND o.left_at = :never
            """
        ),
        {"rows": as_json(rows), "never": NEVER_LEFT},
    )


_RECIPIENTS = text(
    f"""
    SELECT m.wamid, m.id AS message_id, m.status, m.is_sent, c.id AS conversation_id, c.phone_number_id,
           c.customer_phone, c.customer_user_id, c.group_id,
           c.group_id IS NULL AND c.gone_at IS NULL AND NOT EXISTS (
               -- The customer had another number then, which may be somebody else's by now.
               SELECT FROM conversation_other_ids o
               WHERE o.conversation_id = c.id AND o.kind = 'phone'
                   AND o.left_at >= m.timestamp AND o.left_at < :never
           ) AS has_the_same_number
    FROM (
        SELECT id, wamid, status, conversation_id, timestamp,
            status_rank >= {RANK[MessageStatus.SENT]} AND sent_at IS NOT NULL AS is_sent FROM chat_messages
            WHERE wamid = ANY(:wamids) AND direction = 'outbound'
        UNION
        SELECT id, wamid, status, conversation_id, timestamp,
            status_rank >= {RANK[MessageStatus.SENT]} AND sent_at IS NOT NULL AS is_sent FROM chat_messages
            WHERE id = ANY(:ids) AND direction = 'outbound'
    ) m
    JOIN chat_conversations c ON c.id = m.conversation_id
    """  # noqa: S608  # a constant
)


def recipients(session: AnySession, wamids: list[str], message_ids: list[UUID]) -> Sequence[Row[Any]]:
    """These messages of ours with their conversations, and whether the customer has the number of then."""
    values = {"wamids": wamids, "ids": message_ids, "never": NEVER_LEFT}
    return session.execute(_RECIPIENTS, values).all()
