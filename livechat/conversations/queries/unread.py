"""Unread counts: the stored count of a conversation, compared with the count of its messages."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from livechat.core.session import AnySession

_COUNTED = """
    (SELECT count(*) FROM chat_messages m
     WHERE m.conversation_id = c.id AND m.counts_unread AND m.seq > c.read_seq)
"""


def drifted(session: AnySession) -> int:
    """How many conversations' stored counts differ from their messages now. Repairs nothing."""
    count: int = session.execute(
        text(f"SELECT count(*) FROM chat_conversations c WHERE c.unread_count <> {_COUNTED}")  # noqa: S608
    ).scalar_one()
    return count


def repair(session: AnySession) -> Sequence[Row[Any]]:
    """Correct the counts that differ; (id, stored, counted) of each. The caller commits.

    A first look without locks finds candidates. Each is locked before it is counted again, so that a message
    that arrives meanwhile does not look like a difference.
    """
    candidates = session.execute(
        text(f"SELECT c.id FROM chat_conversations c WHERE c.unread_count <> {_COUNTED} ORDER BY c.id")  # noqa: S608
    ).scalars()
    found: list[Row[Any]] = []
    for conversation_id in candidates.all():
        locked = session.execute(
            text("SELECT unread_count FROM chat_conversations WHERE id = :id FOR UPDATE"),
            {"id": conversation_id},
        ).scalar()
        row = session.execute(
            text(
                f"""
                UPDATE chat_conversations c SET unread_count = {_COUNTED}
                WHERE c.id = :id AND c.unread_count <> {_COUNTED}
                RETURNING c.id, CAST(:stored AS int) AS stored, c.unread_count AS counted
                """  # noqa: S608  # constants of this module
            ),
            {"id": conversation_id, "stored": locked},
        ).first()
        if row is not None:
            found.append(row)
    return found
