"""The product's modules, loaded once in the supervisor, and the programs that are forks of it.

Eight programs that import the same thousand modules each have them in memory of their own, and a start is
mostly these imports. A fork shares them. What a program's command line says holds all the same: the fork runs
that module with these arguments, and where modules cannot be loaded it is executed as it stands.

No thread runs and no connection is open before a fork: importing opens nothing (docs/decisions/one-image.md).
"""

import atexit
import ctypes
import gc
import importlib
import os
import runpy
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from local import child

# What the programs import, so that as little as may be is imported again in each.
MODULES = (
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.concurrency.thread",
    "celery.events.state",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.loops",
    "celery.worker.pidbox",
    "celery.worker.strategy",
    "dbm.dumb",
    "billiard.heap",
    "billiard.popen_fork",
    "billiard.synchronize",
    "granian.cli",
    "granian.server",
    "kombu.transport.redis",
    "multiprocessing.popen_fork",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "workers.beat",
    "celery_app",
    "wsgi",
)
_SIGNALS = (signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2)


class Image:
    """What this process has loaded, once it has tried to."""

    def __init__(self, modules: Sequence[str] = MODULES) -> None:
        self._modules = modules
        self._is_loaded: bool | None = None
        self._files: set[int] = set()

    def load(self) -> bool:
        """Load the modules, once; whether programs can be forks. Where not, they say why when executed."""
        if self._is_loaded is None:
            self._is_loaded = self._load()
        return self._is_loaded

    def close_others(self) -> None:
        """Close the parent's descriptors in a fork, but for what the modules have opened: metrics' files.

        Whoever finds out that it is another process closes those, and opens its own.
        """
        for descriptor in _open_files() - self._files:
            if descriptor > 2:
                with suppress(OSError):
                    os.close(descriptor)

    def _load(self) -> bool:
        before = _open_files()
        gc.disable()
        try:
            for name in self._modules:
                importlib.import_module(name)
            _make_ready()
        # A setting that is malformed ends the program that reads it.
        except (Exception, SystemExit):  # noqa: BLE001
            return False
        finally:
            # What stays is left out of later collections, which would write to the pages that are shared.
            gc.collect()
            gc.freeze()
            gc.enable()
        self._files = _open_files() - before
        # A thread would be missing in the fork, and with it whatever lock it holds.
        return len(os.listdir("/proc/self/task")) == 1


def _make_ready() -> None:
    """What each program would do again by itself, at its first task or request."""
    # The launcher imports this file too, and does without them.
    from celery import current_app  # noqa: PLC0415
    from sqlalchemy.orm import configure_mappers  # noqa: PLC0415

    # Each child of a pool asks the kernel for a signal by a parser of C.
    importlib.import_module("cffi").FFI().cdef("int prctl (int __option, ...);")
    configure_mappers()
    celery = current_app._get_current_object()
    celery.finalize()
    _ = celery.amqp.queues, celery.log, celery.events, celery.control


def _open_files() -> set[int]:
    found = set()
    for name in os.listdir("/proc/self/fd"):
        # The one that this list was read from is closed already.
        with suppress(OSError):
            os.fstat(int(name))
            found.add(int(name))
    return found


def forked(command: Sequence[str]) -> tuple[str, list[str]] | None:
    """(module, arguments) of a command that may be a fork, as ``child.wrap`` marks it."""
    if "--" not in command:
        return None
    place = list(command).index("--")
    options, program = command[:place], list(command[place + 1 :])
    if child.FORKED not in options or program[:2] != [sys.executable, "-m"]:
        return None
    return program[2], program[3:]


def become(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], *, asked: int | None = None
) -> NoReturn:
    """Run the module as ``python -m`` does, in this fork, and end as it ends.

    ``asked`` is a signal that came before its handlers were back to their defaults.
    """
    code = 1
    try:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if asked:
            os.kill(os.getpid(), asked)
        os.environ.clear()
        os.environ.update(environment)
        child.settle(replaces=True)
        show_as(environment.get(child.PROGRAM_MARK, module))
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = _exit_code(end)
    except BaseException:  # noqa: BLE001  # as the interpreter does at the outermost frame
        traceback.print_exc()
    finally:
        _finish(code)


def _exit_code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1


def _finish(code: int) -> NoReturn:
    """End as the interpreter would, but without the supervisor's frames below us."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def show_as(name: str) -> None:
    """Have ``ps`` and /proc show this process as the program ``name``, where they would show our parent.

    The kernel reads command line and environment from our memory, where they stood when the parent began.
    """
    try:
        stat = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace")
        arguments, end, environ, environ_end = map(int, stat.rpartition(")")[2].split()[45:49])
        _write(arguments, end, f"livechat {name}".encode())
        kept = ctypes.string_at(environ, environ_end - environ).split(b"\0")
        mark, room = (f"{name}=".encode() for name in (child.PROGRAM_MARK, child.ROOM_MARK))
        pairs = [pair for pair in kept if pair and not pair.startswith((mark, room))]
        _write(environ, environ_end, b"\0".join([mark + name.encode(), *pairs]))
    except (OSError, ValueError):
        # Nobody but people who look needs it.
        return


def _write(start: int, end: int, text: bytes) -> None:
    if start and len(text) < end - start:
        ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)
