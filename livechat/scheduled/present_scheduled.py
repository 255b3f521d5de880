"""Scheduled messages as JSON."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from livechat.core.session import AnySession
from livechat.domain.clock import rfc3339
from livechat.models import ScheduledMessage
from livechat.scheduled.queries import scheduled_by_id

Json = dict[str, Any]


def scheduled_json(session: AnySession, ids: Collection[UUID]) -> dict[UUID, Json]:
    """{id: scheduled message} for these ids, in one statement; unknown ids are left out."""
    return {
        row.ScheduledMessage.id: _json(row.ScheduledMessage, row.author_name)
        for row in scheduled_by_id(session, ids)
    }


def _json(row: ScheduledMessage, author: str | None) -> Json:
    return {
        "id": str(row.id),
        "phone_number_id": row.phone_number_id,
        "conversation_id": str(row.conversation_id),
        "author": {"user_id": str(row.user_id), "name": author},
        "state": row.state,
        "send_at": rfc3339(row.send_at),
        "cancel_if_customer_writes": row.cancel_if_customer_writes,
        "message_type": row.message_type,
        "text": row.text,
        "content": row.content,
        "reply_to": row.reply_to,
        "client_message_id": row.client_message_id,
        "message_id": str(row.message_id) if row.message_id is not None else None,
        "reason": row.reason,
        "detail": row.detail,
        "created_at": rfc3339(row.created_at),
        "ended_at": rfc3339(row.ended_at),
    }
