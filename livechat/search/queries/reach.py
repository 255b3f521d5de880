"""What all statements of the search share: whose rows they may find, and how long they may take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.errors import QueryCanceled
from sqlalchemy import ARRAY, ColumnElement, Text, and_, cast, func, literal, or_, select, text, true
from sqlalchemy.exc import DBAPIError

from livechat.accounts.queries.visible import View, seen_by
from livechat.core.session import AnySession
from livechat.models import Conversation
from livechat.web.paging import Mark

# How many searches of one user run at once.
AT_ONCE = 3
_PLANS = {
    "plan_cache_mode": "force_custom_plan",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
_TICK = timedelta(microseconds=1)
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

    def within(self, time: Any) -> list[ColumnElement[bool]]:
        """Of a column: whether it is of that time."""
        conditions = [time >= self.since] if self.since is not None else []
        return conditions + ([time < self.until] if self.until is not None else [])

    def sees(self) -> ColumnElement[bool]:
        """Of a row of ``Conversation``: whether the reader sees it, as each view's member."""
        return or_(*(_within(view) for view in self.views))


def numbers_of(reach: Reach) -> Any:
    """The numbers as a table of one column, ``id``."""
    return func.unnest(_array(reach)).table_valued("id").render_derived(name="numbers")


def above_all(place: Mark) -> datetime:
    """What every time behind the place is before."""
    return place.moment + _TICK if place.number else place.moment


def any_of(reach: Reach) -> Any:
    """One of the numbers."""
    return func.any(_array(reach))


def _array(reach: Reach) -> Any:
    return cast(reach.numbers, ARRAY(Text()))


def _within(view: View) -> ColumnElement[bool]:
    seen = seen_by(view.member)
    return and_(Conversation.phone_number_id.in_(view.numbers), true() if seen is None else seen)


def take_turn(session: AnySession, user_id: UUID) -> bool:
    """Whether the user has fewer than ``AT_ONCE`` searches under way; one more until the transaction ends."""
    key = f"livechat search {user_id}"
    return any(session.scalar(_PLACE, {"key": key, "n": n}) for n in range(AT_ONCE))


def limit_time(session: AnySession, seconds: float) -> None:
    """End each statement from now on after so long, until ``end_limit`` or the end of the transaction.

    A plan is made for each query: one for all of them would treat frequent words as rare ones. Of a word's
    beginning the planner expects two in a hundred rows, and would read all conversations, by several
    processes, to join them with a hit or two: it may not.
    """
    values = {"statement_timeout": f"{max(1, round(seconds * 1000))}ms", **_PLANS}
    session.execute(select(*(func.set_config(name, literal(value), True) for name, value in values.items())))


def end_limit(session: AnySession) -> None:
    """As long as the server is set up to allow, from now on."""
    session.execute(text("SET LOCAL statement_timeout TO DEFAULT"))


def took_too_long(error: DBAPIError) -> bool:
    """Whether the statement was ended by ``limit_time``."""
    return isinstance(error.orig, QueryCanceled)
