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
from livechat.conversations.queries.thread_pages import messages_by_id
from livechat.core.session import AnySession
from livechat.domain.clock import rfc3339
from livechat.domain.service_window import is_window_open, window_end
from livechat.files.show import content_with_media
from livechat.models import Conversation, Draft, Message, MessageChange

Json = dict[str, Any]


def conversation_json(conversation: Conversation | Row[Any], ornaments: Json, now: datetime) -> Json:
    """A conversation: its own row, and its ``ornaments`` (``conversations.ornaments``)."""
    heard_at, refused_at = conversation.last_inbound_at, conversation.window_refused_at
    # A customer who has no id any more cannot be written to.
    window_is_open = conversation.gone_at is None and is_window_open(heard_at, refused_at, now)
    counted, read = conversation.counted_total, ornaments["read_total"]
    return {
        "id": str(conversation.id),
        "user_id": str(conversation.user_id),
        "phone_number_id": conversation.phone_number_id,
        "customer_phone": conversation.customer_phone,
        "customer_user_id": conversation.customer_user_id,
        "customer_username": conversation.customer_username,
        "customer_name": conversation.customer_name,
        "last_message_time": rfc3339(conversation.last_message_time),
        "unread_count": conversation.unread_count,
        "my_unread_count": counted - read if read is not None else None,
        "counted_total": counted,
        "waiting_since": rfc3339(conversation.waiting_since),
        "window_expires_at": rfc3339(window_end(heard_at, refused_at)) if window_is_open else None,
        "marketing_opt_out": conversation.marketing_opt_out,
        "is_blocked": conversation.is_blocked,
        "status": conversation.status,
        "snoozed_until": rfc3339(conversation.snoozed_until),
        "version": conversation.version,
        **ornaments,
    }


def draft_json(draft: Draft) -> Json:
    """A draft, for the user who writes it."""
    return {
        "text": draft.text,
        "reply_to": str(draft.reply_to) if draft.reply_to is not None else None,
        "updated_at": rfc3339(draft.updated_at),
    }


def message_json(
    message: Message | Row[Any],
    *,
    reply_to: UUID | None = None,
    reactions: Sequence[Json] | None = None,
    media: Json | None = None,
    card_files: Json | None = None,
) -> Json:
    """A message, from an ORM object or a row. ``reply_to`` is our id of the quoted message.

    ``reactions`` is a list of ``{"from", "emoji"}``, ``media`` the file's columns, ``card_files`` those of a
    template's cards. ``row_json`` takes all of them from a row.
    """
    return {
        "id": str(message.id),
        "conversation_id": str(message.conversation_id),
        "wamid": message.wamid,
        "direction": message.direction,
        "origin": message.origin,
        "message_type": message.message_type,
        "text": message.text,
        "content": content_with_media(message.content, media, card_files),
        "status": message.status,
        "error": message.error,
        "timestamp": rfc3339(message.timestamp),
        "sent_at": rfc3339(message.sent_at),
        "delivered_at": rfc3339(message.delivered_at),
        "read_at": rfc3339(message.read_at),
        "failed_at": rfc3339(message.failed_at),
        "client_message_id": message.client_message_id,
        "reply_to": str(reply_to) if reply_to is not None else None,
        "resend_of": str(message.resend_of) if message.resend_of is not None else None,
        "reactions": list(reactions) if reactions else [],
    }


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
    return message_json(
        row, reply_to=row.reply_to, reactions=row.reactions, media=row.media, card_files=row.card_files
    )


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
