"""The two ways to messages: back from a number's newest, and by their words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from livechat.core.session import AnySession
from livechat.models import Conversation, Message
from livechat.search.queries.reach import Reach, above_all, any_of, numbers_of
from livechat.search.queries.walking import Found, Pace
from livechat.web.paging import Mark

# At 5 million messages looking through 30,000 takes as long as fetching those that the index then finds.
# What is in none of 2,500 is hardly in more than one of a thousand.
PACE = Pace(first=2_500, growth=4, far=30_000)
# A word in more messages than both is common.
COMMON, COMMON_SHARE = 50_000, 0.01
_PREFIX = ":*"


@dataclass(slots=True)
class MessageWays:
    """``query``: PostgreSQL's, of the words. ``at_once``: how many rows a statement fetches."""

    session: AnySession
    reach: Reach
    query: str
    at_once: int

    def slice_end(self, place: Mark, size: int) -> datetime | None:
        """See ``Ways``. Each number has its share; a whole second belongs to one slice."""
        numbers = numbers_of(self.reach)
        ends = (
            select(Message.timestamp)
            .where(Message.phone_number_id == numbers.c.id, *self._times(place, None))
            .order_by(Message.timestamp.desc())
            .offset(size // max(1, len(self.reach.numbers)))
            .limit(1)
            .correlate(numbers)
            .lateral("ends")
        )
        every = select(func.max(ends.c.timestamp)).select_from(numbers.join(ends, text("true")))
        low = self.session.scalar(every)
        return low if self.reach.since is None or low is None or low > self.reach.since else None

    def of_slice(self, place: Mark, low: datetime | None) -> Iterator[Found]:
        """See ``Ways``."""
        inner = _messages().where(Message.phone_number_id == any_of(self.reach), *self._times(place, low))
        has = literal_column("m.search").op("@@", is_comparison=True)(self._words())
        for found in self._parts(inner, place, has):
            # The end of a slice is the end of all only where there is none below.
            end = Mark(low, 0) if low is not None else None
            yield Found(found.rows, found.place or end)

    def by_index(self, place: Mark) -> Iterator[Found]:
        """See ``Ways``."""
        inner = _messages().where(Message.search.op("@@", is_comparison=True)(self._words()))
        yield from self._parts(inner, place)

    def is_common(self) -> bool:
        """See ``Ways``. Of beginnings of words statistics know little: the last counts as a whole word."""
        # What is explained takes no parameters. Nothing in a word can end its quotes (``domain.words``).
        quoted = self.query.replace(_PREFIX, "").replace("'", "''")
        explain = "EXPLAIN (FORMAT JSON) SELECT FROM chat_messages WHERE search @@ CAST('{}' AS tsquery)"
        plan = self.session.scalar(text(explain.format(quoted)))
        with_words: int = plan[0]["Plan"]["Plan Rows"] if plan is not None else 0
        if with_words <= COMMON:
            return False
        every = self.session.scalar(
            text("SELECT reltuples FROM pg_class WHERE oid = CAST('chat_messages' AS regclass)")
        )
        return with_words > COMMON_SHARE * (every or 0)

    def _words(self) -> ColumnElement[Any]:
        return cast(bindparam("words", self.query, type_=Text), TSQUERY)

    def _times(self, place: Mark, low: datetime | None) -> list[ColumnElement[bool]]:
        """Bounds that an index by time serves."""
        above = [each for each in (self.reach.until, above_all(place)) if each is not None]
        below = [each for each in (self.reach.since, low) if each is not None]
        conditions: list[ColumnElement[bool]] = [Message.timestamp < min(above)]
        if below:
            conditions.append(Message.timestamp >= max(below))
        return conditions

    def _parts(self, inner: Select[Any], place: Mark, *conditions: ColumnElement[bool]) -> Iterator[Found]:
        # OFFSET 0 keeps the planner from mixing the ways: it finds what the way finds, and then looks closer.
        m = inner.offset(0).subquery("m")
        statement = (
            select(m.c.id, m.c.conversation_id, m.c.timestamp, m.c.seq, m.c.text, m.c.content)
            .join(Conversation, Conversation.id == m.c.conversation_id)
            .where(self.reach.sees(), *self.reach.within(m.c.timestamp), *conditions)
            .order_by(m.c.timestamp.desc(), m.c.seq.desc())
            .limit(self.at_once)
        )
        while True:
            behind = tuple_(m.c.timestamp, m.c.seq) < tuple_(place.moment, place.number)
            rows = self.session.execute(statement.where(behind)).all()
            if len(rows) < self.at_once:
                yield Found(rows, None)
                return
            place = Mark(rows[-1].timestamp, rows[-1].seq)
            yield Found(rows, place)


def _messages() -> Select[Any]:
    return select(
        Message.id,
        Message.conversation_id,
        Message.timestamp,
        Message.seq,
        Message.text,
        Message.content,
        Message.search,
    )
