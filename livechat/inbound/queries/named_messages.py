"""Finding messages by the id that an item names: the exact id, or its ending within a conversation."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from livechat.core.session import AnySession, as_json


def known(session: AnySession, wamids: list[str]) -> set[str]:
    """Those of ``wamids`` that we have."""
    found = text("SELECT wamid FROM chat_messages WHERE wamid = ANY(:wamids)")
    return set(session.execute(found, {"wamids": wamids}).scalars())


_BY_ENDING = text(
    """
    SELECT m.conversation_id, m.wamid
    FROM jsonb_to_recordset(CAST(:asked AS jsonb)) AS a(conversation_id uuid, ending text)
    JOIN chat_messages m ON m.conversation_id = a.conversation_id AND right(m.wamid, 16) = a.ending
    WHERE m.wamid IS NOT NULL
    """
)


def by_ending(session: AnySession, asked: list[dict[str, Any]]) -> list[tuple[UUID, str]]:
    """(conversation_id, wamid) of messages whose wamid has one of these {conversation_id, ending}."""
    rows = session.execute(_BY_ENDING, {"asked": as_json(asked)})
    return [(row.conversation_id, row.wamid) for row in rows]


_BY_RECIPIENT = text(
    """
    WITH asked AS (
        SELECT * FROM jsonb_to_recordset(CAST(:asked AS jsonb))
            AS a(number text, kind text, value text, ending text)
    ), whose AS (
        SELECT a.ending, c.id, c.phone_number_id FROM asked a JOIN chat_conversations c
            ON a.kind = 'phone' AND c.phone_number_id = a.number AND c.customer_phone = a.value
        UNION
        SELECT a.ending, c.id, c.phone_number_id FROM asked a JOIN chat_conversations c
            ON a.kind = 'user_id' AND c.phone_number_id = a.number AND c.customer_user_id = a.value
        UNION
        SELECT a.ending, c.id, c.phone_number_id FROM asked a
            JOIN conversation_other_ids o
                ON o.phone_number_id = a.number AND o.kind = a.kind AND o.value = a.value
            JOIN chat_conversations c ON c.id = o.conversation_id
    )
    SELECT DISTINCT w.phone_number_id, m.wamid FROM whose w
    JOIN chat_messages m ON m.conversation_id = w.id AND right(m.wamid, 16) = w.ending
    WHERE m.wamid IS NOT NULL AND m.direction = 'outbound'
    """
)


def by_recipient(session: AnySession, asked: list[dict[str, Any]]) -> Sequence[Row[Any]]:
    """(phone_number_id, wamid) of our messages to these {number, kind, value} that have the ``ending``."""
    return session.execute(_BY_RECIPIENT, {"asked": as_json(asked)}).all()


def wamids_of(session: AnySession, message_ids: list[UUID]) -> dict[UUID, str]:
    """{message: wamid} of those of our messages that have one."""
    if not message_ids:
        return {}
    rows = session.execute(
        text(
            "SELECT id, wamid FROM chat_messages "
            "WHERE id = ANY(:ids) AND direction = 'outbound' AND wamid IS NOT NULL"
        ),
        {"ids": message_ids},
    )
    return {row.id: row.wamid for row in rows}
