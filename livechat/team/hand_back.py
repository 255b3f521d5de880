"""A member's conversations are handed on: to a colleague who is named, else to their team, else to nobody."""

from collections.abc import Mapping
from uuid import UUID

from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.live.publish import publish
from livechat.models import ConversationChange, WorkspaceMember
from livechat.team.queries.handing import hand_on, lock_conversations_of


def hand_back(
    session: AnySession,
    member: WorkspaceMember,
    by: WorkspaceMember,
    to: WorkspaceMember | None = None,
    *,
    unseen: bool = False,
) -> None:
    """Hand them on, each with its change; ``unseen``: only those on numbers that the member does not see.

    The rows of both members are locked by the caller, before this locks conversations. So whoever assigns to
    the member at this moment has committed, and is handed back here, or comes later, and finds them gone.
    """
    found = lock_conversations_of(session, member, unseen=unseen)
    if found:
        taken = hand_on(session, found, to)
        write_changes(session, by, "assignee", member.user_id, taken, cause="member_removed")


def write_changes(
    session: AnySession,
    by: WorkspaceMember,
    field: str,
    was: UUID,
    becomes: Mapping[UUID, UUID | None],
    *,
    cause: str,
) -> None:
    """One operation of the member ``by``: each conversation's change is written down, and pages are told."""
    operation_id = uuid7()
    changes = [
        ConversationChange(
            id=uuid7(),
            operation_id=operation_id,
            conversation_id=conversation_id,
            actor_kind="member",
            actor_id=by.user_id,
            field=field,
            from_value=str(was),
            to_value=None if value is None else str(value),
            cause=cause,
        )
        for conversation_id, value in sorted(becomes.items())
    ]
    session.add_all(changes)
    session.flush()
    publish(session, conversations=becomes, left={each.id: each.conversation_id for each in changes})
