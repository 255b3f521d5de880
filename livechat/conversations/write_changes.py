"""What is changed of a conversation is written down, in the transaction that changes it: the one place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple
from uuid import UUID

from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.domain.team.conversation_status import Standing
from livechat.live.publish import publish
from livechat.models import ConversationChange
from livechat.notifications.follow_changes import follow_changes
from livechat.waking.wake_assigner import wake_for_conversations

_operation: ContextVar[UUID | None] = ContextVar("operation", default=None)
# What decides who sees a conversation: with it somebody may lose sight.
_OF_SIGHT = ("assignee", "team", "watcher")


class Changed(NamedTuple):
    """One field of one conversation, before and now: an id, or JSON; None: there is or was nothing."""

    conversation_id: UUID
    field: str
    was: Any
    becomes: Any


def standing_changes(conversation_id: UUID, was: Standing, becomes: Standing) -> list[Changed]:
    """What changes of a conversation that stood there and stands here."""
    fields = (("status", was.status, becomes.status), ("snooze", was.snooze, becomes.snooze))
    return [Changed(conversation_id, name, before, now) for name, before, now in fields if before != now]


@contextmanager
def as_one_operation(operation_id: UUID) -> Iterator[None]:
    """All that members change within is this operation, so that it can be undone as one."""
    token = _operation.set(operation_id)
    try:
        yield
    finally:
        _operation.reset(token)


def write_changes(session: AnySession, by: UUID, changed: Sequence[Changed], *, cause: str = "user") -> UUID:
    """Write down what the member ``by`` has changed, as one operation, and tell open pages; its id.

    The caller has locked the conversations, written their values and raised their ``version``, and commits.
    Who saw a conversation and does not see it any more is told to forget it.
    """
    operation_id = _operation.get() or uuid7()
    _write(session, by, changed, lambda _: operation_id, cause)
    return operation_id


def write_own_changes(
    session: AnySession,
    changed: Sequence[Changed],
    *,
    cause: str,
    accounts: Mapping[UUID, UUID] | None = None,
) -> None:
    """The same for what the product itself has changed: of each conversation, one operation.

    ``accounts``, {conversation: account}, need not be asked for.
    """
    operations = {each.conversation_id: uuid7() for each in changed}
    _write(session, None, changed, operations.__getitem__, cause, accounts)


def _write(
    session: AnySession,
    by: UUID | None,
    changed: Sequence[Changed],
    operation_of: Callable[[UUID], UUID],
    cause: str,
    accounts: Mapping[UUID, UUID] | None = None,
) -> None:
    rows = [
        ConversationChange(
            id=uuid7(),
            operation_id=operation_of(each.conversation_id),
            conversation_id=each.conversation_id,
            actor_kind="system" if by is None else "member",
            actor_id=by,
            field=each.field,
            from_value=_json(each.was),
            to_value=_json(each.becomes),
            cause=cause,
        )
        for each in changed
    ]
    session.add_all(rows)
    session.flush()
    # Of a conversation one change stands for all: they share the operation, and so what was seen before.
    of_sight = {row.conversation_id: row.id for row in reversed(rows) if row.field in _OF_SIGHT}
    publish(
        session,
        conversations={row.conversation_id for row in rows},
        changes={row.id: row.conversation_id for row in rows},
        left={change_id: conversation_id for conversation_id, change_id in of_sight.items()},
        accounts=accounts,
    )
    follow_changes(session, by, rows, accounts)
    wake_for_conversations(session, {row.conversation_id for row in rows if _concerns_assigner(row)})


def _concerns_assigner(row: ConversationChange) -> bool:
    """Whether somebody may have room by it, or a conversation wait for an assignee.

    What customers do the ingest tells by itself, and the assigner knows what it did.
    """
    if row.cause in ("inbound", "assigner"):
        return False
    return row.field in ("status", "team") or (row.field == "assignee" and row.from_value is not None)


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
