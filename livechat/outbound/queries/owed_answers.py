"""Whether the team owes an answer again, or not after all, once it is known what became of a send."""

from collections.abc import Collection
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import InstrumentedAttribute, aliased

from livechat.accounts.queries.visible import all_numbers, conversation_is_seen
from livechat.core.session import AnySession
from livechat.domain.status import MessageStatus
from livechat.domain.team.conversation_status import ConversationStatus
from livechat.models import Conversation, Message, PhoneNumber

_HUMAN = (
    "{0}.direction = 'outbound' AND {0}.origin IN ('livechat', 'phone_app') "
    "AND {0}.message_type <> 'reaction'"
)

_FAILED = text(
    f"""
    WITH owed AS (
        SELECT failed.conversation_id, min(unsaid.ended_waiting_since) AS since,
               array_agg(unsaid.id) AS messages
        FROM (
            SELECT m.conversation_id, min(m.timestamp) - interval '7 days' AS not_before FROM chat_messages m
            WHERE m.id = ANY(:ids) AND m.status = 'failed' AND {_HUMAN.format("m")}
            GROUP BY m.conversation_id
        ) failed
        -- By arrival: times of the phone app are Meta's.
        CROSS JOIN LATERAL (
            SELECT COALESCE(max(h.seq), 0) AS seq FROM chat_messages h
            WHERE h.conversation_id = failed.conversation_id AND h.timestamp >= failed.not_before
                AND {_HUMAN.format("h")} AND h.status <> 'failed'
        ) said
        JOIN chat_messages unsaid
            ON unsaid.conversation_id = failed.conversation_id AND unsaid.timestamp >= failed.not_before
            AND unsaid.seq > said.seq AND unsaid.status = 'failed'
            AND unsaid.ended_waiting_since IS NOT NULL
        GROUP BY failed.conversation_id
    ), told AS (
        -- Once: somebody may resolve the conversation, and it must not be owed by this again.
        UPDATE chat_messages m SET ended_waiting_since = NULL FROM owed WHERE m.id = ANY(owed.messages)
    )
    UPDATE chat_conversations c SET waiting_since = LEAST(c.waiting_since, owed.since)
    FROM owed WHERE c.id = owed.conversation_id
    """  # noqa: S608  # constants of this module
)
_ARRIVED = text(
    f"""
    UPDATE chat_conversations c SET waiting_since = (
        SELECT i.created_at FROM chat_messages i
        WHERE i.conversation_id = c.id AND i.counts_unread AND i.seq > said.seq ORDER BY i.seq LIMIT 1
    )
    FROM (
        SELECT m.conversation_id, max(m.seq) AS seq FROM chat_messages m
        WHERE m.id = ANY(:ids) AND {_HUMAN.format("m")} GROUP BY m.conversation_id
    ) said
    WHERE c.id = said.conversation_id AND c.waiting_since IS NOT NULL
    """  # noqa: S608  # constants of this module
)


def owe_again(session: AnySession, message_ids: Collection[UUID]) -> None:
    """Where these messages have failed for good and no other answer stands, their customers wait as before.

    They wait since the time that the first of the failed answers had ended. Of several in a row the last to
    fail brings it back. Messages that have not failed change nothing.
    """
    if message_ids:
        session.execute(_FAILED, {"ids": list(message_ids)})


def failed_in_resolved(session: AnySession, message_ids: Collection[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """(who wrote it, conversation, message) of those that have failed as the last answer of a resolved one.

    Who does not see the conversation any more is left out.
    """
    later = aliased(Message)
    answered = (
        select(later.id)
        .where(
            later.conversation_id == Message.conversation_id,
            later.timestamp >= Message.timestamp - timedelta(days=7),
            later.seq > Message.seq,
            later.direction == "outbound",
            later.origin.in_(("livechat", "phone_app")),
            later.message_type != "reaction",
            later.status != MessageStatus.FAILED,
        )
        .correlate(Message)
        .exists()
    )
    # Nobody's equals no member's.
    writer = cast("InstrumentedAttribute[UUID]", Message.sent_by)
    statement = (
        select(writer, Message.conversation_id, Message.id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
    )
    rows = session.execute(
        all_numbers(statement, writer).where(
            Message.id.in_(message_ids),
            Message.status == MessageStatus.FAILED,
            Message.origin == "livechat",
            Message.message_type != "reaction",
            Conversation.status == ConversationStatus.RESOLVED,
            conversation_is_seen(writer),
            ~answered,
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]


def owe_no_more(session: AnySession, message_ids: Collection[UUID]) -> None:
    """These messages count as failed and have reached the customer after all: what came later is owed."""
    if message_ids:
        session.execute(_ARRIVED, {"ids": list(message_ids)})
