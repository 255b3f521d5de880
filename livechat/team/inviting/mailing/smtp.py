"""Mail through a server of the operator's own (``LIVECHAT_SMTP_URL``)."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from livechat.core.config import Settings
from livechat.team.inviting.mailing.letter import Letter
from livechat.team.inviting.mailing.trouble import MailError

# Of each step of the conversation; a person waits for the first try.
TIMEOUT_S = 15.0
_PORTS = {"smtp": 587, "smtps": 465}
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Lines of 998 characters are allowed. A longer limit than usual leaves the link unbroken.
_POLICY = SMTP.clone(max_line_length=998)
_NOT_REACHED = "The mail server could not be reached."


@dataclass(frozen=True, slots=True)
class MailServer:
    """``smtps://`` speaks TLS at once; ``smtp://`` as soon as the server offers it.

    A password goes over TLS alone, but for a server on the same machine.
    """

    host: str
    port: int
    is_secure: bool
    user: str | None
    password: str | None = field(repr=False)
    sender: str

    @classmethod
    def of(cls, settings: Settings) -> "MailServer | None":
        """The server that the settings name; None: there is none."""
        if settings.smtp_url is None:
            return None
        parts = urlsplit(settings.smtp_url)
        host, user = parts.hostname or "", unquote(parts.username or "") or None
        [sender] = parse_qs(parts.query).get("from", [""])[:1] or [""]
        domain = "localhost" if host in _LOOPBACK else host
        return cls(
            host,
            parts.port or _PORTS[parts.scheme],
            parts.scheme == "smtps",
            user,
            unquote(parts.password or "") or None,
            sender or (user if user and "@" in user else f"livechat@{domain}"),
        )

    def send(self, letter: Letter) -> None:
        """Hand the mail to the server; raises MailError."""
        message = EmailMessage(policy=_POLICY)
        message["From"], message["To"], message["Subject"] = self.sender, letter.to, letter.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=parseaddr(self.sender)[1].rpartition("@")[2] or None)
        # Holidays' notices are not to answer.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        with self._conversation() as server:
            server.send_message(message)

    def check(self) -> None:
        """Sign in and say goodbye; raises MailError."""
        with self._conversation() as server:
            server.noop()

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        try:
            server = self._connected()
            try:
                self._sign_in(server)
                yield server
            finally:
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
        # ``from None``: what a server says may quote the address, and ends in the log with a traceback.
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused("the address", max(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPAuthenticationError as error:
            raise _refused("the user name or password", error.smtp_code) from None
        except smtplib.SMTPResponseException as error:
            raise _refused("the mail", error.smtp_code) from None
        except (smtplib.SMTPNotSupportedError, ValueError):
            raise MailError("The mail server cannot send to this address.", is_passing=False) from None
        except (smtplib.SMTPException, OSError):
            raise MailError(_NOT_REACHED, is_passing=True) from None

    def _connected(self) -> smtplib.SMTP:
        if self.is_secure:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)

    def _sign_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        is_secure = self.is_secure
        if not is_secure and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
            is_secure = True
        if self.user is None:
            return
        if not is_secure and self.host not in _LOOPBACK:
            raise MailError("The mail server offers no TLS, so no password is sent.", is_passing=False)
        server.login(self.user, self.password or "")


def _refused(what: str, code: int) -> MailError:
    # 4xx is the server's word for "later".
    return MailError(f"The mail server refused {what} ({code}).", is_passing=400 <= code < 500)
