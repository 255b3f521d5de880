"""Supabase's sign-in service: it mails invitations, and tells whether people may sign up by themselves."""

import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests

from livechat.core.config import Settings
from livechat.team.inviting.mailing.letter import Letter
from livechat.team.inviting.mailing.trouble import MailError

_TIMEOUT_S = 15.0
# Somebody waits for a form.
_SETTINGS_TIMEOUT_S = 2.0
_SETTINGS_KEPT_S = 60.0
_CODE = re.compile(r"[a-z_]{1,64}")
# 422 means "has an account already", unless the service says that it means one of these.
_NO_ADDRESS = frozenset({"email_address_invalid", "validation_failed", "email_address_not_authorized"})
_NOT_REACHED = "The sign-in service could not be reached."
# {address of the service: (when it was asked, its settings)}
_known: dict[str, tuple[float, dict[str, Any] | None]] = {}


@dataclass(frozen=True, slots=True)
class Gotrue:
    """The service of a project. The service key may do everything there: it goes nowhere else."""

    url: str | None
    anon_key: str | None = field(repr=False)
    service_key: str | None = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Gotrue":
        """As the settings name it."""
        return cls(settings.supabase_url, settings.supabase_anon_key, settings.supabase_service_role_key)

    @property
    def can_invite(self) -> bool:
        """Whether it mails for us, and makes accounts for who has none."""
        return self.url is not None and self.service_key is not None

    def send(self, letter: Letter) -> None:
        """Have it mail the link: as an invitation to a stranger, as a way to sign in to who has an account.

        Raises MailError.
        """
        body: dict[str, Any] = {"email": letter.to}
        answer = self._post("invite", self.service_key, letter, body)
        if answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY and _code(answer) not in _NO_ADDRESS:
            body |= {"create_user": False}
            answer = self._post("otp", self.anon_key or self.service_key, letter, body)
        if not answer.ok:
            raise _refused(answer)

    def settings(self) -> dict[str, Any] | None:
        """What the project tells everybody of itself; None where it cannot be asked. Kept for a minute."""
        if self.url is None or self.anon_key is None:
            return None
        at, known = _known.get(self.url, (0.0, None))
        if at and time.monotonic() - at < _SETTINGS_KEPT_S:
            return known
        said = self._ask_settings()
        _known[self.url] = (time.monotonic(), said)
        return said

    def sign_up_is_open(self) -> bool | None:
        """Whether people may make themselves an account; None: not known."""
        is_disabled = (self.settings() or {}).get("disable_signup")
        return None if not isinstance(is_disabled, bool) else not is_disabled

    def check(self) -> None:
        """Whether it takes the service key; raises MailError."""
        answer = self._call("GET", "admin/users", self.service_key, params={"per_page": "1"})
        if not answer.ok:
            raise _refused(answer)

    def _ask_settings(self) -> dict[str, Any] | None:
        try:
            answer = self._call("GET", "settings", self.anon_key, timeout=_SETTINGS_TIMEOUT_S)
            said = answer.json() if answer.ok else None
        except (MailError, ValueError):
            return None
        return said if isinstance(said, dict) else None

    def _post(self, what: str, key: str | None, letter: Letter, body: dict[str, Any]) -> requests.Response:
        return self._call("POST", what, key, params={"redirect_to": letter.link}, json=body)

    def _call(
        self, method: str, what: str, key: str | None, *, timeout: float = _TIMEOUT_S, **options: Any
    ) -> requests.Response:
        headers = {"apikey": key or "", "Authorization": f"Bearer {key}"}
        try:
            return requests.request(
                method,
                f"{self.url}/auth/v1/{what}",
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
                **options,
            )
        except (requests.RequestException, UnicodeError):
            # ``from None``: the library quotes the address that it called, and the link is in it.
            raise MailError(_NOT_REACHED, is_passing=True) from None


def _refused(answer: requests.Response) -> MailError:
    status = answer.status_code
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return MailError("The sign-in service refused our service key.", is_passing=False)
    sentence = f"The sign-in service could not mail it ({_code(answer) or status})."
    is_passing = status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    asked = answer.headers.get("Retry-After", "")
    return MailError(
        sentence, is_passing=is_passing, retry_after_s=float(asked) if asked.isdecimal() else None
    )


def _code(answer: requests.Response) -> str | None:
    """The service's word for the fault; older versions have none."""
    try:
        said = answer.json()
    except ValueError:
        return None
    code = said.get("error_code") if isinstance(said, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None
