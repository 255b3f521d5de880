"""Messages by their words, the newest first, at a cost that depends on the page and not on the word.

The index by words knows nothing of time: of a frequent word it would read every message there is before the
newest ones are known. So a frequent word is looked for by *walking* back from the newest message of each
number, slice by slice, along an index by number and time; and a rare one by its words, however old it is.
Which of the two a word is, PostgreSQL's statistics say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
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
from livechat.search.queries.reach import Reach

# A word in fewer messages than either is rare: a page's cost to fetch all of them.
RARE, RARE_SHARE = 5_000, 0.0015
# Of a word in more messages than these not all are ever fetched.
COMMON = 50_000
# How many messages of the numbers together the first slices of a walk have.
FIRST_SLICE, GROWTH, SLICES_BEFORE_INDEX = 8_000, 4, 3
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a search has come to: everything that is not older, or not behind in its second, is known."""

    timestamp: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates, and that all before ``place`` are known; ``place`` None: to the end."""

    rows: Sequence[Any]
    place: Place | None


def message_hits(
    session: AnySession, reach: Reach, query: str, behind: Place | None, at_once: int
) -> Iterator[Found]:
    """Yields what is found part by part, the newest first; whoever asks stops when they have enough."""
    how_many = estimate(session, query)
    if how_many <= max(RARE, RARE_SHARE * _all_messages(session)):
        yield from _by_words(session, reach, query, behind, at_once)
        return
    size = max(FIRST_SLICE // max(1, len(reach.numbers)), 200)
    slices = 0
    place: Place | None = behind
    while slices < SLICES_BEFORE_INDEX or how_many > COMMON:
        low = _slice_end(session, reach, place, size)
        for found in _of_slice(session, reach, query, place, low, at_once):
            place = found.place
            yield found
        if low is None:
            return
        place = Place(low, 0)
        yield Found((), place)
        size, slices = size * GROWTH, slices + 1
    yield from _by_words(session, reach, query, place, at_once)


def estimate(session: AnySession, query: str) -> int:
    """In how many messages the words are, as the planner reckons."""
    # What is explained takes no parameters. The query's quotes are the only ones in it (``domain.words``).
    quoted = query.replace("'", "''").replace(":", "\\:")
    plan = session.execute(
        text(f"EXPLAIN (FORMAT JSON) SELECT FROM chat_messages WHERE search @@ '{quoted}'::tsquery")
    ).scalar_one()
    return int(plan[0]["Plan"]["Plan Rows"])


def _all_messages(session: AnySession) -> float:
    return float(
        session.scalar(text("SELECT reltuples FROM pg_class WHERE oid = 'chat_messages'::regclass")) or 0
    )


def _by_words(
    session: AnySession, reach: Reach, query: str, place: Place | None, at_once: int
) -> Iterator[Found]:
    """All that have the words are fetched from the index by words, and sorted."""
    inner = _messages().where(_has(query))
    yield from _parts(session, reach, inner, [], place, at_once)


def _of_slice(
    session: AnySession,
    reach: Reach,
    query: str,
    place: Place | None,
    low: datetime | None,
    at_once: int,
) -> Iterator[Found]:
    """Of the messages of these numbers from ``low`` up to the place, those that have the words."""
    inner = _messages().where(Message.phone_number_id == _any(reach.numbers))
    inner = inner.where(*_times(reach, place, low))
    has = literal_column("m.search").op("@@", is_comparison=True)(_query(query))
    for found in _parts(session, reach, inner, [has], place, at_once):
        # The end of a slice is the end of all only where there is none below.
        end = Place(low, 0) if low is not None else None
        yield Found(found.rows, found.place or end)


def _parts(
    session: AnySession,
    reach: Reach,
    inner: Select[Any],
    conditions: list[ColumnElement[bool]],
    place: Place | None,
    at_once: int,
) -> Iterator[Found]:
    # OFFSET 0 keeps the planner from mixing the ways: it finds what the way finds, and then looks closer.
    m = inner.offset(0).subquery("m")
    statement = (
        select(m.c.id, m.c.conversation_id, m.c.timestamp, m.c.seq, m.c.text, m.c.content)
        .join(Conversation, Conversation.id == m.c.conversation_id)
        .where(reach.sees(), *conditions)
        .order_by(m.c.timestamp.desc(), m.c.seq.desc())
        .limit(at_once)
    )
    if reach.since is not None:
        statement = statement.where(m.c.timestamp >= reach.since)
    if reach.until is not None:
        statement = statement.where(m.c.timestamp < reach.until)
    while True:
        here = statement
        if place is not None:
            here = here.where(tuple_(m.c.timestamp, m.c.seq) < tuple_(place.timestamp, place.seq))
        rows = session.execute(here).all()
        if len(rows) < at_once:
            yield Found(rows, None)
            return
        place = Place(rows[-1].timestamp, rows[-1].seq)
        yield Found(rows, place)


def _slice_end(session: AnySession, reach: Reach, place: Place | None, size: int) -> datetime | None:
    """The time down to which each number has at most ``size`` messages more; None where that is all.

    A whole second belongs to one slice, since the next begins before it.
    """
    numbers = func.unnest(_numbers(reach.numbers)).table_valued("id").render_derived(name="numbers")
    below = _times(reach, place, None)
    ends = (
        select(Message.timestamp)
        .where(Message.phone_number_id == numbers.c.id, *below)
        .order_by(Message.timestamp.desc())
        .offset(size)
        .limit(1)
        .correlate(numbers)
        .lateral("ends")
    )
    low = session.scalar(select(func.max(ends.c.timestamp)).select_from(numbers.join(ends, text("true"))))
    return low if reach.since is None or low is None or low > reach.since else None


def _times(reach: Reach, place: Place | None, low: datetime | None) -> list[ColumnElement[bool]]:
    """Bounds that an index by time serves."""
    above = [each for each in (reach.until, place.timestamp + _TICK if place is not None else None) if each]
    below = [each for each in (reach.since, low) if each]
    conditions: list[ColumnElement[bool]] = []
    if above:
        conditions.append(Message.timestamp < min(above))
    if below:
        conditions.append(Message.timestamp >= max(below))
    return conditions


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


def _has(query: str) -> ColumnElement[bool]:
    return Message.search.op("@@", is_comparison=True)(_query(query))


def _query(query: str) -> ColumnElement[Any]:
    return cast(bindparam("words", query, type_=Text), TSQUERY)


def _numbers(numbers: list[str]) -> Any:
    return cast(numbers, ARRAY(Text()))


def _any(numbers: list[str]) -> Any:
    return func.any(_numbers(numbers))
