"""What became of answers for good: who is owed one again, and who is told that theirs did not arrive.

A conversation that stands open shows both by itself. Nobody looks at a resolved one any more, and no status
opens it: there whoever wrote the answer is told.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from livechat.core.session import AnySession
from livechat.notifications.finish import finish_causes
from livechat.notifications.notify import REMINDER, notify
from livechat.outbound.queries.owed_answers import failed_in_resolved, owe_again, owe_no_more


def failed_for_good(session: AnySession, message_ids: Collection[UUID]) -> None:
    """These messages may have failed for good; the caller has locked their conversations, and commits."""
    if message_ids:
        owe_again(session, message_ids)
        notify(session, REMINDER, failed_in_resolved(session, message_ids))


def arrived_after_all(session: AnySession, messages: Mapping[UUID, UUID]) -> None:
    """These, {message: conversation}, counted as failed and have arrived: nothing is left to tell of them."""
    if messages:
        owe_no_more(session, messages)
        finish_causes(session, REMINDER, messages)
