"""Processor time and memory of programs, by /proc: a program is a process with all that descends from it."""

import os
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
# The clock of a process' processor time: its number in the bits above, and the scheduler's nanoseconds
# (CPUCLOCK_SCHED), which /proc/<pid>/stat has in hundredths of a second only.
_SCHEDULER = 2


def children() -> dict[int, list[int]]:
    """{process: those that it started and that live}"""
    found: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            found[int(_stat(int(entry.name))[1])].append(int(entry.name))
    return found


def program(root: int, known: Mapping[int, list[int]] | None = None) -> list[int]:
    """The process, and all that descends from it."""
    known = children() if known is None else known
    found = [root]
    for pid in found:
        found += known.get(pid, [])
    return found


def processor_s(roots: Mapping[str, int]) -> dict[str, float]:
    """Seconds of processor time of each program, user and system; with what its ended processes used."""
    known = children()
    return {name: sum(map(used_s, program(root, known))) for name, root in roots.items()}


def used_s(pid: int) -> float:
    """Seconds of processor time of one process, and of those that it started and that have ended."""
    with suppress(OSError):
        ended = sum(map(int, _stat(pid)[13:15])) / _TICKS
        return time.clock_gettime((~pid << 3) | _SCHEDULER) + ended
    return 0.0


def memory_mib(pids: list[int]) -> float:
    """PSS: private pages whole, and of each shared page the part of one who shares it."""
    return sum(map(_pss_kib, pids)) / 1024


def _pss_kib(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _stat(pid: int) -> list[str]:
    """The fields from the third on: the second is a name in parentheses, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
