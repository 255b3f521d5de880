"""The whole product as ``make run`` starts it, with handles to break any part of it and to look inside."""

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row
from redis import Redis

from local import procfs
from local.child import PROGRAM_MARK
from local.data_folder import DataFolder
from local.supervision import RpcError, Supervisor
from sandbox.testing import SandboxClient
from tests.conftest import wait_until
from tests.services import template
from tests.system.product import ROOT, Product

TIERS = {"postgres": "database", "redis": "broker"}
DISKS_MB = {"postgres": 640, "redis": 256}
# A worker that dies in the middle of a call leaves its message for as long as a call may take, and a bit.
GRAPH_TIMEOUTS = {"LIVECHAT_GRAPH_CONNECT_TIMEOUT_S": "2", "LIVECHAT_GRAPH_READ_TIMEOUT_S": "4"}
# Ten pages that fetch afresh, watchers and agents are one user here, who asks as fast as they are answered.
ONE_USER = {"LIVECHAT_RATE_LIMIT_READS": "60000 per minute"}
START_WAIT_S = 300.0


@dataclass
class Running:
    """A started product. ``has_disks`` says that its databases lie on small disks that can be filled."""

    product: Product
    has_disks: bool

    @classmethod
    def start(cls, folder: Path, *, small_disks: bool) -> "Running":
        """Start it in ``folder``; returns after ``ready:``."""
        data = DataFolder(folder / "data")
        data.create()
        password, initialised = template()
        data.secrets.write_text(f"POSTGRES_PASSWORD={password}\n")
        data.secrets.chmod(0o600)
        for name, size in DISKS_MB.items():
            where = data.root / name
            where.mkdir(mode=0o700)
            if small_disks:
                options = ["-o", f"size={size}m,mode=0700"]
                subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", str(where)], check=True)
        shutil.copytree(initialised, data.postgres, symlinks=True, dirs_exist_ok=True)
        running = cls(Product(data.root, **GRAPH_TIMEOUTS, **ONE_USER), small_disks)
        try:
            running.product.start(START_WAIT_S)
        except BaseException:
            running.stop()
            raise
        return running

    def stop(self) -> None:
        """Stop it, and kill what does not stop."""
        process = self.product.process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        procfs.kill_processes_of(self.root)
        if self.has_disks:
            for name in DISKS_MB:
                subprocess.run(["umount", "--lazy", str(self.root / name)], check=False)

    @property
    def root(self) -> Path:
        return self.product.folder

    def client(self) -> SandboxClient:
        """A client of the sandbox; one for each thread."""
        return SandboxClient(self.product.sandbox, self.product.secret("SANDBOX_ACCESS_TOKEN"))

    # Its processes

    def environ(self) -> dict[str, str]:
        """What its programs were started with; waits for a web that was killed just now."""
        pairs: list[bytes] = []

        def has_told() -> bool:
            with suppress(OSError):
                pairs[:] = Path(f"/proc/{self.main_pid('web')}/environ").read_bytes().split(b"\0")
            return bool(pairs)

        wait_until(has_told, START_WAIT_S, 0.1)
        return dict(os.fsdecode(pair).split("=", 1) for pair in pairs if b"=" in pair)

    def main_pid(self, program: str) -> int:
        """The process that the supervisor knows, or 0 while there is none."""
        state = self._supervisor().states().get(program)
        return state.pid if state else 0

    def children(self, program: str) -> list[int]:
        """Ids of what the program has forked: web workers, pool workers, PostgreSQL's backends."""
        main = self.main_pid(program)
        return [pid for pid in procfs.processes_of(self.root) if main and _parent(pid) == main]

    def stop_program(self, program: str) -> None:
        """Have the supervisor stop it in order, and keep it down."""
        self._call("stopProcess", program, True)

    def start_program(self, program: str) -> None:
        """Have it started, if it is not."""
        self._call("startProcess", program, False)

    def start_everything(self) -> None:
        """Return once every program runs."""

        def all_run() -> bool:
            states = self._supervisor().states()
            for name, state in states.items():
                if state.state in ("STOPPED", "EXITED", "FATAL"):
                    self.start_program(name)
            return bool(states) and all(state.pid for state in states.values())

        wait_until(all_run, START_WAIT_S, 0.2)

    def _call(self, method: str, program: str, wait: bool) -> None:
        name = f"{TIERS.get(program, 'application')}:{program}"
        try:
            with self._supervisor()._proxy() as proxy:
                getattr(proxy.supervisor, method)(name, wait)
        except RpcError:
            # It was in that state already, or the supervisor itself is being replaced.
            return

    def _supervisor(self) -> Supervisor:
        return Supervisor([], DataFolder(self.root), ROOT, {})

    def spawn(self, program: str, command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """One more process of the product, beside the supervised ones; it ends with the run at the latest."""
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.environ(), PROGRAM_MARK: program},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=_die_with_parent,
            )

    # Its databases

    def _address(self, name: str) -> tuple[int, str]:
        port = int((self.root / f"{name}.port").read_text())
        return port, self.product.secret(f"{name.upper()}_PASSWORD")

    def redis(self) -> Redis:
        """A client of its Redis."""
        port, password = self._address("redis")
        return Redis(port=port, password=password, socket_timeout=5, socket_connect_timeout=2)

    def database(self) -> psycopg.Connection[dict[str, Any]]:
        """A connection to its PostgreSQL that commits each statement."""
        port, password = self._address("postgres")
        return psycopg.connect(
            host="127.0.0.1",
            port=port,
            user="livechat",
            password=password,
            dbname="livechat",
            connect_timeout=5,
            autocommit=True,
            row_factory=dict_row,
        )

    def rows(self, statement: LiteralString, *parameters: object) -> list[dict[str, Any]]:
        """The answer to one query."""
        with self.database() as connection:
            return connection.execute(statement, parameters or None).fetchall()

    def make_read_only(self, is_read_only: bool) -> None:
        """Have PostgreSQL refuse every change, in sessions that are open too, or take them again."""
        with self.database() as connection:
            if is_read_only:
                connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            else:
                connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
            connection.execute("SELECT pg_reload_conf()")

    # Its disks

    def fill(self, name: str) -> None:
        """Leave no room on a database's disk."""
        block = b"\0" * 65_536
        with suppress(OSError), (self.root / name / "filler").open("ab", buffering=0) as filler:
            while True:
                filler.write(block)

    def make_room(self, name: str) -> None:
        """Take the filler away."""
        (self.root / name / "filler").unlink(missing_ok=True)


def signal_all(pids: Sequence[int], number: signal.Signals) -> int:
    """Send a signal; to how many it was delivered."""
    count = 0
    for pid in pids:
        if pid <= 0:
            continue
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
        count += 1
    return count


def _parent(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return 0
    return int(text.rpartition(")")[2].split()[1])


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, int(signal.SIGKILL), 0, 0, 0)


def can_mount() -> bool:
    """Whether this process may mount a small disk of its own, where only it and its children see it."""
    command = ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
