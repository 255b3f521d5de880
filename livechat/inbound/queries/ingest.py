"""Statements that store a batch at once: its rows travel to PostgreSQL as one ``jsonb`` parameter.

That was measured 2.5 times faster than arrays. Conversations are locked in the order of their ids, so that
batches that run side by side cannot deadlock.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text

from livechat.core.session import AnySession, as_json

Rows = Sequence[Row[Any]]


_NUMBERS = text(
    """
    SELECT n.phone_number_id, a.user_id AS owner, a.id AS account_id, n.display_digits,
        CASE WHEN EXISTS (SELECT FROM assignment_rules r
                          WHERE r.workspace_id = a.workspace_id AND r.mode <> 'manual')
            THEN a.workspace_id END AS ruled_by
    FROM phone_numbers n JOIN waba_accounts a ON a.id = n.account_id
    WHERE n.phone_number_id = ANY(:ids)
    """
)


def numbers(session: AnySession, ids: Iterable[str]) -> Rows:
    """(phone_number_id, owner, account_id, display_digits, ruled_by) of those that somebody has connected.

    ``ruled_by`` is the workspace, where it has a rule that assigns.
    """
    return session.execute(_NUMBERS, {"ids": list(ids)}).all()


_UPDATE_COUNTERS = text(
    """
    UPDATE chat_conversations c
    SET last_message_id = r.last_message_id, last_message_time = r.last_message_time,
        last_message_seq = r.last_message_seq, unread_count = r.unread_count,
        last_inbound_at = r.last_inbound_at, waiting_since = r.waiting_since,
        counted_total = c.counted_total + r.counted,
        last_counted_seq = GREATEST(c.last_counted_seq, r.counted_seq), updated_at = now()
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        id uuid, last_message_id uuid, last_message_time timestamptz, last_message_seq bigint,
        unread_count int, last_inbound_at timestamptz, waiting_since timestamptz, counted bigint,
        counted_seq bigint)
    WHERE c.id = r.id
    """
)
COUNTERS = (
    "id",
    "last_message_id",
    "last_message_time",
    "last_message_seq",
    "unread_count",
    "last_inbound_at",
    "waiting_since",
    "counted",
    "counted_seq",
)


def update_counters(session: AnySession, rows: list[dict[str, Any]]) -> None:
    """Write back the COUNTERS, which a message changes, of conversations that the caller has locked."""
    session.execute(_UPDATE_COUNTERS, {"rows": as_json(rows)})


_INSERT_MESSAGES = text(
    """
    INSERT INTO chat_messages (id, conversation_id, phone_number_id, wamid, direction, origin, message_type,
                               text, content, status, status_rank, error, counts_unread, timestamp,
                               sent_at, delivered_at, read_at, failed_at, reply_to_wamid, search)
    SELECT id, conversation_id, phone_number_id, wamid, direction, origin, message_type, text, content,
           status, status_rank, NULLIF(error, 'null'), counts_unread, timestamp,
           CASE WHEN status = 'sent' THEN timestamp END, NULL, NULL,
           CASE WHEN status = 'failed' THEN timestamp END, reply_to_wamid,
           array_to_tsvector(string_to_array(words, ' '))
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
        n int, id uuid, conversation_id uuid, phone_number_id text, wamid text, direction text, origin text,
        message_type text, text text, content jsonb, status text, status_rank smallint, error jsonb,
        counts_unread boolean, timestamp timestamptz, reply_to_wamid text, words text)
    ORDER BY n
    ON CONFLICT (wamid) DO NOTHING
    RETURNING id, seq, ARRAY(SELECT q.id FROM chat_messages q WHERE q.reply_to_wamid = chat_messages.wamid
                                 AND q.phone_number_id = chat_messages.phone_number_id)
    """
)


class Inserted(NamedTuple):
    """A new message: its place in the order of arrival, and the messages that quoted it before it came."""

    seq: int
    quoted_by: list[UUID]


def insert_messages(session: AnySession, rows: list[dict[str, Any]]) -> dict[UUID, Inserted]:
    """Insert messages in order of ``n``; {message: what is known of it} of those that were not there yet."""
    inserted = session.execute(_INSERT_MESSAGES, {"rows": as_json(rows)}).all()
    return {message_id: Inserted(seq, quoted_by) for message_id, seq, quoted_by in inserted}


_REPLACE_PLACEHOLDERS = text(
    """
    UPDATE chat_messages m
    SET message_type = r.message_type, text = r.text,
        content = CASE r.message_type WHEN 'call' THEN m.content || r.content
                       || jsonb_build_object('call', (m.content->'call') || (r.content->'call'))
                  ELSE r.content END
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(wamid text, phone_number_id text, message_type text, text text, content jsonb)
    WHERE m.wamid = r.wamid AND m.phone_number_id = r.phone_number_id
        AND m.message_type IN ('media_placeholder', 'call')
        AND CASE r.message_type
                WHEN 'call' THEN m.message_type = 'call' AND r.content->'call'->>'event' = 'terminate'
                    AND m.content->'call'->>'event' IS DISTINCT FROM 'terminate'
                ELSE r.message_type <> 'media_placeholder' END
    RETURNING m.id, m.wamid, m.text, m.content
    """
)


def replace_placeholders(session: AnySession, rows: list[dict[str, Any]]) -> Rows:
    """Replace placeholders by their files and call lines by their voicemails; add calls' ends to their lines.

    Returns (id, wamid, text, content) of the messages that changed.
    """
    return session.execute(_REPLACE_PLACEHOLDERS, {"rows": as_json(rows)}).all()


_NEWEST = text(
    """
    SELECT asked.id AS conversation_id, newest.id, newest.timestamp, newest.seq
    FROM unnest(CAST(:ids AS uuid[])) AS asked (id)
    CROSS JOIN LATERAL (
        SELECT m.id, m.timestamp, m.seq FROM chat_messages m WHERE m.conversation_id = asked.id
        ORDER BY m.timestamp DESC, m.seq DESC LIMIT 1
    ) newest
    """
)


def newest_messages(session: AnySession, ids: list[UUID]) -> Rows:
    """(conversation_id, id, timestamp, seq) of the newest message in each of these conversations."""
    return session.execute(_NEWEST, {"ids": ids}).all()


_UPSERT_REACTIONS = text(
    """
    INSERT INTO message_reactions AS known
        (wamid, actor, phone_number_id, side, emoji, reacted_at, event_wamid)
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(wamid text, actor text, phone_number_id text, side text, emoji text,
             reacted_at timestamptz, event_wamid text)
    ORDER BY 1, 2
    ON CONFLICT (wamid, actor) DO UPDATE
    SET emoji = excluded.emoji, reacted_at = excluded.reacted_at, event_wamid = excluded.event_wamid
    WHERE known.phone_number_id = excluded.phone_number_id
        AND (known.reacted_at, known.event_wamid) < (excluded.reacted_at, excluded.event_wamid)
    RETURNING event_wamid
    """
)


def upsert_reactions(session: AnySession, rows: list[dict[str, Any]]) -> set[str]:
    """Keep the newest reaction of each actor; the event wamids of those that changed something."""
    return set(session.execute(_UPSERT_REACTIONS, {"rows": as_json(rows)}).scalars())


_INSERT_CHANGES = text(
    """
    INSERT INTO message_changes (event_wamid, target_wamid, phone_number_id, kind, timestamp,
                                 message_type, text, content)
    SELECT event_wamid, target_wamid, phone_number_id, kind, timestamp, message_type, text,
           NULLIF(content, 'null')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(event_wamid text, target_wamid text, phone_number_id text, kind text, timestamp timestamptz,
             message_type text, text text, content jsonb)
    ORDER BY event_wamid
    ON CONFLICT DO NOTHING
    RETURNING event_wamid
    """
)


def insert_changes(session: AnySession, rows: list[dict[str, Any]]) -> set[str]:
    """Keep edits and deletions; the event wamids that are new."""
    return set(session.execute(_INSERT_CHANGES, {"rows": as_json(rows)}).scalars())


_UNAPPLIED_CHANGES = text(
    """
    SELECT c.event_wamid, c.kind, c.timestamp, c.message_type, c.text, c.content,
           m.id, m.message_type AS was_type, m.text AS was_text, m.content AS was_content
    FROM message_changes c
    JOIN chat_messages m ON m.wamid = c.target_wamid AND m.phone_number_id = c.phone_number_id
    WHERE c.target_wamid IN (SELECT jsonb_array_elements_text(CAST(:wamids AS jsonb)))
        AND c.previous IS NULL
    ORDER BY m.id, c.timestamp, c.event_wamid
    FOR UPDATE OF m
    """
)


def unapplied_changes(session: AnySession, wamids: list[str]) -> Rows:
    """Edits and deletions that wait for these messages, each with its message, locked; the oldest first."""
    return session.execute(_UNAPPLIED_CHANGES, {"wamids": as_json(wamids)}).all()


_FIND_BY = text(
    """
    UPDATE chat_messages m SET search = array_to_tsvector(string_to_array(r.words, ' '))
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, words text)
    WHERE m.id = r.id
    """
)


def find_by(session: AnySession, words: dict[UUID, list[str]]) -> None:
    """Let these messages, which say something else now, be found by these words.

    A statement of its own: the trigger of migration 0042 takes the words from whoever changes a text alone.
    """
    rows = [{"id": id_, "words": " ".join(each)} for id_, each in words.items()]
    session.execute(_FIND_BY, {"rows": as_json(rows)})


def apply_change(
    session: AnySession, message_id: UUID, message_type: str, body: str | None, content: dict[str, Any]
) -> None:
    """Store what a message says now, after its sender's edits and deletions."""
    session.execute(
        text(
            "UPDATE chat_messages SET message_type = :type, text = :body, content = CAST(:content AS jsonb) "
            "WHERE id = :id"
        ),
        {"id": message_id, "type": message_type, "body": body, "content": as_json(content)},
    )


