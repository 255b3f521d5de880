"""What all statements of the search share: whose rows they may find, and how long they may take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.errors import QueryCanceled
from sqlalchemy import ColumnElement, and_, func, literal, or_, select, text, true
from sqlalchemy.exc import DBAPIError

from livechat.accounts.queries.visible import View, seen_by
from livechat.core.session import AnySession
from livechat.models import Conversation

# How many searches of one user run at once.
AT_ONCE = 3
_PLACE = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, :n))")


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose conversations are searched, and of which time: from ``since`` on, before ``until``."""

    views: Sequence[View]
    since: datetime | None = None
    until: datetime | None = None

    @property
    def numbers(self) -> list[str]:
        return sorted({number for view in self.views for number in view.numbers})

    def sees(self) -> ColumnElement[bool]:
        """Of a row of ``Conversation``: whether the reader sees it, as each view's member."""
        return or_(*(_within(view) for view in self.views))


def _within(view: View) -> ColumnElement[bool]:
    seen = seen_by(view.member)
    return and_(Conversation.phone_number_id.in_(view.numbers), true() if seen is None else seen)


def take_turn(session: AnySession, user_id: UUID) -> bool:
    """Whether the user has fewer than ``AT_ONCE`` searches under way; one more until the transaction ends."""
    key = f"livechat search {user_id}"
    return any(session.scalar(_PLACE, {"key": key, "n": n}) for n in range(AT_ONCE))


def limit_time(session: AnySession, seconds: float) -> None:
    """End each statement from now on after so long, until ``end_limit`` or the end of the transaction.

    A plan is made for each query: one for all of them would treat frequent words as rare ones.
    """
    value = f"{max(1, round(seconds * 1000))}ms"
    session.execute(
        select(
            func.set_config("statement_timeout", literal(value), True),
            func.set_config("plan_cache_mode", "force_custom_plan", True),
        )
    )


def end_limit(session: AnySession) -> None:
    """As long as the server is set up to allow, from now on."""
    session.execute(text("SET LOCAL statement_timeout TO DEFAULT"))


def took_too_long(error: DBAPIError) -> bool:
    """Whether the statement was ended by ``limit_time``."""
    return isinstance(error.orig, QueryCanceled)
