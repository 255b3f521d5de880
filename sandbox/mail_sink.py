"""A mail server that passes nothing on: as much of SMTP as a client needs to hand over a mail.

docs/decisions/outbox.md says why it is our own.
"""

from __future__ import annotations

import re
import socketserver
import threading

from sandbox.outbox import Outbox

MAX_LINE = 4096
MAX_MAIL = 1024 * 1024
IDLE_S = 60.0
_ADDRESS = re.compile(r"(?:FROM|TO):\s*<([^<>]*)>", re.IGNORECASE)
# Of a browser that somebody has led here: what it posts is no mail.
_HTTP = frozenset({"GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "PATCH", "DELETE", "PRI"})


class MailSink(socketserver.ThreadingTCPServer):
    """Listens on a port, and puts every mail into the outbox."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, outbox: Outbox, host: str, port: int) -> None:
        super().__init__((host, port), _Conversation)
        self.outbox = outbox

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self.serve_forever, args=(0.1,), name="mails", daemon=True).start()

    def stop(self) -> None:
        """End that thread, and close the port."""
        self.shutdown()
        self.server_close()


class _Conversation(socketserver.StreamRequestHandler):
    server: MailSink
    timeout = IDLE_S

    def setup(self) -> None:
        super().setup()
        self._recipients: list[str] = []
        self._has_sender = False

    def handle(self) -> None:
        try:
            self._say("220 sandbox")
            while (line := self._line()) is not None and self._obey(line):
                pass
        except OSError:
            return

    def _line(self) -> str | None:
        """The next command. None at the end, and where a line is longer than any command."""
        raw = self.rfile.readline(MAX_LINE)
        return raw.decode("utf-8", "replace").rstrip("\r\n") if raw.endswith(b"\n") else None

    def _obey(self, line: str) -> bool:
        """Answer a command. False ends the conversation."""
        verb = line.partition(" ")[0].upper()
        if verb == "QUIT" or verb in _HTTP:
            self._say("221 bye")
            return False
        if verb == "DATA":
            return self._take()
        self._say(self._answer(verb, line))
        return True

    def _answer(self, verb: str, line: str) -> str:
        address = _ADDRESS.search(line)
        if verb == "EHLO":
            return f"250-sandbox\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {MAX_MAIL}"
        if verb in {"HELO", "NOOP", "RSET"}:
            self._forget()
            return "250 sandbox"
        if verb == "MAIL" and address:
            self._forget()
            self._has_sender = True
            return "250 yes"
        if verb == "RCPT" and address and address[1]:
            if not self._has_sender:
                return "503 MAIL comes first"
            self._recipients.append(address[1])
            return "250 yes"
        return "501 which address?" if verb in {"MAIL", "RCPT"} else "502 not here"

    def _forget(self) -> None:
        self._recipients, self._has_sender = [], False

    def _take(self) -> bool:
        if not self._recipients:
            self._say("503 RCPT comes first")
            return True
        self._say("354 go on")
        size, lines = 0, []
        while (line := self.rfile.readline(MAX_LINE)) not in {b".\r\n", b".\n"}:
            size += len(line)
            if not line or size > MAX_MAIL:
                self._say("552 too much")
                return False
            lines.append(line.removeprefix(b"."))
        self.server.outbox.take(b"".join(lines), self._recipients)
        self._forget()
        self._say("250 kept")
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())
