"""A mail server and a sign-in service of one test: real sockets, which answer as they are told."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit


class _Conversation(socketserver.StreamRequestHandler):
    server: "Mailbox"

    def handle(self) -> None:
        self._say("220 tests")
        while line := self.rfile.readline():
            verb = line.decode().split(" ")[0].strip().upper()
            if verb == "QUIT":
                return self._say("221 bye")
            if verb == "RCPT" and self.server.refusal:
                self._say(self.server.refusal)
            elif verb == "DATA":
                self._say("354 go on")
                self._take()
            else:
                self._say("250 tests")
        return None

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        self.server.mails.append(cast(EmailMessage, message_from_bytes(b"".join(lines), policy=default)))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Mailbox(socketserver.ThreadingTCPServer):
    """Takes every mail, unless ``refusal`` is what it says to each address."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mails: list[EmailMessage] = []
        self.refusal = ""

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?from=Chat%20%3Cchat@example.com%3E"


@dataclass
class Asked:
    what: str
    query: dict[str, list[str]]
    key: str
    body: Any


class _Service(BaseHTTPRequestHandler):
    server: "SignInService"

    def _take(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        place = urlsplit(self.path)
        what = place.path.removeprefix("/auth/v1/")
        key = self.headers["apikey"]
        assert self.headers["Authorization"] == f"Bearer {key}"
        body = json.loads(raw) if raw else None
        self.server.asked.append(Asked(what, parse_qs(place.query), key, body))
        status, said = self.server.answer(what, body)
        payload = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = _take

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class SignInService(ThreadingHTTPServer):
    """As Supabase's: it mails ``known`` addresses a way to sign in, and invites others."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Service)
        self.asked: list[Asked] = []
        self.known: set[str] = set()
        self.status = 200
        self.settings: dict[str, Any] = {"disable_signup": False, "mailer_autoconfirm": False}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, what: str, body: Any) -> tuple[int, Any]:
        if what == "settings":
            return 200, self.settings
        if self.status != 200:
            return self.status, {"error_code": "unexpected_failure", "msg": "Error sending invite email"}
        if what == "invite" and body["email"] in self.known:
            return 422, {"code": 422, "error_code": "email_exists", "msg": "A user has this address"}
        return 200, {}


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
