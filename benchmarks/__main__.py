"""`python -m benchmarks`: every figure of docs/performance.md in one run; it leaves nothing behind."""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace

from benchmarks import acknowledge, assigning, batches, commit, crowd, machine, reads, search, sends, streams
from benchmarks.figures import Figure, table
from benchmarks.sizes import BIG_MESSAGES, QUICK, Sizes
from benchmarks.stack import Stack

PARTS: dict[str, Callable[[Stack, Sizes], list[Figure]]] = {
    "acknowledge": acknowledge.measure,
    "commit": commit.measure,
    "batches": batches.measure,
    "reads": reads.measure,
    "search": search.measure,
    "sends": sends.measure,
    "pace": sends.measure_pace,
    "crowd": crowd.measure,
    "streams": streams.measure,
    "assigning": assigning.measure,
}


def main(arguments: list[str]) -> int:
    """Run the parts and print the table. 1 with ``--check`` where a target was missed."""
    options = _options(arguments)
    sizes = QUICK if options.quick else Sizes()
    sizes = replace(
        sizes,
        rounds=options.rounds or sizes.rounds,
        connections=options.connections or sizes.connections,
        webhooks=options.webhooks or sizes.webhooks,
        batch_messages=options.batch_messages or sizes.batch_messages,
        reads=options.reads or sizes.reads,
        sends=options.sends or sizes.sends,
        big_messages=options.big_messages or (BIG_MESSAGES if options.big else 0),
    )
    print(f"machine: {machine.describe()}; load average before: {machine.load()}", flush=True)
    figures: list[Figure] = []
    with Stack() as stack:
        for name in options.parts or PARTS:
            began = time.monotonic()
            figures += PARTS[name](stack, sizes)
            print(
                f"{name}: measured in {time.monotonic() - began:.0f} s, load average {machine.load()}",
                file=sys.stderr,
                flush=True,
            )
    print(table(figures))
    missed = [figure for figure in figures if figure.reached is False]
    return 1 if options.check and missed else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], help="what to measure; all, if none is named"
    )
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it runs, not how fast")
    parser.add_argument(
        "--big", action="store_true", help=f"reads and searches at {BIG_MESSAGES:,} messages (minutes)"
    )
    parser.add_argument("--big-messages", type=int, help="reads and searches at this many messages")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a target is missed")
    for name in ("rounds", "connections", "webhooks", "batch-messages", "reads", "sends"):
        parser.add_argument(f"--{name}", type=int)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
