"""The statements that move an outbound message: claimed, recorded, released, given up, found again.

At most one message of a conversation is ``sending`` (a unique index), and only the oldest outstanding one can
become it: that is the lock that keeps the order. It lies in the database and has a deadline, so it does not
outlive its holder. Times are the database's: several machines' clocks would disagree about what is due.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, and_, exists, func, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from livechat.domain.status import RANK, MessageStatus
from livechat.models import Conversation, Message, MessageReaction, PhoneNumber
from livechat.queries.session import AnySession

SENT_RANK = RANK[MessageStatus.SENT]
UNKNOWN_RANK = RANK[MessageStatus.UNKNOWN]


@dataclass(frozen=True, slots=True)
class Claim:
    """One message that is ours to send until the deadline, with all that the call needs."""

    message_id: UUID
    conversation_id: UUID
    phone_number_id: str
    message_type: str
    content: dict[str, Any]
    reply_to_wamid: str | None
    attempt: int
    to_phone: str | None
    to_user_id: str | None
    group_id: str | None
    access_token_encrypted: str


# This statement and the next run for every single send, so they are SQL as it stands: building them from
# expressions took several times as long as running them.
_CLAIM_HEAD = """
    UPDATE chat_messages m SET
        status = 'sending', status_rank = 10, attempts = m.attempts + 1,
        claimed_until = clock_timestamp() + make_interval(secs => :hold_s)
    FROM head, chat_conversations c, phone_numbers n, waba_accounts a
    -- The status is checked again on the newest version of the row: of two who saw it queued one gets it.
    WHERE m.id = head.id AND m.status = 'queued'
        AND (m.next_attempt_at IS NULL OR m.next_attempt_at <= clock_timestamp())
        AND c.id = m.conversation_id
        AND n.phone_number_id = m.phone_number_id AND n.status = 'connected' AND a.id = n.account_id
    RETURNING m.id, m.conversation_id, m.phone_number_id, m.message_type, m.content, m.reply_to_wamid,
        m.attempts, c.customer_phone, c.customer_user_id, c.group_id, a.access_token_encrypted
"""
_CLAIM = sql(
    f"""
    WITH head AS (
        SELECT id FROM chat_messages
        WHERE conversation_id = :conversation AND direction = 'outbound' AND status IN ('queued', 'sending')
        ORDER BY seq LIMIT 1
    ) {_CLAIM_HEAD}
    """  # noqa: S608  # a constant of this module
)
# What has waited longer is the sweep's; without a bound every look would walk past paused numbers' backlogs.
_CLAIM_WAITING = sql(
    f"""
    WITH head AS (
        SELECT m.id FROM chat_messages m JOIN phone_numbers n USING (phone_number_id)
        WHERE m.direction = 'outbound' AND m.status IN ('queued', 'sending') AND m.status = 'queued'
            AND m.next_attempt_at <= now() AND m.next_attempt_at > now() - interval '5 minutes'
            AND n.status = 'connected'
            -- Not NOT EXISTS: without statistics that becomes a walk over everything outstanding.
            AND m.seq = (
                SELECT e.seq FROM chat_messages e
                WHERE e.conversation_id = m.conversation_id AND e.direction = 'outbound'
                    AND e.status IN ('queued', 'sending')
                ORDER BY e.seq LIMIT 1)
        ORDER BY m.next_attempt_at LIMIT 1
        FOR UPDATE OF m SKIP LOCKED
    ) {_CLAIM_HEAD}
    """  # noqa: S608  # a constant of this module
)


def claim_next(session: AnySession, conversation_id: UUID, hold_s: float) -> Claim | None:
    """Claim the conversation's oldest outstanding message for ``hold_s`` seconds; commit at once.

    None when there is none, it is someone else's, not due yet, or its number is paused. Raises IntegrityError
    (uq_chat_messages_sending) where another claim of the conversation got in between: that is a None as well.
    """
    row = session.execute(_CLAIM, {"conversation": conversation_id, "hold_s": hold_s}).one_or_none()
    return Claim(*row) if row is not None else None


def claim_waiting(session: AnySession, hold_s: float) -> Claim | None:
    """Claim the message that has been due longest, of whatever conversation, as ``claim_next`` does."""
    row = session.execute(_CLAIM_WAITING, {"hold_s": hold_s}).one_or_none()
    return Claim(*row) if row is not None else None


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """``wamid`` is the row's now; ``has_news`` says that statuses of it came before it was known."""

    wamid: str | None
    has_news: bool


