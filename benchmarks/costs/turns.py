"""Every cost in turns, one tree after the other, and the table of it."""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.costs import events, opened, requests
from benchmarks.costs.site import Site
from benchmarks.figures import Figure, ratio, spread
from benchmarks.installation import PROGRAMS, Installation
from benchmarks.sizes import Sizes
from benchmarks.trees import Tree

# What is worse than in the commit before by no more than this is as good as it.
AS_GOOD = 1.05
Used = dict[str, float]


@dataclass(frozen=True, slots=True)
class Cost:
    """One line of the table. ``target``: times of the web's processor time for ``beside``."""

    what: str
    measure: Callable[[Site], Used]
    target: float | None = None
    beside: str = requests.FLOOR
    # At most so much of what the commit before takes.
    of_before: float = AS_GOOD
    wal_of_before: float | None = None


ONE_STREAM = "a message, one stream open"
COSTS = (
    Cost(requests.FLOOR, requests.floor),
    Cost("one conversation", requests.one_conversation, 4),
    Cost("a page of 50 messages", requests.page_of_messages, 8),
    Cost("a list of 50 conversations", requests.list_of_fifty, 10),
    Cost("POST /read of a new message", requests.reading, 8),
    Cost("GET /phone-numbers, 3 numbers", requests.few_numbers),
    Cost("GET /phone-numbers, 300 numbers", requests.many_numbers, 10),
    Cost("GET /conversations/counts", requests.tabs_counts),
    Cost("GET /search, a word of every message", requests.search),
    Cost("POST /send-message, a text", requests.sending),
    Cost("a message on one open page that reads it", opened.one_page_that_reads, 25),
    Cost(ONE_STREAM, opened.one_stream),
    Cost("a message, {streams} streams open", opened.all_streams, 1.5, ONE_STREAM),
    Cost("an event of the mix, one in a body", events.one_in_a_body, of_before=0.65, wal_of_before=0.6),
    Cost("an event of the mix, ten in a body", events.ten_in_a_body, of_before=0.7),
)
WAL_BYTES = 2_000
# Beside the programs in what was found.
_FLOOR = "floor"


def measure(sizes: Sizes, before: Tree | None = None) -> list[Figure]:
    """Both trees' programs run all the time, and each cost has its turn in both; the rest of them wait."""
    costs = [cost for cost in COSTS if cost.what == requests.FLOOR or sizes.only in cost.what]
    found: list[dict[str, list[Used]]] = []
    with ExitStack() as exits:
        trees = [Tree(), *([before] if before else [])]
        sites = [Site(exits.enter_context(Installation(tree)), sizes) for tree in trees]
        for site in sites:
            site.fill()
            found.append({cost.what: [] for cost in costs})
        for turn in range(sizes.rounds):
            began = time.monotonic()
            for cost in costs:
                for site, into in list(zip(sites, found, strict=True))[:: -1 if turn % 2 else 1]:
                    into[cost.what].append(_measured(cost, site))
            print(f"costs: turn {turn + 1}, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    figures: list[Figure] = []
    for cost in costs:
        figures += _figures(cost, sizes, found[0], found[1] if before else None, before)
    return figures


def _measured(cost: Cost, site: Site) -> Used:
    """The cost, and what the floor takes right before and after it."""
    before = requests.floor_beside(site)
    found = cost.measure(site)
    return {**found, _FLOOR: (before + requests.floor_beside(site)) / 2}


def _figures(
    cost: Cost,
    sizes: Sizes,
    now: dict[str, list[Used]],
    then: dict[str, list[Used]] | None,
    before: Tree | None,
) -> list[Figure]:
    what, mine = cost.what.format(streams=sizes.streams), now[cost.what]
    figures = [_beside_floor(cost, what, mine, now)]
    if events.WAL in mine[0]:
        figures.append(_bytes(f"… {events.WAL}", mine, events.WAL, f"<= {WAL_BYTES:,} bytes", WAL_BYTES))
        figures.append(_bytes(f"… {events.DISK}", mine, events.DISK))
    if then is None or before is None:
        return figures
    theirs = then[cost.what]
    figures.append(_beside_before("… all of it", before, (mine, theirs), cost.of_before, _total, _parts))
    if cost.wal_of_before is not None:
        figures.append(_beside_before("… WAL", before, (mine, theirs), cost.wal_of_before, _wal, _wal_shown))
    return figures


def _beside_floor(cost: Cost, what: str, mine: list[Used], now: dict[str, list[Used]]) -> Figure:
    if cost.what == cost.beside or cost.beside not in now or (cost.target is None and events.WAL in mine[0]):
        return Figure(f"processor time: {what}", _parts(mine))
    is_floor = cost.beside == requests.FLOOR
    floors = [used[_FLOOR] for used in mine] if is_floor else [used["web"] for used in now[cost.beside]]
    times = [used["web"] / floor for used, floor in zip(mine, floors, strict=True)]
    beside = "GET /healthz" if is_floor else "one stream"
    return Figure(
        f"processor time: {what}",
        _parts(mine),
        f"{beside}: web {_time(spread(floors)[1])}",
        ratio(times, 1 if cost.target is None or cost.target > 2 else 2, "x"),
        "" if cost.target is None else f"<= {cost.target:g}x",
        None if cost.target is None else spread(times)[1] <= cost.target,
    )


def _beside_before(
    what: str,
    before: Tree,
    found: tuple[list[Used], list[Used]],
    limit: float,
    of: Callable[[Used], float],
    show: Callable[[Sequence[Used]], str],
) -> Figure:
    mine, theirs = found
    times = [of(one) / of(other) for one, other in zip(mine, theirs, strict=True)]
    told = f"{before.name}: {show(theirs)}"
    reached = spread(times)[1] <= limit
    return Figure(what, show(mine), told, ratio(times), f"<= {limit}", reached)


def _bytes(what: str, found: list[Used], name: str, target: str = "", most: float | None = None) -> Figure:
    middle = spread([used[name] for used in found])[1]
    return Figure(what, f"{middle:,.0f} bytes", "", "", target, None if most is None else middle <= most)


def _total(used: Used) -> float:
    return sum(used[name] for name in PROGRAMS)


def _parts(found: Sequence[Used]) -> str:
    """The median of each program that used more than a hundredth, and of all."""
    middles = {name: spread([used[name] for used in found])[1] for name in PROGRAMS}
    total = sum(middles.values())
    parts = [f"{name} {_time(used)}" for name, used in middles.items() if used > total / 100]
    return ", ".join(parts) + ("" if len(parts) == 1 else f"; {_time(total)}")


def _wal(used: Used) -> float:
    return used[events.WAL]


def _wal_shown(found: Sequence[Used]) -> str:
    return f"{spread([used[events.WAL] for used in found])[1]:,.0f} bytes"


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} µs" if seconds < 0.001 else f"{seconds * 1000:.2f} ms"
