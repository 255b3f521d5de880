"""An agent sends a message again that failed, or of which nobody knows whether it arrived."""

from datetime import datetime
from uuid import UUID

from livechat.accounts.access import access_message
from livechat.conversations.queries.finding import lock_conversation
from livechat.core.errors import (
    CustomerBlockedError,
    NotFoundError,
    ResendNotPossibleError,
    ResendUnconfirmedError,
    ServiceWindowClosedError,
)
from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.domain.service_window import is_window_open, window_end
from livechat.domain.status import MessageStatus
from livechat.outbound.attach_file import attach_file
from livechat.outbound.queries import accepting
from livechat.outbound.send_message import SendResult, announce, ended_by
from livechat.whatsapp.searched_text import words_of


def resend_message(
    session: AnySession, user_id: UUID, message_id: str, *, even_if_delivered: bool, now: datetime
) -> SendResult:
    """Store a new message with the same content, which is sent as any other; the caller commits.

    A message is sent again once: a second request gets the same new message. Raises NotFoundError,
    ResendNotPossibleError where the status is neither ``failed`` nor ``unknown``, ResendUnconfirmedError for
    an ``unknown`` message without ``even_if_delivered``, ServiceWindowClosedError and CustomerBlockedError.
    """
    source = access_message(session, user_id, message_id)
    conversation = lock_conversation(session, source.conversation_id)
    if conversation is None:
        # The conversation was merged into another one at this moment.
        raise NotFoundError("There is no such message.")
    earlier = accepting.find_resend(session, source.id)
    if earlier is not None:
        return SendResult(*earlier, is_new=False)
    # A status webhook may have settled the message while we waited for the lock.
    session.refresh(source)
    if source.origin != "livechat" or source.status not in (MessageStatus.FAILED, MessageStatus.UNKNOWN):
        raise ResendNotPossibleError(f"The message is {source.status}.")
    if source.status == MessageStatus.UNKNOWN and not even_if_delivered:
        raise ResendUnconfirmedError(
            "WhatsApp has not said whether it took this message. Send it again only if the customer may get "
            "it twice."
        )
    if conversation.is_blocked:
        raise CustomerBlockedError("Unblock the customer to write.")
    if source.message_type != "template":
        heard_at, refused_at = conversation.last_inbound_at, conversation.window_refused_at
        if not is_window_open(heard_at, refused_at, now):
            raise ServiceWindowClosedError(window_end(heard_at, refused_at))
    stored = accepting.insert_outbound(
        session,
        id=uuid7(),
        conversation_id=conversation.id,
        phone_number_id=conversation.phone_number_id,
        message_type=source.message_type,
        text=source.text,
        content=source.content,
        search=words_of(source.text, source.content),
        reply_to_wamid=source.reply_to_wamid,
        ended_waiting_since=ended_by(source.message_type, conversation),
        sent_by=user_id,
        resend_of=source.id,
    )
    if stored is None:
        # The conversation was merged meanwhile, and its message sent again from the other one.
        raise ResendNotPossibleError("The message is being sent again already.")
    attach_file(session, stored.message_id, source.message_type, source.content)
    announce(session, conversation, stored, source.message_type)
    return SendResult(stored.message_id, conversation.id, is_new=True)
