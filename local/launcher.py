"""`make run`: starts everything in order, watches it until a signal comes, and stops it in order."""

import errno
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from local import child, procfs, web_readiness
from local.data_folder import DataFolder, Lock
from local.errors import LocalError
from local.ports import HOST, is_taken, kept_port
from local.postgres_server import STOP_SIGNAL as POSTGRES_STOP
from local.postgres_server import PostgresServer
from local.programs import SERVER_STOP_S, Plan, Program, Tier, product
from local.progress import complain, say, show_tail, step
from local.redis_server import RedisServer
from local.schema_version import is_migrated
from local.secrets_file import load_or_create
from local.settings import LocalSettings
from local.stopping import Stopper, StopRequested
from local.supervision import Supervisor

SERVER_START_S = 60.0  # with recovery after a crash
STEP_S = 300.0  # a migration may have much to do
READY_S = 180.0  # on a busy machine; a free one takes some seconds
QUESTION_S = 0.1
SUPERVISOR_START_S = 15.0
LAST_RUN_S = 20.0
STOP_S = 13.5
"""The time from a request to stop until what is left is killed. docs/contract.md section 1 allows 15 s."""
START_LOOK_S = 0.5
# While everything runs nobody waits for us, and each look costs supervisord as much as us.
WATCH_S = 2.0
WATCH_POLL_S = 0.2
FAILED_RETRY_S = 5.0

Planner = Callable[[LocalSettings], Plan]


def main(
    environ: Mapping[str, str], project: Path, plan: Planner = product, *, follow_parent: bool = False
) -> int:
    """Run until we are asked to stop, or our parent is, with `follow_parent`. Returns the exit code.

    0 means that it stopped as asked. 1 means a fault: stderr has a sentence about it, and nothing is left
    running.
    """
    stopper = Stopper()
    stopper.listen()
    if follow_parent:
        stopper.follow_parent()
    os.umask(0o077)
    try:
        settings = LocalSettings.from_env(environ, project)
        settings.folder.create()
        lock = Lock(settings.folder)
        lock.acquire(stopper.check, LAST_RUN_S)
        try:
            _run(settings, plan(settings), lock, stopper)
        finally:
            lock.release()
    except StopRequested:
        say("stopped")
        return 0
    except LocalError as error:
        # Ctrl-C reaches initdb as well as us. Its complaint about that is no fault.
        if stopper.requests:
            say("stopped")
            return 0
        complain(f"make run: {error}")
        return 1
    except OSError as error:
        complain(f"make run: {_plain(error)}")
        return 1
    return 0


