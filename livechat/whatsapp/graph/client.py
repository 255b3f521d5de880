"""Calls to the Cloud API. Everything that goes wrong is a GraphError whose ``disposition`` says what to do.

Source: Meta's "Send messages", "Mark messages as read", "Business phone numbers" and Graph API error handling
(read September 2026).
"""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from urllib3.exceptions import HTTPError

from livechat.whatsapp.graph.account_calls import AccountCalls
from livechat.whatsapp.graph.graph_answers import error_from, json_of
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError
from livechat.whatsapp.graph.transport import is_unsent, open_pool
from livechat.whatsapp.reading import Json, id_or_none, items_of, label, obj

Observer = Callable[[str, str, float], None]

_TOKEN = re.compile(r"[\x21-\x7e]+")
_NUMBER_FIELDS = "id,display_phone_number,verified_name,quality_rating,throughput"
_PAGE_SIZE = 100
# A business has at most some dozens of numbers; a cursor that runs in circles must end.
_MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Accepted:
    """Meta took the message: accepted is not delivered. ``message_status`` exists for templates only."""

    wamid: str
    wa_id: str | None
    user_id: str | None
    message_status: str | None


@dataclass(frozen=True, slots=True)
class PhoneNumberInfo:
    """A number of ours as Meta describes it; ``display_phone_number`` is formatted for reading."""

    phone_number_id: str
    display_phone_number: str | None
    verified_name: str | None
    quality_rating: str | None
    throughput_level: str | None


@dataclass(frozen=True, slots=True)
class SubscribedApp:
    """An app that gets a WABA's webhooks; ``override_callback_uri`` where they go elsewhere than usual."""

    app_id: str | None
    name: str | None
    override_callback_uri: str | None


