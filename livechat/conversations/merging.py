"""Merging two conversations: for each table that points to conversations, what becomes of its rows.

All foreign keys to ``chat_conversations`` are RESTRICT, so that rows of a forgotten table stop a merge and
are not lost. A test reads those keys from the metadata, and fails for one that has no follower here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from livechat.conversations.queries.takers import who_may_have
from livechat.conversations.write_changes import Changed, standing_changes, write_own_changes
from livechat.core.session import AnySession
from livechat.domain.team.conversation_status import (
    ConversationStatus,
    Standing,
    merged_standing,
    standing_of,
)

Follow = Callable[[AnySession, Mapping[str, Any]], None]
_followers: dict[str, Follow] = {}


def follows(column: str) -> Callable[[Follow], Follow]:
    """Register a function that moves the rows of ``table.column`` from :loser to :winner, both locked."""

    def register(follow: Follow) -> Follow:
        _followers[column] = follow
        return follow

    return register


def followed() -> set[str]:
    """The columns, as ``table.column``, for which a follower is registered."""
    return set(_followers)


def merge_conversation(session: AnySession, loser: UUID, winner: UUID) -> None:
    """Move everything of ``loser`` into ``winner`` and delete ``loser``. The caller has locked both."""
    ids: dict[str, Any] = {"loser": loser, "winner": winner}
    both = _both(session, ids)
    standing = merged_standing(*(standing_of(row) for row in both))
    ids |= {"assignee": _assignee_of(session, both, standing), "team": both[0].team_id or both[1].team_id}
    for follow in _followers.values():
        follow(session, ids)
    session.execute(
        text(
            """
            UPDATE chat_conversations w
            SET receipt_seq = LEAST(w.receipt_seq, l.receipt_seq), is_blocked = w.is_blocked OR l.is_blocked,
                assignee_id = :assignee, team_id = :team,
                status = :status, snoozed_until = :snoozed_until, snooze_kind = :snooze_kind,
                version = GREATEST(w.version, l.version) + 1,
                waiting_since = LEAST(w.waiting_since, l.waiting_since),
                (counted_total, last_counted_seq) = (SELECT * FROM count_messages(:winner))
            FROM chat_conversations l WHERE w.id = :winner AND l.id = :loser
            """
        ),
        ids | asdict(standing),
    )
    session.execute(text("SELECT recount_reads(:winner)"), ids)
    # Says to the trigger of migration 0024, which merges for the previous release, that all this is done.
    session.execute(text("UPDATE chat_conversations SET last_counted_seq = 0 WHERE id = :loser"), ids)
    session.execute(text("DELETE FROM chat_conversations WHERE id = :loser"), ids)


@follows("chat_messages.conversation_id")
def _messages(session: AnySession, ids: Mapping[str, Any]) -> None:
    """Move the messages. Those that were read in their own thread stay read to the team.

    The merged read pointer is the lower one, so messages above it that their own thread's pointer had passed
    stop counting as unread. To members who have not read them they still count.
    """
    session.execute(
        text(
            """
            UPDATE chat_messages m SET counts_unread = false, was_read_apart = true
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
    """Let the loser's own id, and those that led to it, lead to the winner."""
    _moved(session, "conversation_aliases", ids)
    session.execute(
        text("INSERT INTO conversation_aliases (id, conversation_id) VALUES (:loser, :winner)"), ids
    )


@follows("conversation_watchers.conversation_id")
def _watchers(session: AnySession, ids: Mapping[str, Any]) -> None:
    """Who follows either follows both."""
    session.execute(
        text(
            """
            INSERT INTO conversation_watchers (conversation_id, user_id)
            SELECT :winner, user_id FROM conversation_watchers WHERE conversation_id = :loser
            ON CONFLICT DO NOTHING
            """
        ),
        ids,
    )
    session.execute(text("DELETE FROM conversation_watchers WHERE conversation_id = :loser"), ids)


@follows("conversation_reads.conversation_id")
def _reads(session: AnySession, ids: Mapping[str, Any]) -> None:
    """Make one pointer of the two of each member, so that nothing unread becomes read.

    It is the lower of those with something unread behind it; who has read all of both has read all.
    """
    session.execute(text("SELECT merge_reads(:loser, :winner)"), ids)


