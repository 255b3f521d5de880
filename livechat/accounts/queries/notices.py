"""Notices about accounts and numbers, and the columns of a number that tell of its state at Meta."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Text, and_, bindparam, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert
from sqlalchemy.orm import aliased

from livechat.core.session import AnySession
from livechat.core.sql.plain_rows import Prepared
from livechat.models import AccountNotice, PhoneNumber, WabaAccount


def save_notices(session: AnySession, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Keep the newest notice of each code; returns the codes whose row was written."""
    won: set[str] = set()
    for row in rows:
        statement = insert(AccountNotice).values(**row)
        fresh = statement.excluded
        code = session.execute(
            statement.on_conflict_do_update(
                index_elements=[
                    AccountNotice.waba_id,
                    AccountNotice.phone_number_id,
                    AccountNotice.code,
                ],
                set_={name: fresh[name] for name in ("severity", "title", "detail", "happened_at", "until")},
                where=AccountNotice.happened_at <= fresh.happened_at,
            ).returning(AccountNotice.code)
        ).scalar_one_or_none()
        if code is not None:
            won.add(code)
    return won


def told_later(session: AnySession, waba_id: str, code: str, at: datetime) -> set[str]:
    """Numbers with a notice of this code that is younger than ``at``; "" stands for the whole account."""
    return set(
        session.execute(
            select(AccountNotice.phone_number_id).where(
                AccountNotice.waba_id == waba_id, AccountNotice.code == code, AccountNotice.happened_at > at
            )
        ).scalars()
    )


def settle(
    session: AnySession, waba_id: str, phone_number_ids: Collection[str], codes: Collection[str]
) -> None:
    """Take down the notices of these codes, because people say so; the number "" is the whole account."""
    save_notices(
        session,
        [
            {
                "waba_id": waba_id,
                "phone_number_id": number,
                "code": code,
                "severity": None,
                "title": "",
                "detail": "",
                "happened_at": func.clock_timestamp(),
                "until": None,
            }
            for number in phone_number_ids
            for code in codes
        ],
    )


class Notice(NamedTuple):
    """A notice that stands now, of a number or of its account."""

    code: str
    severity: str
    title: str
    detail: str
    happened_at: datetime
    until: datetime | None


def notices_of_numbers(session: AnySession, phone_number_ids: Collection[str]) -> dict[str, list[Notice]]:
    """{phone_number_id: the notices that stand now of it and of its account}, newest first, in one statement.

    Of each code the newest notice stands, whether it is of the number or of the whole account.
    """
    found: dict[str, list[Notice]] = {number: [] for number in phone_number_ids}
    if not found:
        return found
    session.flush()
    for number, *notice in _notices().rows(session, numbers=list(found)):
        found[number].append(Notice(*notice))
    return found


@cache
def _notices() -> Prepared:
    numbers: Any = bindparam("numbers", type_=ARRAY(Text()))
    words = (
        select(PhoneNumber.phone_number_id.label("number"), AccountNotice)
        .ext(distinct_on(PhoneNumber.phone_number_id, AccountNotice.code))
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .join(
            AccountNotice,
            and_(
                AccountNotice.waba_id == WabaAccount.waba_id,
                AccountNotice.phone_number_id.in_(["", PhoneNumber.phone_number_id]),
            ),
        )
        .where(PhoneNumber.phone_number_id == func.any(cast(numbers, ARRAY(Text()))))
        .order_by(
            PhoneNumber.phone_number_id,
            AccountNotice.code,
            AccountNotice.happened_at.desc(),
            # Of two notices of one second, the one that says trouble stands.
            AccountNotice.severity.is_(None),
        )
        .subquery()
    )
    newest = aliased(AccountNotice, words)
    return Prepared(
        select(words.c.number, *(getattr(newest, name) for name in Notice._fields))
        .where(newest.severity.is_not(None), or_(newest.until.is_(None), newest.until > func.now()))
        .order_by(newest.happened_at.desc(), newest.code)
    )


