"""What each member has read: their pointer in a conversation, and how many counted messages it has passed."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Uuid, and_, bindparam, literal_column, text
from sqlalchemy.orm import aliased

from livechat.core.session import AnySession
from livechat.core.sql.plain_rows import Prepared, run_within
from livechat.models import Conversation, ConversationRead, WabaAccount, WorkspaceMember
from livechat.notifications.finish import finishing_read

# Behind a pointer that nobody has moved yet, messages are counted so far. Where there are more, those before
# it are counted instead, never more than when the member joined: no list counts all that came since.
FEW = 100

_READER: Any = aliased(WorkspaceMember, name="reader")
# Without a row what was stored when they joined is read.
_FLOOR = "COALESCE(reader.read_floor_seq, 0)"
_OF_IT = "FROM chat_messages o WHERE o.conversation_id = chat_conversations.id"
_READ_TOTAL = f"""CASE
    WHEN conversation_reads.read_total IS NOT NULL THEN conversation_reads.read_total
    WHEN chat_conversations.last_counted_seq <= {_FLOOR} THEN chat_conversations.counted_total
    -- Nothing of it is older than the pointer: all is unread, exactly.
    WHEN NOT EXISTS (SELECT {_OF_IT} AND o.counts_unread AND o.seq <= {_FLOOR})
        AND NOT EXISTS (SELECT {_OF_IT} AND o.was_read_apart AND o.seq <= {_FLOOR}) THEN 0
    ELSE (
        SELECT CASE
            WHEN newer.few < {FEW} THEN chat_conversations.counted_total - newer.few
                - (SELECT count(*) {_OF_IT} AND o.was_read_apart AND o.seq > {_FLOOR})
            ELSE (SELECT count(*) {_OF_IT} AND o.counts_unread AND o.seq <= {_FLOOR})
                + (SELECT count(*) {_OF_IT} AND o.was_read_apart AND o.seq <= {_FLOOR})
        END
        FROM (SELECT count(*) AS few FROM (
            SELECT {_OF_IT} AND o.counts_unread AND o.seq > {_FLOOR} LIMIT {FEW}
        ) counted) newer
    ) END"""  # noqa: S608  # constants of this module


def read_total_column() -> Any:
    """How many of the counted messages of a row of ``Conversation`` the reader has read.

    ``counted_total`` less that is what is unread to them. Where they have a pointer it is stored. Where they
    have none, what was stored before they joined is read, and what came since is
    unread.
    """
    return literal_column(_READ_TOTAL, BigInteger)


def read_total_joins(user: Any) -> list[tuple[Any, Any]]:
    """What ``read_total_column`` is taken from, and on what, for this user."""
    own = and_(ConversationRead.user_id == user, ConversationRead.conversation_id == Conversation.id)
    reader = and_(_READER.workspace_id == WabaAccount.workspace_id, _READER.user_id == user)
    return [(ConversationRead, own), (_READER, reader)]


_MOVE = """
    INSERT INTO conversation_reads AS r (user_id, conversation_id, read_seq, read_total)
    SELECT CAST(%(user)s AS uuid), c.id, p.read_seq, c.counted_total - count_behind(c.id, p.read_seq)
    FROM chat_conversations c
    JOIN phone_numbers n ON n.phone_number_id = c.phone_number_id
    JOIN waba_accounts a ON a.id = n.account_id
    LEFT JOIN workspace_members m ON m.workspace_id = a.workspace_id AND m.user_id = %(user)s
    LEFT JOIN conversation_reads own ON own.user_id = %(user)s AND own.conversation_id = c.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(own.read_seq, m.read_floor_seq, 0) AS was
    ) w
    CROSS JOIN LATERAL (SELECT {to}(w.was, {seq}) AS read_seq) p
    -- Of what this leaves as it is nobody need be told.
    WHERE c.id = %(id)s AND {seq} IS NOT NULL AND (own.user_id IS NULL OR p.read_seq <> own.read_seq)
    ON CONFLICT (user_id, conversation_id) DO UPDATE
    SET read_seq = excluded.read_seq, read_total = excluded.read_total, updated_at = now()
    RETURNING r.read_total
