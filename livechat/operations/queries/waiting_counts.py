"""What waits in the tables, for metrics and for the command line."""

from sqlalchemy import text

from livechat.core.session import AnySession


def open_sends(session: AnySession) -> dict[str, int]:
    """{status: count} of messages that Meta has neither taken nor refused."""
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
    """How long the oldest queued message of a number that is not paused has waited, in seconds."""
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


def ledger(session: AnySession) -> dict[str, int]:
    """{state: count} of webhooks that are not done."""
    rows = session.execute(
        text(
            "SELECT state, count(*) AS n FROM webhook_events "
            "WHERE state IN ('waiting', 'failed') GROUP BY state"
        )
    )
    return {"waiting": 0, "failed": 0} | {row.state: row.n for row in rows}


def oldest_waiting_s(session: AnySession) -> float:
    """How long the oldest webhook of the ledger has waited for its first run, in seconds."""
    age = session.execute(
        text(
            "SELECT extract(epoch FROM clock_timestamp() - min(received_at)) "
            "FROM webhook_events WHERE state = 'waiting'"
        )
    ).scalar()
    return float(age or 0.0)


def of_unknown_numbers(session: AnySession) -> int:
    """How many webhooks the ledger keeps for numbers that nobody had connected when they came."""
    count: int = session.execute(
        text(
            "SELECT count(*) FROM webhook_events "
            """WHERE ignored > 0 AND coalesce(replay_items, items) @> '[{"reason": "unknown_number"}]'"""
        )
    ).scalar_one()
    return count
