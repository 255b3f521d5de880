"""Finding the newest of what has a word, at a cost that depends on the page and not on the word.

An index by words knows nothing of time: of a frequent word it would read all that there is before the newest
is known. So what is newest is looked through first, a slice. That fills the page for a frequent word; for one
that did not, it says how frequent it is. Where a few slices more will do, they are *walked*; else the index
finds all that has the word, which is little then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
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

    A slice is read whole, wherever in it the page is full: hence none is longer than ``longest``.
    """

    first: int
    growth: int
    far: int
    longest: int = 25_000


class Ways(Protocol):
    """Both ways to the rows. Each yields them part by part, from the place on, the newest first."""

    def slice_end(self, place: Mark, size: int) -> datetime | None:
        """The time down to which so many rows are looked through; None where no more than these are left."""

    def of_slice(self, place: Mark, low: datetime | None) -> Iterator[Found]:
        """What has the words, of the rows down to ``low``."""

    def by_index(self, place: Mark) -> Iterator[Found]:
        """What has the words, of all rows."""

    def is_common(self) -> bool:
        """Whether so much has the words that not all of it is ever to be fetched."""


def find(ways: Ways, place: Mark, page: int, pace: Pace) -> Iterator[Found]:
    """Yields what is found; whoever asks stops when they have enough for a page."""
    size, walked, met = pace.first, 0, 0
    while True:
        low = ways.slice_end(place, size)
        for found in ways.of_slice(place, low):
            met += len(found.rows)
            yield found
        if low is None:
            return
        place = Mark(low, 0)
        walked += size
        size = min(size * pace.growth, pace.longest)
        is_near = met > 0 and (page - met) * walked <= pace.far * met
        if not is_near and not ways.is_common():
            break
    yield from ways.by_index(place)