"""
_UNREAD_FROM = _MOVE.format(to="LEAST", seq="CAST(%(seq)s AS bigint)")


class Moved(NamedTuple):
    """What a reading did. ``seq``: up to where; None: the message that was named is not in the conversation.

    ``unread_was`` and ``unread``: the team's, where its pointer moved; else ``unread`` is None.
    """

    seq: int | None
    unread_was: int
    unread: int | None
    own_moved: bool
    finished: list[UUID]


def read_up_to(
    session: AnySession,
    user_id: UUID,
    conversation_id: UUID,
    up_to: UUID | None,
    *,
    for_team: bool,
    is_open: bool,
) -> Moved:
    """Move the user's pointer forward, never back, and with ``for_team`` the team's; in one statement.

    Up to the message ``up_to``; None: to the end. Behind the newest message that counts there is nothing to
    read. With ``is_open`` what tells the user of a mention in it is done.

    The caller holds the conversation's lock: so each count sees every message that was stored before, the
    order of arrival is the order of commits, and no two of the user's devices move a pointer at once.
    """
    sql, fixed = _reading()
    values = {"user": user_id, "id": conversation_id, "up_to": up_to}
    asked = {"for_team": for_team, "is_open": is_open}
    [row] = run_within(session, sql, {**fixed, **values, **asked})
    return Moved(*row)


@cache
def _reading() -> tuple[str, Mapping[str, Any]]:
    user, conversation = (bindparam(name, type_=Uuid()) for name in ("user", "id"))
    done = Prepared(finishing_read(user, conversation).where(bindparam("is_open", type_=Boolean())))
    seq = "(SELECT t.seq FROM target t)"
    sql = f"""
        WITH target AS (
            SELECT c.id, c.unread_count, CASE
                WHEN CAST(%(up_to)s AS uuid) IS NULL THEN c.last_counted_seq
                ELSE (SELECT m.seq FROM chat_messages m
                      WHERE m.conversation_id = c.id AND m.id = CAST(%(up_to)s AS uuid))
            END AS seq
            FROM chat_conversations c WHERE c.id = %(id)s
        ), team AS (
            UPDATE chat_conversations c SET read_seq = t.seq, unread_count = (
                SELECT count(*) FROM chat_messages m
                WHERE m.conversation_id = c.id AND m.counts_unread AND m.seq > t.seq
            )
            FROM target t WHERE c.id = t.id AND %(for_team)s AND t.seq > c.read_seq
            RETURNING c.unread_count
        ), own AS ({_MOVE.format(to="GREATEST", seq=seq)}), done AS ({done.sql})
        SELECT t.seq, t.unread_count, (SELECT unread_count FROM team), EXISTS (SELECT FROM own),
            ARRAY(SELECT id FROM done)
        FROM target t
    """  # noqa: S608  # constants of this module
    return sql, done.fixed


def unread_from(session: AnySession, user_id: UUID, conversation_id: UUID, seq: int) -> bool:
    """Move the user's pointer back before ``seq``, never forward; whether it moved. Under the same lock."""
    return bool(run_within(session, _UNREAD_FROM, {"user": user_id, "id": conversation_id, "seq": seq - 1}))


_FORGET = text(
    """
    DELETE FROM conversation_reads r
    USING workspace_members m, waba_accounts a, phone_numbers n, chat_conversations c
    WHERE m.state = 'removed' AND r.user_id = m.user_id AND r.updated_at < :before
        AND a.workspace_id = m.workspace_id AND n.account_id = a.id
        AND c.phone_number_id = n.phone_number_id AND c.id = r.conversation_id
    """
)


def forget_removed(session: AnySession, before: datetime) -> None:
    """Delete what removed members have read and have not moved since ``before``. The caller commits.

    Who comes back begins with all that is there then as read; of others no row is ever dropped, since that
    would make unread what they have read.
    """
    session.execute(_FORGET, {"before": before})