def active_notice(session: AnySession, phone_number_id: str, codes: Collection[str]) -> Notice | None:
    """The newest notice with one of these codes that stands now for the number; None if there is none."""
    return next(
        (
            notice
            for notice in notices_of_numbers(session, [phone_number_id])[phone_number_id]
            if notice.code in codes
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """A number of a WABA that somebody has connected."""

    phone_number_id: str
    display_digits: str
    paused_code: int | None


def numbers_of_waba(session: AnySession, waba_id: str) -> list[KnownNumber]:
    """Every connected number of the WABA, whoever its owner is."""
    rows = session.execute(
        select(PhoneNumber.phone_number_id, PhoneNumber.display_digits, PhoneNumber.paused_code)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(WabaAccount.waba_id == waba_id)
        .order_by(PhoneNumber.phone_number_id)
    )
    return [KnownNumber(*row) for row in rows]


def waba_of_number(session: AnySession, phone_number_id: str) -> str | None:
    """Meta's id of the WABA that a connected number belongs to; None if the number is not connected."""
    return session.execute(
        select(WabaAccount.waba_id)
        .join(PhoneNumber, PhoneNumber.account_id == WabaAccount.id)
        .where(PhoneNumber.phone_number_id == phone_number_id)
    ).scalar_one_or_none()


def save_facts(session: AnySession, phone_number_ids: Collection[str], facts: Mapping[str, Any]) -> bool:
    """Write ``facts``, {column: value}, to the numbers' rows; False if all had these values already."""
    if not facts or not phone_number_ids:
        return False
    columns = PhoneNumber.__table__.c
    differs = or_(*(columns[name].is_distinct_from(value) for name, value in facts.items()))
    changed = session.execute(
        update(PhoneNumber)
        .where(PhoneNumber.phone_number_id.in_(phone_number_ids), differs)
        .values(**facts)
        .returning(PhoneNumber.phone_number_id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(changed)


def want_refresh(session: AnySession, phone_number_ids: Collection[str]) -> None:
    """Mark these numbers as due: Meta is asked about them soon."""
    session.execute(
        update(PhoneNumber)
        .where(PhoneNumber.phone_number_id.in_(phone_number_ids))
        .values(refresh_due_at=func.clock_timestamp())
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class RefreshClaim:
    """A number about which the holder of the claim asks Meta now."""

    account_id: UUID
    access_token_encrypted: str
    is_new: bool
    history_asked: bool
    contacts_asked: bool
    claimed_at: datetime


def claim_refresh(session: AnySession, phone_number_id: str, again_s: float) -> RefreshClaim | None:
    """Claim a number's refresh, and make it due again in ``again_s`` seconds; None if it is not due.

    ``is_new`` is True within 24 hours of connecting: for so long Meta gives what the phone app holds.
    """
    row = session.execute(
        update(PhoneNumber)
        .where(
            PhoneNumber.phone_number_id == phone_number_id,
            PhoneNumber.refresh_due_at <= func.clock_timestamp(),
            WabaAccount.id == PhoneNumber.account_id,
        )
        .values(refresh_due_at=func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, again_s))
        .returning(
            PhoneNumber.account_id,
            WabaAccount.access_token_encrypted,
            PhoneNumber.created_at > func.now() - func.make_interval(0, 0, 0, 0, 24),
            PhoneNumber.app_history_asked_at.is_not(None),
            PhoneNumber.app_contacts_asked_at.is_not(None),
            func.clock_timestamp(),
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return RefreshClaim(*row) if row is not None else None


def due_numbers(session: AnySession, limit: int) -> list[str]:
    """Up to ``limit`` numbers whose refresh is due, longest due first."""
    return list(
        session.execute(
            select(PhoneNumber.phone_number_id)
            .where(PhoneNumber.refresh_due_at <= func.clock_timestamp())
            .order_by(PhoneNumber.refresh_due_at)
            .limit(limit)
        ).scalars()
    )


def note_app_sync(session: AnySession, phone_number_id: str, column: str) -> None:
    """Record in ``column`` that Meta was asked for the phone app's chats or contacts: it gives them once."""
    session.execute(
        update(PhoneNumber)
        .where(PhoneNumber.phone_number_id == phone_number_id)
        .values({column: func.clock_timestamp()})
        .execution_options(synchronize_session=False)
    )


def restrictions_over(session: AnySession, code: str, paused_code: int) -> list[str]:
    """Numbers paused with ``paused_code`` whose restriction, told by the notice ``code``, has ended.

    A number that was paused after that end was paused for something else.
    """
    rows: Sequence[Row[Any]] = session.execute(
        select(PhoneNumber.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .join(AccountNotice, AccountNotice.waba_id == WabaAccount.waba_id)
        .where(
            PhoneNumber.status == "paused",
            PhoneNumber.paused_code == paused_code,
            AccountNotice.code == code,
            AccountNotice.phone_number_id.in_(["", PhoneNumber.phone_number_id]),
            AccountNotice.severity.is_not(None),
            AccountNotice.until <= func.now(),
            PhoneNumber.paused_at <= func.greatest(AccountNotice.happened_at, AccountNotice.until),
        )
    ).all()
    return [row.phone_number_id for row in rows]
