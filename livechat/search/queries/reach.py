"""What all statements of the search share: whose rows they may find, and how long they may take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from psycopg.errors import QueryCanceled
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.exc import DBAPIError

from livechat.accounts.queries.visible import View, seen_by
from livechat.core.session import AnySession
from livechat.models import Conversation
from livechat.web.paging import Mark

# How many searches of one user run at once.
AT_ONCE = 3
# A plan is made for each query: one for all of them would treat frequent words as rare ones. Of a word's
# beginning the planner expects two in a hundred rows, and would read all conversations, by several processes,
# to join them with a hit or two: it may not.
_PLANS = {
    "plan_cache_mode": "force_custom_plan",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
_SETTINGS = ("statement_timeout", *_PLANS)
_TICK = timedelta(microseconds=1)
_EVER = datetime(1, 1, 1, tzinfo=UTC)
# One after the other, until one is free.
_TURNS = [f"WHEN pg_try_advisory_xact_lock(hashtextextended(:key, {n})) THEN true" for n in range(AT_ONCE)]
_TAKE_TURN = text(f"SELECT CASE {' '.join(_TURNS)} ELSE false END")
_SET = ", ".join(f"set_config('{name}', :{name}, true)" for name in _SETTINGS)
_FORMER = ", ".join(f"current_setting('{name}')" for name in _SETTINGS)
# What they were comes first, before they are set.
_LIMIT = text(f"SELECT {_FORMER}, {_SET}")
_UNLIMIT = text(f"SELECT {_SET}")
_LIMIT_AGAIN = text("SELECT set_config('statement_timeout', :statement_timeout, true)")
# Parameters that all statements of the search have.
NUMBERS = cast(bindparam("numbers", type_=ARRAY(Text())), ARRAY(Text()))
WORDS = cast(bindparam("words", type_=Text()), TSQUERY)
_MOMENT = DateTime(timezone=True)
ABOVE, BELOW, MOMENT = (bindparam(name, type_=_MOMENT) for name in ("above", "below", "moment"))
AT_MOST = bindparam("at_most", type_=Integer())
# How many rows of each number belong to a slice.
SHARE = bindparam("share", type_=Integer())
# Makes a statement from the condition under which a row of ``Conversation`` is seen.
Make = Callable[[ColumnElement[bool]], Any]


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose conversations are searched, and of which time: from ``since`` on, before ``until``."""

    views: Sequence[View]
    since: datetime | None = None
    until: datetime | None = None

    @property
    def numbers(self) -> list[str]:
        return sorted({number for view in self.views for number in view.numbers})

    def statement(self, make: Make) -> Any:
        """What ``make`` makes for what the reader sees.

        For who sees all it is made once: to make it takes longer than to run it.
        """
        if all(seen_by(view.member) is None for view in self.views):
            return _for_who_sees_all(make)
        return make(or_(*(_within(view) for view in self.views)))

    def values(self, place: Mark, *, at_most: int, size: int = 0) -> dict[str, Any]:
        """The parameters of such a statement. ``below`` is the first moment, ``above`` the first beyond."""
        above = place.moment + _TICK if place.number else place.moment
        return {
            "numbers": self.numbers,
            "above": above if self.until is None else min(above, self.until),
            "below": self.since or _EVER,
            "moment": place.moment,
            "at_most": at_most,
            "share": size // max(1, len(self.numbers)),
        }

    def place_of(self, low: datetime | None) -> Mark | None:
        """Where to go on below a slice; None where that is before all that is asked for."""
        return None if low is None or (self.since is not None and low <= self.since) else Mark(low, 0)


@lru_cache
def _for_who_sees_all(make: Make) -> Any:
    return make(Conversation.phone_number_id == func.any(NUMBERS))


def _within(view: View) -> ColumnElement[bool]:
    seen = seen_by(view.member)
    return and_(Conversation.phone_number_id.in_(view.numbers), true() if seen is None else seen)


def numbers_table() -> Any:
    """The numbers as a table of one column, ``id``."""
    return func.unnest(NUMBERS).table_valued("id").render_derived(name="numbers")


def take_turn(session: AnySession, user_id: UUID) -> bool:
    """Whether the user has fewer than ``AT_ONCE`` searches under way; one more until the transaction ends."""
    return bool(session.scalar(_TAKE_TURN, {"key": f"livechat search {user_id}"}))


def limit_time(session: AnySession, seconds: float) -> dict[str, str]:
    """End each statement from now on after so long, until ``end_limit`` or the end of the transaction.

    Plans are made as a search needs them meanwhile. Returns what ``end_limit`` needs.
    """
    row = session.execute(_LIMIT, {"statement_timeout": _milliseconds(seconds), **_PLANS}).one()
    return dict(zip(_SETTINGS, row, strict=False))


def limit_again(session: AnySession, seconds: float) -> None:
    """Another limit in place of that."""
    session.execute(_LIMIT_AGAIN, {"statement_timeout": _milliseconds(seconds)})


def end_limit(session: AnySession, former: dict[str, str]) -> None:
    """As it was before ``limit_time``, from now on."""
    session.execute(_UNLIMIT, former)


def _milliseconds(seconds: float) -> str:
    return f"{max(1, round(seconds * 1000))}ms"


def took_too_long(error: DBAPIError) -> bool:
    """Whether the statement was ended by ``limit_time``."""
    return isinstance(error.orig, QueryCanceled)
