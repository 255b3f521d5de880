"""Accounts and numbers of workspaces: what a user may use, and how a number comes to be a workspace's."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert

from livechat.accounts.queries.membership import owner_of
from livechat.accounts.queries.visible import conversation_is_seen, seen_numbers
from livechat.core.session import AnySession
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


def phone_numbers_of(session: AnySession, user_id: UUID) -> list[tuple[PhoneNumber, WabaAccount, int]]:
    """(number, its account, unread count) of every number that the user may use, in one statement."""
    numbers = select(PhoneNumber, WabaAccount, _unread_of_number(conversation_is_seen(user_id))).select_from(
        PhoneNumber
    )
    rows = session.execute(
        seen_numbers(numbers, user_id).order_by(PhoneNumber.created_at, PhoneNumber.phone_number_id)
    )
    return [(number, account, int(unread)) for number, account, unread in rows]


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
