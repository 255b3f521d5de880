"""A member writes a message that is to be sent at a time, changes it, or takes it back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from livechat.accounts.access import access_number_as, parse_id, require
from livechat.core.errors import (
    ForbiddenError,
    NotFoundError,
    ScheduledMessageEndedError,
    ValidationFailedError,
)
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.models import ScheduledMessage, WorkspaceMember
from livechat.notifications.finish import finish_cause
from livechat.notifications.notify import REMINDER, notify
from livechat.outbound.send_message import check_sendable
from livechat.outbound.send_request import SendRequest, check_send
from livechat.scheduled.held import Held, hold
from livechat.scheduled.queries import last_seq, scheduled_as
from livechat.scheduled.schemas import CONTENT
from livechat.whatsapp.sending.outgoing import files_of

# A time that has just passed was still to come when it was chosen, or by another clock: it is due at once.
FORGIVEN = timedelta(minutes=5)
_FARTHEST = timedelta(days=3653)
_OVER = ("sent", "cancelled")


def schedule_message(
    session: AnySession, user_id: UUID, request: SendRequest, send_at: datetime, *, cancel_if_heard: bool
) -> UUID:
    """Keep the message until then; its id. The caller commits.

    Raises what a send would now: a window that is shut, a customer who is blocked, a file of another kind.
    """
    now = clock.now()
    _check_time(send_at, now)
    number, member = access_number_as(session, user_id, request.phone_number_id)
    sendable = check_sendable(session, member, number, request, now=now)
    made = ScheduledMessage(
        user_id=user_id,
        phone_number_id=number.phone_number_id,
        conversation_id=sendable.conversation.id,
        client_message_id=request.client_message_id,
        send_at=send_at,
        cancel_if_customer_writes=cancel_if_heard,
        # The conversation is locked: what its customer writes from now on has a higher number.
        heard_seq=last_seq(session),
        **_content(request, sendable.part, sendable.text, sendable.content),
    )
    session.add(made)
    session.flush()
    return made.id


def change_scheduled(
    session: AnySession, user_id: UUID, scheduled_id: str, changes: Mapping[str, Any]
) -> UUID:
    """Change when it is sent, what it says, or whether the customer's word cancels it; the caller commits.

    One that needs attention waits again, if it is given a time. Raises ForbiddenError to all but its author,
    ScheduledMessageEndedError, and what a send of the changed message would raise.
    """
    now = clock.now()
    held, member = _held_as(session, user_id, scheduled_id)
    scheduled = held.scheduled
    if scheduled.user_id != user_id:
        raise ForbiddenError("Only who wrote it may change it. You may cancel it.")
    if scheduled.state in _OVER or (scheduled.state == "scheduled" and held.customer_wrote):
        raise _ended(held)
    if "send_at" in changes:
        _check_time(changes["send_at"], now)
        scheduled.send_at = changes["send_at"]
    elif scheduled.state != "scheduled":
        raise ValidationFailedError(errors={"send_at": ["Say when it is to be sent."]})
    listens = changes.get("cancel_if_customer_writes", scheduled.cancel_if_customer_writes)
    if listens and not scheduled.cancel_if_customer_writes:
        # What the customer wrote before this was asked for does not count.
        scheduled.heard_seq = last_seq(session)
    scheduled.cancel_if_customer_writes = listens
    if scheduled.state != "scheduled" or changes.keys() & {*CONTENT, "reply_to"}:
        request = _changed_request(scheduled, changes)
        number, _ = access_number_as(session, user_id, scheduled.phone_number_id)
        sendable = check_sendable(session, member, number, request, now=now)
        for name, value in _content(request, sendable.part, sendable.text, sendable.content).items():
            setattr(scheduled, name, value)
    if scheduled.state != "scheduled":
        scheduled.state, scheduled.ended_at = "scheduled", None
        scheduled.reason = scheduled.detail = None
        scheduled.heard_seq = last_seq(session)
        finish_cause(session, user_id, REMINDER, scheduled.id)
    session.flush()
    return scheduled.id


def cancel_scheduled(session: AnySession, user_id: UUID, scheduled_id: str) -> None:
    """Take it back, whoever wrote it; harmless to repeat. The caller commits.

    An author whose message a colleague takes back is told. Raises ScheduledMessageEndedError where it was
    sent.
    """
    held, _ = _held_as(session, user_id, scheduled_id)
    scheduled = held.scheduled
    if scheduled.state == "sent":
        raise _ended(held)
    if scheduled.state == "cancelled":
        return
    end(scheduled, "cancelled", "cancelled", "It was cancelled by a person.")
    session.flush()
    if scheduled.user_id == user_id:
        finish_cause(session, user_id, REMINDER, scheduled.id)
    else:
        notify(session, REMINDER, [(scheduled.user_id, held.conversation.id, scheduled.id)], again=True)


def end(scheduled: ScheduledMessage, state: str, reason: str, detail: str) -> None:
    """It does not wait any more, and was not sent."""
    scheduled.state, scheduled.reason, scheduled.detail = state, reason, detail
    scheduled.ended_at = clock.now()


def request_of(scheduled: ScheduledMessage) -> SendRequest:
    """The send that it asks for, under a key of its own, so that it is never sent twice."""
    return SendRequest(
        phone_number_id=scheduled.phone_number_id,
        to=None,
        conversation_id=str(scheduled.conversation_id),
        message_type=scheduled.message_type,
        part=scheduled.part,
        reply_to=scheduled.reply_to,
        client_message_id=scheduled.client_message_id,
        idempotency_key=f"scheduled:{scheduled.id}",
    )


def access_scheduled(
    session: AnySession, user_id: UUID, scheduled_id: str
) -> tuple[ScheduledMessage, WorkspaceMember]:
    """The scheduled message, and as whom the user sees it; NotFoundError, ForbiddenError."""
    found = scheduled_as(session, user_id, parse_id(scheduled_id, "scheduled message"))
    if found is None:
        raise NotFoundError("There is no such scheduled message.")
    require(found[1])
    return found


def _held_as(session: AnySession, user_id: UUID, scheduled_id: str) -> tuple[Held, WorkspaceMember]:
    scheduled, member = access_scheduled(session, user_id, scheduled_id)
    held = hold(session, scheduled.id)
    if held is None:
        raise NotFoundError("There is no such scheduled message.")
    return held, member


def _check_time(send_at: datetime, now: datetime) -> None:
    if not now - FORGIVEN < send_at < now + _FARTHEST:
        raise ValidationFailedError(
            errors={"send_at": ["Give a time that is still to come, within ten years."]}
        )


def _changed_request(scheduled: ScheduledMessage, changes: Mapping[str, Any]) -> SendRequest:
    asked = replace(request_of(scheduled), reply_to=changes.get("reply_to", scheduled.reply_to))
    given = {name: changes[name] for name in CONTENT if name in changes}
    if not given:
        return asked
    fields = {
        "phone_number_id": asked.phone_number_id,
        "conversation_id": asked.conversation_id,
        "message_type": scheduled.message_type,
        "reply_to": asked.reply_to,
        **given,
    }
    checked = check_send(fields, None)
    return replace(asked, message_type=checked.message_type, part=checked.part)


def _content(request: SendRequest, part: Any, text: str | None, content: dict[str, Any]) -> dict[str, Any]:
    """The columns that say what is sent. Of a file it is not said yet that it is on its way."""
    files = [file for _, _, file in files_of(request.message_type, part)]
    return {
        "message_type": request.message_type,
        "part": request.part,
        "reply_to": request.reply_to,
        "text": text,
        "content": {name: value for name, value in content.items() if name != "media"},
        "media_ids": [UUID(file["media_id"]) for file in files if file.get("media_id") is not None],
    }


def _ended(held: Held) -> ScheduledMessageEndedError:
    if held.scheduled.state == "scheduled":
        return ScheduledMessageEndedError("The customer has written, which cancels it.")
    return ScheduledMessageEndedError(f"It is {held.scheduled.state} already.")
