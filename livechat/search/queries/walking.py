"""Finding the newest of what has a word, at a cost that depends on the page and not on the word.

An index by words knows nothing of time: of a frequent word it would read all that there is before the newest
is known. So what is newest is looked through first, a slice. That fills the page for a frequent word; for one
that did not, it says how frequent it is. Where a few slices more will do, they are *walked*; else the index
finds all that has the word, which is little then. Of a frequent word that has not been said of late, the
index finds what has it in a long slice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from livechat.web.paging import Mark


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates, and that everything before ``place`` is known; ``place`` None: to the end."""

    rows: Sequence[Any]
    place: Mark | None


@dataclass(frozen=True, slots=True)
class Pace:
    """How many rows the first slice has, how much longer the next is, and how many are too far to walk.

    No slice is longer than ``longest``; where the index is asked, too, they double from ``beside`` to
    ``farthest``.
    """

    first: int
    growth: int
    far: int
    longest: int = 25_000
    beside: int = 50_000
    farthest: int = 500_000


class Rest(Enum):
    """How what the first slices did not bring is found."""

    WALK = auto()
    BY_INDEX = auto()
    BY_BOTH = auto()


class Ways(Protocol):
    """The ways to the rows. Each finds some, from the place on, the newest first."""

    def walk(self, place: Mark, size: int) -> Found:
        """What has the words, of so many rows behind the place."""

    def by_both(self, place: Mark, size: int) -> Found:
        """The same, where the index says which of them to look at."""

    def by_index(self, place: Mark) -> Found:
        """What has the words, of all rows."""

    def rest(self) -> Rest:
        """By index, unless so much has the words that not all of it is ever to be fetched."""


def find(ways: Ways, place: Mark, page: int, pace: Pace) -> Iterator[Found]:
    """Yields what is found; whoever asks stops when they have enough for a page."""
    size, growth, longest = pace.first, pace.growth, pace.longest
    walked, met, rest = 0, 0, None
    while True:
        found = _next(ways, rest, place, size)
        met += len(found.rows)
        yield found
        if found.place is None:
            return
        place = found.place
        if place.number or rest is Rest.BY_INDEX:
            # There was more in it than a statement fetches.
            continue
        walked += size
        size = min(size * growth, longest)
        is_near = met > 0 and (page - met) * walked <= pace.far * met
        if rest is None and not is_near:
            rest = ways.rest()
            if rest is Rest.BY_BOTH:
                size, growth, longest = pace.beside, 2, pace.farthest


def _next(ways: Ways, rest: Rest | None, place: Mark, size: int) -> Found:
    match rest:
        case Rest.BY_INDEX:
            return ways.by_index(place)
        case Rest.BY_BOTH:
            return ways.by_both(place, size)
        case _:
            return ways.walk(place, size)
