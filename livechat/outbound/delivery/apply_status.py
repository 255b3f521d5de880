"""Statuses of sent messages: each is kept as it came, and applied by rank.

A status that comes before its message is known is parked: it is kept, and applied when the message is known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from livechat.conversations.queries.blocked import note_blocked_by_wamid
from livechat.core.session import AnySession
from livechat.domain.status import RANK, MessageStatus
from livechat.outbound.delivery.settle_answers import arrived_after_all, failed_for_good
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
    """What a batch of statuses changed.

    ``new`` holds the keys of statuses seen for the first time; ``messages`` is {message: conversation} of
    changed messages. ``conversations`` are those of which a status said something, whether or not its message
    changed. ``pauses`` are failures for which the number is to be paused.
    """

    new: set[tuple[Any, ...]] = field(default_factory=set)
    messages: dict[UUID, UUID] = field(default_factory=dict)
    conversations: set[UUID] = field(default_factory=set)
    pauses: list[StatusUpdate] = field(default_factory=list)


def key(update: StatusUpdate) -> tuple[Any, ...]:
    """What identifies a status: the same status told twice has the same key."""
    return (update.wamid, update.status, update.timestamp, update.participant)


def apply_statuses(
    session: AnySession,
    updates: Sequence[StatusUpdate],
    *,
    unnamed: Collection[UUID] | None = None,
    idle: Sequence[StatusUpdate] = (),
) -> StatusResult:
    """Keep ``updates`` and move their messages to the statuses told.

    ``unnamed``, where the caller has looked, are those of our messages that have no id of Meta's yet. What is
    ``idle`` among ``updates`` moves nothing, and is only kept.
    The caller pauses the numbers of ``pauses``, and commits.
    """
    result = StatusResult()
    if not updates:
        return result
    callbacks = {key(update): message_id_from_callback(update.callback_data) for update in updates}
    result.new = statuses.insert_statuses(
        session, [_row(update, callbacks[key(update)]) for update in updates]
    )
    linked = {
        callback: update
        for update in updates
        if (callback := callbacks[key(update)]) is not None and (unnamed is None or callback in unnamed)
    }
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
    keys = {key(update) for update in idle}
    moving = sorted({update.wamid for update in updates if key(update) not in keys})
    if moving:
        result.messages |= _settle(session, moving)
    fresh = [
        update
        for update in updates
        # A failure for one member of a group says nothing about the conversation.
        if key(update) in result.new and update.status == "failed" and not update.participant
    ]
    result.conversations = _correct_conversations(session, fresh)
    result.pauses = [update for update in fresh if update.error_code in PAUSING_CODES]
    return result


def settle_parked(session: AnySession, wamids: Sequence[str]) -> dict[UUID, UUID]:
    """Apply statuses that came before their message; {message: conversation} of what changed."""
    waiting = statuses.wamids_with_events(session, list(wamids)) if wamids else []
    return _settle(session, waiting) if waiting else {}


def _settle(session: AnySession, wamids: list[str]) -> dict[UUID, UUID]:
    settled, failed = statuses.settle(session, wamids), RANK[MessageStatus.FAILED]
    failed_for_good(session, [row.id for row in settled if row.was_rank < failed == row.status_rank])
    arrived_after_all(
        session, {row.id: row.conversation_id for row in settled if row.was_rank == failed < row.status_rank}
    )
    return {row.id: row.conversation_id for row in settled}


def _row(update: StatusUpdate, callback: UUID | None) -> dict[str, Any]:
    # What stands in a column is not kept twice.
    told = {"id": update.wamid, "status": update.status}
    if callback is not None:
        told["biz_opaque_callback_data"] = update.callback_data or ""
    return {
        "wamid": update.wamid,
        "status": update.status,
        "timestamp": update.timestamp,
        "participant": update.participant,
        "phone_number_id": update.source.phone_number_id,
        "callback_message_id": callback,
        "error": update.error,
        "raw": {name: value for name, value in update.raw.items() if value != told.get(name)},
    }


def _correct_conversations(session: AnySession, failures: Sequence[StatusUpdate]) -> set[UUID]:
    """Believe Meta about window, marketing, blocks, files and templates; the conversations that changed."""
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
