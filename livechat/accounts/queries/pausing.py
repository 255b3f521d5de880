"""Stopping and resuming numbers, each in one statement that says which of them it concerned.

Of a number's state the newest word stands: ``paused_at`` and ``resumed_at`` are the times of the words,
Meta's where it was Meta who spoke. Those are whole seconds, cut off: within one second nothing is older.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, or_, select, update

from livechat.core.session import AnySession
from livechat.models import Message, PhoneNumber, WabaAccount

# Our own word, beside Meta's codes, for what a new token mends.
TOKEN_UNREADABLE = "The stored access token cannot be read"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a number stops: ``title`` is Meta's word, ``sentence`` one for the people who run the number.

    ``code`` is Meta's, None where the trouble is our own. ``at`` is the time of the word, by Meta's clock or
    the database's. ``token_used`` is the ciphertext of the token that met it, and ``sent_at`` the time of the
    send that did: None where no call of ours is concerned.
    """

    code: int | None
    title: str
    sentence: str
    at: datetime
    token_used: str | None = None
    sent_at: datetime | None = None


def pause(
    session: AnySession, phone_number_id: str, complaint: Complaint, *, whole_account: bool
) -> list[str]:
    """Pause a connected number, or all of its account; those that the complaint is not too old for."""
    concerned = PhoneNumber.phone_number_id == phone_number_id
    if whole_account:
        account = select(PhoneNumber.account_id).where(concerned)
        concerned = PhoneNumber.account_id == account.scalar_subquery()
    paused = session.execute(
        update(PhoneNumber)
        .where(
            concerned,
            PhoneNumber.status == "connected",
            _is_newest(complaint),
            *_is_of_this_token(complaint),
        )
        .values(
            status="paused",
            paused_at=func.least(complaint.at, func.clock_timestamp()),
            paused_code=complaint.code,
            paused_title=complaint.title,
            paused_reason=complaint.sentence,
        )
        .returning(PhoneNumber.phone_number_id)
        .execution_options(synchronize_session=False)
    )
    return list(paused.scalars())


def _is_newest(complaint: Complaint) -> ColumnElement[bool]:
    resumed_at: Any = PhoneNumber.resumed_at
    is_whole_second = complaint.at.microsecond == 0
    if is_whole_second and (complaint.sent_at is None or complaint.sent_at.microsecond == 0):
        resumed_at = func.date_trunc("second", resumed_at)
    elif is_whole_second:
        # The send tells which came first within the second.
        last = func.date_trunc("second", resumed_at)
        is_same = last == complaint.at
        return or_(
            resumed_at.is_(None),
            last < complaint.at,
            is_same & (literal(complaint.sent_at) >= resumed_at),
        )
    return or_(resumed_at.is_(None), resumed_at <= complaint.at)


def _is_of_this_token(complaint: Complaint) -> Sequence[ColumnElement[bool]]:
    """What an older token met says nothing of the one that there is now."""
    conditions = []
    if complaint.token_used is not None:
        present = select(WabaAccount.access_token_encrypted).where(WabaAccount.id == PhoneNumber.account_id)
        conditions.append(present.scalar_subquery() == complaint.token_used)
    if complaint.sent_at is not None:
        since = select(WabaAccount.token_set_at).where(WabaAccount.id == PhoneNumber.account_id)
        conditions.append(
            func.coalesce(since.scalar_subquery(), complaint.sent_at) <= literal(complaint.sent_at)
        )
    return conditions


def sent_at(session: AnySession, wamid: str) -> datetime | None:
    """When a message of ours was sent; None where it is not known here, as one of another app's."""
    return session.execute(
        select(func.coalesce(Message.sent_at, Message.timestamp)).where(
            Message.wamid == wamid, Message.direction == "outbound"
        )
    ).scalar_one_or_none()


def database_time(session: AnySession) -> datetime:
    """Now, by the clock that numbers are resumed by."""
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now


def resume(session: AnySession, phone_number_id: str, *, at: datetime | None = None) -> list[str]:
    """Let a paused number send again. ``at``: by a word of Meta's, which lifts no pause that is younger."""
    return _resume(session, PhoneNumber.phone_number_id == phone_number_id, at=at)


def resume_of_account(session: AnySession, account_id: UUID, code: int | None) -> list[str]:
    """The same for all numbers of an account that were paused for this reason."""
    return _resume(
        session, PhoneNumber.account_id == account_id, PhoneNumber.paused_code.is_not_distinct_from(code)
    )


def resume_by_token(
    session: AnySession, account_id: UUID, codes: Collection[int], ranges: Collection[tuple[int, int]]
) -> list[str]:
    """The same for those that a token has stopped, by Meta's codes or because no key of ours opened it."""
    return _resume(
        session,
        PhoneNumber.account_id == account_id,
        or_(
            PhoneNumber.paused_code.is_(None) & (PhoneNumber.paused_title == TOKEN_UNREADABLE),
            PhoneNumber.paused_code.in_(codes),
            *(PhoneNumber.paused_code.between(low, high) for low, high in ranges),
        ),
    )


def _resume(session: AnySession, *which: ColumnElement[bool], at: datetime | None = None) -> list[str]:
    now = func.clock_timestamp()
    younger = [] if at is None else [func.date_trunc("second", PhoneNumber.paused_at) <= literal(at)]
    resumed = session.execute(
        update(PhoneNumber)
        .where(*which, *younger, PhoneNumber.status == "paused")
        .values(
            status="connected",
            paused_at=None,
            paused_code=None,
            paused_title=None,
            paused_reason=None,
            resumed_at=now if at is None else func.least(at, now),
        )
        .returning(PhoneNumber.phone_number_id)
        .execution_options(synchronize_session=False)
    )
    return list(resumed.scalars())
