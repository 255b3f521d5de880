"""Pauses and resumes numbers, each in one statement that returns the numbers it changed.

The newest complaint or resumption counts. ``paused_at`` and ``resumed_at`` are when it was said, by Meta's
clock if Meta said it. Meta's times are cut to whole seconds: within one second nothing is older.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, or_, select, update

from livechat.core.session import AnySession
from livechat.models import Message, PhoneNumber, WabaAccount

# Our own title, beside Meta's codes, for trouble that a new token mends.
TOKEN_UNREADABLE = "The stored access token cannot be read"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Complaint:
    """Why a number is paused: ``title`` is Meta's, ``sentence`` is for the people who run the number.

    ``code`` is Meta's, None if the trouble is our own. ``at`` is when it was said, by Meta's clock or the
    database's. ``token_used`` is the ciphertext of the token that was refused, and ``sent_at`` the time of
    the send that was: None if it is about no call of ours.
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
    """Pause a connected number, or all of its account, unless the complaint is too old; returns which."""
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
        # Within the same second, the time of the send decides.
        last = func.date_trunc("second", resumed_at)
        is_same = last == complaint.at
        return or_(
            resumed_at.is_(None),
            last < complaint.at,
            is_same & (literal(complaint.sent_at) >= resumed_at),
        )
    return or_(resumed_at.is_(None), resumed_at <= complaint.at)


def _is_of_this_token(complaint: Complaint) -> Sequence[ColumnElement[bool]]:
    """A complaint about an older token says nothing of the present one."""
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
    """When a message of ours was sent; None if we do not know it, as one that another app sent."""
    return session.execute(
        select(func.coalesce(Message.sent_at, Message.timestamp)).where(
            Message.wamid == wamid, Message.direction == "outbound"
        )
    ).scalar_one_or_none()


def database_time(session: AnySession) -> datetime:
    """Now, by the database's clock, which also times resumptions."""
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now


def resume(session: AnySession, phone_number_id: str, *, at: datetime | None = None) -> list[str]:
    """Let a paused number send again. ``at`` is the time at which Meta said so: a younger pause stays."""
    return _resume(session, PhoneNumber.phone_number_id == phone_number_id, at=at)


def resume_of_account(session: AnySession, account_id: UUID, code: int | None) -> list[str]:
    """The same for all numbers of an account that were paused with this code."""
    return _resume(
        session, PhoneNumber.account_id == account_id, PhoneNumber.paused_code.is_not_distinct_from(code)
    )


def resume_by_token(
    session: AnySession, account_id: UUID, codes: Collection[int], ranges: Collection[tuple[int, int]]
) -> list[str]:
    """The same for those paused for their token: by these codes, or because no key of ours decrypted it."""
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
