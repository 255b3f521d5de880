"""Counts of waiting work in the tables, for metrics and for the doctor."""

from sqlalchemy import text

from livechat.core.session import AnySession


def open_sends(session: AnySession) -> dict[str, int]:
    """{status: count} of messages that are queued, sending or unknown."""
    found = dict.fromkeys(("queued", "sending", "unknown"), 0)
    for row in session.execute(
        text(
            "SELECT status, count(*) AS n FROM chat_messages WHERE direction = 'outbound' "
            "AND status IN ('queued', 'sending') GROUP BY status "
            "UNION ALL SELECT 'unknown', count(*) FROM chat_messages WHERE status = 'unknown'"
        )
    ):
        found[row.status] = row.n
    return found


def oldest_queued_s(session: AnySession) -> float:
    """The age in seconds of the oldest queued message of a number that is not paused; 0 if there is none."""
    age = session.execute(
        text(
            "SELECT extract(epoch FROM clock_timestamp() - min(m.timestamp)) FROM chat_messages m "
            "JOIN phone_numbers n USING (phone_number_id) "
            "WHERE m.direction = 'outbound' AND m.status = 'queued' AND n.status = 'connected'"
        )
    ).scalar()
    return float(age or 0.0)


def numbers(session: AnySession) -> dict[str, int]:
    """{status: count} of phone numbers."""
    rows = session.execute(text("SELECT status, count(*) AS n FROM phone_numbers GROUP BY status"))
    return {"connected": 0, "paused": 0} | {row.status: row.n for row in rows}


# Each state has an index of its own.
LEDGER = """
    SELECT 'waiting' AS state, count(*) AS n FROM webhook_events WHERE state = 'waiting'
    UNION ALL SELECT 'failed', count(*) FROM webhook_events WHERE state = 'failed'
"""


def ledger(session: AnySession) -> dict[str, int]:
    """{state: count} of ledger rows that are waiting or failed."""
    rows = session.execute(text(LEDGER))
    return {"waiting": 0, "failed": 0} | {row.state: row.n for row in rows}


def oldest_waiting_s(session: AnySession) -> float:
    """The age in seconds of the oldest ledger row that waits for its first run; 0 if there is none."""
    age = session.execute(
        text(
            "SELECT extract(epoch FROM clock_timestamp() - min(received_at)) "
            "FROM webhook_events WHERE state = 'waiting'"
        )
    ).scalar()
    return float(age or 0.0)


def of_unknown_numbers(session: AnySession) -> int:
    """How many ledger rows have an item about a number that nobody had connected when it was run."""
    count: int = session.execute(
        text(
            "SELECT count(*) FROM webhook_events "
            """WHERE ignored > 0 AND coalesce(replay_items, items) @> '[{"reason": "unknown_number"}]'"""
        )
    ).scalar_one()
    return count
