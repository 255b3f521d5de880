"""Takes a file that an agent wants to send: examines it, converts it if it must, stores it."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from errno import EDQUOT, ENOSPC
from hashlib import file_digest
from pathlib import Path
from uuid import UUID

import structlog

from livechat.accounts.access import access_phone_number
from livechat.core.config import Settings
from livechat.core.errors import NotFoundError, UnavailableError, UploadQuotaError
from livechat.core.metrics import UPLOADS_REFUSED
from livechat.core.session import AnySession
from livechat.files import queries
from livechat.files.formats import facts
from livechat.files.formats.convert import kind_of, prepare, refused
from livechat.files.formats.filenames import harmless
from livechat.files.formats.pictures import THUMBNAIL_TYPE, PicturesUnavailableError
from livechat.models import Media
from livechat.storage import (
    Storage,
    StorageError,
    StorageFullError,
    Workspace,
    key_of,
    open_storage,
    thumbnail_key_of,
    workspace_of,
)
from livechat.whatsapp.media_types import MB, in_words

log = structlog.get_logger(__name__)

# An upload that was not sent is removed after this.
UNSENT_KEPT = timedelta(days=1)
QUOTA_RETRY_S = 60


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where uploads are worked on and where they are stored."""

    storage: Storage
    workspace: Workspace
    unsent_quota_bytes: int

    @classmethod
    def from_settings(cls, settings: Settings) -> "Shelf":
        """A shelf that all requests can share, also in several threads."""
        return cls(open_storage(settings), workspace_of(settings), settings.media_unsent_quota_mb * MB)


def take_upload(
    session: AnySession,
    shelf: Shelf,
    user_id: UUID,
    *,
    phone_number_id: str,
    kind: str | None,
    path: Path,
    filename: str | None,
    claimed_type: str | None,
) -> Media:
    """Commits before the bytes are stored, and after: keep the file at ``path`` to be sent from a number.

    Raises NotFoundError if the number is unknown or not this user's, ValidationFailedError for a file that
    WhatsApp does not take and that cannot be converted, UploadQuotaError if too much waits unsent, and
    UnavailableError if it cannot be stored. The row is committed first, so that the removal of unsent uploads
    finds the bytes whatever happens.
    """
    access_phone_number(session, user_id, phone_number_id)
    size = path.stat().st_size
    _require_quota(session, shelf, phone_number_id, size)
    # Gives the database connection back: converting takes seconds.
    session.rollback()
    if size == 0:
        raise refused("The file is empty.")
    name = harmless(filename)
    with ExitStack() as stack:
        try:
            known = facts.learn(path, claimed=claimed_type, filename=name)
            ready = prepare(path, known, kind or kind_of(known), name, shelf.workspace, stack)
            small = stack.enter_context(shelf.workspace.file())
            scratch = stack.enter_context(shelf.workspace.file())
            has_thumbnail = facts.write_thumbnail(ready.path, ready.facts, small, scratch)
        except PicturesUnavailableError as error:
            raise UnavailableError("Too many pictures are looked at. Try again in a minute.") from error
        size = ready.path.stat().st_size
        # Checked again, now under a lock of the owner's uploads: this upload counts from here on.
        queries.one_upload_at_a_time(session, phone_number_id)
        _require_quota(session, shelf, phone_number_id, size)
        media = queries.add_upload(
            session,
            size=size,
            phone_number_id=phone_number_id,
            kind=ready.kind,
            claimed_mime_type=ready.facts.mime_type,
            filename=ready.filename,
            uploaded_by=user_id,
        )
        media_id = media.id
        session.commit()
        try:
            if has_thumbnail:
                shelf.storage.put(thumbnail_key_of(media_id), small, THUMBNAIL_TYPE)
            shelf.storage.put(key_of(media_id), ready.path, ready.facts.mime_type)
        except StorageError as error:
            count_full_disk(error)
            raise UnavailableError("The file could not be stored. Try again in a minute.") from error
        with ready.path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
    stored = queries.accessible(session, user_id, media_id)
    if stored is None:
        # The number was disconnected meanwhile.
        raise NotFoundError("There is no such phone number.")
    stored.state = "ready"
    stored.mime_type, stored.digest = ready.facts.mime_type, digest
    stored.has_thumbnail = has_thumbnail
    stored.width, stored.height = ready.facts.width, ready.facts.height
    stored.duration, stored.waveform = ready.facts.duration, ready.facts.waveform
    stored.is_animated = ready.facts.is_animated
    session.commit()
    return stored


def count_full_disk(error: Exception) -> None:
    """Count an upload that was refused because the disk is full, so that operators see it."""
    if isinstance(error, StorageFullError) or getattr(error, "errno", None) in (ENOSPC, EDQUOT):
        UPLOADS_REFUSED.labels("disk").inc()


def _require_quota(session: AnySession, shelf: Shelf, phone_number_id: str, size: int) -> None:
    """Raise UploadQuotaError if too much waits unsent: one user's token could otherwise fill the disk."""
    if queries.unsent_bytes(session, phone_number_id, UNSENT_KEPT) + size <= shelf.unsent_quota_bytes:
        return
    session.rollback()
    UPLOADS_REFUSED.labels("quota").inc()
    log.warning("uploads_over_quota", phone_number_id=phone_number_id)
    raise UploadQuotaError(
        f"Files of {in_words(shelf.unsent_quota_bytes)} wait to be sent already. Send some of them first; "
        "what is not sent is removed after a day.",
        retry_after_s=QUOTA_RETRY_S,
    )
