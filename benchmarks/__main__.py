"""`python -m benchmarks`: every figure of docs/performance.md in one run; it leaves nothing behind."""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from benchmarks import (
    acknowledge,
    assigning,
    batches,
    commit,
    crowd,
    large,
    machine,
    peer,
    reads,
    rest,
    search,
    sends,
)
from benchmarks.costs import turns
from benchmarks.figures import Figure, table
from benchmarks.sizes import BIG_MESSAGES, QUICK, Sizes
from benchmarks.stack import Stack
from benchmarks.trees import Tree, tree_of

# These share one PostgreSQL and Redis.
PARTS: dict[str, Callable[[Stack, Sizes], list[Figure]]] = {
    "acknowledge": acknowledge.measure,
    "commit": commit.measure,
    "batches": batches.measure,
    "reads": reads.measure,
    "search": search.measure,
    "sends": sends.measure,
    "pace": sends.measure_pace,
    "crowd": crowd.measure,
    "assigning": assigning.measure,
}
# These run a whole product, and with `--before` that of another commit in turns with it.
WHOLE: dict[str, Callable[[Sizes, Tree | None], list[Figure]]] = {
    "costs": turns.measure,
    "rest": rest.measure,
    "large": large.measure,
    "peer": peer.measure,
}


def main(arguments: list[str]) -> int:
    """Run the parts and print the table. 1 with ``--check`` where a target was missed."""
    options = _options(arguments)
    print(f"machine: {machine.describe()}; load average before: {machine.load()}", flush=True)
    figures = _measured(options.parts or [*PARTS, *WHOLE], _sizes(options), options.before)
    print(table(figures))
    missed = [figure for figure in figures if figure.reached is False]
    return 1 if options.check and missed else 0


def _measured(names: list[str], sizes: Sizes, before: str | None) -> list[Figure]:
    """The parts that share a stack come first, and it is gone when the others begin."""
    figures: list[Figure] = []
    with ExitStack() as exits:
        earlier = exits.enter_context(tree_of(before)) if before else None
        shared = [name for name in names if name in PARTS]
        if shared:
            with Stack() as stack:
                for name in shared:
                    figures += _timed(name, partial(PARTS[name], stack, sizes))
        for name in names:
            if name in WHOLE:
                figures += _timed(name, partial(WHOLE[name], sizes, earlier))
    return figures


def _timed(name: str, measure: Callable[[], list[Figure]]) -> list[Figure]:
    began = time.monotonic()
    figures = measure()
    took = time.monotonic() - began
    print(f"{name}: measured in {took:.0f} s, load average {machine.load()}", file=sys.stderr, flush=True)
    return figures


def _sizes(options: argparse.Namespace) -> Sizes:
    sizes = QUICK if options.quick else Sizes()
    return replace(
        sizes,
        rounds=options.rounds or sizes.rounds,
        connections=options.connections or sizes.connections,
        webhooks=options.webhooks or sizes.webhooks,
        batch_messages=options.batch_messages or sizes.batch_messages,
        reads=options.reads or sizes.reads,
        sends=options.sends or sizes.sends,
        big_messages=options.big_messages or (BIG_MESSAGES if options.big else 0),
        only=options.only,
    )


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, *WHOLE, []], help="what to measure; all, if none is named"
    )
    parser.add_argument("--before", metavar="REV", help="a commit to measure in turns with this one")
    parser.add_argument(
        "--only", metavar="WORD", default="", help="of the costs, those with this in their name"
    )
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it runs, not how fast")
    parser.add_argument(
        "--big", action="store_true", help=f"reads, searches and large at {BIG_MESSAGES:,} messages (minutes)"
    )
    parser.add_argument("--big-messages", type=int, help="reads, searches and large at this many messages")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a target is missed")
    for name in ("rounds", "connections", "webhooks", "batch-messages", "reads", "sends"):
        parser.add_argument(f"--{name}", type=int)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
