"""The whole product as ``make run`` starts it, on free ports and in a data folder of its own."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.ports import service_port
from local.procfs import processes_of
from tests.conftest import wait_until

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "830558756814059"
ASHA = "917755991051"
START_TIMEOUT_S = 120.0


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def call(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    """One HTTP request; an error status is an answer like any other."""
    raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    kind = {} if raw is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(url, raw, {**kind, **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Answer(response.status, dict(response.headers), response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, dict(error.headers), error.read())


class Product:
    """``python -m local`` in a process group of its own."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.port, self.flower_port, self.sandbox_port = service_port(), service_port(), service_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.api = f"{self.base}/api/live-chat"
        self.sandbox = f"http://127.0.0.1:{self.sandbox_port}"
        self.flower = f"http://127.0.0.1:{self.flower_port}"
        self._environ = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "LIVECHAT_PORT": str(self.port),
            "FLOWER_PORT": str(self.flower_port),
            "SANDBOX_PORT": str(self.sandbox_port),
            "LIVECHAT_DATA_DIR": str(folder),
            **environ,
        }
        self._output = folder.parent / f"{folder.name}.out"
        self.process: subprocess.Popen[bytes] | None = None
        self._token: str | None = None

    def start(self, timeout_s: float = START_TIMEOUT_S) -> None:
        """Return once it has printed ``ready:``."""
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local", "--follow-parent"],
                cwd=ROOT,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._is_ready, timeout_s, 0.1)

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.printed()
        return any(line.startswith("ready: ") for line in self.printed().splitlines())

    def printed(self) -> str:
        return self._output.read_text(errors="replace")

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)

    def left_over(self) -> list[int]:
        """Processes of this product that still live."""
        return processes_of(self.folder)

    def secret(self, name: str) -> str:
        """One of the made-up secrets."""
        for line in (self.folder / "secrets.env").read_text().splitlines():
            key, _, value = line.partition("=")
            if key == name:
                return value.strip().strip("'\"")
        raise KeyError(name)

    def get(self, path: str) -> Any:
        """A GET of the API as the demo user, which must succeed."""
        answer = call("GET", f"{self.api}{path}", headers=self._auth())
        assert answer.status == 200, answer.body
        return answer.json()

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        return call("POST", f"{self.api}{path}", body, {**self._auth(), **headers})

    def command(self, method: str, path: str, body: Any = None) -> Any:
        """A command to the sandbox."""
        answer = call(method, f"{self.sandbox}/sandbox{path}", {} if body is None else body)
        assert answer.status < 300, answer.body
        return answer.json()

    def _auth(self) -> dict[str, str]:
        if self._token is None:
            self._token = self.command("POST", "/demo/token")["access_token"]
        return {"Authorization": f"Bearer {self._token}"}
