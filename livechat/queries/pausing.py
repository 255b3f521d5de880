"""Stopping and resuming numbers, each in one statement that says which of them it concerned."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from livechat.models import PhoneNumber, WabaAccount
from livechat.queries.session import AnySession


def pause(
    session: AnySession,
    phone_number_id: str,
    *,
    whole_account: bool,
    code: int | None,
    title: str | None,
    reason: str,
    token_used: str | None,
) -> list[str]:
    """Pause a connected number, or all of its account; only where ``token_used`` is still the account's."""
    concerned = PhoneNumber.phone_number_id == phone_number_id
    if whole_account:
        account = select(PhoneNumber.account_id).where(concerned)
        concerned = PhoneNumber.account_id == account.scalar_subquery()
    statement = update(PhoneNumber).where(concerned, PhoneNumber.status == "connected")
    if token_used is not None:
        present = select(WabaAccount.access_token_encrypted).where(WabaAccount.id == PhoneNumber.account_id)
        statement = statement.where(present.scalar_subquery() == token_used)
    paused = session.execute(
        statement.values(
            status="paused",
            paused_at=func.clock_timestamp(),
            paused_code=code,
            paused_title=title,
            paused_reason=reason,
        )
        .returning(PhoneNumber.phone_number_id)
        .execution_options(synchronize_session=False)
    )
    return list(paused.scalars())


def resume(session: AnySession, phone_number_id: str) -> list[str]:
    """Let a paused number send again."""
    return _resume(session, PhoneNumber.phone_number_id == phone_number_id)


def resume_of_account(session: AnySession, account_id: UUID, code: int | None) -> list[str]:
    """The same for all numbers of an account that were paused for this reason."""
    return _resume(session, PhoneNumber.account_id == account_id, PhoneNumber.paused_code == code)


def _resume(session: AnySession, *which: ColumnElement[bool]) -> list[str]:
    resumed = session.execute(
        update(PhoneNumber)
        .where(*which, PhoneNumber.status == "paused")
        .values(status="connected", paused_at=None, paused_code=None, paused_title=None, paused_reason=None)
        .returning(PhoneNumber.phone_number_id)
        .execution_options(synchronize_session=False)
    )
    return list(resumed.scalars())
