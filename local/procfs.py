"""The processes that belong to a data folder, found through /proc, and the end of those left behind."""

import os
import signal
import time
from pathlib import Path

from local.child import RUN_MARK

SERVERS = ("postgres", "valkey-server", "redis-server")


def is_alive(pid: int) -> bool:
    """Whether the process runs. One that has ended, but whose parent has not asked yet, does not."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in ("Z", "X")


def name_of(pid: int) -> str:
    """The short name of the process, or an empty text where it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _belongs(pid: int, data_dir: Path, mark: bytes) -> bool:
    try:
        if mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            return True
        # Servers write their title over their environment, but their working folder is their data folder.
        return name_of(pid).startswith(SERVERS) and data_dir in Path(os.readlink(f"/proc/{pid}/cwd")).parents
    except OSError:
        return False


def processes_of(data_dir: Path) -> list[int]:
    """The ids of the living processes that were started for this data folder, but not our own."""
    mark = f"{RUN_MARK}={data_dir}".encode()
    pids = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and int(entry) != os.getpid()]
    return [pid for pid in pids if is_alive(pid) and _belongs(pid, data_dir, mark)]


def kill_processes_of(data_dir: Path, timeout_s: float = 3.0) -> int:
    """Kill all of them, and those that they start meanwhile. Returns how many there were at first."""
    deadline = time.monotonic() + timeout_s
    first = left = processes_of(data_dir)
    while left and time.monotonic() < deadline:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.02)
        left = processes_of(data_dir)
    return len(first)
