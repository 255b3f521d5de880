"""A sandbox for tests: a real server on a free port, and a small client of its control API."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from types import TracebackType
from typing import Any

import requests

from sandbox.app import create_app
from sandbox.httpd import HttpServer
from sandbox.model import Json
from sandbox.outbox import Outbox
from sandbox.sandbox_config import DEFAULT_PHONE_NUMBER_ID, DEFAULT_WABA_ID, SandboxConfig

START_TIMEOUT_S = 20.0
PAGE = 5_000
# The secret of the signature that the reference of the protocol gives as an example.
TEST_APP_SECRET = "test-app-secret"  # noqa: S105
TEST_VERIFY_TOKEN = "test-verify-token"  # noqa: S105


class ControlFailed(Exception):
    """The control API refused: `status` and what it said."""

    def __init__(self, status: int, said: str) -> None:
        self.status = status
        super().__init__(f"{status}: {said}")


class SandboxClient:
    """Commands and observes a sandbox over HTTP. Every method returns the JSON of the answer."""

    def __init__(self, base_url: str, access_token: str = "") -> None:
        self.base_url = base_url.rstrip("/")
        self.access_token = access_token
        self.phone_number_id = DEFAULT_PHONE_NUMBER_ID
        self.waba_id = DEFAULT_WABA_ID
        self._http = requests.Session()
        # A proxy of the environment must not stand between a test and 127.0.0.1.
        self._http.trust_env = False

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, method: str, path: str, body: Json | None = None, **query: Any) -> Any:
        """One call of the control API: `path` is below `/sandbox`. Raises ControlFailed."""
        response = self._http.request(
            method, f"{self.base_url}/sandbox{path}", json=body, params=query or None, timeout=70
        )
        if response.status_code >= 400:
            raise ControlFailed(response.status_code, response.text)
        return response.json()

    def graph(
        self, method: str, path: str, *, token: str | None = None, version: str = "v26.0", **kwargs: Any
    ) -> requests.Response:
        """One Graph call as the product makes it, with the sandbox's own token unless another is given."""
        headers = {"Authorization": f"Bearer {self.access_token if token is None else token}"}
        headers |= kwargs.pop("headers", {})
        url = path if path.startswith("http") else f"{self.base_url}/{version}/{path}"
        return self._http.request(method, url, headers=headers, timeout=kwargs.pop("timeout", 30), **kwargs)

    def send(self, to: str, text: str = "Hello", **extra: Any) -> requests.Response:
        """Send a text by Graph, from the default number."""
        body = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": text}} | extra
        return self.graph("POST", f"{self.phone_number_id}/messages", json=body)

    def reset(self, **body: Any) -> Json:
        """Back to the default world."""
        return self._object("POST", "/reset", body)

    def configure(self, **changes: Any) -> Json:
        """`PUT /sandbox/config`."""
        return self._object("PUT", "/config", changes)

    def behave(self, **changes: Any) -> Json:
        """`PUT /sandbox/behaviour`."""
        return self._object("PUT", "/behaviour", changes)

    def deliver(self, **changes: Any) -> Json:
        """`PUT /sandbox/delivery`."""
        return self._object("PUT", "/delivery", changes)

    def fault(self, kind: str, **rule: Any) -> Json:
        """`POST /sandbox/faults`."""
        return self._object("POST", "/faults", {"kind": kind, **rule})

    def clear_faults(self) -> Json:
        """`DELETE /sandbox/faults`."""
        return self._object("DELETE", "/faults")

    def add_number(self, **values: Any) -> Json:
        """`POST /sandbox/numbers`."""
        return self._object("POST", "/numbers", values)

    def add_customer(self, **values: Any) -> Json:
        """`POST /sandbox/customers`."""
        return self._object("POST", "/customers", values)

    def customer_writes(self, customer: str, text: str | None = None, **command: Any) -> Json:
        """A customer writes; `{wamid, message, …}`."""
        if text is not None:
            command["text"] = text
        return self._object("POST", f"/customers/{customer}/messages", command)

    def customer_reads(self, customer: str, **command: Any) -> Json:
        """A customer reads; `{read: [wamid]}`."""
        return self._object("POST", f"/customers/{customer}/read", command)

    def webhook(self, kind: str, **command: Any) -> Json:
        """Make a webhook by kind."""
        return self._object("POST", "/webhooks", {"kind": kind, **command})

    def raw_webhook(self, body: str, **command: Any) -> Json:
        """Sign and deliver exact text; the callback's `{status, body, headers}`."""
        return self._object("POST", "/webhooks/raw", {"body": body, **command})

    def messages(self, **query: Any) -> list[Json]:
        """Accepted sends in order: all of them, unless `limit` says fewer."""
        if "limit" in query:
            return list(self.call("GET", "/messages", **query)["messages"])
        found: list[Json] = []
        while page := self.call("GET", "/messages", **{**query, "limit": PAGE})["messages"]:
            found += page
            query["after"] = page[-1]["seq"]
            if len(page) < PAGE:
                break
        return found

    def message(self, wamid: str) -> Json:
        """One message."""
        return self._object("GET", f"/messages/{wamid}")

    def requests(self, **query: Any) -> list[Json]:
        """Graph calls in order, as many as the sandbox keeps."""
        return list(self.call("GET", "/requests", **{"limit": 20_000, **query})["requests"])

    def deliveries(self, **query: Any) -> list[Json]:
        """Webhook deliveries in order, as many as the sandbox keeps."""
        return list(self.call("GET", "/deliveries", **{"limit": 5_000, **query})["deliveries"])

    def token(self, token: str, state: str = "valid", **values: Any) -> Json:
        """Add, expire or revoke a Graph token."""
        return self._object("POST", "/tokens", {"token": token, "state": state, **values})

    def demo_token(self, person: str | None = None) -> Json:
        """A token of one of the demo's people, Ada's where none is named: `{access_token, user_id, …}`."""
        return self._object("POST", "/demo/token", None if person is None else {"as": person})

    def mint(self, **asked: Any) -> str:
        """A user token to order."""
        return str(self.call("POST", "/auth/token", asked)["access_token"])

    def flush(self, timeout_s: float = 10) -> bool:
        """Wait until every status is made and delivered."""
        return bool(self.call("POST", "/flush", {"timeout_s": timeout_s})["settled"])

    def _object(self, method: str, path: str, body: Json | None = None) -> Json:
        found: Json = self.call(method, path, body)
        return found


