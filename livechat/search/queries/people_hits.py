"""The two ways to people: back from a number's newest conversation, and by parts of their names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, func, literal_column, select, text, true, tuple_

from livechat.core.session import AnySession
from livechat.inbox.queries.inbox_conditions import SHOWN, matching
from livechat.models import Conversation
from livechat.models.conversations.conversation import SEARCHED
from livechat.search.queries.reach import Reach, above_all, any_of, numbers_of
from livechat.search.queries.walking import Found, Pace
from livechat.web.paging import Mark

# Folding a name takes longer than reading it.
PACE = Pace(first=200, growth=4, far=3_000)


@dataclass(slots=True)
class PeopleWays:
    """``given``: what was typed. ``at_once``: how many rows a statement fetches."""

    session: AnySession
    reach: Reach
    given: str
    at_once: int
    _matching: ColumnElement[bool] = field(init=False)
    _folded: Any = field(init=False)
    _without_index: ColumnElement[bool] = field(init=False)

    def __post_init__(self) -> None:
        self._matching = matching(self.session, self.reach.numbers, self.given)
        # What is not the index's own expression is looked at row by row; OFFSET 0: each is folded once.
        self._folded = select(literal_column(SEARCHED, Text).label("name")).offset(0).lateral("folded")
        self._without_index = matching(
            self.session, self.reach.numbers, self.given, searched=self._folded.c.name
        )

    def slice_end(self, place: Mark, size: int) -> datetime | None:
        """See ``Ways``."""
        numbers = numbers_of(self.reach)
        ends = (
            select(Conversation.last_message_time)
            .where(Conversation.phone_number_id == numbers.c.id, *self._times(place, None))
            .order_by(Conversation.last_message_time.desc())
            .offset(size // max(1, len(self.reach.numbers)))
            .limit(1)
            .correlate(numbers)
            .lateral("ends")
        )
        low = self.session.scalar(
            select(func.max(ends.c.last_message_time)).select_from(numbers.join(ends, text("true")))
        )
        return low if self.reach.since is None or low is None or low > self.reach.since else None

    def of_slice(self, place: Mark, low: datetime | None) -> Iterator[Found]:
        """See ``Ways``."""
        times = self._times(place, low)
        statement = (
            _people()
            .join(self._folded, true())
            .where(Conversation.phone_number_id == any_of(self.reach), *times, self._without_index)
        )
        for found in self._parts(statement, place):
            end = Mark(low, 0) if low is not None else None
            yield Found(found.rows, found.place or end)

    def by_index(self, place: Mark) -> Iterator[Found]:
        """See ``Ways``."""
        ids = select(Conversation.id).where(self._matching).offset(0).subquery("named")
        yield from self._parts(_people().join(ids, ids.c.id == Conversation.id), place)

    def is_common(self) -> bool:
        """See ``Ways``. Names that were frequent and are no more are fetched all."""
        return False

    def _times(self, place: Mark, low: datetime | None) -> list[ColumnElement[bool]]:
        conditions = [Conversation.last_message_time < above_all(place)]
        if low is not None:
            conditions.append(Conversation.last_message_time >= low)
        return [*conditions, *self.reach.within(Conversation.last_message_time)]

    def _parts(self, statement: Select[Any], place: Mark) -> Iterator[Found]:
        latest = Conversation.last_message_time
        statement = (
            statement.where(self.reach.sees(), SHOWN, *self.reach.within(latest))
            .order_by(latest.desc(), Conversation.id.desc())
            .limit(self.at_once)
        )
        while True:
            behind = tuple_(latest, Conversation.id) < tuple_(place.moment, UUID(int=place.number))
            rows = self.session.execute(statement.where(behind)).all()
            if len(rows) < self.at_once:
                yield Found(rows, None)
                return
            place = Mark(rows[-1].last_message_time, rows[-1].id.int)
            yield Found(rows, place)


def conversations_by_id(session: AnySession, ids: Sequence[UUID]) -> list[Conversation]:
    """These conversations, in this order; one that is gone meanwhile is left out."""
    if not ids:
        return []
    rows = session.scalars(select(Conversation).where(Conversation.id.in_(ids)))
    known = {row.id: row for row in rows}
    return [known[id_] for id_ in ids if id_ in known]


def _people() -> Any:
    return select(Conversation.id, Conversation.last_message_time)
