"""The whole product in a process of its own, as `make run` starts it, and the sandbox's controls."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from local.ports import service_port

ROOT = Path(__file__).resolve().parents[2]
READY_S = 240.0
STOP_S = 20.0
ASHA = "917755991051"
API = "/api/live-chat"


def wait_until(condition: Callable[[], object], timeout_s: float = 15.0, what: str = "it") -> None:
    """Return once the condition holds; AssertionError names what did not come."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain for {what}"
        time.sleep(0.05)


def call(method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
    """The parsed JSON of an answer; HTTPError for any other than 2xx."""
    data = None if method == "GET" else json.dumps(body or {}).encode()
    request = urllib.request.Request(
        url, data, {"Content-Type": "application/json", **(headers or {})}, method=method
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


class Product:
    """A running product. `url` is the page's address; the methods play Meta and the customers."""

    def __init__(self, folder: Path) -> None:
        web, flower, sandbox = service_port(), service_port(), service_port()
        self.url = f"http://127.0.0.1:{web}"
        self.sandbox_url = f"http://127.0.0.1:{sandbox}"
        self._log = folder / "launcher.log"
        environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environ = environ | {
            "PYTHONPATH": str(ROOT),
            "LIVECHAT_DATA_DIR": str(folder / "data"),
            "LIVECHAT_PORT": str(web),
            "FLOWER_PORT": str(flower),
            "SANDBOX_PORT": str(sandbox),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", "local", "--follow-parent"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environ, stdout=log, stderr=log)
        process = self._process
        wait_until(
            lambda: "\nready: " in self.log() or process.poll() is not None,
            READY_S,
            f"the product: {self.log()}",
        )
        assert process.poll() is None, self.log()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(STOP_S)

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def control(self, method: str, path: str, body: object = None) -> Any:
        return call(method, f"{self.sandbox_url}/sandbox{path}", body)

    def customer(self, name: str) -> str:
        """A new customer's number; each test has its own, so that no test sees another's messages."""
        number = f"9198{time.time_ns() % 10**8:08d}"
        self.control("POST", "/customers", {"wa_id": number, "name": name})
        return number

    def write(self, customer: str, text: str = "", **more: object) -> str:
        """The customer writes; returns the wamid."""
        return str(self.control("POST", f"/customers/{customer}/messages", {"text": text, **more})["wamid"])

    def api(self, method: str, path: str, body: object = None) -> Any:
        """The live chat's API as the demo user."""
        token = self.control("POST", "/demo/token")["access_token"]
        return call(method, f"{self.url}{API}{path}", body, {"Authorization": f"Bearer {token}"})

    def phone_number_id(self) -> str:
        return str(self.api("GET", "/phone-numbers")["phone_numbers"][0]["phone_number_id"])

    def conversation(self, customer: str) -> dict[str, Any]:
        """The customer's conversation, once it is there."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            path = f"/conversations?phone_number_id={self.phone_number_id()}&search={customer}"
            found[:] = self.api("GET", path)["conversations"]
            return bool(found)

        wait_until(look, what="the conversation")
        return found[0]

    def messages(self, customer: str) -> list[dict[str, Any]]:
        conversation = self.conversation(customer)
        return list(self.api("GET", f"/messages?conversation_id={conversation['id']}")["messages"])
