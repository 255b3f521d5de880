"""A page says that its person is there, where they look, and whether they type."""

from typing import Any
from uuid import UUID

from redis import Redis

from livechat.accounts.access import access_conversation_as
from livechat.core.session import AnySession
from livechat.presence.availability import Presence
from livechat.presence.tell import now_ms, tell_presence, tell_viewers, viewers_json
from livechat.presence.whereabouts import Word, say
from livechat.waking.wake_assigner import wake_for_members


def say_presence(
    session: AnySession,
    redis: Redis,
    user_id: UUID,
    session_name: str,
    presence: Presence,
    *,
    viewing: str | None,
    is_typing: bool,
) -> list[dict[str, Any]]:
    """Keep it, and tell whom it concerns; who looks at the conversation now. It writes no row.

    Raises NotFoundError where they do not see the conversation: then nothing is kept, and nobody told.
    """
    where = workspace_id = None
    if viewing is not None:
        conversation, member = access_conversation_as(session, user_id, viewing)
        where, workspace_id = conversation.id, member.workspace_id
    heard = say(redis, Word(user_id, session_name, presence, where, is_typing), now_ms())
    concerned = {heard.left, where if heard.is_seen_there else None} - {None}
    tell_viewers(session, redis, [each for each in concerned if each is not None])
    if heard.has_changed_presence:
        tell_presence(session, redis)
        if presence is Presence.ACTIVE:
            wake_for_members(session, redis, [user_id])
    return [] if where is None or workspace_id is None else viewers_json(session, redis, workspace_id, where)
