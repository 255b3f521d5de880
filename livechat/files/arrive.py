"""Registers the files of messages in the transaction that stores them, and has them fetched after it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from livechat.core.after_commit import enqueue_after_commit
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.files import queries
from livechat.whatsapp.graph.media_client import WEBHOOK_ID_LIFE


def fetch_files_of(
    session: AnySession, message_ids: Sequence[UUID], life: timedelta = WEBHOOK_ID_LIFE
) -> None:
    """Have the files of these messages fetched after the caller's commit; ``life`` as in ``register``."""
    if not message_ids:
        return
    for media_id in queries.register(session, message_ids, life):
        enqueue_after_commit(session, TaskName.FETCH_MEDIA, media_id=str(media_id))
