"""The statements that move an outbound message: claimed, recorded, released, given up, found again.

A claim is a sender's hold of one message. At most one message of a conversation is ``sending`` (a unique
index), and only the oldest outstanding one can become it: that lock keeps the order. It lies in the database
and has a deadline, so it does not outlive its holder. Times are the database's: several machines' clocks
would disagree about what is due.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, and_, exists, func, or_, select, true, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from livechat.core.session import AnySession
from livechat.domain.status import RANK, MessageStatus
from livechat.models import Conversation, Message, MessageReaction, PhoneNumber

SENT_RANK = RANK[MessageStatus.SENT]
UNKNOWN_RANK = RANK[MessageStatus.UNKNOWN]


@dataclass(frozen=True, slots=True)
class Claim:
    """One message that this sender holds until the claim expires, with all that the call needs."""

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
    throughput_level: str | None
    on_business_app: bool
    account_id: UUID
    claimed_by: str | None
    claimed_at: datetime


# Statements that run for every send are written as SQL: building them from expressions took several times as
# long as running them.
_CLAIM = sql(
    """
    WITH head AS (
        SELECT m.id FROM unnest(CAST(:conversations AS uuid[])) AS wanted (id)
        CROSS JOIN LATERAL (
            SELECT o.id FROM chat_messages o
            WHERE o.conversation_id = wanted.id AND o.direction = 'outbound'
                AND o.status IN ('queued', 'sending')
            ORDER BY o.seq LIMIT 1
        ) oldest
        JOIN chat_messages m ON m.id = oldest.id
        WHERE m.status = 'queued' AND (m.next_attempt_at IS NULL OR m.next_attempt_at <= clock_timestamp())
        -- A locked row is somebody else's work. To wait for it, with other rows locked, could deadlock.
        FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE chat_messages m SET
        status = 'sending', status_rank = 10, attempts = m.attempts + 1, is_uploading = false,
        claimed_until = clock_timestamp() + make_interval(secs => :hold_s), claimed_by = :claimed_by
    FROM head, chat_conversations c, phone_numbers n, waba_accounts a
    -- The status is checked again on the newest version of the row: of two that saw it queued one gets it.
    WHERE m.id = head.id AND m.status = 'queued' AND c.id = m.conversation_id
        AND n.phone_number_id = m.phone_number_id AND n.status = 'connected' AND a.id = n.account_id
    RETURNING m.id, m.conversation_id, m.phone_number_id, m.message_type, m.content, m.reply_to_wamid,
        m.attempts, c.customer_phone, c.customer_user_id, c.group_id, a.access_token_encrypted,
        n.throughput_level, n.on_business_app, a.id, m.claimed_by, clock_timestamp()
    """
)


def claim_heads(
    session: AnySession, conversation_ids: Sequence[UUID], hold_s: float, *, claimed_by: str | None = None
) -> list[Claim]:
    """Claim the oldest outstanding message of each conversation for ``hold_s`` seconds; commit at once.

    Left out are conversations without one, or whose message somebody else holds, is not due yet, or is on a
    paused number. Raises IntegrityError (uq_chat_messages_sending) where another claim in one of them got in
    between: roll back and claim each by itself.
    """
    rows = session.execute(
        _CLAIM, {"conversations": list(conversation_ids), "hold_s": hold_s, "claimed_by": claimed_by}
    )
    return [Claim(*row) for row in rows]


def take_back(
    session: AnySession, conversation_ids: Collection[UUID], *, claimed_by: str, called: Collection[UUID]
) -> dict[UUID, UUID]:
    """Queue again what this sender claimed in these conversations and never sent; {message: conversation}.

    It is for claims whose sender never got the answer, as when the connection broke right behind them.
    ``called`` are the messages that the sender has in hand or has given up: they are left alone. The attempt
    does not count.
    """
    rows = session.execute(
        update(Message)
        .where(
            Message.conversation_id.in_(conversation_ids),
            sql("chat_messages.direction = 'outbound' AND chat_messages.status = 'sending'"),
            Message.claimed_by == claimed_by,
            Message.id.not_in(called),
        )
        .values(**_queued(wait_s=0, counts=False))
        .returning(Message.id, Message.conversation_id)
        .execution_options(synchronize_session=False)
    )
    return {row.id: row.conversation_id for row in rows}


@dataclass(frozen=True, slots=True)
class Head:
    """A conversation whose oldest outstanding message is queued; it may be sent in ``wait_s`` seconds."""

    conversation_id: UUID
    phone_number_id: str
    wait_s: float


_HEADS = sql(
    """
    SELECT m.conversation_id, m.phone_number_id,
        COALESCE(GREATEST(0, extract(epoch FROM m.next_attempt_at - clock_timestamp())), 0)
    FROM unnest(CAST(:conversations AS uuid[])) AS asked (id)
    -- The conversation may have been merged into another since the request.
    LEFT JOIN conversation_aliases survivor ON survivor.id = asked.id
    CROSS JOIN LATERAL (
        SELECT o.* FROM chat_messages o
        WHERE o.conversation_id = COALESCE(survivor.conversation_id, asked.id)
            AND o.direction = 'outbound' AND o.status IN ('queued', 'sending')
        ORDER BY o.seq LIMIT 1
    ) m
    JOIN phone_numbers n ON n.phone_number_id = m.phone_number_id
    WHERE m.status = 'queued' AND n.status = 'connected'
    """
)


def heads_of(session: AnySession, conversation_ids: Sequence[UUID]) -> list[Head]:
    """What is next in these conversations, or in those that they were merged into.

    Left out are conversations with nothing to send, with a message on its way, or on a paused number.
    """
    if not conversation_ids:
        return []
    rows = session.execute(_HEADS, {"conversations": list(conversation_ids)})
    return [Head(conversation_id, number, float(wait_s)) for conversation_id, number, wait_s in rows]


@dataclass(frozen=True, slots=True)
class AcceptedRow:
    """A message that Meta took, after that was recorded. ``wamid`` is the row's now.

    ``was_overtaken``: statuses or quotes of the message were stored before its wamid was known.
    ``has_more``: another message of its conversation is outstanding.
    """

    wamid: str | None
    was_overtaken: bool
    has_more: bool


_ACCEPTED = f"""
    WITH told AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:wamids AS text[])) AS t (id, wamid)
    ), locked AS (
        -- In the order of ids, in which statuses lock messages too.
        SELECT m.id FROM chat_messages m WHERE m.id = ANY(CAST(:ids AS uuid[])) ORDER BY m.id FOR UPDATE
    )
    UPDATE chat_messages m SET
        wamid = CASE WHEN EXISTS (SELECT FROM chat_messages o WHERE o.wamid = told.wamid AND o.id <> m.id)
                     THEN m.wamid ELSE COALESCE(m.wamid, told.wamid) END,
        status = CASE WHEN m.status_rank < {SENT_RANK} THEN 'sent' ELSE m.status END,
        status_rank = GREATEST(m.status_rank, {SENT_RANK}),
        error = CASE WHEN m.status_rank < {SENT_RANK} THEN NULL ELSE m.error END,
        sent_at = COALESCE(m.sent_at, clock_timestamp()),
        claimed_until = NULL, next_attempt_at = NULL
    FROM locked JOIN told ON told.id = locked.id
    WHERE m.id = locked.id
