"""Conversations and messages as JSON, for the API and live events alike, as docs/contract.md section 3 says.

The dicts are written by hand rather than dumped by marshmallow, for speed: every page and every event needs
them. The schemas in ``conversations.object_schemas`` describe the same objects; a test compares the two.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from livechat.conversations.queries.change_rows import changes_by_id
from livechat.conversations.queries.thread_pages import MESSAGE_COLUMNS, messages_by_id
from livechat.core.session import AnySession
from livechat.domain.clock import rfc3339
from livechat.domain.service_window import is_window_open, window_end
from livechat.files.show import content_with_media
from livechat.models import Message, MessageChange

Json = dict[str, Any]


# What ``conversation_json`` is given of a conversation's row, in this order.
CONVERSATION_COLUMNS = (
    *("id", "user_id", "phone_number_id", "customer_phone", "customer_user_id", "customer_username"),
    *("customer_name", "last_message_time", "unread_count", "counted_total", "waiting_since"),
    *("last_inbound_at", "window_refused_at", "gone_at", "marketing_opt_out", "is_blocked", "status"),
    *("snoozed_until", "version"),
)


def conversation_json(row: Sequence[Any], ornaments: Json, now: datetime) -> Json:
    """A conversation: its own row, ids and most times as texts, and its ``ornaments``."""
    # fmt: off
    (
        id_, user_id, phone_number_id, customer_phone, customer_user_id, customer_username, customer_name,
        last_message_time, unread_count, counted, waiting_since, heard_at, refused_at, gone_at,
        marketing_opt_out, is_blocked, status, snoozed_until, version,
    ) = row
    # fmt: on
    # A customer who has no id any more cannot be written to.
    window_is_open = gone_at is None and is_window_open(heard_at, refused_at, now)
    read = ornaments["read_total"]
    return {
        "id": id_,
        "user_id": user_id,
        "phone_number_id": phone_number_id,
        "customer_phone": customer_phone,
        "customer_user_id": customer_user_id,
        "customer_username": customer_username,
        "customer_name": customer_name,
        "last_message_time": rfc3339(last_message_time),
        "unread_count": unread_count,
        "my_unread_count": counted - read if read is not None else None,
        "counted_total": counted,
        "waiting_since": rfc3339(waiting_since),
        "window_expires_at": rfc3339(window_end(heard_at, refused_at)) if window_is_open else None,
        "marketing_opt_out": marketing_opt_out,
        "is_blocked": is_blocked,
        "status": status,
        "snoozed_until": rfc3339(snoozed_until),
        "version": version,
        **ornaments,
    }


def draft_json(text: str, reply_to: UUID | str | None, updated_at: datetime | str) -> Json:
    """A draft, for the user who writes it."""
    return {
        "text": text,
        "reply_to": str(reply_to) if reply_to is not None else None,
        "updated_at": rfc3339(updated_at),
    }


def message_json(row: Sequence[Any]) -> Json:
    """A message, from the first ``MESSAGE_COLUMNS`` of ``message_columns``, plain or not."""
    # fmt: off
    (
        id_, conversation_id, wamid, direction, origin, message_type, text, content, status, error,
        timestamp, sent_at, delivered_at, read_at, failed_at, client_message_id, resend_of, sent_by,
        sender_name, reply_to, reactions, media, card_files,
    ) = row
    # fmt: on
    return {
        "id": str(id_),
        "conversation_id": str(conversation_id),
        "wamid": wamid,
        "direction": direction,
        "origin": origin,
        "message_type": message_type,
        "text": text,
        "content": content_with_media(content, media, card_files),
        "status": status,
        "error": error,
        "timestamp": rfc3339(timestamp),
        "sent_at": rfc3339(sent_at),
        "delivered_at": rfc3339(delivered_at),
        "read_at": rfc3339(read_at),
        "failed_at": rfc3339(failed_at),
        "client_message_id": client_message_id,
        # Nobody of ours for inbound, echoes and history.
        "sent_by": {"kind": "member", "id": str(sent_by), "name": sender_name}
        if sent_by is not None
        else None,
        # Our id of the quoted message.
        "reply_to": str(reply_to) if reply_to is not None else None,
        "resend_of": str(resend_of) if resend_of is not None else None,
        "reactions": reactions or [],
    }


def _sender_json(user_id: UUID | str | None, name: str | None) -> Json | None:
    """Who wrote a message, by the name of today; nobody of ours wrote what came in, echoes and history."""
    return {"kind": "member", "id": str(user_id), "name": name} if user_id is not None else None


def earlier_texts_json(message: Message, edits: Sequence[MessageChange]) -> list[Json]:
    """What a message said before each of its ``edits``, the oldest first; empty for a deleted message.

    ``edits`` are sorted by their time, but may have come in any order: the original text is kept with the
    edit that came first. Every edit but the last was replaced by the next one.
    """
    if not edits or "revoked_at" in message.content:
        return []
    original = next(
        (edit.previous for edit in edits if edit.previous and "edited_at" not in edit.previous["content"]), {}
    )
    texts = [original.get("text"), *(edit.text for edit in edits[:-1])]
    return [{"text": text, "until": rfc3339(edit.timestamp)} for text, edit in zip(texts, edits, strict=True)]


def row_json(row: Row[Any]) -> Json:
    """A message, from a row of ``conversations.queries.thread_pages.message_columns``."""
    return message_json(row[:MESSAGE_COLUMNS])


def messages_json(session: AnySession, message_ids: Sequence[UUID]) -> dict[UUID, Json]:
    """{id: message} for these ids, in one statement; unknown ids are left out."""
    return {row.id: row_json(row) for row in messages_by_id(session, message_ids)}


def changes_json(session: AnySession, change_ids: Collection[UUID]) -> dict[UUID, Json]:
    """{id: change} for these ids, in one statement; unknown ids are left out.

    A value has the shape in which the conversation shows it: an assignee, a team or a label with its name
    of today, a status as its word, a snooze as ``{snoozed_until, snooze_kind}``.
    """
    return {row.id: _change_json(row) for row in changes_by_id(session, change_ids)}


def _change_json(row: Row[Any]) -> Json:
    actor_id = str(row.actor_id) if row.actor_id is not None else None
    return {
        "id": str(row.id),
        "operation_id": str(row.operation_id),
        "conversation_id": str(row.conversation_id),
        "at": rfc3339(row.at),
        "actor": {"kind": row.actor_kind, "id": actor_id, "name": row.actor_name},
        "field": row.field,
        "from": row.was,
        "to": row.becomes,
        "cause": row.cause,
    }
