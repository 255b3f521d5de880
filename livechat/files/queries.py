"""Statements about files of messages: they register, claim, record, find, link and forget them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, Row, delete, func, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import array, insert

from livechat.accounts.queries.visible import conversation_is_seen, seen_numbers
from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.models import (
    CannedReplyMedia,
    Conversation,
    Media,
    MediaUpload,
    Message,
    MessageCardFile,
    MessageMedia,
    PhoneNumber,
    ScheduledMessage,
    WorkspaceMember,
)

# How long the sweep waits for a queued fetch before it sends another task. Two tasks do no harm: the second
# finds nothing to do.
_ON_ITS_WAY = "interval '2 minutes'"

_REGISTER = sql(
    f"""
    WITH arrived AS (
        SELECT m.id AS message_id, given.media_id, m.phone_number_id, m.message_type,
               m.timestamp, m.content->m.message_type AS part
        FROM unnest(CAST(:ids AS uuid[]), CAST(:media_ids AS uuid[])) AS given(message_id, media_id)
        JOIN chat_messages m ON m.id = given.message_id
        WHERE m.content->'media'->>'state' = 'pending'
            AND m.message_type IN ('image', 'video', 'audio', 'document', 'sticker')
            AND NOT EXISTS (SELECT FROM message_media l WHERE l.message_id = m.id)
    ), added AS (
        INSERT INTO media (id, phone_number_id, source, kind, state, meta_id, claimed_mime_type,
                           claimed_digest, filename, expires_at, next_attempt_at)
        SELECT media_id, phone_number_id, 'meta',
               CASE WHEN message_type = 'audio' AND part->>'voice' = 'true' THEN 'voice'
                    ELSE message_type END,
               'pending', part->>'id', part->>'mime_type', part->>'sha256', part->>'filename',
               timestamp + make_interval(secs => :life_s), now() + {_ON_ITS_WAY}
        FROM arrived
    )
    INSERT INTO message_media (message_id, media_id) SELECT message_id, media_id FROM arrived
    RETURNING media_id
    """  # noqa: S608  # a constant of this module
)


def register(session: AnySession, message_ids: Sequence[UUID], life: timedelta) -> list[UUID]:
    """Register the files of these messages to be fetched; returns the files' ids. Harmless to repeat.

    Messages without a file, or whose file Meta did not name, are passed over. ``life`` is how long Meta
    keeps a file after its message's time.
    """
    rows = session.execute(
        _REGISTER,
        {
            "ids": list(message_ids),
            "media_ids": [uuid7() for _ in message_ids],
            "life_s": life.total_seconds(),
        },
    )
    return list(rows.scalars())


@dataclass(frozen=True, slots=True)
class FetchClaim:
    """A file that is ours to fetch until the claim ends, with all that the calls to Meta need."""

    media_id: UUID
    phone_number_id: str
    kind: str
    meta_id: str | None
    claimed_mime_type: str | None
    claimed_digest: str | None
    filename: str | None
    attempt: int
    is_expired: bool
    access_token_encrypted: str
    claimed_at: datetime


_CLAIM = sql(
    """
    UPDATE media f SET state = 'fetching', attempts = f.attempts + 1, next_attempt_at = NULL,
        claimed_until = clock_timestamp() + make_interval(secs => :hold_s)
    FROM phone_numbers n, waba_accounts a
    WHERE f.id = :id AND f.source = 'meta'
        AND (f.state = 'pending' OR (f.state = 'fetching' AND f.claimed_until < clock_timestamp()))
        AND n.phone_number_id = f.phone_number_id AND n.status = 'connected' AND a.id = n.account_id
    RETURNING f.id, f.phone_number_id, f.kind, f.meta_id, f.claimed_mime_type, f.claimed_digest, f.filename,
        f.attempts, COALESCE(f.expires_at < clock_timestamp(), false), a.access_token_encrypted,
        clock_timestamp()
    """
)


def claim(session: AnySession, media_id: UUID, hold_s: float) -> FetchClaim | None:
    """Claim a file for ``hold_s`` seconds; the caller commits at once.

    None if it is fetched or given up, claimed by another, or its number is paused.
    """
    row = session.execute(_CLAIM, {"id": media_id, "hold_s": hold_s}).one_or_none()
    return FetchClaim(*row) if row is not None else None


def renew(session: AnySession, claimed: FetchClaim, hold_s: float) -> bool:
    """Keep the claim for ``hold_s`` seconds from now. False: it had ended, and another has the file."""
    return _changed(
        session,
        _mine(claimed).values(
            claimed_until=func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, hold_s)
        ),
    )


def record_ready(session: AnySession, claimed: FetchClaim, facts: Mapping[str, Any]) -> bool:
    """Record that the file is stored; ``facts`` are its columns. False: the claim had ended."""
    return _changed(session, _mine(claimed).values(state="ready", error=None, claimed_until=None, **facts))


def record_failed(session: AnySession, claimed: FetchClaim, sentence: str) -> bool:
    """Record that the fetch failed; nobody tries again unless asked to. False: the claim had ended."""
    return _changed(session, _mine(claimed).values(state="failed", error=sentence, claimed_until=None))


def release(
    session: AnySession, claimed: FetchClaim, *, wait_s: float, sentence: str | None, counts: bool = True
) -> bool:
    """End the claim and let the file be tried again in ``wait_s`` seconds. False: the claim had ended.

    ``counts`` False: the attempt is not counted, since the trouble was not the file's.
    """
    return _changed(
        session,
        _mine(claimed).values(
            state="pending",
            error=sentence,
            claimed_until=None,
            next_attempt_at=func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, wait_s),
            attempts=Media.attempts if counts else func.greatest(Media.attempts - 1, 0),
        ),
    )


def _mine(claimed: FetchClaim) -> Any:
    return update(Media).where(
        Media.id == claimed.media_id, Media.state == "fetching", Media.attempts == claimed.attempt
    )


_DUE = sql(
    f"""
    UPDATE media SET next_attempt_at = now() + {_ON_ITS_WAY}, state = 'pending', claimed_until = NULL
    WHERE id IN (
        SELECT f.id FROM media f JOIN phone_numbers n USING (phone_number_id)
        WHERE n.status = 'connected' AND f.source = 'meta'
            AND (f.state = 'pending' AND f.next_attempt_at <= now()
                 OR f.state = 'fetching' AND f.claimed_until < now())
        ORDER BY COALESCE(f.next_attempt_at, f.claimed_until) LIMIT :limit
        FOR UPDATE OF f SKIP LOCKED)
    RETURNING id
    """  # noqa: S608  # a constant of this module
)


def take_due(session: AnySession, limit: int) -> list[UUID]:
    """Up to ``limit`` files that need a task: those due, and those whose worker died.

    A file that was returned is due again only after two minutes.
    """
    return list(session.execute(_DUE, {"limit": limit}).scalars())


def expire(session: AnySession, sentence: str, limit: int) -> list[UUID]:
    """Give up files of paused numbers that Meta no longer keeps, with this error; returns their ids.

    Files of other numbers are given up when they are tried.
    """
    gone = (
        select(Media.id)
        .where(
            Media.source == "meta",
            sql("media.state = 'pending'"),
            Media.expires_at < func.now(),
            Media.phone_number_id.in_(
                select(PhoneNumber.phone_number_id).where(PhoneNumber.status == "paused")
            ),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(Media)
        .where(Media.id.in_(gone))
        .values(state="failed", error=sentence, next_attempt_at=None)
        .returning(Media.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.execute(statement).scalars())


def ask_again(session: AnySession, media_id: UUID, grace: timedelta) -> bool:
    """Let a failed file be tried again, for at least ``grace``. False: it has not failed."""
    return _changed(
        session,
        update(Media)
        .where(Media.id == media_id, Media.state == "failed", Media.source == "meta")
        .values(
            state="pending",
            error=None,
            attempts=0,
            next_attempt_at=func.now() + sql(_ON_ITS_WAY),
            expires_at=func.greatest(Media.expires_at, func.now() + grace),
        ),
    )


def messages_of(session: AnySession, media_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """{message: conversation} of the messages that show these files."""
    rows = session.execute(
        select(Message.id, Message.conversation_id)
        .join(MessageMedia, MessageMedia.message_id == Message.id)
        .where(MessageMedia.media_id.in_(media_ids))
    )
    return {row.id: row.conversation_id for row in rows}


def media_of_message(session: AnySession, message_id: UUID) -> Media | None:
    """The file that a message shows; None if it shows none."""
    return session.execute(
        select(Media)
        .join(MessageMedia, MessageMedia.media_id == Media.id)
        .where(MessageMedia.message_id == message_id)
    ).scalar_one_or_none()


def servable(session: AnySession, media_id: UUID) -> Media | None:
    """A file whose bytes are in the store; None for any other id."""
    return session.execute(
        select(Media).where(Media.id == media_id, Media.state == "ready")
    ).scalar_one_or_none()


def add_upload(session: AnySession, **columns: Any) -> Media:
    """Add a file that an agent uploads; it is not ready before its bytes are stored."""
    media = Media(source="upload", state="pending", **columns)
    session.add(media)
    session.flush()
    return media


_UNSENT_BYTES = sql(
    """
    SELECT COALESCE(sum(f.size), 0) FROM media f
    JOIN phone_numbers n USING (phone_number_id) JOIN waba_accounts a ON a.id = n.account_id
    WHERE f.source = 'upload' AND f.created_at > now() - CAST(:kept AS interval)
        AND a.user_id = (SELECT owner.user_id FROM phone_numbers given
                         JOIN waba_accounts owner ON owner.id = given.account_id
                         WHERE given.phone_number_id = :phone_number_id)
        AND NOT EXISTS (SELECT FROM message_media m WHERE m.media_id = f.id)
        AND NOT EXISTS (SELECT FROM message_card_files c WHERE c.media_id = f.id)
    """
)


def unsent_bytes(session: AnySession, phone_number_id: str, kept: timedelta) -> int:
    """Bytes of unsent uploads of all numbers of this number's owner, uploaded within ``kept``."""
    given = {"phone_number_id": phone_number_id, "kept": kept}
    return int(session.execute(_UNSENT_BYTES, given).scalar_one())


