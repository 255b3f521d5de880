"""Statements about dead letters: items of webhooks that failed, and sends that failed or are unknown."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from livechat.core.session import AnySession


def failed_items(session: AnySession, limit: int) -> Sequence[Row[Any]]:
    """The newest failed items: (event_id, received_at, replays, n, kind, number, reason)."""
    return session.execute(
        text(
            """
            SELECT e.id AS event_id, e.received_at, e.replays, i.n, i.kind, i.number, i.reason
            FROM webhook_events e,
                 jsonb_to_recordset(coalesce(e.replay_items, e.items))
                     AS i(n int, kind text, number text, outcome text, reason text)
            WHERE e.state = 'failed' AND i.outcome = 'failed'
            ORDER BY e.received_at DESC, e.id DESC, i.n
            LIMIT :limit
            """
        ),
        {"limit": limit},
    ).all()


def failed_item_count(session: AnySession) -> int:
    """How many items of the ledger's webhooks stand as failed."""
    count: int = session.execute(
        text(
            "SELECT count(*) "
            "FROM webhook_events e, jsonb_array_elements(coalesce(e.replay_items, e.items)) i "
            "WHERE e.state = 'failed' AND i ->> 'outcome' = 'failed'"
        )
    ).scalar_one()
    return count


def failed_sends(session: AnySession, limit: int) -> Sequence[Row[Any]]:
    """The newest failed and unknown sends, without their text.

    (message_id, status, number, customer_phone, code, title, since, retryable), where ``since`` is when the
    send failed, or for an unknown one when it was accepted.
    """
    return session.execute(
        text(
            """
            SELECT m.id AS message_id, m.status, m.phone_number_id AS number, c.customer_phone,
                   m.error -> 'code' AS code, m.error ->> 'title' AS title,
                   m.error -> 'retryable' AS retryable, coalesce(m.failed_at, m.timestamp) AS since
            FROM chat_messages m JOIN chat_conversations c ON c.id = m.conversation_id
            WHERE m.direction = 'outbound' AND m.status IN ('failed', 'unknown')
            ORDER BY since DESC, m.id DESC
            LIMIT :limit
            """
        ),
        {"limit": limit},
    ).all()


def failed_send_count(session: AnySession) -> int:
    """How many sends are failed or unknown."""
    count: int = session.execute(
        text(
            "SELECT count(*) FROM chat_messages "
            "WHERE direction = 'outbound' AND status IN ('failed', 'unknown')"
        )
    ).scalar_one()
    return count