_ACCEPTED = sql(
    f"""
    UPDATE chat_messages m SET
        wamid = CASE WHEN EXISTS (SELECT FROM chat_messages o WHERE o.wamid = :wamid AND o.id <> m.id)
                     THEN m.wamid ELSE COALESCE(m.wamid, :wamid) END,
        status = CASE WHEN m.status_rank < {SENT_RANK} THEN 'sent' ELSE m.status END,
        status_rank = GREATEST(m.status_rank, {SENT_RANK}),
        error = CASE WHEN m.status_rank < {SENT_RANK} THEN NULL ELSE m.error END,
        sent_at = COALESCE(m.sent_at, clock_timestamp()),
        claimed_until = NULL, next_attempt_at = NULL
    WHERE m.id = :id
    RETURNING m.wamid, EXISTS (SELECT FROM message_statuses e WHERE e.wamid = :wamid)
    """  # noqa: S608  # a constant of this module
)


def record_accepted(session: AnySession, message_id: UUID, wamid: str) -> AcceptedRow | None:
    """Meta took it. What a status webhook said meanwhile stays, and so does a wamid that it brought.

    A wamid that is another row's is left to that row. None when the message is gone.
    Raises IntegrityError where that other row is committed at the same moment: roll back and call again.
    """
    row = session.execute(_ACCEPTED, {"id": message_id, "wamid": wamid}).one_or_none()
    return AcceptedRow(*row) if row is not None else None


def extend_claim(session: AnySession, message_id: UUID, hold_s: float) -> bool:
    """Hold a claimed message for ``hold_s`` seconds from now, while its file is uploaded. False: too late."""
    return _changed(
        session,
        update(Message)
        .where(Message.id == message_id, Message.status == MessageStatus.SENDING.value)
        .values(claimed_until=func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, hold_s)),
    )


def release(session: AnySession, message_id: UUID, *, wait_s: float, counts: bool = True) -> bool:
    """Put a claimed message back in its queue, due after ``wait_s`` seconds.

    False when it is no longer ``sending``: its deadline passed, or a status webhook was faster. ``counts``
    False takes the attempt back: the trouble was the number's, not the message's.
    """
    return _changed(
        session,
        update(Message)
        .where(Message.id == message_id, Message.status == MessageStatus.SENDING.value)
        .values(
            status=MessageStatus.QUEUED.value,
            status_rank=RANK[MessageStatus.QUEUED],
            claimed_until=None,
            next_attempt_at=func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, wait_s),
            attempts=Message.attempts if counts else func.greatest(Message.attempts - 1, 0),
        ),
    )


def record_failed(
    session: AnySession, message_id: UUID, error: Mapping[str, Any], *, only_unknown: bool = False
) -> bool:
    """It was not sent and will not be. False when a status webhook already knows that Meta took it.

    ``only_unknown`` is for news that comes after the deadline: whatever else the message became meanwhile
    stays.
    """
    here = Message.status == MessageStatus.UNKNOWN.value if only_unknown else Message.status_rank < SENT_RANK
    return _changed(
        session,
        update(Message)
        .where(Message.id == message_id, here)
        .values(
            status=MessageStatus.FAILED.value,
            status_rank=RANK[MessageStatus.FAILED],
            error=dict(error),
            failed_at=func.clock_timestamp(),
            claimed_until=None,
            next_attempt_at=None,
        ),
    )


