"""Statements about numbers and their accounts: what a user may use, and storing a connected number."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from livechat.core.session import AnySession
from livechat.domain.clock import now
from livechat.domain.ids import uuid7
from livechat.models import AccountMember, Conversation, PhoneNumber, WabaAccount


def _unread_of_number() -> Any:
    """A number's unread count, summed over its unread conversations, which have an index of their own."""
    return (
        select(func.coalesce(func.sum(Conversation.unread_count), 0))
        .where(Conversation.phone_number_id == PhoneNumber.phone_number_id, Conversation.unread_count > 0)
        .correlate(PhoneNumber)
        .scalar_subquery()
    )


def phone_numbers_of(session: AnySession, user_id: UUID) -> list[tuple[PhoneNumber, str, int]]:
    """(number, its WABA's id, unread count) of every number that the user may use, in one statement."""
    rows = session.execute(
        select(PhoneNumber, WabaAccount.waba_id, _unread_of_number())
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .join(AccountMember, AccountMember.account_id == WabaAccount.id)
        .where(AccountMember.user_id == user_id)
        .order_by(PhoneNumber.created_at, PhoneNumber.phone_number_id)
    )
    return [(number, waba_id, int(unread)) for number, waba_id, unread in rows]


def phone_number_facts(session: AnySession, phone_number_id: str) -> tuple[PhoneNumber, str, int]:
    """(number, its WABA's id, unread count) of one number, as the database has them now."""
    number, waba_id, unread = session.execute(
        select(PhoneNumber, WabaAccount.waba_id, _unread_of_number())
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(PhoneNumber.phone_number_id == phone_number_id)
        .execution_options(populate_existing=True)
    ).one()
    return number, waba_id, int(unread)


def owner_of_number(session: AnySession, phone_number_id: str) -> UUID | None:
    """The user who has connected the number; None where nobody has."""
    return session.execute(
        select(WabaAccount.user_id)
        .join(PhoneNumber, PhoneNumber.account_id == WabaAccount.id)
        .where(PhoneNumber.phone_number_id == phone_number_id)
    ).scalar_one_or_none()


def store_account(session: AnySession, user_id: UUID, waba_id: str, access_token_encrypted: str) -> UUID:
    """Store the user's account for this WABA, or replace its token; the account's id. The user owns it."""
    statement = insert(WabaAccount).values(
        id=uuid7(),
        user_id=user_id,
        waba_id=waba_id,
        access_token_encrypted=access_token_encrypted,
        token_set_at=func.clock_timestamp(),
        subscribed_at=now(),
    )
    account_id = session.execute(
        statement.on_conflict_do_update(
            index_elements=[WabaAccount.user_id, WabaAccount.waba_id],
            set_={
                "access_token_encrypted": statement.excluded.access_token_encrypted,
                "token_set_at": statement.excluded.token_set_at,
                "subscribed_at": statement.excluded.subscribed_at,
            },
        ).returning(WabaAccount.id)
    ).scalar_one()
    session.execute(
        insert(AccountMember)
        .values(account_id=account_id, user_id=user_id, role="owner")
        .on_conflict_do_nothing()
    )
    return account_id


@dataclass(frozen=True, slots=True)
class NumberData:
    """What Meta says of a number. A field is None or empty where Meta says nothing."""

    phone_number_id: str
    display_phone_number: str
    verified_name: str | None
    quality_rating: str | None
    throughput_level: str | None


def store_number(session: AnySession, user_id: UUID, account_id: UUID, data: NumberData) -> bool | None:
    """Put the number into the account, connected. True: it is new; False: it was the user's; None: another's.

    It is one statement, so that of two users at once exactly one gets the number.
    """
    columns = {
        "account_id": account_id,
        "display_phone_number": data.display_phone_number,
        "display_digits": "".join(c for c in data.display_phone_number if c in "0123456789"),
        "verified_name": data.verified_name,
        "quality_rating": data.quality_rating,
        "throughput_level": data.throughput_level,
        "status": "connected",
        "paused_code": None,
        "paused_title": None,
        "paused_reason": None,
        "paused_at": None,
        "resumed_at": func.clock_timestamp(),
    }
    own_accounts = select(WabaAccount.id).where(WabaAccount.user_id == user_id)
    # ``xmax`` is 0 in a row version that no transaction has updated or locked: this statement inserted it.
    is_new: bool | None = session.execute(
        insert(PhoneNumber)
        .values(phone_number_id=data.phone_number_id, **columns)
        .on_conflict_do_update(
            index_elements=[PhoneNumber.phone_number_id],
            set_=columns,
            where=PhoneNumber.account_id.in_(own_accounts),
        )
        .returning(literal_column("(phone_numbers.xmax = 0)"))
    ).scalar_one_or_none()
    return is_new