def _plain(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"The disk is full{where}: make room and start again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"Not allowed{where}: {error.strerror}; name a folder of yours in LIVECHAT_DATA_DIR."
    return f"The system refused{where}: {error.strerror or error}."


def _run(settings: LocalSettings, plan: Plan, lock: Lock, stopper: Stopper) -> None:
    left = procfs.kill_processes_of(settings.folder.root)
    if left:
        say(f"       ended {left} processes that the last run had left")
    settings.check_ports()
    stack = Stack(settings, plan, lock, stopper)
    try:
        stack.start()
        stack.watch()
    finally:
        stack.stop()


class Stack:
    """All that one launcher runs: the embedded servers, the programs of the plan, and their supervisor."""

    def __init__(self, settings: LocalSettings, plan: Plan, lock: Lock, stopper: Stopper) -> None:
        self._settings = settings
        self._plan = plan
        self._lock = lock
        self._stopper = stopper
        self._folder: DataFolder = settings.folder
        secrets = load_or_create(self._folder.secrets, settings.environ)
        self._postgres = self._redis = None
        if not settings.database_url:
            port = kept_port(self._folder.root / "postgres.port")
            self._postgres = PostgresServer(self._folder.postgres, port, secrets["POSTGRES_PASSWORD"])
        if not settings.redis_url:
            port = kept_port(self._folder.root / "redis.port")
            self._redis = RedisServer(self._folder.redis, port, secrets["REDIS_PASSWORD"])
        self._environment = settings.children_environment(
            secrets,
            self._postgres.url if self._postgres else settings.database_url,
            self._redis.url if self._redis else settings.redis_url,
            kept_port(self._folder.root / "mail.port") if settings.takes_mails else 0,
        )
        self._supervisor: Supervisor | None = None
        self._pids: dict[str, int] = {}
        self._filling: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start everything, and return after the line `ready:`. Raises LocalError or StopRequested."""
        begin = time.monotonic()
        self._start_programs()
        if self._plan.seed:
            with step("the sandbox's customer has written"):
                self._run_step("seed", self._plan.seed)
        self._wait_for_ports(self._plan.programs)
        say(self._tour())
        say(f"ready: {self._settings.web_url}/ after {time.monotonic() - begin:.1f} s")
        if self._plan.fill:
            self._filling = self._begin_step("fill", self._plan.fill)

    def _start_programs(self) -> None:
        self._folder.empty_metrics()
        servers = self._servers()
        self._supervisor = Supervisor(
            [*servers, *self._plan.programs], self._folder, self._settings.project, self._environment
        )
        self._supervisor.start(self._lock)
        if not self._wait(self._supervisor.answers, SUPERVISOR_START_S, []):
            show_tail(self._folder.logs / "supervisord.out")
            raise LocalError("The supervisor did not start: its last words are above.")
        self._start_servers(self._supervisor, servers)
        database_url = self._environment["DATABASE_URL"]
        if self._plan.migrate and not is_migrated(database_url, self._settings.project / "migrations"):
            with step("the database is migrated"):
                self._run_step("migrate", self._plan.migrate)
        first = [program for program in self._plan.programs if not program.comes_later]
        names = [program.name for program in first]
        with step(f"{', '.join(names)} serve"):
            for name in names:
                self._supervisor.start_program(name)
            self._wait_for_ports(first)
            self._wait_for_readiness(names)
        for program in self._plan.programs:
            if program.comes_later:
                self._supervisor.start_program(program.name)
        self._pids = {name: state.pid for name, state in self._supervisor.states().items()}

    def _running_supervisor(self) -> Supervisor:
        if self._supervisor is None:
            raise LocalError("Nothing has been started yet.")
        return self._supervisor

    def _servers(self) -> list[Program]:
        found = []
        if self._postgres:
            if not self._postgres.is_initialised():
                with step("PostgreSQL's data folder is made"):
                    self._postgres.initialise()
            identity = self._postgres.prepare()
            command = tuple(self._postgres.command())
            signal_name = POSTGRES_STOP.name.removeprefix("SIG")
            found.append(
                Program("postgres", command, Tier.DATABASE, signal_name, SERVER_STOP_S, identity=identity)
            )
        if self._redis:
            self._redis.prepare()
            command = tuple(self._redis.command())
            found.append(Program("redis", command, Tier.BROKER, stop_wait_s=SERVER_STOP_S))
        return found

    def _start_servers(self, supervisor: Supervisor, servers: Sequence[Program]) -> None:
        names = [program.name for program in servers]
        if not names:
            return
        with step(f"{' and '.join(names)} answer"):
            for name in names:
                supervisor.start_program(name)
            checks = [server.answers for server in (self._postgres, self._redis) if server]
            for check in checks:
                if not self._wait(check, SERVER_START_S, names):
                    self._fail(names[checks.index(check)], "does not answer")
            if self._postgres:
                self._postgres.create_database()

    def _wait(self, condition: Callable[[], bool], timeout_s: float, needed: Sequence[str]) -> bool:
        """Whether the condition came true in time. Raises LocalError if a needed program failed for good."""
        last_look = time.monotonic()

        def looked() -> bool:
            nonlocal last_look
            if condition():
                return True
            if time.monotonic() - last_look > START_LOOK_S:
                last_look = time.monotonic()
                self._fail_if_given_up(needed)
            return False

        return self._stopper.wait_until(looked, timeout_s)

    def _fail_if_given_up(self, needed: Sequence[str]) -> None:
        supervisor = self._running_supervisor()
        if not supervisor.is_running():
            show_tail(self._folder.logs / "supervisord.out")
            raise LocalError("The supervisor ended by itself: its last words are above.")
        states = supervisor.states()
        for name in needed:
            if name in states and states[name].has_failed:
                self._fail(name, "does not start")

    def _fail(self, name: str, what: str) -> None:
        log = self._folder.logs / f"{name}.log"
        show_tail(log)
        raise LocalError(f"{name} {what}: its last words are above, all of them in {log}.")

    def _wait_for_ports(self, programs: Sequence[Program]) -> None:
        names = [program.name for program in programs]
        for program in programs:
            if program.port and not self._wait(partial(is_taken, program.port), READY_S, names):
                self._fail(program.name, f"does not listen on {HOST}:{program.port}")

    def _wait_for_readiness(self, names: Sequence[str]) -> None:
        told = ""
        next_question = 0.0

        def ready() -> bool:
            nonlocal told, next_question
            # To answer, the web asks all that it needs, while everything is still busy starting.
            if time.monotonic() < next_question:
                return False
            next_question = time.monotonic() + QUESTION_S
            status, body = web_readiness.ask(self._settings.web_port)
            told = web_readiness.detail(body) if status else "nobody answers"
            return status == 200

        if not self._wait(ready, READY_S, names):
            self._fail("web", f"is not ready after {READY_S:.0f} s ({told})")

    def _run_step(self, name: str, command: Sequence[str]) -> None:
        """Run a command to its end, with a log of its own. Raises LocalError where it fails."""
        process = self._begin_step(name, command)
        try:
            in_time = self._stopper.wait_until(lambda: process.poll() is not None, STEP_S)
        finally:
            process.kill()
            process.wait()
        if not in_time:
            self._fail(name, f"took more than {STEP_S:.0f} s")
        if process.returncode != 0:
            self._fail(name, f"failed with exit code {process.returncode}")

    def _begin_step(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self._folder.logs / f"{name}.log").open("wb") as output:
            return subprocess.Popen(
                child.wrap(command, parent=os.getpid()),
                cwd=self._settings.project,
                env={**self._environment, child.PROGRAM_MARK: name},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _look_at_filling(self) -> None:
        """Tell once how filling ended. The product goes on where it failed, and the next start ends it."""
        if self._filling is None or (code := self._filling.poll()) is None:
            return
        self._filling = None
        if code == 0:
            say("       the demo's inbox is filled")
        else:
            show_tail(self._folder.logs / "fill.log")
            complain("make demo: the inbox could not be filled; the next start goes on with it.")

    def _tour(self) -> str:
        places = [("page", f"{self._settings.web_url}/")]
        if self._settings.sandbox:
            places.append(("sandbox", f"{self._settings.sandbox_url}/ (be the customer, or be WhatsApp)"))
        places += [
            ("tasks", f"http://{HOST}:{self._settings.flower_port}/"),
            ("metrics", f"{self._settings.web_url}/metrics"),
            ("logs", str(self._folder.logs)),
            ("secrets", str(self._folder.secrets)),
            ("stop", "Ctrl-C"),
        ]
        return "\n".join(f"  {name:8} {where}" for name, where in places)

    def watch(self) -> None:
        """Report restarts, and start again what failed for good. Ends with StopRequested."""
        next_try: dict[str, float] = {}
        while True:
            self._stopper.wait_until(lambda: False, WATCH_S, WATCH_POLL_S)
            self._look_at_filling()
            supervisor = self._running_supervisor()
            if not supervisor.is_running():
                self._start_again()
                continue
            for name, state in supervisor.states().items():
                if state.has_failed and time.monotonic() > next_try.get(name, 0.0):
                    complain(f"make run: {name} does not start, and is tried again every few seconds.")
                    show_tail(self._folder.logs / f"{name}.log")
                    next_try[name] = time.monotonic() + FAILED_RETRY_S
                    supervisor.start_program(name)
                elif state.pid and self._pids.get(name) not in (None, state.pid):
                    say(f"       {name} ended unexpectedly and was started again")
                if state.pid:
                    self._pids[name] = state.pid

    def _start_again(self) -> None:
        """Start everything again on the same ports, after the supervisor and so its programs were killed."""
        complain("make run: the supervisor ended unexpectedly; everything is started again.")
        self._running_supervisor().close()
        procfs.kill_processes_of(self._folder.root)
        self._start_programs()
        say(f"ready: {self._settings.web_url}/ again")

    def stop(self) -> None:
        """Stop everything in order. Kill what is left after `STOP_S`, or at a second request."""
        filling, self._filling = self._filling, None
        if filling is not None:
            filling.kill()
            filling.wait()
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is None:
            return
        deadline = time.monotonic() + STOP_S
        wishes = self._stopper.requests
        supervisor.terminate()
        while supervisor.is_running() and time.monotonic() < deadline:
            if self._stopper.requests > max(wishes, 1):
                break
            time.sleep(0.05)
        supervisor.kill()
        supervisor.close()
        procfs.kill_processes_of(self._folder.root)
