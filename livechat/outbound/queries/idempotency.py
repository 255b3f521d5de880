"""Finding the message that an earlier request with the same key has stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from livechat.core.session import AnySession
from livechat.models import Message


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message that was stored under one of the keys, and the digest of the request that made it."""

    message_id: UUID
    conversation_id: UUID
    request_digest: str | None


def find_earlier(
    session: AnySession,
    user_id: UUID,
    phone_number_id: str,
    *,
    idempotency_key: str | None,
    client_message_id: str | None,
) -> Sequence[Earlier]:
    """What this user has stored on this number under either key: none, one, or two different messages."""
    matches = []
    if idempotency_key is not None:
        matches.append(Message.idempotency_key == idempotency_key)
    if client_message_id is not None:
        matches.append(Message.client_message_id == client_message_id)
    if not matches:
        return []
    rows = session.execute(
        select(Message.id, Message.conversation_id, Message.request_digest).where(
            Message.sent_by == user_id, Message.phone_number_id == phone_number_id, or_(*matches)
        )
    )
    return [Earlier(*row) for row in rows]
