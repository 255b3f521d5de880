"""Errors of the Graph API, and what the agent is told of an error wherever it came from.

Codes and decisions are in ``error_codes``. ``{code, title, detail, retryable}`` is the contract's error of a
message.
"""

from http import HTTPStatus
from typing import Any

from livechat.whatsapp.graph.error_codes import PAUSING_CODES, Disposition, entry_for

__all__ = ["PAUSING_CODES", "Disposition", "GraphError", "decide", "describe"]

_NO_DETAIL = "WhatsApp gave no further reason."


def describe(code: int | None, title: str | None, details: str | None) -> dict[str, Any]:
    """An error as the contract shows it: ``{code, title, detail, retryable}``.

    ``detail`` is one sentence for the agent: ours for a code that we know, with Meta's details where ours
    says less, else Meta's. ``retryable`` says whether a new send by hand can make sense. Meta's page says
    that it does not for a code that is new to us.
    """
    entry = entry_for(code)
    if entry is None:
        return {
            "code": code,
            "title": title or details or "Error",
            "detail": details or title or _NO_DETAIL,
            "retryable": code is None,
        }
    detail = entry.sentence or details or title or _NO_DETAIL
    if code in _DETAILS_MATTER and details:
        detail = f"{detail} {details}"
    return {"code": code, "title": title or details or "Error", "detail": detail, "retryable": entry.resend}


def describe_apart(code: int | None, title: str) -> str:
    """A sentence for an error that belongs to no message. It does not speak of sending: nothing was sent."""
    entry = entry_for(code)
    if entry is not None and entry.disposition is Disposition.RETRY and entry.sentence:
        return entry.sentence
    if entry is None or entry.disposition is not Disposition.UNKNOWN:
        return f"WhatsApp reports an error: {title.rstrip('.')}."
    return "WhatsApp reports a problem of its own. Messages may be delayed meanwhile."


# Our sentence cannot say which parameter or which property of the file was wrong; Meta's details do.
_DETAILS_MATTER = frozenset(
    {100, 131008, 131009, 131053, 131061, 132000, 132001, 132008, 132012, 132018, 135000}
)


def decide(code: int | None, http_status: int | None, subcode: int | None = None) -> Disposition:
    """What to do after an answer that is no success, by code first and HTTP status where the code is new.

    Source: Meta's "Error codes". An answer without a readable code is uncertain from 500 up (gateways answer
    HTML after the message has gone through) and for anything outside 4xx; 429 was refused before processing.
    """
    # Graph says "object does not exist, or missing permissions" as 100 with subcode 33 as well. That is
    # trouble of the number and not of this message.
    entry = entry_for(33 if (code, subcode) == (100, 33) else code)
    if entry is not None:
        return entry.disposition
    if http_status == HTTPStatus.TOO_MANY_REQUESTS:
        return Disposition.RETRY
    if http_status is not None and http_status != HTTPStatus.REQUEST_TIMEOUT and 400 <= http_status < 500:
        return Disposition.REJECT
    return Disposition.UNKNOWN


class GraphError(Exception):
    """A call to the Graph API that gave no result; ``disposition`` says what that means for the message.

    ``code`` is None where Meta gave none (nothing was sent, or no answer came). ``retry_after_s`` is how
    long Meta asked us to wait, None where it did not say. Nothing in it holds the access token.
    """

    def __init__(
        self,
        code: int | None,
        title: str,
        detail: str | None = None,
        *,
        disposition: Disposition,
        http_status: int | None = None,
        subcode: int | None = None,
        fbtrace_id: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(code, title)
        self.code = code
        self.title = title
        self.detail = detail
        self.disposition = disposition
        self.http_status = http_status
        self.subcode = subcode
        self.fbtrace_id = fbtrace_id
        self.retry_after_s = retry_after_s

    def as_message_error(self) -> dict[str, Any]:
        """The contract's ``{code, title, detail, retryable}`` for the message that met this error."""
        error = describe(self.code, self.title, self.detail)
        if entry_for(self.code) is None:
            error["retryable"] = self.disposition is not Disposition.REJECT
        return error

    def __str__(self) -> str:
        status = f" (HTTP {self.http_status})" if self.http_status else ""
        return f"{self.disposition.value} {self.code}: {self.title}{status}"

    def __repr__(self) -> str:
        return f"GraphError({self})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Celery and process pools pickle exceptions; the default would call us without our keywords."""
        return _rebuilt, (self.__dict__.copy(),)


def _rebuilt(fields: dict[str, Any]) -> GraphError:
    """The error that ``__reduce__`` took apart."""
    return GraphError(**fields)
