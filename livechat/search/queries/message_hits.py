"""The ways to messages: back from a number's newest, and by their words."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from livechat.core.session import AnySession
from livechat.domain.words.asked import Asked
from livechat.models import Conversation, Message
from livechat.search.queries.reach import (
    ABOVE,
    AT_MOST,
    BELOW,
    MOMENT,
    NUMBERS,
    SHARE,
    WORDS,
    Make,
    Reach,
    numbers_table,
)
from livechat.search.queries.walking import Found, Pace, Rest
from livechat.web.paging import Mark

# At 5 million messages looking through 30,000 takes as long as fetching those that the index then finds.
# What is in none of 2,500 is hardly in more than one of a thousand.
PACE = Pace(first=2_500, growth=4, far=30_000)
# A word in more messages than both is common.
COMMON, COMMON_SHARE = 50_000, 0.01
# To go through as many entries of the index takes as long as looking at a tenth of these messages.
MOST_BESIDE = 250_000
_PREFIX = ":*"
_WHOLE_WORDS = cast(bindparam("whole_words", type_=Text()), TSQUERY)
_BEHIND = tuple_(MOMENT, bindparam("number", type_=BigInteger()))


@dataclass(slots=True)
class MessageWays:
    """``at_once``: how many rows a statement fetches."""

    session: AnySession
    reach: Reach
    asked: Asked
    at_once: int

    def walk(self, place: Mark, size: int) -> Found:
        """See ``Ways``. Each number has its share; a whole second belongs to one slice."""
        return self._slice(_walk, place, size)

    def by_both(self, place: Mark, size: int) -> Found:
        """See ``Ways``. Of the beginning of a word the index would go through all words that begin so."""
        return self._slice(_by_both, place, size)

    def by_index(self, place: Mark) -> Found:
        """See ``Ways``."""
        rows = self._fetch(_by_index, place)
        return Found(rows, self._behind(rows))

    def rest(self) -> Rest:
        """See ``Ways``. Of beginnings of words statistics know little: the last counts as a whole word."""
        with_words = self._expected(self.asked.query.replace(_PREFIX, ""))
        every = self.session.scalar(_EVERY) if with_words > COMMON else 0
        if with_words <= max(COMMON, COMMON_SHARE * (every or 0)):
            return Rest.BY_INDEX
        whole = self.asked.whole_words
        return Rest.BY_BOTH if whole and self._expected(whole) <= MOST_BESIDE else Rest.WALK

    def _expected(self, query: str) -> int:
        # What is explained takes no parameters. Nothing in a word can end its quotes (``domain.words``).
        quoted = query.replace("'", "''")
        explain = f"EXPLAIN (FORMAT JSON) SELECT FROM chat_messages WHERE search @@ '{quoted}'::tsquery"
        plan = self.session.connection().exec_driver_sql(explain).scalar_one()
        rows: int = plan[0]["Plan"]["Plan Rows"]
        return rows

    def _slice(self, make: Make, place: Mark, size: int) -> Found:
        rows = self._fetch(make, place, size)
        # Without a hit there is one row all the same: it says where the slice ends.
        low = rows[0].low
        found = [row for row in rows if row.id is not None]
        return Found(found, self._behind(found) or self.reach.place_of(low))

    def _behind(self, rows: Any) -> Mark | None:
        return Mark(rows[-1].timestamp, rows[-1].seq) if len(rows) == self.at_once else None

    def _fetch(self, make: Make, place: Mark, size: int = 0) -> Any:
        values = self.reach.values(place, at_most=self.at_once, size=size)
        words = {"words": self.asked.query, "whole_words": self.asked.whole_words or self.asked.query}
        statement = self.reach.statement(make)
        return self.session.execute(statement, {**values, **words, "number": place.number}).all()


_EVERY = text("SELECT reltuples FROM pg_class WHERE oid = CAST('chat_messages' AS regclass)")


def _walk(sight: ColumnElement[bool]) -> Select[Any]:
    """Back through each number by itself, since an index has the order of one: that ends early."""
    ends, numbers = _ends(), numbers_table()
    of_number = (
        _newest()
        .where(Message.phone_number_id == numbers.c.id, *_times(ends))
        .correlate(ends, numbers)
        .lateral("m")
    )
    hits = _seen(of_number, sight).correlate(ends, numbers).lateral("hits")
    newest = (
        select(hits)
        .select_from(numbers.join(hits, true()))
        .order_by(hits.c.timestamp.desc(), hits.c.seq.desc())
        .limit(AT_MOST)
        .correlate(ends)
        .lateral("newest")
    )
    return _with_end(ends, newest)


def _by_both(sight: ColumnElement[bool]) -> Select[Any]:
    ends = _ends()
    has = Message.search.op("@@", is_comparison=True)(_WHOLE_WORDS)
    slice_ = (
        _newest()
        .where(Message.phone_number_id == func.any(NUMBERS), has, *_times(ends))
        .correlate(ends)
        .lateral("m")
    )
    return _with_end(ends, _seen(slice_, sight).correlate(ends).lateral("newest"))


def _by_index(sight: ColumnElement[bool]) -> Select[Any]:
    # The times are looked at later: they would bring in an index of them all.
    has = Message.search.op("@@", is_comparison=True)(WORDS)
    m = _newest().where(has).subquery("m")
    return _seen(m, sight).where(m.c.timestamp < ABOVE, m.c.timestamp >= BELOW)


def _ends() -> FromClause:
    """The time down to which all shares are looked through; null where no more than these are left."""
    numbers = numbers_table()
    end = (
        select(Message.timestamp)
        .where(Message.phone_number_id == numbers.c.id, Message.timestamp < ABOVE, Message.timestamp >= BELOW)
        .order_by(Message.timestamp.desc())
        .offset(SHARE)
        .limit(1)
        .correlate(numbers)
        .lateral("end_of_number")
    )
    low = func.max(end.c.timestamp).label("low")
    return select(low).select_from(numbers.join(end, true())).subquery("ends")


def _times(ends: FromClause) -> list[ColumnElement[bool]]:
    """Bounds that an index by time serves."""
    return [Message.timestamp < ABOVE, Message.timestamp >= func.greatest(ends.c.low, BELOW)]


def _newest() -> Select[Any]:
    # OFFSET 0 keeps the planner from mixing the ways: it finds what the way finds, and then looks closer.
    return (
        select(
            Message.id,
            Message.conversation_id,
            Message.timestamp,
            Message.seq,
            Message.text,
            Message.content,
            Message.search,
        )
        .order_by(Message.timestamp.desc(), Message.seq.desc())
        .offset(0)
    )


def _seen(m: FromClause, sight: ColumnElement[bool]) -> Select[Any]:
    has = literal_column("m.search").op("@@", is_comparison=True)(WORDS)
    return (
        select(m.c.id, m.c.conversation_id, m.c.timestamp, m.c.seq, m.c.text, m.c.content)
        .join(Conversation, Conversation.id == m.c.conversation_id)
        .where(has, tuple_(m.c.timestamp, m.c.seq) < _BEHIND, sight)
        .order_by(m.c.timestamp.desc(), m.c.seq.desc())
        .limit(AT_MOST)
    )


def _with_end(ends: FromClause, newest: FromClause) -> Select[Any]:
    return (
        select(ends.c.low, *newest.c)
        .select_from(ends.outerjoin(newest, true()))
        .order_by(newest.c.timestamp.desc(), newest.c.seq.desc())
    )
