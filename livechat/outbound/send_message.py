"""Accepting a reply: the checks, and the row that is committed before the agent hears "accepted"."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from livechat.accounts.access import access_conversation, access_number_as, parse_id
from livechat.conversations.open_conversation import begin_conversation
from livechat.conversations.queries.finding import find_conversation, lock_conversation
from livechat.core.after_commit import after_commit
from livechat.core.errors import (
    CustomerBlockedError,
    IdempotencyConflictError,
    NotFoundError,
    ServiceWindowClosedError,
    ValidationFailedError,
)
from livechat.core.extensions import redis
from livechat.core.metrics import MESSAGES
from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.domain.service_window import is_window_open, window_end
from livechat.handling.disagree import assigned_meanwhile, said_meanwhile
from livechat.live.publish import publish
from livechat.models import Conversation, PhoneNumber, WorkspaceMember
from livechat.notifications.finish import finish_answered
from livechat.outbound.attach_file import attach_file, check_file
from livechat.outbound.check_recipient import check_recipient
from livechat.outbound.delivery.pace import wake_sender
from livechat.outbound.queries import accepting
from livechat.outbound.queries.idempotency import find_earlier
from livechat.outbound.send_request import MEDIA_TYPES, SendRequest
from livechat.templates.choose_template import CheckedTemplate, check_template
from livechat.whatsapp.searched_text import words_of
from livechat.whatsapp.sending import outgoing

# How ids of event lines and of calls begin. They are no messages at Meta and cannot be quoted.
_NO_MESSAGES = ("event:", "wacid")
# Meta refuses a reaction to an older message, and only long after its answer: 131009 ("Reaction messages").
REACTION_AGE = timedelta(days=30)
# What people send and does not answer a customer who waits.
NO_ANSWERS = ("reaction",)


@dataclass(frozen=True, slots=True)
class Sendable:
    """A request that passed every check: its conversation, locked, and the message as it is to be stored.

    ``part`` is the request's, completed with what follows from its files.
    """

    conversation: Conversation
    part: Any
    text: str | None
    content: dict[str, Any]
    reply_to_wamid: str | None


@dataclass(frozen=True, slots=True)
class SendResult:
    """The message of a request. ``is_new`` False: an earlier request with the same key stored it."""

    message_id: UUID
    conversation_id: UUID
    is_new: bool


def send_message(session: AnySession, user_id: UUID, request: SendRequest, *, now: datetime) -> SendResult:
    """Store a message to be sent, and wake a sender for it after the commit, which is the caller's.

    Raises NotFoundError (number, conversation or quoted message unknown or not this user's),
    ConversationChangedError (it is not as ``request.expected`` has it), IdempotencyConflictError,
    ServiceWindowClosedError, CustomerBlockedError, what ``check_recipient`` raises, and
    ValidationFailedError, as for a quoted message that Meta does not have yet. The key is looked up first: a
    repeated request is answered even after the window has closed, or more was said, to who still sees it.
    """
    result = accept_message(session, user_id, request, now=now)
    if result.is_new and request.message_type != "reaction":
        finish_answered(session, user_id, result.conversation_id)
    return result


def accept_message(session: AnySession, user_id: UUID, request: SendRequest, *, now: datetime) -> SendResult:
    """The same where its sender does not sit before the conversation: what they are told of stays open."""
    number, member = access_number_as(session, user_id, request.phone_number_id)
    earlier = _earlier(session, user_id, request)
    if earlier is not None:
        return earlier
    checked = check_sendable(session, member, number, request, now=now)
    return store_message(session, user_id, number, request, checked)


def store_message(
    session: AnySession, user_id: UUID, number: PhoneNumber, request: SendRequest, checked: Sendable
) -> SendResult:
    """Store what was checked and is still locked; of the same key's earlier message that one."""
    conversation = checked.conversation
    stored = accepting.insert_outbound(
        session,
        id=uuid7(),
        conversation_id=conversation.id,
        phone_number_id=number.phone_number_id,
        message_type=request.message_type,
        text=checked.text,
        content=checked.content,
        search=words_of(checked.text, checked.content),
        reply_to_wamid=checked.reply_to_wamid,
        ended_waiting_since=ended_by(request.message_type, conversation),
        sent_by=user_id,
        client_message_id=request.client_message_id,
        idempotency_key=request.idempotency_key,
        request_digest=request.digest,
    )
    if stored is None:
        # Another request with the same key was committed while we waited for the conversation's lock.
        winner = _earlier(session, user_id, request)
        if winner is None:
            raise IdempotencyConflictError
        return winner
    attach_file(session, stored.message_id, request.message_type, {request.message_type: checked.part})
    announce(session, conversation, stored, request.message_type)
    return SendResult(stored.message_id, conversation.id, is_new=True)


def check_sendable(
    session: AnySession, member: WorkspaceMember, number: PhoneNumber, request: SendRequest, *, now: datetime
) -> Sendable:
    """Everything that is checked of a message, but whether it was sent before; raises as ``send_message``.

    ``member`` uses the number. A conversation with a stranger begins here.
    """
    user_id = member.user_id
    checked = check_template(session, number, request.part) if request.message_type == "template" else None
    conversation = _locked_conversation(session, user_id, number, member, request)
    hold_to(session, member, conversation, request.expected)
    return check_message(session, user_id, number, conversation, request, now=now, template=checked)


def check_message(
    session: AnySession,
    user_id: UUID,
    number: PhoneNumber,
    conversation: Conversation,
    request: SendRequest,
    *,
    now: datetime,
    template: CheckedTemplate | None = None,
    holds: bool = True,
) -> Sendable:
    """The same for a conversation that the caller has found, and locked: unless they only want to know.

    ``holds`` False: its files may go before anything is sent.
    """
    if conversation.gone_at is not None:
        raise ValidationFailedError(
            errors={"conversation_id": ["The customer's number belongs to somebody else now."]}
        )
    if conversation.is_blocked:
        raise CustomerBlockedError("Unblock the customer to write.")
    if template is not None:
        check_recipient(session, number, conversation, template.template, now)
    if request.needs_window:
        heard_at, refused_at = conversation.last_inbound_at, conversation.window_refused_at
        if not is_window_open(heard_at, refused_at, now):
            raise ServiceWindowClosedError(window_end(heard_at, refused_at))
    part = check_file(session, user_id, request.message_type, request.part, holds=holds)
    if request.message_type == "reaction":
        part = part | {"message_id": _reaction_target(session, conversation, part["message_id"], now)}
    if request.message_type == "text":
        part = outgoing.with_preview(part)
    content = _content(request.message_type, part)
    if template is not None:
        content["rendered"] = template.rendered
    return Sendable(
        conversation,
        part,
        text=template.text if template is not None else outgoing.text_of(request.message_type, part),
        content=content,
        reply_to_wamid=_quoted_wamid(session, conversation, request.reply_to),
    )


def ended_by(message_type: str, conversation: Conversation) -> datetime | None:
    """The waiting that a new message ends, for as long as it does not fail."""
    return None if message_type in NO_ANSWERS else conversation.waiting_since


def announce(
    session: AnySession, conversation: Conversation, stored: accepting.StoredMessage, message_type: str
) -> None:
    """Make a new message the conversation's last one, and an answer to whoever waits.

    Open pages and senders are told of it after the commit.
    """
    # A reaction stands on another message; it is never a conversation's last message.
    newest = (conversation.last_message_time, conversation.last_message_seq)
    is_last = conversation.last_message_id is None or (stored.timestamp, stored.seq) >= newest
    if message_type != "reaction" and is_last:
        conversation.last_message_id = stored.message_id
        conversation.last_message_time = stored.timestamp
        conversation.last_message_seq = stored.seq
    if message_type not in NO_ANSWERS:
        conversation.waiting_since = None
    session.flush()
    # Published before a sender is woken, so that the page hears of the message before it hears that it was
    # sent.
    publish(session, created={stored.message_id: conversation.id})
    after_commit(session, MESSAGES.labels("outbound", "livechat").inc)
    client, phone_number_id, conversation_id = redis.client, conversation.phone_number_id, conversation.id
    after_commit(session, lambda: wake_sender(client, phone_number_id, conversation_id))


def _earlier(session: AnySession, user_id: UUID, request: SendRequest) -> SendResult | None:
    found = find_earlier(
        session,
        user_id,
        request.phone_number_id,
        idempotency_key=request.idempotency_key,
        client_message_id=request.client_message_id,
    )
    if not found:
        return None
    # Who does not see the conversation any more is not shown it by repeating themselves.
    access_conversation(session, user_id, found[0].conversation_id)
    if len(found) > 1 or found[0].request_digest != request.digest:
        raise IdempotencyConflictError("Use a new key for a new request.")
    return SendResult(found[0].message_id, found[0].conversation_id, is_new=False)


def _locked_conversation(
    session: AnySession, user_id: UUID, number: PhoneNumber, member: WorkspaceMember, request: SendRequest
) -> Conversation:
    if request.conversation_id is not None:
        accessible = access_conversation(session, user_id, request.conversation_id)
        if accessible.phone_number_id != number.phone_number_id:
            raise NotFoundError("There is no such conversation on this number.")
        wanted: UUID | None = accessible.id
    else:
        phone = request.to or ""
        wanted = find_conversation(session, number.phone_number_id, phone)
        if wanted is None and request.needs_window:
            raise ServiceWindowClosedError(None)
        if wanted is None:
            wanted = begin_conversation(session, member, number, phone)
        else:
            # Who knows a customer's number may not write past what they see.
            access_conversation(session, user_id, wanted)
    conversation = lock_conversation(session, wanted) if wanted is not None else None
    if conversation is None:
        # The conversation was merged into another one at this moment.
        raise NotFoundError("There is no such conversation.")
    return conversation


def hold_to(
    session: AnySession,
    member: WorkspaceMember,
    conversation: Conversation,
    expected: Mapping[str, UUID | None],
) -> None:
    """Raise ConversationChangedError where the locked conversation is not as the agent saw it any more."""
    if conversation.last_message_id != expected.get("last_message_id", conversation.last_message_id):
        raise said_meanwhile(session, member, conversation)
    if conversation.assignee_id != expected.get("assignee_id", conversation.assignee_id):
        raise assigned_meanwhile(session, member, conversation)


def _quoted_wamid(session: AnySession, conversation: Conversation, reply_to: str | None) -> str | None:
    if reply_to is None:
        return None
    target = accepting.find_target(session, conversation.id, message_id=parse_id(reply_to, "message"))
    if target is None:
        raise NotFoundError("The quoted message is not in this conversation.")
    return _known_to_meta(target.wamid, "reply_to")


def _reaction_target(session: AnySession, conversation: Conversation, given: str, now: datetime) -> str:
    target = accepting.find_target_by_wamid(session, conversation.id, given)
    if target is None:
        target = accepting.find_target(session, conversation.id, message_id=parse_id(given, "message"))
    if target is None:
        raise NotFoundError("The message to react to is not in this conversation.")
    if target.timestamp < now - REACTION_AGE or target.is_deleted:
        raise ValidationFailedError(
            errors={
                "reaction.message_id": ["Only a message of the last 30 days, not deleted, takes a reaction."]
            }
        )
    return _known_to_meta(target.wamid, "reaction.message_id")


def _known_to_meta(wamid: str | None, field: str) -> str:
    if wamid is None or wamid.startswith(_NO_MESSAGES):
        raise ValidationFailedError(errors={field: ["WhatsApp does not know this message (yet)."]})
    return wamid


def _content(message_type: str, part: Any) -> dict[str, Any]:
    content: dict[str, Any] = {message_type: part}
    files = outgoing.files_of(message_type, part)
    if message_type in MEDIA_TYPES or any(file.get("media_id") is not None for _, _, file in files):
        # Every message with a file has this shape; what is not known of the file yet is null.
        content["media"] = {
            # Of a file sent by a public link there is no copy here, and none will come.
            "state": "failed" if part.get("link") else "pending",
            "mime_type": None,
            "size": None,
            "filename": files[0][2].get("filename"),
            "width": None,
            "height": None,
            "duration": None,
            "url": None,
            "thumbnail_url": None,
            "waveform": None,
            "error": "It was sent by its public address; there is no copy here."
            if part.get("link")
            else None,
        }
    return content
