"""Supervision by an unmodified supervisord: its configuration, its process, and its XML-RPC socket.

supervisord restarts programs that die, stops them tier by tier, and rotates logs. local/child.py adds what it
lacks: programs die with it, and first kill what a killed predecessor left. Why it is this library:
docs/decisions/process-supervision.md.
"""

import configparser
import http.client
import os
import resource
import shlex
import subprocess
import sys
import xmlrpc.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from supervisor.xmlrpc import SupervisorTransport

from local import child
from local.data_folder import DataFolder, Lock
from local.programs import Program, Tier

HOME = Path(__file__).resolve().parent.parent
LOG_MAX_BYTES = 10 * 1024 * 1024
LOG_BACKUPS = 3
OPEN_FILES = 8192
"""The limit of open files, since a thousand browsers each hold a stream.

supervisord closes as many, one by one, whenever it starts a program, so a generous number would be slow.
"""
FAILED_STATES = ("FATAL", "UNKNOWN")
FAULT_ALREADY_STARTED = 60
RpcError = (OSError, http.client.HTTPException, xmlrpc.client.Error)


@dataclass(frozen=True)
class ProgramState:
    """What supervisord knows of a program. `state` is in its words; `pid` is 0 without a process."""

    name: str
    state: str
    pid: int
    description: str

    @property
    def has_failed(self) -> bool:
        """Whether supervisord gave up on it after several tries."""
        return self.state in FAILED_STATES


def configuration(programs: Sequence[Program], folder: DataFolder, project: Path) -> str:
    """The configuration file of supervisord. It has no secrets, since programs inherit the environment."""
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = OPEN_FILES if most_files == resource.RLIM_INFINITY else min(OPEN_FILES, most_files)
    sections: dict[str, dict[str, object]] = {
        "unix_http_server": {"file": folder.socket, "chmod": "0600"},
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
        "supervisorctl": {"serverurl": f"unix://{folder.socket}"},
        "supervisord": {
            "nodaemon": "true",
            "silent": "true",
            "logfile": folder.logs / "supervisord.log",
            "logfile_maxbytes": LOG_MAX_BYTES,
            "logfile_backups": LOG_BACKUPS,
            "pidfile": "supervisord.pid",
            "childlogdir": folder.logs,
            "nocleanup": "true",
            "minfds": files,
            # Without this line it warns that it runs as root.
            **({"user": "root"} if os.geteuid() == 0 else {}),
        },
    }
    for program in programs:
        sections[f"program:{program.name}"] = _program_section(program, folder, project)
    for tier in Tier:
        names = [program.name for program in programs if program.tier is tier]
        if names:
            sections[f"group:{tier.name.lower()}"] = {"programs": ",".join(names), "priority": int(tier)}
    parser = configparser.RawConfigParser()
    parser.read_dict(
        {name: {key: str(value) for key, value in body.items()} for name, body in sections.items()}
    )
    lines = []
    for name in parser.sections():
        lines += [f"[{name}]", *(f"{key}={value}" for key, value in parser.items(name)), ""]
    return "\n".join(lines)


def _program_section(program: Program, folder: DataFolder, project: Path) -> dict[str, object]:
    command = child.wrap(program.command, identity=program.identity, replaces=True, forked=program.forked)
    return {
        "command": shlex.join(command).replace("%", "%%"),
        "directory": str(project).replace("%", "%%"),
        "environment": f'{child.PROGRAM_MARK}="{program.name}"',
        "autostart": "false",
        "autorestart": "true",
        # A program that ends sooner counts as not started. An import may take that long to fail.
        "startsecs": 5,
        "startretries": 2,
        "stopsignal": program.stop_signal,
        "stopwaitsecs": program.stop_wait_s,
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": str(folder.logs / f"{program.name}.log").replace("%", "%%"),
        "stdout_logfile_maxbytes": LOG_MAX_BYTES,
        "stdout_logfile_backups": LOG_BACKUPS,
    }


class Supervisor:
    """One process of supervisord, and the launcher's calls to it."""

    def __init__(
        self, programs: Sequence[Program], folder: DataFolder, project: Path, environment: Mapping[str, str]
    ) -> None:
        self._programs = programs
        self._folder = folder
        self._project = project
        self._environment = environment
        self._tier = {program.name: program.tier.name.lower() for program in programs}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, lock: Lock) -> None:
        """Start supervisord. It starts no program by itself, and keeps the lock until it has ended.

        It gets SIGTERM when the launcher dies, however that happens, and then stops in order.
        """
        self._folder.create_socket_folder()
        config = self._folder.run / "supervisord.conf"
        config.write_text(configuration(self._programs, self._folder, self._project), encoding="utf-8")
        command = [sys.executable, "-m", "local.supervise", str(self._folder.root)]
        with (self._folder.logs / "supervisord.out").open("wb") as output:
            self._process = subprocess.Popen(
                child.wrap(command, death_signal="SIGTERM", parent=os.getpid()),
                cwd=HOME,
                env={**self._environment, child.PROGRAM_MARK: "supervisord", child.ROOM_MARK: "." * 32},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[lock.fileno()],
                start_new_session=True,
            )

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def _proxy(self) -> xmlrpc.client.ServerProxy:
        transport = SupervisorTransport(None, None, f"unix://{self._folder.socket}")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)

    def answers(self) -> bool:
        """Whether it takes calls. It does some tenths of a second after its start."""
        try:
            with self._proxy() as proxy:
                proxy.supervisor.getPID()
        except RpcError:
            return False
        return True

    def start_program(self, name: str) -> None:
        """Start the program where it does not run, without a wait until it is up."""
        with self._proxy() as proxy:
            try:
                proxy.supervisor.startProcess(f"{self._tier[name]}:{name}", False)
            except xmlrpc.client.Fault as fault:
                if fault.faultCode != FAULT_ALREADY_STARTED:
                    raise

    def states(self) -> dict[str, ProgramState]:
        """The states of all programs by their names. Empty while supervisord does not answer."""
        try:
            with self._proxy() as proxy:
                answer = proxy.supervisor.getAllProcessInfo()
        except RpcError:
            return {}
        found = {}
        for info in answer if isinstance(answer, list) else []:
            name = str(info["name"])
            text = str(info["spawnerr"] or info["description"])
            found[name] = ProgramState(name, str(info["statename"]), int(info["pid"]), text)
        return found

    def terminate(self) -> None:
        """Ask for an orderly stop, tier by tier. `is_running` tells when it is done."""
        if self._process is not None and self.is_running():
            self._process.terminate()

    def kill(self) -> None:
        """Kill it. Every program dies with it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """Remove the socket's folder outside of the data folder, where we started it."""
        if self._process is not None:
            self._folder.remove_socket_folder()
