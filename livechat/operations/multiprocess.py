"""Adds up the counters of a machine's processes, which keep them in files of one folder.

prometheus_client keeps two files for each process and never removes those of counters, since their sums must
not fall. Workers that are replaced day after day would make every scrape slower, so the files of ended
processes are folded into one. The processes of a folder must share one machine and one process namespace.
"""

import fcntl
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

# We keep no gauges in files: ours are read when they are asked for.
_KINDS = ("counter", "histogram")
_FOLDED = "folded"


def collect(folder: Path) -> bytes:
    """Prometheus' text of all processes, running and ended."""
    with _locked(folder, fcntl.LOCK_EX):
        for kind in _KINDS:
            _fold(folder, kind)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]  # the library has no types
    # No other process may fold files between our listing and reading them.
    with _locked(folder, fcntl.LOCK_SH):
        return generate_latest(registry)


def _fold(folder: Path, kind: str) -> None:
    gone = [path for path in folder.glob(f"{kind}_*.db") if _is_gone(path)]
    if not gone:
        return
    target = folder / f"{kind}_{_FOLDED}.db"
    sums: defaultdict[str, float] = defaultdict(float)
    for path in [*gone, *([target] if target.exists() else [])]:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call]
            sums[key] += value
    written = folder / f"{kind}_{_FOLDED}.new"
    written.unlink(missing_ok=True)
    values = MmapedDict(str(written))  # type: ignore[no-untyped-call]
    for key, value in sums.items():
        values.write_value(key, value, 0.0)  # type: ignore[no-untyped-call]
    values.close()  # type: ignore[no-untyped-call]
    written.replace(target)
    for path in gone:
        path.unlink(missing_ok=True)


def _is_gone(path: Path) -> bool:
    pid = path.stem.rpartition("_")[2]
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
