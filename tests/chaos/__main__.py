"""``python -m tests.chaos``: break the running product for some minutes, mend it, and count what it owes.

Exit status 0: nothing was lost, sent twice, out of order, miscounted or in another's thread. Else 1, and the
logs are kept.
"""

import argparse
import faulthandler
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psycopg
import redis
import requests

from sandbox.testing import ControlFailed
from tests.chaos.audit import Audit, audit, is_quiet
from tests.chaos.edge import Edge
from tests.chaos.faults import Injector
from tests.chaos.load import Load, Record
from tests.chaos.page import Page, settle
from tests.chaos.running import Running, can_mount
from tests.chaos.team import TeamLoad
from tests.chaos.team_audit import audit_team

QUIET_S = 420.0
PAGE_S = 60.0
ANSWERS_S = 120.0
MOST_SENDS_PER_S = 6.0
# To one customer. A message in six seconds is what Meta allows: faster agents only fill a queue that then takes
# as long to empty as it took to fill, and the run waits for it.
SECONDS_BETWEEN_SENDS = 8.0
# What --team means: a busy inbox of many, in which only workers die, so that nothing may be refused.
WATCHED = 4
TEAM_KINDS = ("kill ingest worker", "kill ingest child", "kill send worker", "kill background worker")
TEAM = {"members": 20, "customers": 200, "writes": 50.0, "pause": 20.0, "removals": 60.0, "acts": 20.0}