def mark_change_applied(session: AnySession, event_wamid: str, previous: dict[str, Any]) -> None:
    """Note that a change is applied, with what the message said before it."""
    session.execute(
        text("UPDATE message_changes SET previous = CAST(:previous AS jsonb) WHERE event_wamid = :event"),
        {"event": event_wamid, "previous": as_json(previous)},
    )


_INSERT_ACCOUNT_EVENTS = text(
    """
    INSERT INTO account_events (digest, waba_id, phone_number_id, field, happened_at, value)
    SELECT digest, waba_id, phone_number_id, field, happened_at, value
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(digest text, waba_id text, phone_number_id text, field text, happened_at timestamptz,
             value jsonb)
    ORDER BY digest
    ON CONFLICT DO NOTHING
    RETURNING digest
    """
)


def insert_account_events(session: AnySession, rows: list[dict[str, Any]]) -> set[str]:
    """Keep account news; the digests that are new."""
    return set(session.execute(_INSERT_ACCOUNT_EVENTS, {"rows": as_json(rows)}).scalars())


def ids_by_wamid(session: AnySession, wamids: list[str]) -> dict[UUID, UUID]:
    """{message: conversation} of those of these messages that we have."""
    rows = session.execute(
        text("SELECT id, conversation_id FROM chat_messages WHERE wamid = ANY(:wamids)"), {"wamids": wamids}
    )
    return {row.id: row.conversation_id for row in rows}
