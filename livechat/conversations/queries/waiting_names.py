"""Names of an address book, and of groups, that wait for their conversations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from livechat.core.session import AnySession, as_json


def save(session: AnySession, rows: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Keep the newest name for each {phone_number_id, kind, value, name, happened_at}; the keys that changed.

    No two rows may have the same key.
    """
    saved = session.execute(
        text(
            """
            INSERT INTO waiting_names AS known (phone_number_id, kind, value, name, happened_at)
            SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
                AS r(phone_number_id text, kind text, value text, name text, happened_at timestamptz)
            ORDER BY 1, 2, 3
            ON CONFLICT (phone_number_id, kind, value) DO UPDATE
            SET name = excluded.name, happened_at = excluded.happened_at, received_at = now()
            WHERE known.happened_at < excluded.happened_at
            RETURNING phone_number_id, kind, value
            """
        ),
        {"rows": as_json(rows)},
    )
    return {(row.phone_number_id, row.kind, row.value) for row in saved}


def take(session: AnySession, keys: list[dict[str, str]]) -> Sequence[Row[Any]]:
    """Take out names that wait under these {number, kind, value}; (phone_number_id, kind, value, name)."""
    return session.execute(
        text(
            """
            DELETE FROM waiting_names w
            USING jsonb_to_recordset(CAST(:keys AS jsonb)) AS k(number text, kind text, value text)
            WHERE w.phone_number_id = k.number AND w.kind = k.kind AND w.value = k.value
            RETURNING w.phone_number_id, w.kind, w.value, w.name
            """
        ),
        {"keys": as_json(keys)},
    ).all()


def forget_before(session: AnySession, before: datetime) -> None:
    """Delete names that have waited since before that time."""
    session.execute(text("DELETE FROM waiting_names WHERE received_at < :before"), {"before": before})
