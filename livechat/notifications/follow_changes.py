"""Whoever is concerned by a change of a conversation is told of it, and what it does away with is done."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from livechat.core.session import AnySession
from livechat.models import ConversationChange
from livechat.notifications.finish import finish_handed_on, finish_resolved
from livechat.notifications.notify import ASSIGNED, WOKEN, notify
from livechat.notifications.queries import assignees_of


def follow_changes(
    session: AnySession,
    by: UUID | None,
    changes: Sequence[ConversationChange],
    accounts: Mapping[UUID, UUID] | None = None,
) -> None:
    """Once these are written: a new assignee is told, unless they did it; also of what woke by itself.

    ``by`` None: the product did it. ``accounts``, {conversation: account}, need not be asked for.
    """
    assigned = [each for each in changes if each.field == "assignee"]
    were = [(each.conversation_id, UUID(each.from_value)) for each in assigned if each.from_value]
    if were:
        finish_handed_on(session, were, accounts)
    now = [(UUID(each.to_value), each.conversation_id, each.id) for each in assigned if each.to_value]
    notify(session, ASSIGNED, [each for each in now if each[0] != by], accounts)
    statuses = [each for each in changes if each.field == "status"]
    resolved = [each.conversation_id for each in statuses if each.to_value == "resolved"]
    if resolved:
        finish_resolved(session, by, resolved, accounts)
    woken = {each.conversation_id: each.id for each in statuses if each.cause == "sweep"}
    if woken:
        owners = assignees_of(session, woken)
        notify(session, WOKEN, [(user, chat, woken[chat]) for chat, user in owners.items()], accounts)
