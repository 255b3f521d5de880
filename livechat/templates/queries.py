"""Statements about message templates as Meta last described them, and about when to read them again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Text, case, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONPATH, insert

from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.models import MessageTemplate, PhoneNumber, WabaAccount

_NOT_A_WILDCARD = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def _seconds(value: Any) -> Any:
    return func.make_interval(0, 0, 0, 0, 0, 0, value)


# When to read them again


@dataclass(frozen=True, slots=True)
class SyncClaim:
    """An account whose templates this worker reads now. ``claimed_until`` also identifies the claim."""

    waba_id: str
    access_token_encrypted: str
    failures: int
    claimed_until: datetime
    began_at: datetime


def number_of_account(session: AnySession, account_id: UUID) -> str | None:
    """One of an account's numbers; None where it has none."""
    return session.execute(
        select(PhoneNumber.phone_number_id)
        .where(PhoneNumber.account_id == account_id)
        .order_by(PhoneNumber.phone_number_id)
        .limit(1)
    ).scalar_one_or_none()


def claim_sync(session: AnySession, account_id: UUID, hold_s: float) -> SyncClaim | None:
    """Claim the reading of an account's templates for ``hold_s`` seconds; None where it is not due.

    So any number of requests is one reading.
    """
    row = session.execute(
        update(WabaAccount)
        .where(WabaAccount.id == account_id, WabaAccount.templates_due_at <= func.clock_timestamp())
        .values(templates_due_at=func.clock_timestamp() + _seconds(hold_s))
        .returning(
            WabaAccount.waba_id,
            WabaAccount.access_token_encrypted,
            WabaAccount.templates_failures,
            WabaAccount.templates_due_at,
            func.clock_timestamp(),
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return SyncClaim(*row) if row is not None else None


def finish_sync(
    session: AnySession, account_id: UUID, claim: SyncClaim, *, again_s: float, failures: int
) -> None:
    """Keep when to read again. A request that came since the claim keeps its own, earlier time."""
    unchanged = WabaAccount.templates_due_at == claim.claimed_until
    values: dict[str, Any] = {"templates_failures": failures}
    if failures == 0:
        values["templates_synced_at"] = claim.began_at
    session.execute(
        update(WabaAccount)
        .where(WabaAccount.id == account_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(WabaAccount)
        .where(WabaAccount.id == account_id, unchanged)
        .values(templates_due_at=func.clock_timestamp() + _seconds(again_s))
        .execution_options(synchronize_session=False)
    )


def want_sync(session: AnySession, account_ids: Collection[UUID], *, apart_s: float) -> None:
    """Make these accounts' templates due soon, but not before ``apart_s`` seconds after the last reading.

    While Meta refuses (a limit, an access token) the time of the next try stands.
    """
    soon = func.greatest(
        func.clock_timestamp(),
        func.coalesce(WabaAccount.templates_synced_at + _seconds(apart_s), func.clock_timestamp()),
    )
    session.execute(
        update(WabaAccount)
        .where(WabaAccount.id.in_(account_ids), WabaAccount.templates_failures == 0)
        .values(templates_due_at=func.least(WabaAccount.templates_due_at, soon))
        .execution_options(synchronize_session=False)
    )


def want_sync_at_once(session: AnySession, account_id: UUID) -> None:
    """Make an account's templates due now, since it has a new access token. Refusals are forgotten."""
    session.execute(
        update(WabaAccount)
        .where(WabaAccount.id == account_id)
        .values(templates_due_at=func.clock_timestamp(), templates_failures=0)
        .execution_options(synchronize_session=False)
    )


def due_accounts(session: AnySession, limit: int) -> list[UUID]:
    """Accounts with numbers whose templates are due to be read, the longest due first."""
    return list(
        session.execute(
            select(WabaAccount.id)
            .where(
                WabaAccount.templates_due_at <= func.clock_timestamp(),
                select(PhoneNumber.phone_number_id).where(PhoneNumber.account_id == WabaAccount.id).exists(),
            )
            .order_by(WabaAccount.templates_due_at)
            .limit(limit)
        ).scalars()
    )


def accounts_of_waba(session: AnySession, waba_id: str) -> list[UUID]:
    """Every owner's account for this WABA."""
    return list(session.execute(select(WabaAccount.id).where(WabaAccount.waba_id == waba_id)).scalars())


def account_of_number(session: AnySession, phone_number_id: str) -> UUID | None:
    """The account that a number belongs to."""
    return session.execute(
        select(PhoneNumber.account_id).where(PhoneNumber.phone_number_id == phone_number_id)
    ).scalar_one_or_none()


def synced_at(session: AnySession, account_id: UUID) -> datetime | None:
    """When the account's templates were last read; None where they never were."""
    return session.execute(
        select(WabaAccount.templates_synced_at).where(WabaAccount.id == account_id)
    ).scalar_one_or_none()


# What Meta says


def save_templates(
    session: AnySession, account_id: UUID, rows: Sequence[dict[str, Any]], seen_at: datetime
) -> None:
    """Keep the whole list as it was at ``seen_at``. Templates that are no longer listed become DELETED.

    Where a webhook younger than the list has told a template's status, that status stands.
    """
    if rows:
        statement = insert(MessageTemplate).values(
            [
                {"id": uuid7(), "account_id": account_id, "status_at": seen_at, "synced_at": seen_at, **row}
                for row in rows
            ]
        )
        fresh, known = statement.excluded, MessageTemplate.__table__.c
        is_older = known.status_at > seen_at
        columns = (
            "meta_id",
            "category",
            "sub_category",
            "parameter_format",
            "components",
            "quality",
            "synced_at",
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[
                    MessageTemplate.account_id,
                    MessageTemplate.name,
                    MessageTemplate.language,
                ],
                set_={name: fresh[name] for name in columns}
                | {
                    "status": case((is_older, known.status), else_=fresh.status),
                    "rejected_reason": case((is_older, known.rejected_reason), else_=fresh.rejected_reason),
                    "status_at": func.greatest(known.status_at, fresh.status_at),
                },
                where=known.synced_at <= seen_at,
            )
        )
    session.execute(
        update(MessageTemplate)
        .where(
            MessageTemplate.account_id == account_id,
            MessageTemplate.synced_at < seen_at,
            MessageTemplate.status_at <= seen_at,
            MessageTemplate.status != "DELETED",
        )
        .values(status="DELETED", status_at=seen_at)
        .execution_options(synchronize_session=False)
    )


def apply_template_news(
    session: AnySession, waba_id: str, name: str, language: str, at: datetime, values: dict[str, Any]
) -> bool:
    """Keep what a webhook says of a template, for every account of the WABA; False where nothing changed.

    A webhook that is older than what is known of the status changes nothing. Meta's times are whole seconds,
    so a list that was read within the webhook's second counts as older.
    """
    accounts = select(WabaAccount.id).where(WabaAccount.waba_id == waba_id)
    result = session.execute(
        update(MessageTemplate)
        .where(
            MessageTemplate.account_id.in_(accounts),
            MessageTemplate.name == name,
            MessageTemplate.language == language,
            MessageTemplate.status_at < at + timedelta(seconds=1),
        )
        .values(**values, **({"status_at": at} if "status" in values else {}))
        .execution_options(synchronize_session=False)
    )
    return isinstance(result, CursorResult) and result.rowcount > 0


# Reading them


def find_template(session: AnySession, account_id: UUID, name: str, language: str) -> MessageTemplate | None:
    """The account's template with this name and language, which is Meta's key; None where there is none."""
    return session.execute(
        select(MessageTemplate).where(
            MessageTemplate.account_id == account_id,
            MessageTemplate.name == name,
            MessageTemplate.language == language,
        )
    ).scalar_one_or_none()


def list_templates(
    session: AnySession,
    account_id: UUID,
    *,
    status: str | None,
    search: str | None = None,
    language: str | None = None,
    category: str | None = None,
) -> Sequence[MessageTemplate]:
    """An account's templates, sorted by name and language. ``search`` looks into names and texts."""
    statement = select(MessageTemplate).where(MessageTemplate.account_id == account_id)
    if status is not None:
        statement = statement.where(MessageTemplate.status == status)
    if language is not None:
        statement = statement.where(MessageTemplate.language == language)
    if category is not None:
        statement = statement.where(MessageTemplate.category == category)
    if search:
        pattern = f"%{search.translate(_NOT_A_WILDCARD)}%"
        texts = cast(
            func.jsonb_path_query_array(MessageTemplate.components, cast("$[*].text", JSONPATH)), Text
        )
        statement = statement.where(or_(MessageTemplate.name.ilike(pattern), texts.ilike(pattern)))
    return session.execute(statement.order_by(MessageTemplate.name, MessageTemplate.language)).scalars().all()
