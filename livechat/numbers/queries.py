"""Accounts and numbers of workspaces: what a user may use, and how a number comes to be a workspace's."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from livechat.accounts.queries.membership import owner_of
from livechat.accounts.queries.visible import all_numbers, conversation_is_seen, seat_columns
from livechat.core.session import AnySession
from livechat.core.sql.plain_rows import Prepared
from livechat.domain.clock import now
from livechat.domain.ids import uuid7
from livechat.models import AccountMember, Conversation, PhoneNumber, WabaAccount, WorkspaceMember


def _unread_of_number(*seen: ColumnElement[bool]) -> Any:
    """Summed over the unread conversations only, which have an index of their own; of those that are seen."""
    return (
        select(func.coalesce(func.sum(Conversation.unread_count), 0))
        .where(
            Conversation.phone_number_id == PhoneNumber.phone_number_id, Conversation.unread_count > 0, *seen
        )
        .correlate(PhoneNumber, WorkspaceMember)
        .scalar_subquery()
    )


class NumberRow(NamedTuple):
    """What a number and its account show, and whether the workspace asks for a second factor."""

    phone_number_id: str
    display_phone_number: str
    verified_name: str | None
    status: str
    quality_rating: str | None
    throughput_level: str | None
    messaging_limit: str | None
    paused_code: int | None
    paused_title: str | None
    paused_reason: str | None
    paused_at: datetime | None
    waba_id: str
    workspace_id: str
    asks_factor: bool
    unread_count: int


_OF_NUMBER = NumberRow._fields[: NumberRow._fields.index("waba_id")]


def phone_numbers_of(session: AnySession, user_id: UUID) -> list[NumberRow]:
    """Every number that the user may use with its account and unread count, in one statement.

    Those of workspaces that ask for a second factor are among them, and say so.
    """
    return [NumberRow(*row) for row in _numbers().rows(session, user=user_id)]


@cache
def _numbers() -> Prepared:
    user = bindparam("user", type_=Uuid())
    _workspace_id, _role, asks = seat_columns()
    numbers = select(
        *(getattr(PhoneNumber, name) for name in _OF_NUMBER),
        WabaAccount.waba_id,
        cast(WabaAccount.workspace_id, Text),
        asks,
        cast(_unread_of_number(conversation_is_seen(user)), BigInteger),
    ).select_from(PhoneNumber)
    in_order = all_numbers(numbers, user).order_by(PhoneNumber.created_at, PhoneNumber.phone_number_id)
    return Prepared(in_order)


def phone_number_facts(session: AnySession, phone_number_id: str) -> tuple[PhoneNumber, WabaAccount, int]:
    """(number, its account, unread count), as it is in the database now."""
    number, account, unread = session.execute(
        select(PhoneNumber, WabaAccount, _unread_of_number())
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(PhoneNumber.phone_number_id == phone_number_id)
        .execution_options(populate_existing=True)
    ).one()
    return number, account, int(unread)


def store_account(
    session: AnySession, workspace_id: UUID, waba_id: str, access_token_encrypted: str
) -> UUID | None:
    """The id of the workspace's account for this WABA, new or with its token replaced.

    None where the workspace's owner has connected the WABA in another workspace of theirs.
    """
    token = {
        "access_token_encrypted": access_token_encrypted,
        "token_set_at": func.clock_timestamp(),
        "subscribed_at": now(),
    }
    known = session.execute(
        update(WabaAccount)
        .where(WabaAccount.workspace_id == workspace_id, WabaAccount.waba_id == waba_id)
        .values(**token)
        .returning(WabaAccount.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if known is not None:
        return known
    owner = owner_of(session, workspace_id)
    statement = insert(WabaAccount).values(
        id=uuid7(), user_id=owner, workspace_id=workspace_id, waba_id=waba_id, **token
    )
    account_id = session.execute(
        statement.on_conflict_do_update(
            index_elements=[WabaAccount.user_id, WabaAccount.waba_id],
            set_={name: statement.excluded[name] for name in token},
            where=WabaAccount.workspace_id == workspace_id,
        ).returning(WabaAccount.id)
    ).scalar_one_or_none()
    if account_id is not None:
        # The previous release goes by this table.
        session.execute(
            insert(AccountMember)
            .values(account_id=account_id, user_id=owner, role="owner")
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


def store_number(session: AnySession, workspace_id: UUID, account_id: UUID, data: NumberData) -> bool | None:
    """Put the number into the account, connected. True: new; False: it was the workspace's; None: another's.

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
    own_accounts = select(WabaAccount.id).where(WabaAccount.workspace_id == workspace_id)
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
