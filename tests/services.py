"""PostgreSQL and Redis for tests: real servers, up in under a second, that tests may kill and start again.

    with EmbeddedServices() as services:
        services.database_url           # postgresql+psycopg://… of the empty database `livechat`; superuser
        services.redis_url              # redis://…/0
        services.postgres.kill()        # SIGKILL, and gone when the call returns
        services.postgres.start()       # same port, same data, and answering when the call returns
        services.redis.stop()           # orderly
        services.redis.is_running(); services.redis.pid; services.redis.log()

Addresses stay the same from the first start to the end, however often a server is killed. Both servers die
with the thread that started them, and with its process, even by kill -9, and the folder is removed at the
end. Several of these may run at once, in one process or in many. `durable=False` (default) turns off fsync:
what was committed survives a kill of the server, though not of the machine. With `durable=True` both run as
`make run` runs them.

The result of initdb is kept in `template_folder` (default `.test/` in the project) and copied for every
start.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from local import child, postgres_server, redis_server
from local.errors import LocalError
from local.ports import service_port
from local.postgres_server import PostgresServer
from local.redis_server import RedisServer

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0
PROJECT = Path(__file__).resolve().parent.parent
TEMPLATE_FOLDER = PROJECT / ".test"


class Service:
    """One server process that can be started, stopped and killed any number of times."""

    def __init__(
        self,
        name: str,
        command: Callable[[], list[str]],
        answers: Callable[[], bool],
        log: Path,
        stop_signal: int,
    ) -> None:
        self.name = name
        self._command = command
        self._answers = answers
        self._log = log
        self._stop_signal = stop_signal
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's process id (PostgreSQL: the postmaster's). LocalError while it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise LocalError(f"{self.name} does not run.")
        return self._process.pid

    def is_running(self) -> bool:
        """Whether the process lives; it may not answer yet."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and return once it answers. Raises LocalError with its last words."""
        if self.is_running():
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise LocalError(f"{self.name} did not start: {self.log()[-600:]}")
            time.sleep(0.01)

    def stop(self) -> None:
        """End it in order: PostgreSQL closes sessions and writes a checkpoint, Redis its append-only file."""
        self._end(self._stop_signal)

    def kill(self) -> None:
        """kill -9, as a crash would; returns when the process is gone."""
        self._end(signal.SIGKILL)

    def _end(self, signal_number: int) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal_number)
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def log(self) -> str:
        """All that the server wrote since the first start."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""


class EmbeddedServices:
    """A context manager around one PostgreSQL and one Redis; see the module's text for its use."""

    def __init__(self, *, durable: bool = False, template_folder: Path | None = None) -> None:
        password, self._template = template(template_folder or TEMPLATE_FOLDER)
        self.folder = Path(tempfile.mkdtemp(prefix="livechat-test-"))
        self._postgres = PostgresServer(self.folder / "postgres", service_port(), password, durable)
        self._redis = RedisServer(self.folder / "redis", service_port(), password, durable)
        self.postgres = Service(
            "PostgreSQL",
            lambda: child.wrap(
                self._postgres.command(), identity=self._postgres.prepare(), parent=os.getpid()
            ),
            self._postgres.answers,
            self.folder / "postgres.log",
            postgres_server.STOP_SIGNAL,
        )
        self.redis = Service(
            "Redis",
            lambda: child.wrap(self._redis.command(), parent=os.getpid()),
            self._redis.answers,
            self.folder / "redis.log",
            redis_server.STOP_SIGNAL,
        )

    @property
    def database_url(self) -> str:
        """SQLAlchemy's address; the user may create databases, so that each test process can have one."""
        return self._postgres.url

    @property
    def redis_url(self) -> str:
        """Address of Redis' database 0."""
        return self._redis.url

    def start(self) -> Self:
        """Start both; returns when both answer and the database exists. On failure nothing is left."""
        try:
            postgres_server.copy_initialised(self._template, self._postgres.folder)
            self._redis.prepare()
            self.redis.start()
            self.postgres.start()
            self._postgres.create_database()
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Kill both and remove the folder; nothing of it is wanted any more."""
        self.postgres.kill()
        self.redis.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _template_password(folder: Path) -> str:
    """The password kept beside the template; the first of several processes writes it, the others read it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "postgres-password"
    if not file.exists():
        descriptor, name = tempfile.mkstemp(dir=folder)
        with os.fdopen(descriptor, "w", encoding="ascii") as new:
            new.write(secrets.token_urlsafe(24))
        try:
            # A link fails when the name exists, where a rename would replace what another process has just
            # read.
            os.link(name, file)
        except FileExistsError:
            pass
        finally:
            os.unlink(name)
    return file.read_text(encoding="ascii")


def template(folder: Path = TEMPLATE_FOLDER) -> tuple[str, Path]:
    """Password and data folder of an initialised PostgreSQL, to be copied; made once, whole or not at all."""
    password = _template_password(folder)
    version = postgres_server.version()
    made = folder / f"postgres-{version}-{os.geteuid()}-{password[:6]}"
    if (made / "PG_VERSION").exists():
        return password, made
    with tempfile.TemporaryDirectory(prefix="template-", dir=folder) as scratch:
        server = PostgresServer(Path(scratch) / "postgres", 0, password, durable=False)
        server.initialise()
        try:
            server.folder.rename(made)
        except OSError:
            # Another process was quicker; a rename onto a folder with content is refused.
            if not (made / "PG_VERSION").exists():
                raise
    return password, made