@follows("conversation_labels.conversation_id")
def _labels(session: AnySession, ids: Mapping[str, Any]) -> None:
    """Keep the labels of both. Of labels that exclude each other the winner's stays, if it still is one."""
    session.execute(
        text(
            """
            DELETE FROM conversation_labels c USING labels l
            WHERE l.id = c.label_id AND l.archived_at IS NOT NULL AND c.conversation_id IN (:loser, :winner)
            """
        ),
        ids,
    )
    session.execute(
        text(
            """
            INSERT INTO conversation_labels (conversation_id, label_id, group_key, added_by, added_at)
            SELECT :winner, label_id, group_key, added_by, added_at
            FROM conversation_labels WHERE conversation_id = :loser
            ON CONFLICT DO NOTHING
            """
        ),
        ids,
    )
    session.execute(text("DELETE FROM conversation_labels WHERE conversation_id = :loser"), ids)


@follows("conversation_changes.conversation_id")
def _changes(session: AnySession, ids: Mapping[str, Any]) -> None:
    """Move what was written down, and write down for either what the merge changes of it.

    To read both histories as one must end where the merged conversation stands.
    """
    _moved(session, "conversation_changes", ids)
    winner, loser = _both(session, ids)
    standing = merged_standing(standing_of(winner), standing_of(loser))
    assignee, team = ids["assignee"], ids["team"]
    changed: list[Changed] = []
    for row in (winner, loser):
        kept = (("assignee", row.assignee_id, assignee), ("team", row.team_id, team))
        changed += [Changed(winner.id, name, own, stays) for name, own, stays in kept if own != stays]
        changed += standing_changes(winner.id, standing_of(row), standing)
    if changed:
        write_own_changes(session, changed, cause="merge")


@follows("episodes.conversation_id")
def _episodes(session: AnySession, ids: Mapping[str, Any]) -> None:
    """Keep the episodes of both. Of two that are open the one that began earlier stays open."""
    session.execute(text("SELECT merge_episodes(:loser, :winner)"), ids)


@follows("notes.conversation_id")
def _notes(session: AnySession, ids: Mapping[str, Any]) -> None:
    _moved(session, "notes", ids)


@follows("notifications.conversation_id")
def _notifications(session: AnySession, ids: Mapping[str, Any]) -> None:
    _moved(session, "notifications", ids)


@follows("reminders.conversation_id")
def _reminders(session: AnySession, ids: Mapping[str, Any]) -> None:
    _moved(session, "reminders", ids)


@follows("scheduled_messages.conversation_id")
def _scheduled_messages(session: AnySession, ids: Mapping[str, Any]) -> None:
    _moved(session, "scheduled_messages", ids)


@follows("person_conversations.conversation_id")
def _people(session: AnySession, ids: Mapping[str, Any]) -> None:
    """Make one person of the two, where they are of two. A name that a member gave stays shown."""
    session.execute(text("SELECT livechat_merge_people(:loser, :winner)"), ids)


@follows("chat_drafts.conversation_id")
def _drafts(session: AnySession, ids: Mapping[str, Any]) -> None:
    """Keep one draft of each user, the one that they wrote last."""
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


def _both(session: AnySession, ids: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """What the team holds of the winner, and of the loser."""
    return session.execute(
        text(
            """
            SELECT id, assignee_id, team_id, status, snoozed_until, snooze_kind
            FROM chat_conversations WHERE id IN (:loser, :winner) ORDER BY id <> :winner
            """
        ),
        ids,
    ).all()


def _assignee_of(session: AnySession, both: Sequence[Row[Any]], standing: Standing) -> UUID | None:
    """The winner's assignee, else the loser's.

    Whoever resolved one and may not have it any more does not get it by its being merged into an open one.
    """
    held = {row.assignee_id for row in both if row.assignee_id is not None}
    resolved = {row.assignee_id for row in both if row.status == ConversationStatus.RESOLVED} & held
    if resolved and standing.status != ConversationStatus.RESOLVED:
        held -= resolved - who_may_have(session, both[0].id, resolved)
    return next((row.assignee_id for row in both if row.assignee_id in held), None)


def _moved(session: AnySession, table: str, ids: Mapping[str, Any]) -> None:
    session.execute(
        text(f"UPDATE {table} SET conversation_id = :winner WHERE conversation_id = :loser"),  # noqa: S608  # ours
        ids,
    )
