"""Wakes the task that assigns, once for however many reasons; what is lost here the sweep finds.

A workspace whose task is under way to a worker needs no second: it begins to look later than this. And where
nobody could take any more when it looked last, one more customer who waits changes nothing.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

from livechat.core.after_commit import after_commit, enqueue
from livechat.core.extensions import redis
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.waking.queries import ruled_by_conversations, ruled_by_members

log = structlog.get_logger(__name__)

_SENT, _FULL = "livechat:assigning:sent:", "livechat:assigning:full:"
# Below the 5 s of the sweep, so that it always helps where a task or a word of being full was lost.
_KEEP_MS = 4_000
_WAKE = """
if ARGV[1] == '1' then
  redis.call('DEL', KEYS[2])
elseif redis.call('EXISTS', KEYS[2]) == 1 then
  return 0
end
if redis.call('SET', KEYS[1], '', 'NX', 'PX', ARGV[2]) then return 1 end
return 0
"""


def wake_assigner(session: AnySession, workspace_ids: Collection[UUID], *, more_waits: bool = False) -> None:
    """Have the assigner look at these workspaces after the commit; the caller knows that they have rules.

    ``more_waits``: all that has changed is that somebody more waits.
    """
    if workspace_ids:
        client = redis.client
        after_commit(session, lambda: wake_now(client, workspace_ids, more_waits=more_waits))


def wake_for_conversations(session: AnySession, conversation_ids: Collection[UUID]) -> None:
    """The same for the workspaces of these conversations, as far as they have rules."""
    if conversation_ids:
        wake_assigner(session, ruled_by_conversations(session, conversation_ids))


def wake_for_members(session: AnySession, client: Redis, user_ids: Collection[UUID]) -> None:
    """These users may receive by now: what they have said of themselves is committed, or stands in Redis."""
    if user_ids:
        wake_now(client, ruled_by_members(session, user_ids))


def wake_now(client: Redis, workspace_ids: Collection[UUID], *, more_waits: bool = False) -> None:
    """Send the tasks that are not under way. Where Redis is away the sweep does."""
    for workspace_id in workspace_ids:
        keys = (f"{_SENT}{workspace_id}", f"{_FULL}{workspace_id}")
        with _harmless():
            if client.eval(_WAKE, 2, *keys, int(not more_waits), _KEEP_MS):
                enqueue(TaskName.ASSIGN, workspace_id=str(workspace_id))


def say_begun(client: Redis, workspace_id: UUID) -> None:
    """The task looks from now on: whoever comes later wakes another."""
    with _harmless():
        client.delete(f"{_SENT}{workspace_id}", f"{_FULL}{workspace_id}")


def say_full(client: Redis, workspace_id: UUID) -> None:
    """Nobody may take any more, as long as nothing but customers come."""
    with _harmless():
        client.set(f"{_FULL}{workspace_id}", "", px=_KEEP_MS)


@contextmanager
def _harmless() -> Iterator[None]:
    """What Redis does not take only costs a task too many, or a wait for the sweep."""
    try:
        yield
    except RedisError as error:
        log.warning("assigner_not_woken", error=type(error).__name__)
