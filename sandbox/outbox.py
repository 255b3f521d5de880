"""The mails that the live chat has sent. They go to nobody: the page shows them."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import quote, urlsplit, urlunsplit

from sandbox.model import Json

MAX_MAILS = 100
JOIN = "/live-chat/join"
_LINK = re.compile(r"(https?://[^\s<>\"]+)")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one address."""

    id: int
    at: float
    to: str
    sender: str
    subject: str
    text: str

    def as_json(self) -> Json:
        """The mail as the control API shows it; `links` are those of its text, for its reader."""
        return {
            "id": self.id,
            "at": self.at,
            "to": self.to,
            "from": self.sender,
            "subject": self.subject,
            "text": self.text,
            "links": [link for _, link in self.pieces() if link],
        }

    def pieces(self) -> Iterator[tuple[str, str]]:
        """The text in pieces: what is shown, and where it leads, which is "" for plain words."""
        for index, piece in enumerate(_LINK.split(self.text)):
            yield piece, self._opened(piece) if index % 2 else ""

    def _opened(self, link: str) -> str:
        """The link as its reader opens it: an invitation is opened in a window of whoever was invited."""
        parts = urlsplit(link)
        if not (parts.path.endswith(JOIN) and parts.fragment):
            return link
        return urlunsplit(parts._replace(query=f"as={quote(self.to)}"))


class Outbox:
    """The newest mails, in memory alone. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mails: deque[Mail] = deque(maxlen=MAX_MAILS)
        self._ids = itertools.count(1)

    def take(self, raw: bytes, recipients: Sequence[str]) -> None:
        """Keep a mail as it came by SMTP, once for each address."""
        message = message_from_bytes(raw, policy=default)
        sender, subject, text = str(message["From"] or ""), str(message["Subject"] or ""), _text(message)
        with self._lock:
            for to in recipients:
                self._mails.append(Mail(next(self._ids), time.time(), to, sender, subject, text))

    def listed(self) -> list[Mail]:
        """All of them, newest first."""
        with self._lock:
            return list(reversed(self._mails))

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._mails.clear()


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    try:
        return "" if part is None else str(part.get_content())
    # A charset or an encoding that Python does not know.
    except (LookupError, ValueError):
        return ""