def record_unknown(session: AnySession, message_id: UUID, error: Mapping[str, Any]) -> bool:
    """Meta may or may not have it. False when something more certain is known already."""
    certain = Message.status_rank >= UNKNOWN_RANK
    return _changed(
        session, update(Message).where(Message.id == message_id, ~certain).values(**_unknown(error))
    )


def expire_claims(session: AnySession, error: Mapping[str, Any]) -> Sequence[tuple[UUID, UUID]]:
    """Make every ``sending`` message whose deadline has passed ``unknown``; (message, conversation) ids.

    Its sender died between the call and the record: it may have been sent, so it is never sent again.
    """
    overdue = (
        select(Message.id)
        .where(sql("status = 'sending'"), Message.claimed_until < func.clock_timestamp())
        # A row that is being recorded at this moment is not overdue after all.
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(Message)
        .where(Message.id.in_(overdue))
        .values(**_unknown(error))
        .returning(Message.id, Message.conversation_id)
        .execution_options(synchronize_session=False)
    ).all()
    return [(row.id, row.conversation_id) for row in rows]


@dataclass(frozen=True, slots=True)
class DueHead:
    """A conversation whose oldest outstanding message may be sent now. ``mark`` names this occasion."""

    conversation_id: UUID
    mark: str


def due_heads(session: AnySession, *, settled_s: float, limit: int) -> Sequence[DueHead]:
    """Conversations on connected numbers that wait for a task, longest due first.

    A message that was never tried is left alone for ``settled_s`` seconds: its own task is still on the way.
    """
    earlier = aliased(Message, name="earlier")
    due_at = func.coalesce(Message.next_attempt_at, Message.created_at)
    settled = func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, settled_s)
    waiting_behind = exists(
        select(earlier.id).where(
            earlier.conversation_id == Message.conversation_id,
            sql("earlier.direction = 'outbound' AND earlier.status IN ('queued', 'sending')"),
            earlier.seq < Message.seq,
        )
    )
    rows = session.execute(
        select(Message.conversation_id, Message.id, due_at.label("due_at"))
        .join(PhoneNumber, PhoneNumber.phone_number_id == Message.phone_number_id)
        .where(
            sql("chat_messages.direction = 'outbound' AND chat_messages.status IN ('queued', 'sending')"),
            Message.status == MessageStatus.QUEUED.value,
            or_(
                Message.next_attempt_at <= settled,
                and_(Message.attempts > 0, Message.next_attempt_at <= func.clock_timestamp()),
                and_(Message.next_attempt_at.is_(None), Message.created_at <= settled),
            ),
            PhoneNumber.status == "connected",
            ~waiting_behind,
        )
        .order_by(due_at)
        .limit(limit)
    ).all()
    return [DueHead(row.conversation_id, f"{row.id}:{row.due_at.timestamp():.6f}") for row in rows]


def record_own_reaction(session: AnySession, claim: Claim, wamid: str) -> None:
    """Meta took our reaction: it now stands on the bubble that it is about. An empty emoji removes it."""
    part = claim.content["reaction"]
    statement = insert(MessageReaction).values(
        wamid=part["message_id"],
        actor="business",
        side="business",
        phone_number_id=claim.phone_number_id,
        emoji=part.get("emoji") or None,
        reacted_at=func.clock_timestamp(),
        event_wamid=wamid,
    )
    fresh = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[MessageReaction.wamid, MessageReaction.actor],
            set_={"emoji": fresh.emoji, "reacted_at": fresh.reacted_at, "event_wamid": fresh.event_wamid},
        )
    )


def record_window_refused(session: AnySession, conversation_id: UUID) -> None:
    """Meta said 131047: its word about the window beats our clock until the customer writes again."""
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(window_refused_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


def _unknown(error: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "status": MessageStatus.UNKNOWN.value,
        "status_rank": UNKNOWN_RANK,
        "error": dict(error),
        "claimed_until": None,
        "next_attempt_at": None,
    }


def _changed(session: AnySession, statement: Any) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return isinstance(result, CursorResult) and result.rowcount == 1
