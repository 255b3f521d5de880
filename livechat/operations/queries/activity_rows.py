"""Statements about the outcomes of a number's webhooks and sends, hour by hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, select, text
from sqlalchemy.orm import aliased

from livechat.conversations.queries.thread_pages import message_columns
from livechat.core.session import AnySession
from livechat.models import Conversation, Message

# The most messages whose times are read: a second's work at the very most.
LATENCY_SAMPLE = 50_000


def webhook_items(
    session: AnySession, phone_number_id: str, since: datetime, until: datetime
) -> Sequence[Row[Any]]:
    """(hour, outcome, reason, items) by hour received and first outcome; both bounds are full hours."""
    return session.execute(
        text(
            """
            SELECT hour, outcome, reason, sum(items) AS items FROM webhook_counts
            WHERE phone_number_id = :number AND hour >= :since AND hour < :until
            GROUP BY hour, outcome, reason
            """
        ),
        {"number": phone_number_id, "since": since, "until": until},
    ).all()


def sends(session: AnySession, phone_number_id: str, since: datetime, until: datetime) -> Sequence[Row[Any]]:
    """(hour, status, messages) by the hour of acceptance and the present status."""
    return session.execute(
        text(
            """
            SELECT date_trunc('hour', timestamp, 'UTC') AS hour, status, count(*) AS messages
            FROM chat_messages
            WHERE phone_number_id = :number AND timestamp >= :since AND timestamp < :until
              AND direction = 'outbound' AND origin = 'livechat'
            GROUP BY 1, 2
            """
        ),
        {"number": phone_number_id, "since": since, "until": until},
    ).all()


def latency_ms(session: AnySession, phone_number_id: str, since: datetime, until: datetime) -> Row[Any]:
    """(p50, p95, max) in milliseconds, from Meta's time of a customer's message to our storing it.

    Reads at most LATENCY_SAMPLE messages of the range, those of the conversations that spoke last. It finds
    them through the conversations: an index of its own would slow down the storing of every message.
    """
    return session.execute(
        text(
            """
            WITH late AS MATERIALIZED (
                SELECT greatest(0, extract(epoch FROM m.created_at - m.timestamp)) * 1000 AS ms
                FROM (SELECT id FROM chat_conversations
                      WHERE phone_number_id = :number AND last_message_time >= :since
                      ORDER BY last_message_time DESC, id DESC) c,
                     LATERAL (SELECT created_at, timestamp FROM chat_messages
                              WHERE conversation_id = c.id AND timestamp >= :since AND timestamp < :until
                                AND direction = 'inbound' AND origin = 'customer'
                              ORDER BY timestamp DESC, seq DESC) m
                LIMIT :sample)
            SELECT round(percentile_disc(0.5) WITHIN GROUP (ORDER BY ms))::bigint AS p50,
                   round(percentile_disc(0.95) WITHIN GROUP (ORDER BY ms))::bigint AS p95,
                   round(max(ms))::bigint AS max
            FROM late
            """
        ),
        {"number": phone_number_id, "since": since, "until": until, "sample": LATENCY_SAMPLE},
    ).one()


def attention_page(
    session: AnySession, phone_number_id: str, behind: tuple[datetime, Any] | None, limit: int
) -> Sequence[Row[Any]]:
    """Sends that failed or are unknown, newest first, as message rows.

    Each row has the customer's columns, and ``resent_as``: the id of the message that an agent sent in its
    place. Both are found by unique keys.
    """
    again: Any = aliased(Message, name="again")
    resent_as = select(again.id).where(again.resend_of == Message.id).correlate(Message).scalar_subquery()
    statement: Select[Any] = (
        select(
            *message_columns(),
            Conversation.customer_name,
            Conversation.customer_username,
            Conversation.customer_phone,
            Conversation.customer_user_id,
            resent_as.label("resent_as"),
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Message.phone_number_id == phone_number_id,
            Message.direction == "outbound",
            Message.status.in_(("failed", "unknown")),
        )
    )
    if behind is not None:
        at, message_id = behind
        statement = statement.where(
            (Message.timestamp < at) | ((Message.timestamp == at) & (Message.id < message_id))
        )
    newest_first = statement.order_by(Message.timestamp.desc(), Message.id.desc())
    return list(session.execute(newest_first.limit(limit)))


def merge_counts(session: AnySession, before: datetime) -> int:
    """Replace the rows of webhooks received before ``before`` by sums; returns how many rows were summed.

    It is one statement: a reader sees either the rows or their sum, and two merges at once sum no row twice.
    """
    merged: int = session.execute(
        text(
            """
            WITH gone AS (
                DELETE FROM webhook_counts WHERE NOT is_sum AND last_received_at < :before
                RETURNING phone_number_id, hour, outcome, reason, items, last_received_at),
            kept AS (
                INSERT INTO webhook_counts
                    (phone_number_id, hour, outcome, reason, items, last_received_at, is_sum)
                SELECT phone_number_id, hour, outcome, reason, sum(items), max(last_received_at), true
                FROM gone GROUP BY 1, 2, 3, 4)
            SELECT count(*) FROM gone
            """
        ),
        {"before": before},
    ).scalar_one()
    return merged


def delete_counts(session: AnySession, before: datetime) -> None:
    """Delete the sums of hours before ``before``."""
    session.execute(text("DELETE FROM webhook_counts WHERE is_sum AND hour < :before"), {"before": before})


def troubled_numbers(session: AnySession, since: datetime) -> Sequence[Row[Any]]:
    """(number, received, wanting, first) of numbers of whose items received since then none was stored.

    ``wanting`` counts items that should have been stored: they failed, or nobody has connected the number.
    ``number`` is empty for items that name none.
    """
    return session.execute(
        text(
            """
            SELECT phone_number_id AS number, sum(items) AS received, min(last_received_at) AS first,
                   sum(items) FILTER (WHERE outcome = 'failed' OR reason = 'unknown_number') AS wanting
            FROM webhook_counts WHERE NOT is_sum AND last_received_at >= :since
            GROUP BY phone_number_id
            HAVING sum(items) FILTER (WHERE outcome IN ('stored', 'duplicate')) IS NULL
               AND sum(items) FILTER (WHERE outcome = 'failed' OR reason = 'unknown_number') > 0
            ORDER BY phone_number_id
            """
        ),
        {"since": since},
    ).all()


def habits(
    session: AnySession, *, silent_since: datetime, hour: datetime, days: int, number: str | None = None
) -> Sequence[Row[Any]]:
    """How busy usually is each connected number, or this one, that is silent since then.

    (number, first_hour, last_at, lately, usual): ``last_at`` is when its newest webhook was received.
    ``lately`` is how many items came in that hour and the one before. ``usual`` is {hour as Unix seconds:
    items} for the same hour of so many days before: as ``hour``, or as the one before it, if that had none.
    """
    return session.execute(
        text(
            """
            SELECT n.phone_number_id AS number, edge.first_hour, newest.last_at, lately.items AS lately,
                   coalesce(usual.by_hour, '{}') AS usual
            FROM phone_numbers n,
                 LATERAL (SELECT min(hour) AS first_hour, max(hour) AS last_hour FROM webhook_counts
                          WHERE phone_number_id = n.phone_number_id) edge,
                 LATERAL (SELECT max(last_received_at) AS last_at FROM webhook_counts
                          WHERE phone_number_id = n.phone_number_id AND hour = edge.last_hour) newest,
                 LATERAL (SELECT sum(items) AS items FROM webhook_counts
                          WHERE phone_number_id = n.phone_number_id
                            AND hour BETWEEN edge.last_hour - interval '1 hour' AND edge.last_hour) lately,
                 LATERAL (SELECT jsonb_object_agg(extract(epoch FROM hour)::bigint, items) AS by_hour
                          FROM (SELECT hour, sum(items) AS items FROM webhook_counts
                                WHERE phone_number_id = n.phone_number_id
                                  AND hour = ANY(CASE WHEN newest.last_at < :hour - interval '1 hour'
                                                      THEN CAST(:before AS timestamptz[])
                                                      ELSE CAST(:same AS timestamptz[]) END)
                                GROUP BY hour) each_hour) usual
            WHERE newest.last_at <= :silent_since
              AND (CAST(:number AS text) IS NULL OR n.phone_number_id = CAST(:number AS text))
            ORDER BY n.phone_number_id
            """
        ),
        {
            "silent_since": silent_since,
            "hour": hour,
            "same": [hour - timedelta(days=n) for n in range(1, days + 1)],
            "before": [hour - timedelta(days=n, hours=1) for n in range(1, days + 1)],
            "number": number,
        },
    ).all()


def unaccounted_items(session: AnySession, since: datetime, until: datetime) -> tuple[int, int]:
    """(items of the ledger, difference to ``webhook_counts``) of full hours; the difference must be 0."""
    row = session.execute(
        text(
            """
            WITH kept AS (
                SELECT coalesce(i.number, '') AS number, date_trunc('hour', e.received_at, 'UTC') AS hour,
                       i.outcome, coalesce(i.reason, '') AS reason, count(*) AS items
                FROM webhook_events e,
                     jsonb_to_recordset(e.items) AS i(number text, outcome text, reason text)
                WHERE e.received_at >= :since AND e.received_at < :until AND e.state <> 'waiting'
                GROUP BY 1, 2, 3, 4),
            counted AS (
                SELECT phone_number_id AS number, hour, outcome, reason, sum(items) AS items
                FROM webhook_counts WHERE hour >= :since AND hour < :until GROUP BY 1, 2, 3, 4)
            SELECT coalesce(sum(k.items), 0)::bigint AS items,
                   coalesce(sum(abs(coalesce(k.items, 0) - coalesce(c.items, 0))), 0)::bigint AS difference
            FROM kept k FULL JOIN counted c USING (number, hour, outcome, reason)
            """
        ),
        {"since": since, "until": until},
    ).one()
    return row.items, row.difference
