"""A scheduled message with its conversation, both locked: whoever changes it goes this way."""

from dataclasses import dataclass
from uuid import UUID

from livechat.conversations.queries.finding import lock_conversation
from livechat.core.session import AnySession
from livechat.models import Conversation, ScheduledMessage
from livechat.scheduled.queries import conversation_of, lock_scheduled

# A conversation may be merged while its lock is waited for: then the other one has what was its own.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Held:
    """Both as they are now, until the transaction ends."""

    scheduled: ScheduledMessage
    conversation: Conversation

    @property
    def customer_wrote(self) -> bool:
        """Whether it is to be cancelled, since the customer has written since it was scheduled."""
        return (
            self.scheduled.cancel_if_customer_writes
            and self.conversation.last_counted_seq > self.scheduled.heard_seq
        )


def hold(session: AnySession, scheduled_id: UUID) -> Held | None:
    """Lock the conversation, then the scheduled message; None where there is none.

    The order is that of a merge, which locks conversations and then moves what belongs to them.
    """
    for _ in range(_TRIES):
        where = conversation_of(session, scheduled_id)
        if where is None:
            return None
        conversation = lock_conversation(session, where)
        if conversation is None:
            continue
        scheduled = lock_scheduled(session, scheduled_id)
        if scheduled is not None and scheduled.conversation_id == conversation.id:
            return Held(scheduled, conversation)
    return None