def one_upload_at_a_time(session: AnySession, phone_number_id: str) -> None:
    """Lock the uploads of this number's owner until the transaction ends; others wait here."""
    session.execute(
        sql(
            "SELECT pg_advisory_xact_lock(hashtextextended('upload ' || a.user_id, 0)) FROM phone_numbers n "
            "JOIN waba_accounts a ON a.id = n.account_id WHERE n.phone_number_id = :phone_number_id"
        ),
        {"phone_number_id": phone_number_id},
    )


def accessible(session: AnySession, user_id: UUID, media_id: UUID, *, lock: bool = True) -> Media | None:
    """A file of a number that this user may use; ``lock``: not removed until the transaction ends.

    What is shown in messages, one that they see must show: unless it is their own upload, or a canned reply
    keeps it for others.
    """
    may_see = or_(
        Media.uploaded_by == user_id,
        ~_is_shown(),
        _is_canned(),
        _is_shown(conversation_is_seen(user_id)),
    )
    files = select(Media).join(PhoneNumber, PhoneNumber.phone_number_id == Media.phone_number_id)
    found = seen_numbers(files, user_id).where(Media.id == media_id, may_see)
    if lock:
        found = found.with_for_update(read=True, key_share=True, of=Media)
    return session.execute(found).scalar_one_or_none()


