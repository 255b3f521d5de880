"""Statements for statuses: every status event is kept, and a message shows the highest of them.

What a message shows is computed from all of its events, so it is the same in whatever order they came.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from livechat.core.session import AnySession, as_json
from livechat.domain.status import META_STATUS, RANK, MessageStatus

_RANK_OF_EVENT = (
    "CASE e.status "
    + " ".join(f"WHEN '{word}' THEN {rank}" for word, (_, rank) in META_STATUS.items())
    + " ELSE 0 END"
)
# Meta does not say how many members a group has. A message that reached one member has reached the group; it
# is read or failed only where Meta says so of the group itself.
_RANK_OF_MEMBER = (
    f"CASE e.status WHEN 'failed' THEN 0 ELSE LEAST({_RANK_OF_EVENT}, {RANK[MessageStatus.DELIVERED]}) END"
)
_RANK = f"CASE e.participant WHEN '' THEN {_RANK_OF_EVENT} ELSE {_RANK_OF_MEMBER} END"

_INSERT_STATUSES = text(
    """
    INSERT INTO message_statuses (wamid, status, timestamp, participant, phone_number_id,
                                  callback_message_id, error, raw)
    SELECT wamid, status, timestamp, participant, phone_number_id, callback_message_id,
           NULLIF(error, 'null'), raw
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(n int, wamid text, status text, timestamp timestamptz, participant text, phone_number_id text,
             callback_message_id uuid, error jsonb, raw jsonb)
    ORDER BY wamid, status, timestamp, participant
    ON CONFLICT DO NOTHING
    RETURNING wamid, status, timestamp, participant
    """
)


def insert_statuses(session: AnySession, rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """Keep status events; the (wamid, status, timestamp, participant) of those that are new."""
    inserted = session.execute(_INSERT_STATUSES, {"rows": as_json(rows)})
    return {tuple(row) for row in inserted}


_LINK_CALLBACKS = text(
    """
    WITH told AS (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
            AS r(wamid text, phone_number_id text, callback_message_id uuid)
    ), unnamed AS (
        -- In the order in which the answers to sends lock them.
        SELECT m.id FROM chat_messages m JOIN told r ON r.callback_message_id = m.id
        WHERE m.wamid IS NULL ORDER BY m.id FOR UPDATE OF m
    )
    UPDATE chat_messages m SET wamid = r.wamid
    FROM told r JOIN unnamed ON unnamed.id = r.callback_message_id
    WHERE m.id = r.callback_message_id AND m.phone_number_id = r.phone_number_id
        AND m.direction = 'outbound' AND m.wamid IS NULL
        AND NOT EXISTS (SELECT FROM chat_messages other WHERE other.wamid = r.wamid)
    RETURNING m.conversation_id, ARRAY(SELECT q.id FROM chat_messages q WHERE q.reply_to_wamid = m.wamid
                                           AND q.phone_number_id = m.phone_number_id) AS quoted_by
    """
)


def link_callbacks(session: AnySession, rows: list[dict[str, Any]]) -> dict[UUID, UUID]:
    """Give messages whose send was never answered the wamid that a status names for them.

    ``rows`` are {wamid, phone_number_id, callback_message_id}, one for each message. Returns the messages
    that quote them, as {message: conversation}: from now on they are shown with what they quote.
    """
    linked = session.execute(_LINK_CALLBACKS, {"rows": as_json(rows)}).all()
    return {quote: row.conversation_id for row in linked for quote in row.quoted_by}


_LOCK = text(
    """
    SELECT id FROM chat_messages
    WHERE wamid = ANY(:wamids) AND direction = 'outbound' ORDER BY id FOR UPDATE
    """
)
_SETTLE = text(
    f"""
    WITH told AS (
        SELECT e.wamid, max({_RANK}) AS rank,
               min(e.timestamp) FILTER (WHERE e.status = 'sent') AS sent_at,
               min(e.timestamp) FILTER (
                   WHERE e.status = 'delivered' OR e.status IN ('read', 'played') AND e.participant <> ''
               ) AS delivered_at,
               min(e.timestamp) FILTER (
                   WHERE e.status IN ('read', 'played') AND e.participant = ''
               ) AS read_at,
               min(e.timestamp) FILTER (WHERE e.status = 'failed' AND e.participant = '') AS failed_at,
               (array_agg(e.error ORDER BY e.timestamp DESC) FILTER (
                   WHERE e.status = 'failed' AND e.participant = '' AND e.error IS NOT NULL
               ))[1] AS error
        FROM message_statuses e WHERE e.wamid = ANY(:wamids) GROUP BY e.wamid
    ), target AS (
        SELECT m.id, m.status_rank AS was_rank, n.*, GREATEST(m.status_rank, n.rank) AS new_rank
        FROM chat_messages m JOIN told n ON n.wamid = m.wamid
        WHERE m.wamid = ANY(:wamids) AND m.direction = 'outbound'
    )
    UPDATE chat_messages m SET
        status_rank = t.new_rank,
        status = CASE WHEN t.new_rank >= {RANK[MessageStatus.READ]} THEN 'read'
                      WHEN t.new_rank = {RANK[MessageStatus.DELIVERED]} THEN 'delivered'
                      WHEN t.new_rank = {RANK[MessageStatus.FAILED]} THEN 'failed'
                      WHEN t.new_rank = {RANK[MessageStatus.SENT]} THEN 'sent'
                      ELSE m.status END,
        error = CASE WHEN t.new_rank = {RANK[MessageStatus.FAILED]} THEN COALESCE(t.error, m.error)
                     WHEN t.new_rank >= {RANK[MessageStatus.SENT]} THEN NULL
                     ELSE m.error END,
        sent_at = COALESCE(m.sent_at, t.sent_at),
        delivered_at = COALESCE(t.delivered_at, m.delivered_at),
        read_at = COALESCE(t.read_at, m.read_at),
        failed_at = COALESCE(t.failed_at, m.failed_at),
        claimed_until = CASE WHEN t.new_rank >= {RANK[MessageStatus.SENT]} THEN NULL ELSE m.claimed_until END,
        next_attempt_at = CASE WHEN t.new_rank >= {RANK[MessageStatus.SENT]} THEN NULL
                               ELSE m.next_attempt_at END,
        updated_at = now()
    FROM target t
    WHERE m.id = t.id AND t.rank > 0 AND (
        t.new_rank > m.status_rank OR m.delivered_at IS DISTINCT FROM COALESCE(t.delivered_at, m.delivered_at)
        OR m.read_at IS DISTINCT FROM COALESCE(t.read_at, m.read_at)
        OR m.failed_at IS DISTINCT FROM COALESCE(t.failed_at, m.failed_at)
        OR m.sent_at IS NULL AND t.sent_at IS NOT NULL)
    RETURNING m.id, m.conversation_id, m.wamid, m.status_rank, t.was_rank
    """  # noqa: S608  # constants of this module
)


def settle(session: AnySession, wamids: list[str]) -> Sequence[Row[Any]]:
    """Move messages to what their events say.

    Returns (id, conversation_id, wamid, status_rank, was_rank) of those that changed.
    """
    # The locks are a statement of their own: only the next statement sees what others committed while this
    # one waited. In one statement, a "delivered" that waited for a "read" took the message back.
    session.execute(_LOCK, {"wamids": wamids})
    return session.execute(_SETTLE, {"wamids": wamids}).all()


def wamids_with_events(session: AnySession, wamids: list[str]) -> list[str]:
    """Those of ``wamids`` of which events are kept."""
    return list(
        session.execute(
            text("SELECT DISTINCT wamid FROM message_statuses WHERE wamid = ANY(:wamids)"), {"wamids": wamids}
        ).scalars()
    )


def close_window(session: AnySession, wamid: str, at: datetime) -> UUID | None:
    """Note that Meta called the window of this message's conversation closed; its id where that is new."""
    return session.execute(
        text(
            """
            UPDATE chat_conversations c SET window_refused_at = :at
            FROM chat_messages m
            WHERE m.wamid = :wamid AND c.id = m.conversation_id
                AND (c.window_refused_at IS NULL OR c.window_refused_at < :at)
            RETURNING c.id
            """
        ),
        {"wamid": wamid, "at": at},
    ).scalar_one_or_none()


def stop_marketing(session: AnySession, wamid: str, at: datetime) -> UUID | None:
    """Note that the customer of this message's conversation stopped marketing; its id where that is new."""
    return session.execute(
        text(
            """
            UPDATE chat_conversations c SET marketing_opt_out = true, marketing_opt_at = :at
            FROM chat_messages m
            WHERE m.wamid = :wamid AND c.id = m.conversation_id
                AND (c.marketing_opt_at IS NULL OR c.marketing_opt_at < :at)
            RETURNING c.id
            """
        ),
        {"wamid": wamid, "at": at},
    ).scalar_one_or_none()
