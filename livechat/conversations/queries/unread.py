"""What is stored of unread messages, compared with the messages: shared counts, totals, members' totals."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from livechat.core.session import AnySession

# So many conversations have their whole history counted in one look; of the unread ones all are, always.
SHARE = 2000

_COUNTED = """
    (SELECT count(*) FROM chat_messages m
     WHERE m.conversation_id = c.id AND m.counts_unread AND m.seq > c.read_seq)
"""
_TOTALS_DIFFER = (
    "(c.counted_total, c.last_counted_seq) <> (SELECT n.total, n.newest FROM count_messages(c.id) n)"
)
_READ_DIFFERS = "r.read_total <> c.counted_total - count_behind(c.id, r.read_seq)"
_DIFFERS = f"""
    (c.unread_count <> {_COUNTED} OR
     CASE WHEN (hashtext(CAST(c.id AS text)) & 2147483647) % :shares = :share
         THEN {_TOTALS_DIFFER} OR EXISTS (
             SELECT FROM conversation_reads r WHERE r.conversation_id = c.id AND {_READ_DIFFERS}
         )
         ELSE false END)
"""


class Drift(NamedTuple):
    """A stored number that was wrong, by the name of its column, and what it is by the messages."""

    conversation_id: UUID
    what: str
    stored: int
    counted: int


class Share(NamedTuple):
    """The conversations whose history is counted in one look: share ``which`` of ``of``."""

    which: int = 0
    of: int = 1


def share_of(session: AnySession, turn: int) -> Share:
    """The share that has its ``turn``: as many shares as it takes for each to have about SHARE."""
    conversations: int = session.execute(text("SELECT count(*) FROM chat_conversations")).scalar_one()
    shares = -(-conversations // SHARE) or 1
    return Share(turn % shares, shares)


def drifted(session: AnySession) -> int:
    """How many conversations' stored numbers differ from their messages now. Repairs nothing."""
    count: int = session.execute(
        text(f"SELECT count(*) FROM chat_conversations c WHERE {_DIFFERS}"),  # noqa: S608
        {"share": 0, "shares": 1},
    ).scalar_one()
    return count


def repair(session: AnySession, share: Share = Share()) -> list[Drift]:  # noqa: B008  # a tuple
    """Correct the numbers that differ, and say which they were. The caller commits.

    A first look without locks finds candidates. Each is locked before it is counted again, so that a message
    that arrives meanwhile does not look like a difference.
    """
    candidates = session.execute(
        text(f"SELECT c.id FROM chat_conversations c WHERE {_DIFFERS} ORDER BY c.id"),  # noqa: S608
        {"share": share.which, "shares": share.of},
    ).scalars()
    return [drift for each in candidates.all() for drift in _repaired(session, each)]


# The totals come first: members' totals are compared with them, and a trigger counts where unread ones rise.
_REPAIRS = {
    "counted_total": f"""
        UPDATE chat_conversations c
        SET (counted_total, last_counted_seq) = (SELECT n.total, n.newest FROM count_messages(c.id) n)
        FROM chat_conversations was
        WHERE c.id = :id AND was.id = c.id AND {_TOTALS_DIFFER}
        RETURNING was.counted_total AS stored, c.counted_total AS counted
    """,  # noqa: S608  # constants of this module
    "read_total": f"""
        UPDATE conversation_reads r SET read_total = c.counted_total - count_behind(c.id, r.read_seq)
        FROM chat_conversations c, conversation_reads was
        WHERE c.id = :id AND r.conversation_id = c.id AND {_READ_DIFFERS}
            AND was.user_id = r.user_id AND was.conversation_id = r.conversation_id
        RETURNING was.read_total AS stored, r.read_total AS counted
    """,  # noqa: S608
    "unread_count": f"""
        UPDATE chat_conversations c SET unread_count = {_COUNTED}
        FROM chat_conversations was
        WHERE c.id = :id AND was.id = c.id AND c.unread_count <> {_COUNTED}
        RETURNING was.unread_count AS stored, c.unread_count AS counted
    """,  # noqa: S608
}


def _repaired(session: AnySession, conversation_id: UUID) -> Sequence[Drift]:
    session.execute(
        text("SELECT 1 FROM chat_conversations WHERE id = :id FOR UPDATE"), {"id": conversation_id}
    )
    return [
        Drift(conversation_id, what, row.stored, row.counted)
        for what, statement in _REPAIRS.items()
        for row in session.execute(text(statement), {"id": conversation_id})
    ]
