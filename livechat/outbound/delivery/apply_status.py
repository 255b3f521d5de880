"""Statuses: kept as they came, applied by rank, parked until their message is known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from livechat.conversations.queries.blocked import note_blocked_by_wamid
from livechat.core.session import AnySession
from livechat.outbound.delivery.to_meta import distrust_files
from livechat.outbound.queries import status_events as statuses
from livechat.templates.sync_templates import template_refused
from livechat.whatsapp.graph.graph_errors import PAUSING_CODES
from livechat.whatsapp.sending.outgoing import message_id_from_callback
from livechat.whatsapp.webhook.items import StatusUpdate

WINDOW_CLOSED = 131047
MARKETING_STOPPED = 131050
CUSTOMER_BLOCKED = 130403
FILE_REFUSED = 131053


@dataclass(slots=True)
class StatusResult:
    """``new``: keys of events seen for the first time; ``messages``: what changed, id to conversation id.

    ``conversations`` changed as well, though the message that showed it may not have.
    """

    new: set[tuple[Any, ...]] = field(default_factory=set)
    messages: dict[UUID, UUID] = field(default_factory=dict)
    conversations: set[UUID] = field(default_factory=set)
    pauses: list[StatusUpdate] = field(default_factory=list)


def key(update: StatusUpdate) -> tuple[Any, ...]:
    """What makes a status event one event."""
    return (update.wamid, update.status, update.timestamp, update.participant)


def apply_statuses(session: AnySession, updates: Sequence[StatusUpdate]) -> StatusResult:
    """Keep ``updates`` and move the messages that they are about; pausing a number is left to the caller."""
    result = StatusResult()
    if not updates:
        return result
    callbacks = {key(update): message_id_from_callback(update.callback_data) for update in updates}
    result.new = statuses.insert_statuses(
        session, [_row(update, callbacks[key(update)]) for update in updates]
    )
    linked = {callback: update for update in updates if (callback := callbacks[key(update)]) is not None}
    if linked:
        result.messages = statuses.link_callbacks(
            session,
            [
                {
                    "wamid": update.wamid,
                    "phone_number_id": update.source.phone_number_id,
                    "callback_message_id": message_id,
                }
                for message_id, update in linked.items()
            ],
        )
    result.messages |= _settle(session, sorted({update.wamid for update in updates}))
    fresh = [
        update
        for update in updates
        # What failed for one member of a group says nothing of the conversation.
        if key(update) in result.new and update.status == "failed" and not update.participant
    ]
    result.conversations = _correct_conversations(session, fresh)
    result.pauses = [update for update in fresh if update.error_code in PAUSING_CODES]
    return result


def settle_parked(session: AnySession, wamids: Sequence[str]) -> dict[UUID, UUID]:
    """Apply events that came before their message; {message id: conversation id} of what changed."""
    waiting = statuses.wamids_with_events(session, list(wamids)) if wamids else []
    return _settle(session, waiting) if waiting else {}


def _settle(session: AnySession, wamids: list[str]) -> dict[UUID, UUID]:
    return {row.id: row.conversation_id for row in statuses.settle(session, wamids)}


def _row(update: StatusUpdate, callback: UUID | None) -> dict[str, Any]:
    return {
        "wamid": update.wamid,
        "status": update.status,
        "timestamp": update.timestamp,
        "participant": update.participant,
        "phone_number_id": update.source.phone_number_id,
        "callback_message_id": callback,
        "error": update.error,
        "raw": update.raw,
    }


def _correct_conversations(session: AnySession, failures: Sequence[StatusUpdate]) -> set[UUID]:
    """Meta's word on the window, on marketing and on files beats what we believed; what changed by it."""
    changed: set[UUID | None] = set()
    for update in sorted(failures, key=lambda failure: failure.wamid):
        if update.error_code == WINDOW_CLOSED:
            changed.add(statuses.close_window(session, update.wamid, update.timestamp))
        elif update.error_code == MARKETING_STOPPED:
            changed.add(statuses.stop_marketing(session, update.wamid, update.timestamp))
        elif update.error_code == CUSTOMER_BLOCKED:
            changed.add(note_blocked_by_wamid(session, update.wamid))
        elif update.error_code == FILE_REFUSED:
            distrust_files(session, update.wamid)
        elif update.source.phone_number_id is not None:
            template_refused(session, update.source.phone_number_id, update.error_code)
    return {each for each in changed if each is not None}
