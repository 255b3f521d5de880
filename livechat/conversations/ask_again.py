"""Fetching a customer's file again, when an agent asks for it."""

from datetime import timedelta
from uuid import UUID

from livechat.accounts.access import access_message
from livechat.core.after_commit import enqueue_after_commit
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.files import queries as queries
from livechat.live.publish import publish

# The file is tried for this long, even after Meta's seven days: only Meta knows whether it still has the
# file.
GRACE = timedelta(hours=1)


def ask_again(session: AnySession, user_id: UUID, message_id: str) -> UUID:
    """Fetch a message's file again where that has failed; the message's id. The caller commits.

    A file that is here or on its way is left alone. Raises NotFoundError for messages without a file at Meta.
    """
    message = access_message(session, user_id, message_id)
    media = queries.media_of_message(session, message.id)
    if media is None or media.source != "meta" or "media" not in message.content:
        raise NotFoundError("This message has no file that could be fetched.")
    if queries.ask_again(session, media.id, GRACE):
        publish(session, updated=queries.messages_of(session, [media.id]))
        enqueue_after_commit(session, TaskName.FETCH_MEDIA, media_id=str(media.id))
    return message.id