class GraphClient(AccountCalls):
    """The Graph API at ``base_url``. Safe to share between threads.

    ``observer`` is told of every call: endpoint, outcome (``ok``, Meta's code, ``http_502``, ``unsent`` or
    ``unknown``) and seconds. The access token goes into the Authorization header and nowhere else.
    """

    def __init__(
        self,
        base_url: str,
        version: str,
        *,
        connect_timeout_s: float,
        read_timeout_s: float,
        pool_size: int = 64,
        observer: Observer | None = None,
    ) -> None:
        self._root = f"{base_url.rstrip('/')}/{version}"
        self._observer = observer
        self._pool = open_pool(pool_size, connect_timeout_s=connect_timeout_s, read_timeout_s=read_timeout_s)

    def close(self) -> None:
        """Close the pooled connections."""
        self._pool.clear()

    def send(self, phone_number_id: str, token: str, body: Json) -> Accepted:
        """Send a message (``outgoing.body_for``). Raises GraphError.

        Its UNKNOWN means that the customer may get the message. An answer without a yes or no is UNKNOWN too.
        """
        answer = self._call("messages", "POST", f"{_segment(phone_number_id)}/messages", token, body=body)
        messages, contacts = items_of(answer.get("messages")), items_of(answer.get("contacts"))
        message = obj(messages[0]) if messages else {}
        wamid = id_or_none(message.get("id"))
        if wamid is None:
            raise GraphError(None, "WhatsApp's answer names no message", disposition=Disposition.UNKNOWN)
        contact = obj(contacts[0]) if contacts else {}
        return Accepted(
            wamid=wamid,
            wa_id=id_or_none(contact.get("wa_id")),
            user_id=id_or_none(contact.get("user_id")),
            message_status=label(message.get("message_status")),
        )

    def mark_read(self, phone_number_id: str, token: str, wamid: str, *, typing: bool = False) -> None:
        """Give the customer blue ticks up to this message; ``typing`` also shows that someone writes (25 s).

        Raises GraphError. Doing it twice does no harm.
        """
        body: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        self._call("mark_read", "POST", f"{_segment(phone_number_id)}/messages", token, body=body)

    def phone_number(self, phone_number_id: str, token: str) -> PhoneNumberInfo:
        """What Meta says of a number: the proof that the token may use it. Raises GraphError."""
        answer = self._call(
            "phone_number", "GET", _segment(phone_number_id), token, params={"fields": _NUMBER_FIELDS}
        )
        return _number(answer)

    def phone_numbers(self, waba_id: str, token: str) -> list[PhoneNumberInfo]:
        """Every number of a WABA, all pages. Raises GraphError."""
        rows = self._pages("phone_numbers", f"{_segment(waba_id)}/phone_numbers", token, _NUMBER_FIELDS)
        return [_number(row) for row in rows]

    def subscribe(self, waba_id: str, token: str) -> None:
        """Have a WABA's webhooks sent to the token's app. Raises GraphError. Doing it twice does no harm."""
        self._call("subscribe", "POST", f"{_segment(waba_id)}/subscribed_apps", token)

    def subscriptions(self, waba_id: str, token: str) -> list[SubscribedApp]:
        """The apps that get a WABA's webhooks. Raises GraphError."""
        found = []
        for row in self._pages("subscriptions", f"{_segment(waba_id)}/subscribed_apps", token, None):
            app = obj(row.get("whatsapp_business_api_data"))
            found.append(
                SubscribedApp(
                    app_id=id_or_none(app.get("id")),
                    name=label(app.get("name")),
                    override_callback_uri=label(row.get("override_callback_uri")),
                )
            )
        return found

    def _pages(self, endpoint: str, path: str, token: str, fields: str | None) -> list[Json]:
        """The rows of all pages. ``paging.next`` only says whether there is more: it may hold the token."""
        rows: list[Json] = []
        params = {"limit": str(_PAGE_SIZE)} | ({"fields": fields} if fields else {})
        for _ in range(_MOST_PAGES):
            answer = self._call(endpoint, "GET", path, token, params=params)
            rows += [row for row in items_of(answer.get("data")) if isinstance(row, dict)]
            paging = obj(answer.get("paging"))
            after = id_or_none(obj(paging.get("cursors")).get("after"))
            if not paging.get("next") or after is None:
                break
            params = params | {"after": after}
        return rows

    def _call(
        self,
        endpoint: str,
        method: str,
        path: str,
        token: str,
        *,
        body: Json | None = None,
        params: dict[str, str] | None = None,
    ) -> Json:
        """One call and its JSON object, else GraphError; the observer is told either way."""
        if not _TOKEN.fullmatch(token):
            raise GraphError(
                190, "The access token has characters that no token has", disposition=Disposition.PAUSE
            )
        started = time.monotonic()
        outcome = "unknown"
        try:
            answer, outcome = self._exchange(method, f"{self._root}/{path}", token, body, params)
        finally:
            if self._observer is not None:
                self._observer(endpoint, outcome, time.monotonic() - started)
        if isinstance(answer, GraphError):
            raise answer
        return answer

    def _exchange(
        self, method: str, url: str, token: str, body: Json | None, params: dict[str, str] | None
    ) -> tuple[Json | GraphError, str]:
        """The answer or the error, and its word for the observer."""
        headers = {"Authorization": f"Bearer {token}"}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            try:
                # ASCII escapes, as Meta writes its own, can hold any text, a lone surrogate too.
                data = json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
            except (ValueError, TypeError) as error:
                unwritable = GraphError(
                    None,
                    f"The message cannot be written as JSON ({type(error).__name__})",
                    "The message has a value that cannot be sent.",
                    disposition=Disposition.REJECT,
                )
                return unwritable, "unsent"
        try:
            response = self._pool.urlopen(
                method,
                f"{url}?{urlencode(params)}" if params else url,
                headers={**self._pool.headers, **headers},
                body=data,
                # A redirect would carry the token to wherever it points.
                redirect=False,
            )
        except HTTPError as error:
            # The original holds the request and with it the token, so only the name of its class is kept.
            if is_unsent(error):
                unsent = GraphError(
                    None,
                    f"WhatsApp cannot be reached ({type(error).__name__})",
                    "WhatsApp cannot be reached; nothing has been sent.",
                    disposition=Disposition.RETRY,
                )
                return unsent, "unsent"
            lost = GraphError(
                None,
                f"WhatsApp did not answer ({type(error).__name__})",
                "WhatsApp did not answer: the message may or may not have been sent.",
                disposition=Disposition.UNKNOWN,
            )
            return lost, "unknown"
        answer = json_of(response.data)
        if 200 <= response.status < 300 and isinstance(answer, dict) and "error" not in answer:
            if answer.get("success") is False:
                refused = GraphError(
                    None,
                    "WhatsApp did not do it",
                    disposition=Disposition.UNKNOWN,
                    http_status=response.status,
                )
                return refused, "unknown"
            return answer, "ok"
        failure = error_from(response.status, answer, response.headers, token)
        return failure, str(failure.code) if failure.code is not None else f"http_{response.status}"


def _segment(value: str) -> str:
    """An id as one segment of a path, whatever is in it."""
    return quote(value, safe="")


def _number(row: Any) -> PhoneNumberInfo:
    """A number's row; UNKNOWN where the answer does not name one."""
    found = obj(row)
    phone_number_id = id_or_none(found.get("id"))
    if phone_number_id is None:
        raise GraphError(None, "WhatsApp's answer names no number", disposition=Disposition.UNKNOWN)
    return PhoneNumberInfo(
        phone_number_id=phone_number_id,
        display_phone_number=label(found.get("display_phone_number")),
        verified_name=label(found.get("verified_name")),
        quality_rating=label(found.get("quality_rating")),
        throughput_level=label(obj(found.get("throughput")).get("level")),
    )
