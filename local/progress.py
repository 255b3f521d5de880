"""The output at the terminal: a line for each step with its duration, ends of logs, faults."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TAIL_LINES = 15
TAIL_BYTES = 16_384


def say(text: str) -> None:
    """Print a line on stdout at once. The product goes on where nobody reads it any more."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Python would complain again when it flushes at exit.
        sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115


def complain(text: str) -> None:
    """Print a line on stderr."""
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        sys.stderr = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print how many seconds the block took. Where it fails nothing is printed, since the fault will be."""
    begin = time.monotonic()
    yield
    say(f"{time.monotonic() - begin:5.1f} s  {what}")


def show_tail(log: Path) -> None:
    """Print the last lines of a log on stderr, indented, so that the sentence after them stands out."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines[-TAIL_LINES:]:
        complain(f"    {log.stem} | {line}")
