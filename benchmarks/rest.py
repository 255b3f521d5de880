"""`make run` at rest, right after its start: memory of all programs, and processor time."""

import os
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from benchmarks.figures import Figure, ratio, spread
from benchmarks.processes import children, memory_mib, program, used_s
from benchmarks.sizes import Sizes
from benchmarks.spawn import START_TIMEOUT_S, spawn
from benchmarks.trees import Tree
from local.ports import service_port

MOST_MIB, MOST_MS = 600, 15
AS_GOOD = 1.05
# {program: (MiB, milliseconds of processor time a second)}
Rest = dict[str, tuple[float, float]]
_MARK = b"LIVECHAT_PROGRAM="
# Databases of the caller's would leave ours out.
_NOT_THEIRS = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")


def measure(sizes: Sizes, before: Tree | None = None) -> list[Figure]:
    """One product at a time: programs of two would share pages, and each would seem smaller than it is."""
    trees = [Tree(), *([before] if before else [])]
    found: list[list[Rest]] = [[] for _ in trees]
    for _ in range(min(sizes.rounds, 2) if before else 1):
        for tree, into in zip(trees, found, strict=True):
            into.append(_at_rest(tree, sizes))
    figures = [
        _figure("make run at rest: memory (PSS)", found, 0, "MiB", MOST_MIB, before),
        _figure("make run at rest: processor time a second", found, 1, "ms", MOST_MS, before),
    ]
    return [each for of_kind in figures for each in of_kind]


def _at_rest(tree: Tree, sizes: Sizes) -> Rest:
    ports = {name: str(service_port()) for name in ("LIVECHAT_PORT", "FLOWER_PORT", "SANDBOX_PORT")}
    with tempfile.TemporaryDirectory(prefix="livechat-rest-") as scratch:
        given = {name: value for name, value in os.environ.items() if name not in _NOT_THEIRS}
        environment = {**given, **ports, "LIVECHAT_DATA_DIR": str(Path(scratch) / "data")}
        command = [sys.executable, "-m", "local"]
        with spawn(command, tree.folder, environment, Path(scratch)) as running:
            running.wait(lambda: b"\nready: " in running.log.read_bytes(), START_TIMEOUT_S)
            time.sleep(sizes.rest_settle_s)
            began, first = time.monotonic(), _used(running.pid)
            time.sleep(sizes.rest_s)
            elapsed, last = time.monotonic() - began, _used(running.pid)
            memory = {name: memory_mib(pids) for name, pids in _programs(running.pid).items()}
    return {
        name: (memory.get(name, 0.0), (used - first.get(name, 0.0)) / elapsed * 1000)
        for name, used in last.items()
    }


def _programs(root: int) -> dict[str, list[int]]:
    """{program: its processes}, by the mark that the launcher gives each program."""
    known = children()
    names: dict[int, str] = {}
    found: dict[str, list[int]] = defaultdict(list)
    parents = {each: parent for parent, others in known.items() for each in others}
    for pid in program(root, known):
        names[pid] = _marked(pid) or names.get(parents.get(pid, 0), "launcher")
        found[names[pid]].append(pid)
    return found


def _marked(pid: int) -> str:
    """The program's name as its process has it; a server writes its title over it, and has its own name."""
    with suppress(OSError):
        for pair in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if pair.startswith(_MARK):
                return pair.removeprefix(_MARK).decode()
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
        return name if name == "postgres" else ""
    return ""


def _used(root: int) -> dict[str, float]:
    return {name: sum(map(used_s, pids)) for name, pids in _programs(root).items()}


def _figure(
    what: str, found: list[list[Rest]], which: int, unit: str, most: float, before: Tree | None
) -> list[Figure]:
    totals = [[sum(each[which] for each in rest.values()) for rest in of_tree] for of_tree in found]
    middle = spread(totals[0])[1]
    parts = sorted(((rest[which], name) for name, rest in found[0][-1].items()), reverse=True)
    told = ", ".join(f"{name} {value:.0f}" if value >= 10 else f"{name} {value:.1f}" for value, name in parts)
    figures = [Figure(what, f"{middle:.0f} {unit}: {told}", "", "", f"<= {most} {unit}", middle <= most)]
    if before:
        times = [one / other for one, other in zip(*totals, strict=True)]
        beside = f"{before.name}: {spread(totals[1])[1]:.0f} {unit}"
        figures.append(
            Figure(
                "…",
                f"{middle:.0f} {unit}",
                beside,
                ratio(times),
                f"<= {AS_GOOD}",
                spread(times)[1] <= AS_GOOD,
            )
        )
    return figures
