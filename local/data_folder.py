"""The data folder: who may read it, how it is laid out, and the lock that keeps a second launcher out."""

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError
from local.procfs import is_alive
from local.progress import say

# A Unix socket's path has at most 107 bytes. supervisord first makes it with its process id behind the name.
SOCKET_PATH_BYTES = 107
SOCKET_SUFFIX_BYTES = 11


@dataclass(frozen=True)
class DataFolder:
    """The names of all that `make run` keeps. Only a socket may lie elsewhere, while it runs."""

    root: Path

    @property
    def secrets(self) -> Path:
        """The generated keys and passwords, which only the owner may read."""
        return self.root / "secrets.env"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data."""
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        """The append-only file of Redis."""
        return self.root / "redis"

    @property
    def logs(self) -> Path:
        """One log for each program, rotated."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Files of a run: the lock, and the supervisor's configuration and socket."""
        return self.root / "run"

    @property
    def socket(self) -> Path:
        """The supervisor's Unix socket: in ``run``, or at a shorter path where that one would be too long."""
        near = self.run / "supervisor.sock"
        if len(os.fsencode(near)) + SOCKET_SUFFIX_BYTES <= SOCKET_PATH_BYTES:
            return near
        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        return Path(tempfile.gettempdir(), f"livechat-{os.geteuid()}-{name}", "supervisor.sock")

    @property
    def metrics(self) -> Path:
        """Counters that processes share. Every start empties them."""
        return self.root / "metrics"

    @property
    def state(self) -> Path:
        """Small files of programs: beat's schedule, Flower's tasks, the sandbox's customers."""
        return self.root / "state"

    def create(self) -> None:
        """Make the missing folders, closed to other users. Raises LocalError where that is not allowed."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            if os.geteuid() not in (0, self.root.stat().st_uid):
                raise LocalError(
                    f"The data folder {self.root} belongs to another user: start as that user, or name "
                    "another folder in LIVECHAT_DATA_DIR."
                )
            self.root.chmod(0o700)
            for folder in (self.logs, self.run, self.state):
                folder.mkdir(mode=0o700, exist_ok=True)
        except (PermissionError, NotADirectoryError, FileExistsError) as error:
            raise LocalError(
                f"The data folder {self.root} cannot be written ({error.strerror}): name another in "
                "LIVECHAT_DATA_DIR."
            ) from None

    def create_socket_folder(self) -> None:
        """Make the folder of a socket that lies elsewhere. One that is there must be ours, and closed."""
        folder = self.socket.parent
        if folder == self.run:
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise LocalError(
                f"{folder} is not a closed folder of ours: remove it, or use a shorter data folder."
            )

    def remove_socket_folder(self) -> None:
        """Remove the folder of a socket that lies elsewhere."""
        if self.socket.parent != self.run:
            shutil.rmtree(self.socket.parent, ignore_errors=True)

    def empty_metrics(self) -> None:
        """Remove the counters of processes that are gone."""
        shutil.rmtree(self.metrics, ignore_errors=True)
        self.metrics.mkdir(mode=0o700)


class Lock:
    """A lock that one launcher holds, and the supervisor that inherits it, until both have ended.

    After a kill -9 of the launcher, the next one so waits until the supervisor has stopped everything.
    """

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._descriptor = os.open(folder.run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        os.set_inheritable(self._descriptor, True)

    def fileno(self) -> int:
        """The descriptor that the supervisor is to inherit."""
        return self._descriptor

    def acquire(self, on_wait: Callable[[], None], timeout_s: float) -> None:
        """Take the lock. `on_wait` is called repeatedly while a dead launcher's supervisor still stops.

        Raises LocalError where a living launcher holds it, or the supervisor does not end in time.
        """
        deadline = time.monotonic() + timeout_s
        told = False
        while not self._try():
            holder = self._holder()
            if holder and is_alive(holder):
                raise LocalError(
                    f"It already runs on {self._folder.root} (process {holder}): stop that one first."
                )
            if time.monotonic() > deadline:
                raise LocalError(
                    f"What the last run left on {self._folder.root} does not end: see its logs folder."
                )
            if not told:
                say("       waiting until the last run has stopped")
                told = True
            on_wait()
            time.sleep(0.1)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def _try(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> int:
        text = os.pread(self._descriptor, 32, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdigit() else 0

    def release(self) -> None:
        """Let go of the lock. The file stays, or two launchers could lock two files of one name."""
        os.close(self._descriptor)
