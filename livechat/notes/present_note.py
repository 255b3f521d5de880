"""Notes as JSON, for the API and live events alike."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from livechat.core.session import AnySession
from livechat.domain.clock import rfc3339
from livechat.notes.queries import notes_by_id

Json = dict[str, Any]


def notes_json(session: AnySession, note_ids: Collection[UUID]) -> dict[UUID, Json]:
    """{id: note} for these ids, in one statement; unknown ids are left out."""
    return {row.id: _note_json(row) for row in notes_by_id(session, note_ids)}


def _note_json(row: Row[Any]) -> Json:
    """Of a deleted note nothing is said but that it was."""
    is_deleted = row.deleted_at is not None
    return {
        "id": str(row.id),
        "conversation_id": str(row.conversation_id),
        "author": {"user_id": str(row.author_id), "name": row.author_name},
        "body": row.body,
        "mentions": [] if is_deleted else row.mentions or [],
        "created_at": rfc3339(row.created_at),
        "edited_at": rfc3339(row.edited_at),
        "deleted_at": rfc3339(row.deleted_at),
        "version": row.version,
    }
