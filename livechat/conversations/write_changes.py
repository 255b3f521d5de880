"""What is changed of a conversation is written down, in the transaction that changes it: the one place."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.live.publish import publish
from livechat.models import ConversationChange
from livechat.notifications.follow_changes import follow_changes

# What decides who sees a conversation: with it somebody may lose sight.
_OF_SIGHT = ("assignee", "team")


class Changed(NamedTuple):
    """One field of one conversation, before and now: an id, or JSON; None: there is or was nothing."""

    conversation_id: UUID
    field: str
    was: Any
    becomes: Any


def write_changes(
    session: AnySession,
    by: UUID | None,
    changed: Sequence[Changed],
    *,
    cause: str = "user",
    accounts: Mapping[UUID, UUID] | None = None,
) -> UUID:
    """Write down what the member ``by`` has changed, as one operation, and tell open pages; its id.

    ``by`` None: nobody did, but the product itself. The caller has locked the conversations, written their
    values and raised their ``version``, and commits. Who saw a conversation and does not see it any more is
    told to forget it. ``accounts``, {conversation: account}, need not be asked for.
    """
    operation_id = uuid7()
    rows = [
        ConversationChange(
            id=uuid7(),
            operation_id=operation_id,
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
    return operation_id


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
