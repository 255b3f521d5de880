"""A launcher in a process of its own, on a temporary project whose programs are a few lines each."""

import os
import signal
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from local import procfs
from local.data_folder import DataFolder
from local.ports import service_port
from local.postgres_server import copy_initialised
from local.supervision import Supervisor
from tests.services import template

ROOT = Path(__file__).resolve().parents[2]
TINY_WEB = """
    import http.server, os
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200); self.end_headers(); self.wfile.write(b"yes")
        def log_message(self, *arguments): pass
    http.server.HTTPServer.allow_reuse_address = True
    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["LIVECHAT_PORT"])), Handler).serve_forever()
"""
# A parent with a child in its process group, as web servers and workers are.
TINY_WORKER = """
    import os, signal, time
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True: time.sleep(60)
    print("worker runs", flush=True)
    while True: time.sleep(60)
"""
TINY_LAUNCHER = """
    import os, sys
    from pathlib import Path
    from local.launcher import main
    from local.programs import Plan, Program
    def plan(settings):
        return Plan(
            migrate=(sys.executable, "migrate.py"),
            programs=(
                Program("web", (sys.executable, "web.py"), port=settings.web_port, stop_wait_s=2),
                Program("worker", (sys.executable, "worker.py"), stop_wait_s=2),
            ),
            seed=(sys.executable, "seed.py"),
            fill=(sys.executable, "fill.py") if os.path.exists("fill.py") else (),
        )
    sys.exit(main(os.environ, Path.cwd(), plan, follow_parent="--follow-parent" in sys.argv))
"""
STEP = """
    import os, psycopg, redis
    psycopg.connect(os.environ["DATABASE_URL"].replace("+psycopg", ""), connect_timeout=2).close()
    redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
    with open("steps", "a") as file: file.write(os.environ["LIVECHAT_PROGRAM"] + "\\n")
"""


def wait_until(condition: Callable[[], object], timeout_s: float = 15.0, what: str = "it") -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain for {what}"
        time.sleep(0.05)


class Project:
    """A folder with the programs and with its data, and the launchers that ran there."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.data = folder / ".local"
        self.web_port, flower, sandbox = service_port(), service_port(), service_port()
        self.environ = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "LIVECHAT_PORT": str(self.web_port),
            "FLOWER_PORT": str(flower),
            "SANDBOX_PORT": str(sandbox),
            **environ,
        }
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("launch.py", TINY_LAUNCHER),
            ("web.py", TINY_WEB),
            ("worker.py", TINY_WORKER),
            ("migrate.py", ""),
            ("seed.py", ""),
        ):
            self.write(name, text)
        self._launchers: list[subprocess.Popen[str]] = []

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(textwrap.dedent(text))

    def initialise(self) -> None:
        """Put an initialised database into the data folder, which is quicker than initdb."""
        password, folder = template()
        self.data.mkdir()
        copy_initialised(folder, self.data / "postgres")
        (self.data / "secrets.env").write_text(f"POSTGRES_PASSWORD={password}\n")

    def launch(self, *command: str, output: str = "output") -> subprocess.Popen[str]:
        """Start a launcher; what it says is in `output()`."""
        with (self.folder / output).open("w") as file:
            process = subprocess.Popen(
                command or (sys.executable, "launch.py"),
                cwd=self.folder,
                env=self.environ,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                text=True,
            )
        self._launchers.append(process)
        return process

    def output(self, name: str = "output") -> str:
        return (self.folder / name).read_text()

    def wait_ready(self, process: subprocess.Popen[str], timeout_s: float = 40.0) -> None:
        def ready() -> bool:
            assert process.poll() is None, self.output()
            return any(line.startswith("ready: ") for line in self.output().splitlines())

        wait_until(ready, timeout_s, "the line ready:")

    def start(self) -> subprocess.Popen[str]:
        process = self.launch()
        self.wait_ready(process)
        return process

    def stop(self, process: subprocess.Popen[str], number: int = signal.SIGTERM) -> float:
        """Stop it; the seconds that took."""
        begin = time.monotonic()
        process.send_signal(number)
        assert process.wait(20) == 0, self.output()
        return time.monotonic() - begin

    def processes(self) -> list[int]:
        return procfs.processes_of(self.data)

    def pids(self, program: str) -> list[int]:
        """The program's own process first, then its children."""
        mark = f"LIVECHAT_PROGRAM={program}".encode()
        found = []
        for pid in self.processes():
            try:
                if mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                    found.append(pid)
            except OSError:
                continue
        return sorted(found)

    def main_pid(self, program: str) -> int:
        """The process id that the supervisor knows, or 0."""
        supervisor = Supervisor([], DataFolder(self.data), self.folder, {})
        try:
            state = supervisor.states().get(program)
        finally:
            supervisor.close()
        return state.pid if state else 0

    def get(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web_port}/", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def close(self) -> None:
        for process in self._launchers:
            if process.poll() is None:
                process.kill()
            process.wait()
        procfs.kill_processes_of(self.data)
