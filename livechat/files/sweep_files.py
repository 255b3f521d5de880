"""Has files fetched whose tasks or workers were lost, and removes unsent uploads."""

from dataclasses import dataclass

import structlog

from livechat.core.after_commit import enqueue
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.files import queries
from livechat.files.fetch import EXPIRED
from livechat.files.upload import UNSENT_KEPT
from livechat.live.publish import publish
from livechat.storage import Storage, StorageError, Workspace, key_of, thumbnail_key_of

log = structlog.get_logger(__name__)

BATCH = 200


@dataclass(frozen=True, slots=True)
class Swept:
    """How many fetches were enqueued, files given up, unsent uploads and abandoned working files removed."""

    enqueued: int
    expired: int
    unsent: int
    abandoned: int


def sweep_media(session: AnySession, storage: Storage, workspace: Workspace) -> Swept:
    """Commits step by step: send tasks for due fetches and for those of dead workers, remove the rest.

    It may run twice, also at once: it locks the rows that it takes, and another run skips them.
    """
    expired = queries.expire(session, EXPIRED, BATCH)
    if expired:
        publish(session, updated=queries.messages_of(session, expired))
    session.commit()
    due = queries.take_due(session, BATCH)
    session.commit()
    enqueued = sum(enqueue(TaskName.FETCH_MEDIA, media_id=str(media_id)) for media_id in due)
    unsent = _remove_unsent(session, storage)
    swept = Swept(enqueued, len(expired), unsent, workspace.clear_abandoned())
    if any((swept.enqueued, swept.expired, swept.unsent, swept.abandoned)):
        log.info(
            "media_swept",
            enqueued=swept.enqueued,
            expired=swept.expired,
            unsent=swept.unsent,
            abandoned=swept.abandoned,
        )
    return swept


def _remove_unsent(session: AnySession, storage: Storage) -> int:
    """Commits the removal of uploads not sent within a day. Bytes go first: without its row none is found."""
    unsent = queries.unsent_uploads(session, UNSENT_KEPT, BATCH)
    removed = []
    for media_id in unsent:
        try:
            storage.delete(thumbnail_key_of(media_id))
            storage.delete(key_of(media_id))
        except StorageError as error:
            log.warning("media_not_removed", media_id=str(media_id), error=type(error).__name__)
            break
        removed.append(media_id)
    if removed:
        queries.delete_media(session, removed)
    session.commit()
    return len(removed)
