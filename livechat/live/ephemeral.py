"""Events without an id: for whoever has a stream open at the moment, kept nowhere and never replayed.

They say what is true only now, like who is looking at a conversation. Any process sends them through a short
Redis stream beside the logs, which the listener of each web process reads with the same blocking call. The
sender renders them, once for all processes; ``Last-Event-ID`` does not move.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.core.after_commit import after_commit
from livechat.core.extensions import redis
from livechat.core.session import AnySession
from livechat.domain.visibility import Audience, Sight

log = structlog.get_logger(__name__)

KEY = "livechat:events:ephemeral"
# Listeners read it within moments; what one of them has not read by then is lost to its streams.
_MAX_ENTRIES, _KEEP_S = 1000, 60


@dataclass(frozen=True, slots=True)
class Ephemeral:
    """An event for the open streams of a workspace's members, of ``users``, or of those who are both.

    ``audience`` leaves it to those of the workspace's members who see that conversation.
    """

    name: str
    data: Mapping[str, Any]
    workspace_id: UUID | None = None
    audience: Audience | None = None
    users: frozenset[UUID] | None = None

    @property
    def payload(self) -> bytes:
        """The event's lines; orjson writes no line ends, so the data is one."""
        return b"event: " + self.name.encode() + b"\ndata: " + orjson.dumps(self.data) + b"\n\n"

    def is_for(self, user_id: UUID, sights: Mapping[UUID, Sight], phone_number_id: str | None) -> bool:
        """Whether a stream shows it whose user sees so much of each workspace, or of one number alone."""
        if self.users is not None and user_id not in self.users:
            return False
        if self.workspace_id is None:
            return self.users is not None
        sight = sights.get(self.workspace_id)
        if sight is None or self.audience is None:
            return sight is not None
        return phone_number_id in (None, self.audience.phone_number_id) and sight.sees(self.audience)


def send(client: Redis, *events: Ephemeral) -> None:
    """Send now. Where Redis is away nobody hears of it: what is true only now is not worth keeping."""
    try:
        with client.pipeline(transaction=False) as pipeline:
            for event in events:
                pipeline.xadd(KEY, {"e": _pack(event)}, maxlen=_MAX_ENTRIES, approximate=True)
            pipeline.expire(KEY, _KEEP_S)
            pipeline.execute()
    except RedisError as error:
        log.warning("ephemeral_events_not_sent", error=type(error).__name__, events=len(events))


def send_after_commit(session: AnySession, event: Ephemeral) -> None:
    """Send once the caller has committed."""
    client = redis.client
    after_commit(session, lambda: send(client, event))


def parse(rows: Any) -> Iterator[Ephemeral]:
    """The events in rows of the stream; what a newer version writes in another way is left out."""
    for _, fields in rows:
        try:
            yield _unpack(orjson.loads(fields[b"e"]))
        except (KeyError, TypeError, ValueError):
            log.warning("ephemeral_event_not_understood")


def pack_audience(audience: Audience | None) -> list[Any] | None:
    """The audience as JSON takes it."""
    if audience is None:
        return None
    number, watchers = audience.phone_number_id, list(audience.watchers)
    return [number, audience.assignee_id, audience.team_id, watchers]


def unpack_audience(packed: list[Any] | None) -> Audience | None:
    """What ``pack_audience`` was called on."""
    if packed is None:
        return None
    number, assignee, team, watchers = packed
    return Audience(number, _uuid(assignee), _uuid(team), frozenset(map(UUID, watchers)))


def _pack(event: Ephemeral) -> bytes:
    return orjson.dumps(
        {
            "name": event.name,
            "data": event.data,
            "workspace": event.workspace_id,
            "users": None if event.users is None else list(event.users),
            "audience": pack_audience(event.audience),
        }
    )


def _unpack(packed: dict[str, Any]) -> Ephemeral:
    users = packed["users"]
    return Ephemeral(
        packed["name"],
        packed["data"],
        _uuid(packed["workspace"]),
        unpack_audience(packed["audience"]),
        None if users is None else frozenset(map(UUID, users)),
    )


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
