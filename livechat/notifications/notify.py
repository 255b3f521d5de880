"""Telling members of something. The same cause again tells nobody twice."""

from collections.abc import Collection, Mapping
from uuid import UUID

from livechat.core.session import AnySession
from livechat.live.event_log import Change, Kind
from livechat.live.publish import publish
from livechat.notifications.queries import Wanted, insert_notifications

MENTION, ASSIGNED, WOKEN, REMINDER = "mention", "assigned", "woken", "reminder"
WINDOW_CLOSING = "window_closing"


def notify(
    session: AnySession,
    kind: str,
    wanted: Collection[Wanted],
    accounts: Mapping[UUID, UUID] | None = None,
    *,
    again: bool = False,
) -> None:
    """Tell of ``wanted``, each (user, conversation, cause). The caller commits.

    ``accounts``, {conversation: account}, need not be asked for. ``again``: a cause of which they were told
    before has come back.
    """
    if not wanted:
        return
    told = insert_notifications(session, kind, wanted, again=again)
    others = [(conversation, Change(Kind.NOTIFICATION_CREATED, id_)) for id_, conversation in told]
    publish(session, others=others, accounts=accounts)
