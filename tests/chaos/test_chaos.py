"""A short run of what ``make chaos`` does for long: the same product, load and audit, each of these faults once."""

import subprocess
import sys

import pytest

from tests.system.product import ROOT

KINDS = (
    "kill web",
    "kill ingest child",
    "kill send worker",
    "kill Redis",
    "both databases down",
    "lose answers to webhooks",
    "Graph drops after accepting",
    "bodies that PostgreSQL cannot take",
    "rolling restart",
)
# Each is a part or a neighbour of one above, and has tests of its own.
MORE = (
    "kill web worker",
    "kill ingest worker",
    "kill beat",
    "kill PostgreSQL",
    "Redis down",
    "PostgreSQL down",
    "PostgreSQL read-only",
    "webhooks twice",
    "Graph 502 after accepting",
    "Graph 131000",
    "poison webhooks",
    "poison beside good",
    "reconcile unread under load",
)

# A small team works the inbox meanwhile; `--team` is the long form.
TEAM = ("--members", "6", "--acts", "6", "--removals", "12")


@pytest.mark.timeout(560)
@pytest.mark.parametrize("seed", [3])
def test_nothing_is_lost_twice_or_out_of_order(seed: int) -> None:
    command = [sys.executable, "-m", "tests.chaos", "--minutes", "0", "--seed", str(seed), "--pause", "0.6"]
    done = subprocess.run(
        [*command, *TEAM, "--customers", "48", "--kinds", ",".join(KINDS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