def _is_shown(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a message shows the file, in a conversation of which this holds."""
    return or_(
        *(
            select(shows.media_id)
            .join(Message, Message.id == shows.message_id)
            .join(Conversation, Conversation.id == Message.conversation_id)
            .where(shows.media_id == Media.id, *where)
            .correlate(Media, WorkspaceMember)
            .exists()
            for shows in (MessageMedia, MessageCardFile)
        )
    )


def _is_canned() -> ColumnElement[bool]:
    return select(CannedReplyMedia.media_id).where(CannedReplyMedia.media_id == Media.id).exists()


def link(session: AnySession, message_id: UUID, media_id: UUID) -> None:
    """Have a message show a file, in place of any that it showed before."""
    statement = insert(MessageMedia).values(message_id=message_id, media_id=media_id)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[MessageMedia.message_id], set_={"media_id": statement.excluded.media_id}
        )
    )


def link_cards(session: AnySession, message_id: UUID, media_ids: Collection[UUID]) -> None:
    """Have a message that was just stored show these files on its cards."""
    rows = [{"message_id": message_id, "media_id": media_id} for media_id in set(media_ids)]
    session.execute(insert(MessageCardFile).values(rows).on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class Sendable:
    """A stored file, with its id at Meta for one number if it has a valid one."""

    media_id: UUID
    kind: str
    mime_type: str
    size: int
    filename: str | None
    meta_id: str | None


def sendable(session: AnySession, media_id: UUID, phone_number_id: str) -> Sendable | None:
    """What sending needs of a file; None if its bytes are not in the store."""
    row = session.execute(
        select(Media.id, Media.kind, Media.mime_type, Media.size, Media.filename, MediaUpload.meta_id)
        .outerjoin(
            MediaUpload,
            (MediaUpload.media_id == Media.id)
            & (MediaUpload.phone_number_id == phone_number_id)
            & (MediaUpload.expires_at > func.now()),
        )
        .where(Media.id == media_id, Media.state == "ready")
    ).one_or_none()
    if row is None or row.mime_type is None or row.size is None:
        return None
    return Sendable(row.id, row.kind, row.mime_type, row.size, row.filename, row.meta_id)


def record_upload(
    session: AnySession, media_id: UUID, phone_number_id: str, meta_id: str, life: timedelta
) -> None:
    """Record that Meta has the file under this id, for this number, for ``life`` from now."""
    statement = insert(MediaUpload).values(
        media_id=media_id,
        phone_number_id=phone_number_id,
        meta_id=meta_id,
        expires_at=func.now() + life,
    )
    fresh = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[MediaUpload.media_id, MediaUpload.phone_number_id],
            set_={"meta_id": fresh.meta_id, "expires_at": fresh.expires_at},
        )
    )


def forget_uploads(session: AnySession, media_ids: Sequence[UUID], phone_number_id: str) -> None:
    """Forget these files' ids at Meta for a number: Meta refused a message with them."""
    session.execute(
        delete(MediaUpload).where(
            MediaUpload.media_id.in_(media_ids), MediaUpload.phone_number_id == phone_number_id
        )
    )


def sent_content(session: AnySession, wamid: str) -> Row[Any] | None:
    """``message_type``, ``content`` and ``phone_number_id`` of a message of ours; None if it is unknown."""
    return session.execute(
        select(Message.message_type, Message.content, Message.phone_number_id).where(
            Message.wamid == wamid, Message.direction == "outbound"
        )
    ).one_or_none()


def unsent_uploads(session: AnySession, older_than: timedelta, limit: int) -> list[UUID]:
    """Uploads that no message shows, is to show later, or a canned reply carries, locked to be removed.

    The oldest come first.
    """
    return list(
        session.execute(
            select(Media.id)
            .where(
                sql("media.source = 'upload'"),
                Media.created_at < func.now() - older_than,
                ~select(MessageMedia.message_id).where(MessageMedia.media_id == Media.id).exists(),
                ~select(MessageCardFile.message_id).where(MessageCardFile.media_id == Media.id).exists(),
                ~select(CannedReplyMedia.media_id).where(CannedReplyMedia.media_id == Media.id).exists(),
                ~select(ScheduledMessage.id)
                .where(
                    # It is to be sent, or may still be.
                    ScheduledMessage.state.in_(("scheduled", "needs_attention")),
                    ScheduledMessage.media_ids.contains(array([Media.id])),
                )
                .exists(),
            )
            .order_by(Media.created_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )


def delete_media(session: AnySession, media_ids: Sequence[UUID]) -> None:
    """Forget files whose bytes are gone."""
    session.execute(delete(Media).where(Media.id.in_(media_ids)))


def _media_json() -> Any:
    return func.jsonb_build_object(
        *("id", Media.id, "state", Media.state, "kind", Media.kind),
        *("mime_type", func.coalesce(Media.mime_type, Media.claimed_mime_type)),
        *("size", Media.size, "filename", Media.filename),
        *("width", Media.width, "height", Media.height, "duration", Media.duration),
        *("waveform", Media.waveform, "has_thumbnail", Media.has_thumbnail, "error", Media.error),
    )


def media_json_column() -> Any:
    """The file of a message as JSON, for ``SELECT`` lists of messages; null if it has none.

    The condition on ``content`` spares text messages the look-up.
    """
    return (
        select(_media_json())
        .join(MessageMedia, MessageMedia.media_id == Media.id)
        .where(MessageMedia.message_id == Message.id, Message.content.has_key("media"))
        .correlate(Message)
        .scalar_subquery()
    )


def card_files_column() -> Any:
    """The files of a carousel or of a template with cards, as {id: JSON}; null for every other message."""
    return (
        select(func.jsonb_object_agg(Media.id, _media_json()))
        .join(MessageCardFile, MessageCardFile.media_id == Media.id)
        .where(
            MessageCardFile.message_id == Message.id,
            or_(
                Message.content["rendered"].has_key("cards"),
                Message.content["interactive"]["action"].has_key("cards"),
            ),
        )
        .correlate(Message)
        .scalar_subquery()
    )


def _changed(session: AnySession, statement: Any) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(result, CursorResult) and result.rowcount == 1