class SandboxServer:
    """A running sandbox on a free port of 127.0.0.1, as a context manager.

    It runs in a thread of this process. With `subprocess=True` it runs as `python -m sandbox`: for load
    tests, which must not share their interpreter with it, and for tests that kill it.
    """

    def __init__(
        self,
        *,
        callback_url: str = "http://127.0.0.1:9/webhook",
        livechat_url: str = "http://127.0.0.1:8000",
        app_secret: str = TEST_APP_SECRET,
        verify_token: str = TEST_VERIFY_TOKEN,
        access_token: str = "",
        jwt_secret: str = "",
        supabase_url: str = "",
        state_path: str = "",
        port: int = 0,
        subprocess: bool = False,
    ) -> None:
        self.config = SandboxConfig(
            app_secret=app_secret,
            verify_token=verify_token,
            access_token=access_token or f"sandbox-{secrets.token_hex(12)}",
            jwt_secret=jwt_secret or secrets.token_hex(32),
            callback_url=callback_url,
            livechat_url=livechat_url,
            supabase_url=supabase_url,
            state_path=state_path,
            port=port,
        )
        self._as_process = subprocess
        self._process: Any = None
        self._server: HttpServer | None = None
        self._app: Any = None
        self.base_url = ""
        self.client = SandboxClient("")

    def start(self) -> SandboxServer:
        """Start serving. Returns once it answers."""
        if self._as_process:
            self._start_process()
        else:
            self._app = create_app(self.config)
            self._server = HttpServer(self._app, "127.0.0.1", self.config.port)
            self.config.port = self._server.port
            self.config.public_url = f"http://127.0.0.1:{self._server.port}"
            self._server.start()
        self.base_url = f"http://127.0.0.1:{self.config.port}"
        self.client = SandboxClient(self.base_url, self.config.access_token)
        self._wait_until_ready()
        return self

    @property
    def outbox(self) -> Outbox:
        """The mails of a sandbox in this process."""
        found: Outbox = self._app.extensions["sandbox"].outbox
        return found

    def stop(self) -> None:
        """Stop serving."""
        self.client.close()
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(10)
            self._process = None
        if self._server is not None:
            self._server.stop()
            self._app.extensions["sandbox"].stop()
            self._server = None

    def kill(self) -> None:
        """End the process without a warning (with `subprocess=True`)."""
        self._process.kill()
        self._process.wait(10)
        self._process = None

    def __enter__(self) -> SandboxServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_process(self) -> None:
        if not self.config.port:
            self.config.port = free_port()
        self.config.public_url = f"http://127.0.0.1:{self.config.port}"
        environment = {
            **os.environ,
            "SANDBOX_PORT": str(self.config.port),
            "SANDBOX_HOST": "127.0.0.1",
            "SANDBOX_PUBLIC_URL": self.config.public_url,
            "SANDBOX_CALLBACK_URL": self.config.callback_url,
            "SANDBOX_ACCESS_TOKEN": self.config.access_token,
            "SANDBOX_STATE": self.config.state_path,
            "LIVECHAT_URL": self.config.livechat_url,
            "SUPABASE_URL": self.config.supabase_url,
            "SUPABASE_JWT_SECRET": self.config.jwt_secret,
            "WHATSAPP_APP_SECRET": self.config.app_secret,
            "WHATSAPP_VERIFY_TOKEN": self.config.verify_token,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox"], env=environment, stdout=subprocess.DEVNULL
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self.client.call("GET", "/health")
                return
            except requests.ConnectionError:
                if time.monotonic() > deadline or (
                    self._process is not None and self._process.poll() is not None
                ):
                    raise
                time.sleep(0.02)


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
