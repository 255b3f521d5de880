"""What is stored of unread messages, compared with the messages: shared counts, totals, members' totals."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from livechat.core.session import AnySession

# So many pages of the table (a dozen conversations each) have their whole history counted in one look, and so
# many times as many their unread messages; where more is unread, that is counted in each look.
SHARE_PAGES = 150
UNREAD_TIMES = 10

_COUNTED = """
    (SELECT count(*) FROM chat_messages m
     WHERE m.conversation_id = c.id AND m.counts_unread AND m.seq > c.read_seq)
"""
_TOTALS_DIFFER = (
    "(c.counted_total, c.last_counted_seq) <> (SELECT n.total, n.newest FROM count_messages(c.id) n)"
)
_READ_DIFFERS = "r.read_total <> c.counted_total - count_behind(c.id, r.read_seq)"
# By places in the table: neither the table nor an index is gone through as a whole.
_CANDIDATES = f"""
    SELECT c.id FROM chat_conversations c WHERE c.unread_count > 0 AND c.unread_count <> {_COUNTED}
    UNION
    SELECT c.id FROM chat_conversations c
    WHERE c.ctid >= CAST(:unread_from AS tid) AND c.ctid < CAST(:unread_to AS tid)
        AND c.unread_count <> {_COUNTED}
    UNION
    SELECT c.id FROM chat_conversations c
    WHERE c.ctid >= CAST(:from AS tid) AND c.ctid < CAST(:to AS tid)
        AND ({_TOTALS_DIFFER} OR EXISTS (
            SELECT FROM conversation_reads r WHERE r.conversation_id = c.id AND {_READ_DIFFERS}))
"""  # noqa: S608  # constants of this module


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

    def pages(self, each: int) -> tuple[str, str]:
        """Where it begins and ends in the table, with ``each`` pages. The last takes what is added, too."""
        end = (self.which + 1) * each if self.which + 1 < self.of else _LAST_PAGE
        return f"({self.which * each},0)", f"({end},0)"

    @property
    def of_unread(self) -> "Share":
        """The larger share whose unread messages are counted in the same look."""
        of = -(-self.of // UNREAD_TIMES)
        return Share(self.which % of, of)


_LAST_PAGE = 2**32 - 1


def share_of(session: AnySession, turn: int) -> Share:
    """The share that has its ``turn``: as many shares as it takes for each to have SHARE_PAGES."""
    shares = -(-_pages(session) // SHARE_PAGES) or 1
    return Share(turn % shares, shares)


def drifted(session: AnySession, share: Share = Share()) -> int:  # noqa: B008  # a tuple
    """How many conversations' stored numbers differ from their messages now. Repairs nothing."""
    count: int = session.execute(
        text(f"SELECT count(*) FROM ({_CANDIDATES}) c"),  # noqa: S608
        _places(share),
    ).scalar_one()
    return count


def _pages(session: AnySession) -> int:
    size = "pg_relation_size('chat_conversations') / CAST(current_setting('block_size') AS int)"
    return int(session.execute(text(f"SELECT {size}")).scalar_one())


def _places(share: Share) -> dict[str, str]:
    begin, end = share.pages(SHARE_PAGES)
    unread_begin, unread_end = share.of_unread.pages(SHARE_PAGES * UNREAD_TIMES)
    return {"from": begin, "to": end, "unread_from": unread_begin, "unread_to": unread_end}


def repair(session: AnySession, share: Share = Share()) -> list[Drift]:  # noqa: B008  # a tuple
    """Correct the numbers that differ, and say which they were. The caller commits.

    A first look without locks finds candidates. Each is locked before it is counted again, so that a message
    that arrives meanwhile does not look like a difference.
    """
    candidates = session.execute(text(f"{_CANDIDATES} ORDER BY id"), _places(share)).scalars()
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