def main() -> int:
    """One run, as the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="of load and faults; 0: each fault once")
    parser.add_argument(
        "--seed", type=int, default=None, help="which faults come when; by default another each time"
    )
    parser.add_argument("--kinds", default="", help="only these faults, by comma")
    parser.add_argument("--pause", type=float, default=3.0, help="seconds between faults, on the average")
    parser.add_argument("--customers", type=int, default=120)
    parser.add_argument("--members", type=int, default=6, help="of the team that works the inbox")
    parser.add_argument("--writes", type=float, default=8, help="customers' messages a second")
    parser.add_argument("--acts", type=float, default=6, help="of the team, a second")
    parser.add_argument("--removals", type=float, default=30, help="seconds between two, on the average")
    parser.add_argument(
        "--team",
        action="store_true",
        help="twenty members, two hundred customers, fifty messages a second; only workers are killed, and no "
        "answer may be an error",
    )
    parser.add_argument("--keep", action="store_true", help="keep logs and data also when all is well")
    asked = parser.parse_args()
    if asked.team:
        vars(asked).update(TEAM, kinds=",".join(TEAM_KINDS))
    if can_mount() and "CHAOS_OWN_MOUNTS" not in os.environ:
        # Small disks that can be filled, which vanish with this process however it ends.
        os.environ["CHAOS_OWN_MOUNTS"] = "1"
        command = ["unshare", "--mount", "--propagation", "private", sys.executable, "-m", "tests.chaos"]
        os.execvp(command[0], [*command, *sys.argv[1:]])
    # kill -USR1 shows where each thread waits.
    faulthandler.register(signal.SIGUSR1)
    # Asked to stop, it still stops what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10_000)
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-"))
    print(f"seed {seed}, logs in {folder / 'data' / 'logs'}, faults in {folder / 'faults.log'}", flush=True)
    running = Running.start(folder, small_disks="CHAOS_OWN_MOUNTS" in os.environ)
    try:
        is_well = _run(running, asked, seed)
    finally:
        running.stop()
    if is_well and not asked.keep:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"logs are kept in {folder / 'data' / 'logs'}")
    return 0 if is_well else 1


def _run(running: Running, asked: argparse.Namespace, seed: int) -> bool:
    edge = Edge(running.product.base, running.product.secret("WHATSAPP_APP_SECRET").split(",")[0])
    running.client().configure(callback_url=edge.url)
    record = Record()
    rng = random.Random(seed)
    load = Load(
        running,
        lambda: edge.upstream,
        record,
        seed=seed,
        customers=asked.customers,
        agents=6,
        writes_per_s=asked.writes,
        sends_per_s=min(MOST_SENDS_PER_S, asked.customers / SECONDS_BETWEEN_SENDS),
    )
    team = TeamLoad(
        running,
        load,
        record,
        seed=seed,
        members=asked.members,
        acts_per_s=asked.acts,
        seconds_between_removals=asked.removals,
        allows_outage=not asked.team,
    )
    pause_s = (asked.pause * 0.2, asked.pause * 1.8)
    broker_url = running.environ()["CELERY_BROKER_URL"]
    injector = Injector(running, edge, record, rng, load.customers, pause_s, load.api(), broker_url)
    injector.heal()
    pages = [Page(lambda: edge.upstream, load.token, load.api()) for _ in range(2)]
    began = time.monotonic()
    load.start()
    team.start()
    pages += [Page(lambda: edge.upstream, each.token, each.api) for each in team.people[:WATCHED]]
    words = [word for word in asked.kinds.split(",") if word]
    deck = [kind for kind in injector.kinds() if not words or kind in words]
    try:
        injector.run(deck, asked.minutes * 60)
    except (AssertionError, OSError) as error:
        record.breaks(f"a fault did not heal: {error}")
    minutes = (time.monotonic() - began) / 60
    _say(began, "heal")
    injector.heal()
    injector.reconnect()
    team.stop(ANSWERS_S)
    load.stop(ANSWERS_S)
    _say(began, "wait until quiet")
    if not _becomes_quiet(running, edge):
        record.breaks(f"it was not quiet {QUIET_S:.0f} s after healing")
    injector.inject("reconcile unread under load")
    _say(began, "audit")
    result = audit(running, edge, record, load.api())
    audit_team(running, team, result)
    for page in pages:
        differences = settle(page, PAGE_S)
        for difference in [*differences[:20], *([page.standing] if differences else [])]:
            result.breaks("page", difference)
        page.close()
    result.counts["events read"] = sum(page.events for page in pages)
    result.counts["event streams opened"] = sum(page.connects for page in pages)
    edge.close()
    _tell(seed, minutes, injector, result, running.has_disks)
    return not result.broken


def _say(began: float, what: str) -> None:
    print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)


def _becomes_quiet(running: Running, edge: Edge) -> bool:
    """Quiet three times in a row: what causes something new must have had its chance."""
    deadline = time.monotonic() + QUIET_S
    in_a_row = 0
    while in_a_row < 3 and time.monotonic() < deadline:
        try:
            in_a_row = in_a_row + 1 if is_quiet(running, edge) else 0
        except (psycopg.Error, redis.RedisError, requests.RequestException, ControlFailed):
            in_a_row = 0
        time.sleep(0.5)
    return in_a_row >= 3


def _tell(seed: int, minutes: float, injector: Injector, result: Audit, has_disks: bool) -> None:
    lines = [("seed", str(seed)), ("minutes", f"{minutes:.1f}")]
    lines += [(name, f"{count:,}") for name, count in result.counts.items()]
    lines.append(("faults injected", f"{sum(injector.injected.values()):,}"))
    lines += [(f"  {kind}", f"{count:,}") for kind, count in sorted(injector.injected.items())]
    if not has_disks:
        lines.append(("  disk full", "not possible here: it takes root, to mount small disks"))
    for what, seen in sorted(injector.answers.items()):
        shown = ", ".join(f"{status or 'none'} × {count}" for status, count in sorted(seen.items()))
        lines.append(
            (
                f"webhooks, {what}" if "full" in what or "only" in what else f"webhooks with {what} down",
                shown or "none",
            )
        )
    names = ["lost", "twice", "out of order", "unread drift", "words in another's thread"]
    broken = Counter({name: len(sentences) for name, sentences in result.broken.items()})
    lines += [(name, str(broken.pop("drift" if name == "unread drift" else name, 0))) for name in names]
    lines += [(name, str(count)) for name, count in broken.items()]
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(f"{name:{width}}  {value}")
    for name, sentences in result.broken.items():
        for sentence in sentences[:20]:
            print(f"{name}: {sentence}")
        if len(sentences) > 20:
            print(f"{name}: and {len(sentences) - 20} more")


if __name__ == "__main__":
    sys.exit(main())