"""  # noqa: S608  # a constant of this module
_WAS_OVERTAKEN = """
    (EXISTS (SELECT FROM message_statuses e WHERE e.wamid = told.wamid)
     OR EXISTS (SELECT FROM chat_messages q WHERE q.reply_to_wamid = told.wamid))
"""
_HAS_MORE = """
    EXISTS (SELECT FROM chat_messages o WHERE o.conversation_id = m.conversation_id AND o.id <> m.id
            AND o.direction = 'outbound' AND o.status IN ('queued', 'sending'))
"""
_ALL_ACCEPTED = sql(f"{_ACCEPTED} RETURNING m.id, m.wamid, {_WAS_OVERTAKEN}, {_HAS_MORE}")
_PLAIN_ACCEPTED = sql(f"{_ACCEPTED} AND NOT {_WAS_OVERTAKEN} RETURNING m.id, m.wamid, false, {_HAS_MORE}")


def record_accepted(
    session: AnySession, wamids: Mapping[UUID, str], *, plain_only: bool = False
) -> dict[UUID, AcceptedRow]:
    """Record that Meta took these messages, {message: wamid}; {message: its row} of those recorded.

    What a status webhook said meanwhile stays, and so does a wamid that it brought. A wamid that another row
    has is left to that row. Messages that are gone are left out. With ``plain_only`` messages of which
    statuses or quotes are stored already are left out too, and not changed. Raises IntegrityError where a row
    with the same wamid is committed at the same moment: roll back and call again.
    """
    statement = _PLAIN_ACCEPTED if plain_only else _ALL_ACCEPTED
    rows = session.execute(statement, {"ids": list(wamids), "wamids": list(wamids.values())})
    return {id_: AcceptedRow(*row) for id_, *row in rows}


def begin_upload(session: AnySession, claim: Claim, hold_s: float) -> bool:
    """Hold a claimed message for ``hold_s`` seconds from now, while a file of it is uploaded; commit at once.

    If the sender dies before ``end_upload``, nothing of the message was sent, and ``requeue_uploads`` queues
    it again. False where the message is no longer under this claim.
    """
    return _held(session, claim, hold_s, is_uploading=True)


def end_upload(session: AnySession, claim: Claim, hold_s: float) -> bool:
    """Hold the message for its own call, now that its files are with Meta. Commit before the call.

    False where the claim was given up meanwhile: the message may be somebody else's and must not be sent.
    """
    return _held(session, claim, hold_s, is_uploading=False)


def _held(session: AnySession, claim: Claim, hold_s: float, *, is_uploading: bool) -> bool:
    # Every claim counts an attempt, and a claim given up during an upload keeps its own: so the number tells
    # this claim from later ones.
    return _changed(
        session,
        update(Message)
        .where(
            Message.id == claim.message_id,
            Message.status == MessageStatus.SENDING.value,
            Message.attempts == claim.attempt,
            true() if is_uploading else Message.is_uploading,
        )
        .values(
            is_uploading=is_uploading,
            claimed_until=func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, hold_s),
        ),
    )


def release(session: AnySession, claim: Claim | UUID, *, wait_s: float, counts: bool = True) -> bool:
    """Put a claimed message back in its queue, due after ``wait_s`` seconds.

    False where it is no longer ``sending`` under this claim: the claim expired, or a status webhook was
    faster. With ``counts`` False the attempt is taken back: the trouble was the number's, not the message's.
    """
    return _changed(
        session,
        update(Message)
        .where(*_is_held_by(claim), Message.status == MessageStatus.SENDING.value)
        .values(**_queued(wait_s=wait_s, counts=counts)),
    )


def _is_held_by(claim: Claim | UUID) -> tuple[ColumnElement[bool], ...]:
    """Whether a row's newest claim is this one: an outcome recorded twice must not touch the next claim.

    An attempt that was taken back gives its number to the next claim, which another process may make; so the
    process is compared too. The same process claims again only after this claim is out of its hands. A
    message's id in place of a claim matches any claim.
    """
    if isinstance(claim, UUID):
        return (Message.id == claim,)
    return (
        Message.id == claim.message_id,
        Message.attempts == claim.attempt,
        Message.claimed_by.is_not_distinct_from(claim.claimed_by),
    )


def _queued(*, wait_s: float, counts: bool) -> dict[str, Any]:
    return {
        "status": MessageStatus.QUEUED.value,
        "status_rank": RANK[MessageStatus.QUEUED],
        "claimed_until": None,
        "is_uploading": False,
        "next_attempt_at": func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, wait_s),
        "attempts": Message.attempts if counts else func.greatest(Message.attempts - 1, 0),
    }


def record_failed(
    session: AnySession, claim: Claim | UUID, error: Mapping[str, Any], *, only_unknown: bool = False
) -> bool:
    """Record that a message was not sent and will not be. False where a status has said that Meta took it.

    ``only_unknown`` is for a refusal that came after the claim expired: it changes an ``unknown`` message
    only.
    """
    here = Message.status == MessageStatus.UNKNOWN.value if only_unknown else Message.status_rank < SENT_RANK
    return _changed(
        session,
        update(Message)
        .where(*_is_held_by(claim), here)
        .values(
            status=MessageStatus.FAILED.value,
            status_rank=RANK[MessageStatus.FAILED],
            error=dict(error),
            failed_at=func.clock_timestamp(),
            claimed_until=None,
            next_attempt_at=None,
        ),
    )


def record_unknown(session: AnySession, claim: Claim | UUID, error: Mapping[str, Any]) -> bool:
    """Record that Meta may or may not have a message. False where something more certain is known already."""
    certain = Message.status_rank >= UNKNOWN_RANK
    return _changed(session, update(Message).where(*_is_held_by(claim), ~certain).values(**_unknown(error)))


def claimants(session: AnySession) -> list[str]:
    """The marks of the processes that hold claims now."""
    held = select(Message.claimed_by).where(sql("status = 'sending'"), Message.claimed_by.is_not(None))
    return [mark for mark in session.execute(held.distinct()).scalars() if mark is not None]


def expire_claims(
    session: AnySession, error: Mapping[str, Any], *, gone: Sequence[str] = (), grace_s: float = 0
) -> Sequence[tuple[UUID, UUID]]:
    """Make ``sending`` messages ``unknown`` whose claim has expired; their (message, conversation) ids.

    Their senders died before they recorded an outcome. The messages may have been sent, so they are never
    sent again by themselves. Processes in ``gone`` have certainly ended: their claims expire ``grace_s``
    seconds after they were made.
    """
    was_long_ago = Message.updated_at < func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, grace_s)
    is_over = or_(
        Message.claimed_until < func.clock_timestamp(), and_(Message.claimed_by.in_(gone), was_long_ago)
    )
    return _given_up(session, is_over, **_unknown(error))


def requeue_uploads(
    session: AnySession, *, gone: Sequence[str] = (), most_attempts: int
) -> Sequence[tuple[UUID, UUID]]:
    """Queue messages again whose senders died during an upload; their (message, conversation) ids.

    Nothing of them was sent: a sender commits ``end_upload`` before the message's own call, and for a claim
    given up here that fails. After ``most_attempts`` claims a message is left to ``expire_claims``: its file
    may be what kills the workers.
    """
    is_over = or_(Message.claimed_until < func.clock_timestamp(), Message.claimed_by.in_(gone))
    return _given_up(
        session,
        and_(Message.is_uploading, Message.attempts < most_attempts, is_over),
        status=MessageStatus.QUEUED.value,
        status_rank=RANK[MessageStatus.QUEUED],
        is_uploading=False,
        claimed_until=None,
        next_attempt_at=func.clock_timestamp(),
    )


def _given_up(session: AnySession, which: Any, **values: Any) -> Sequence[tuple[UUID, UUID]]:
    # A locked row is being recorded at this moment, so it is not overdue after all.
    overdue = select(Message.id).where(sql("status = 'sending'"), which).with_for_update(skip_locked=True)
    rows = session.execute(
        update(Message)
        .where(Message.id.in_(overdue))
        .values(**values)
        .returning(Message.id, Message.conversation_id)
        .execution_options(synchronize_session=False)
    ).all()
    return [(row.id, row.conversation_id) for row in rows]


def due_heads(session: AnySession, *, settled_s: float, limit: int) -> list[Head]:
    """Conversations on connected numbers whose next message is due, the longest due first.

    A message that was never tried is left out for ``settled_s`` seconds: a dispatcher is about to take it.
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
        select(Message.conversation_id, Message.phone_number_id)
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
    return [Head(row.conversation_id, row.phone_number_id, 0.0) for row in rows]


def record_own_reaction(session: AnySession, claim: Claim, wamid: str) -> None:
    """Put our reaction, which Meta took, on the message that it is about. An empty emoji removes it."""
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


def conversation_of(session: AnySession, message_id: UUID) -> UUID | None:
    """The conversation that a message is in now; None where the message is gone."""
    return session.execute(
        select(Message.conversation_id).where(Message.id == message_id)
    ).scalar_one_or_none()


def record_window_refused(session: AnySession, conversation_id: UUID) -> None:
    """Close a conversation's window, since Meta said 131047, until the customer writes again."""
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
