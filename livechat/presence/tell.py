"""Tells open pages who is there and who looks at a conversation, by events without an id."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.domain.clock import rfc3339
from livechat.domain.permissions import Permission, is_allowed
from livechat.live.ephemeral import Ephemeral, send
from livechat.models import WorkspaceMember
from livechat.presence.availability import Availability, Choice, Presence
from livechat.presence.queries import active_members, active_names, audiences, those_seen
from livechat.presence.whereabouts import fallen_silent, seen_of, take_changed, viewers_among, viewers_of

log = structlog.get_logger(__name__)
Json = dict[str, Any]


def now_ms() -> int:
    """Unix milliseconds."""
    return int(clock.now().timestamp() * 1000)


def tell_what_is_due(session: AnySession, redis: Redis) -> None:
    """Tell of those who have fallen silent, and of whoever else has changed. To be called every second.

    The listener of each web process does, while it has streams: else there is nobody to tell.
    """
    tell_viewers(session, redis, fallen_silent(redis, now_ms()))
    tell_presence(session, redis)


def tell_viewers(session: AnySession, redis: Redis, conversation_ids: Collection[UUID]) -> None:
    """Tell who sees these conversations who looks at them now."""
    if not conversation_ids:
        return
    events = []
    for conversation_id, (workspace_id, audience) in audiences(session, conversation_ids).items():
        shown = viewers_json(session, redis, workspace_id, conversation_id)
        data = {"conversation_id": str(conversation_id), "viewers": shown}
        events.append(Ephemeral("viewers.updated", data, workspace_id, audience))
    send(redis, *events)


def viewers_json(session: AnySession, redis: Redis, workspace_id: UUID, conversation_id: UUID) -> list[Json]:
    """Who looks at the conversation now, by their ids."""
    viewers = viewers_of(redis, conversation_id, now_ms())
    if not viewers:
        return []
    names = {
        each.user_id: each.name
        for each in active_members(session, viewers)
        if each.workspace_id == workspace_id
    }
    return _named(viewers, names)


def viewers_of_workspace(session: AnySession, redis: Redis, workspace_id: UUID, user_id: UUID) -> list[Json]:
    """Who looks at which conversations of the workspace now, of those that this user sees."""
    names = active_names(session, workspace_id)
    found = viewers_among(redis, sorted(names), now_ms())
    return [
        {"conversation_id": str(each), "viewers": _named(found[each], names)}
        for each in sorted(those_seen(session, user_id, workspace_id, found))
    ]


def _named(viewers: Mapping[UUID, bool], names: Mapping[UUID, str | None]) -> list[Json]:
    return [
        {"user_id": str(user_id), "name": names[user_id], "typing": viewers[user_id]}
        for user_id in sorted(viewers)
        if user_id in names
    ]


def tell_presence(session: AnySession, redis: Redis) -> None:
    """Tell each workspace of its members who have changed; at most once in 5 s, what comes between waits."""
    users = take_changed(redis)
    if not users:
        return
    seen = seen_of(redis, sorted(users), now_ms())
    by_workspace: defaultdict[UUID, list[Json]] = defaultdict(list)
    for member in active_members(session, users):
        shown = {"user_id": str(member.user_id), **presence_json(member, seen)}
        by_workspace[member.workspace_id].append(shown)
    send(
        redis,
        *(
            Ephemeral("presence.updated", {"workspace_id": str(each), "members": members}, each)
            for each, members in by_workspace.items()
        ),
    )


def seen_now(redis: Redis, users: Sequence[UUID]) -> dict[UUID, Presence]:
    """What is seen of these users; of nobody anything where Redis is away, for the list is worth more."""
    try:
        return seen_of(redis, users, now_ms())
    except RedisError as error:
        log.warning("presence_not_read", error=type(error).__name__)
        return {}


def choice_of(member: WorkspaceMember) -> Choice:
    """What the member has chosen, as it was written."""
    return Choice(Availability(member.availability), member.available_again_at)


def presence_json(member: WorkspaceMember, seen: Mapping[UUID, Presence]) -> Json:
    """What a member is shown with of being there. Who is not active in the workspace is off."""
    now, presence = clock.now(), seen.get(member.user_id, Presence.ABSENT)
    if member.state != "active":
        return {"availability": "off", "availability_until": None, "presence": "absent", "can_receive": False}
    holds = choice_of(member).at(now)
    return {
        "availability": holds.chosen.value,
        "availability_until": rfc3339(holds.until),
        "presence": presence.value,
        "can_receive": is_allowed(member.role, Permission.MESSAGE_SEND) and holds.may_receive(presence, now),
    }
