"""Whether a process that left work behind has ended, as the kernel of its machine tells."""

import os
from functools import lru_cache
from pathlib import Path

_PROC = Path("/proc")


@lru_cache(maxsize=1)
def _place() -> str | None:
    """The boot of this machine and our namespace of process ids: a pid means something within these only."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        # The inode tells the containers of one machine apart.
        return f"{boot} {(_PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        # Not Linux: nothing can be told.
        return None


def _started(pid: int) -> str | None:
    """When a process began, in ticks since the boot; None where it has ended or is a zombie."""
    try:
        line = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The second field, the name in brackets, may hold anything, brackets too.
    fields = line.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]


def own_mark() -> str | None:
    """A name that no other process has or ever had; None where the system is not Linux."""
    place, pid = _place(), os.getpid()
    return f"{place} {pid} {_started(pid)}" if place is not None else None


def is_surely_gone(mark: str) -> bool:
    """Whether the process of this mark ran on this machine and has ended; False where this cannot be told.

    A mark begins with the four words of ``own_mark``. What its writer added behind them is not read.
    """
    boot, namespace, pid, started = [*mark.split(" "), "", "", ""][:4]
    return f"{boot} {namespace}" == _place() and pid.isdigit() and _started(int(pid)) != started
