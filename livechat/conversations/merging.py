"""How rows follow when two conversations become one: each table that points to conversations says so itself.

All foreign keys to ``chat_conversations`` are RESTRICT, so that what nobody thought of stops a merge and is
not lost; a test asks the metadata for those keys and fails for one that has no follower here.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text

from livechat.core.session import AnySession

Follow = Callable[[AnySession, Mapping[str, Any]], None]
_followers: dict[str, Follow] = {}


def follows(column: str) -> Callable[[Follow], Follow]:
    """Register what moves the rows of ``table.column`` from :loser to :winner, both of them locked."""

    def register(follow: Follow) -> Follow:
        _followers[column] = follow
        return follow

    return register


def followed() -> set[str]:
    """The columns whose rows follow."""
    return set(_followers)


def merge_conversation(session: AnySession, loser: UUID, winner: UUID) -> None:
    """Move everything of ``loser`` into ``winner``; both are locked. What an id leads to follows first."""
    ids = {"loser": loser, "winner": winner}
    for follow in _followers.values():
        follow(session, ids)
    session.execute(
        text(
            """
            UPDATE chat_conversations w
            SET receipt_seq = LEAST(w.receipt_seq, l.receipt_seq), is_blocked = w.is_blocked OR l.is_blocked
            FROM chat_conversations l WHERE w.id = :winner AND l.id = :loser
            """
        ),
        ids,
    )
    session.execute(text("DELETE FROM chat_conversations WHERE id = :loser"), ids)


@follows("chat_messages.conversation_id")
def _messages(session: AnySession, ids: Mapping[str, Any]) -> None:
    """What was read in either thread stays read.

    The merged read pointer is the lower one, so messages between the two pointers that their own thread had
    passed stop counting.
    """
    session.execute(
        text(
            """
            UPDATE chat_messages m SET counts_unread = false
            FROM chat_conversations c
            WHERE c.id = m.conversation_id AND c.id IN (:loser, :winner) AND m.counts_unread
                AND m.seq <= c.read_seq
                AND m.seq > (SELECT min(read_seq) FROM chat_conversations WHERE id IN (:loser, :winner))
            """
        ),
        ids,
    )
    _moved(session, "chat_messages", ids)


@follows("conversation_former_ids.conversation_id")
def _former_ids(session: AnySession, ids: Mapping[str, Any]) -> None:
    _moved(session, "conversation_former_ids", ids)


@follows("conversation_other_ids.conversation_id")
def _other_ids(session: AnySession, ids: Mapping[str, Any]) -> None:
    _moved(session, "conversation_other_ids", ids)


@follows("conversation_aliases.conversation_id")
def _aliases(session: AnySession, ids: Mapping[str, Any]) -> None:
    """The loser's own id leads to the winner from now on."""
    _moved(session, "conversation_aliases", ids)
    session.execute(
        text("INSERT INTO conversation_aliases (id, conversation_id) VALUES (:loser, :winner)"), ids
    )


@follows("chat_drafts.conversation_id")
def _drafts(session: AnySession, ids: Mapping[str, Any]) -> None:
    """One of each user: what they wrote last."""
    session.execute(
        text(
            """
            DELETE FROM chat_drafts d USING chat_drafts other
            WHERE d.conversation_id IN (:loser, :winner) AND other.conversation_id IN (:loser, :winner)
                AND d.conversation_id <> other.conversation_id AND d.user_id = other.user_id
                AND (d.updated_at, d.conversation_id) < (other.updated_at, other.conversation_id)
            """
        ),
        ids,
    )
    _moved(session, "chat_drafts", ids)


def _moved(session: AnySession, table: str, ids: Mapping[str, Any]) -> None:
    session.execute(
        text(f"UPDATE {table} SET conversation_id = :winner WHERE conversation_id = :loser"),  # noqa: S608  # ours
        ids,
    )
