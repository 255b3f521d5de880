"""The ways to people: back from a number's newest conversation, and by parts of their names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)

from livechat.core.session import AnySession
from livechat.inbox.queries.inbox_conditions import (
    SHOWN,
    part_of_name,
    parts_of_numbers,
    with_other_number,
)
from livechat.models import Conversation
from livechat.models.conversations.conversation import SEARCHED
from livechat.search.queries.reach import (
    ABOVE,
    AT_MOST,
    BELOW,
    MOMENT,
    SHARE,
    Make,
    Reach,
    numbers_table,
)
from livechat.search.queries.walking import Found, Pace, Rest
from livechat.web.paging import Mark

# Folding a name takes longer than reading it.
PACE = Pace(first=200, growth=4, far=3_000)
_LATEST = Conversation.last_message_time
_OTHERS = cast(bindparam("others", type_=ARRAY(Uuid())), ARRAY(Uuid()))


@dataclass(slots=True)
class PeopleWays:
    """``given``: what was typed. ``at_once``: how many rows a statement fetches."""

    session: AnySession
    reach: Reach
    given: str
    at_once: int
    _parts: list[str] = field(init=False)
    _others: Sequence[UUID] = field(init=False)

    def __post_init__(self) -> None:
        self._parts = parts_of_numbers(self.given)
        self._others = with_other_number(self.session, self.reach.numbers, self.given)

    def walk(self, place: Mark, size: int) -> Found:
        """See ``Ways``."""
        rows = self._fetch(_walks(len(self._parts)), place, size)
        found = [row for row in rows if row.id is not None]
        return Found(found, self._behind(found) or self.reach.place_of(rows[0].low))

    def by_both(self, place: Mark, size: int) -> Found:
        """See ``Ways``; ``rest`` never asks for it."""
        return self.walk(place, size)

    def by_index(self, place: Mark) -> Found:
        """See ``Ways``."""
        rows = self._fetch(_by_indexes(len(self._parts)), place)
        return Found(rows, self._behind(rows))

    def rest(self) -> Rest:
        """See ``Ways``. Names that were frequent and are no more are fetched all."""
        return Rest.BY_INDEX

    def _behind(self, rows: Any) -> Mark | None:
        return Mark(rows[-1].last_message_time, rows[-1].id.int) if len(rows) == self.at_once else None

    def _fetch(self, make: Make, place: Mark, size: int = 0) -> Any:
        values = self.reach.values(place, at_most=self.at_once, size=size)
        parts = {f"part{n}": part for n, part in enumerate(self._parts)}
        asked = {"given": self.given, "others": list(self._others), "id": UUID(int=place.number)}
        return self.session.execute(self.reach.statement(make), {**values, **parts, **asked}).all()


def _named(searched: Any, parts: int) -> ColumnElement[bool]:
    """See ``inbox_conditions.matching``; of a number so many parts."""
    of_number = [searched.like(bindparam(f"part{n}", type_=Text())) for n in range(parts)]
    of_name = searched.like(part_of_name(bindparam("given", type_=Text())))
    return or_(of_name, *of_number, *([Conversation.id == func.any(_OTHERS)] if parts else []))


@lru_cache
def _walks(parts: int) -> Make:
    def make(sight: ColumnElement[bool]) -> Any:
        numbers, ends = numbers_table(), _ends()
        # What is not the index's own expression is looked at row by row; OFFSET 0: each is folded once.
        folded = select(literal_column(SEARCHED, Text).label("name")).offset(0).lateral("folded")
        hits = (
            _seen(sight)
            .join(folded, true())
            .where(
                Conversation.phone_number_id == numbers.c.id,
                func.greatest(ends.c.low, BELOW) <= _LATEST,
                _named(folded.c.name, parts),
            )
            .correlate(ends, numbers)
            .lateral("hits")
        )
        newest = (
            select(hits)
            .select_from(numbers.join(hits, true()))
            .order_by(hits.c.last_message_time.desc(), hits.c.id.desc())
            .limit(AT_MOST)
            .correlate(ends)
            .lateral("newest")
        )
        return (
            select(ends.c.low, *newest.c)
            .select_from(ends.outerjoin(newest, true()))
            .order_by(newest.c.last_message_time.desc(), newest.c.id.desc())
        )

    return make


@lru_cache
def _by_indexes(parts: int) -> Make:
    def make(sight: ColumnElement[bool]) -> Any:
        named = _named(literal_column(SEARCHED, Text), parts)
        ids = select(Conversation.id).where(named).offset(0).subquery("named")
        return _seen(sight).join(ids, ids.c.id == Conversation.id)

    return make


def _ends() -> Any:
    numbers = numbers_table()
    end = (
        select(_LATEST)
        .where(Conversation.phone_number_id == numbers.c.id, _LATEST < ABOVE, _LATEST >= BELOW)
        .order_by(_LATEST.desc())
        .offset(SHARE)
        .limit(1)
        .correlate(numbers)
        .lateral("end_of_number")
    )
    low = func.max(end.c.last_message_time).label("low")
    return select(low).select_from(numbers.join(end, true())).subquery("ends")


def _seen(sight: ColumnElement[bool]) -> Any:
    behind = tuple_(MOMENT, bindparam("id", type_=Uuid()))
    return (
        select(Conversation.id, _LATEST)
        .where(sight, SHOWN, _LATEST < ABOVE, _LATEST >= BELOW, tuple_(_LATEST, Conversation.id) < behind)
        .order_by(_LATEST.desc(), Conversation.id.desc())
        .limit(AT_MOST)
    )
