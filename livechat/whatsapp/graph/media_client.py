"""Files at Meta: look up, download, upload. The access token goes to Meta's own hosts and to no other.

Source: docs/meta/cloud-api.md section 8 (Meta's "Media" pages, read September 2026). Addresses live five
minutes, ids from webhooks seven days, ids of uploads thirty days and for one number.
"""

import base64
import binascii
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import HTTPError

from livechat.whatsapp.graph.client import Observer
from livechat.whatsapp.graph.graph_answers import error_from, json_of
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError
from livechat.whatsapp.graph.transport import open_session
from livechat.whatsapp.reading import Json, id_or_none, label, obj

# The largest file that a customer may send; WhatsApp itself reports a larger one as 131052.
MAX_INBOUND_BYTES = 100 * 1024 * 1024
WEBHOOK_ID_LIFE = timedelta(days=7)
# A day less than Meta's thirty: a message may still wait after the id of its file was found valid.
UPLOAD_ID_LIFE = timedelta(days=29)
DOWNLOAD_HOST = ("https", "lookaside.fbsbx.com", 443)

_CHUNK_BYTES = 64 * 1024
# The slowest transfer that is allowed, after half a minute of grace: one that trickles must not hold a worker
# for ever.
_SLOWEST_BYTES_PER_S = 256 * 1024
_GRACE_S = 30.0
# Error answers are read up to this; they are some hundred bytes.
_ERROR_BYTES = 64 * 1024
_HEX = re.compile(r"[0-9a-fA-F]{64}")


class FetchFailedError(Exception):
    """A file could not be fetched. ``sentence`` is for the agent; ``is_final``: another try would not help.

    ``reason`` is a constant for logs and metrics.
    """

    def __init__(self, reason: str, sentence: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sentence = sentence
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What Meta says of a file: where it lies for the next five minutes, its type, digest and size."""

    url: str
    mime_type: str | None
    sha256: str | None
    file_size: int | None


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that has arrived whole; ``sha256`` is hex."""

    sha256: str
    size: int


class MediaClient:
    """Meta's media calls at ``base_url``. Safe to share between threads.

    ``observer`` is told of every call, as by ``GraphClient``.
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
        self._trusted = {_origin(base_url), DOWNLOAD_HOST}
        self._timeout = (connect_timeout_s, read_timeout_s)
        self._observer = observer
        self._session = open_session(pool_size)

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def look_up(self, media_id: str, phone_number_id: str, token: str) -> MediaInfo:
        """A fresh address of a file. Raises GraphError, and FetchFailedError for an answer without one."""
        answer = self._json(
            "media_lookup",
            "GET",
            quote(media_id, safe=""),
            token,
            params={"phone_number_id": phone_number_id},
            timeout=self._timeout,
        )
        url = label(answer.get("url"))
        if url is None:
            raise FetchFailedError("no_url", "WhatsApp did not say where the file is.")
        return MediaInfo(
            url, label(answer.get("mime_type")), label(answer.get("sha256")), _size(answer.get("file_size"))
        )

    def download(
        self,
        url: str,
        token: str,
        target: Path,
        *,
        max_bytes: int = MAX_INBOUND_BYTES,
        on_progress: Callable[[], None] = lambda: None,
    ) -> Downloaded:
        """Write the file at ``url`` to ``target``, piece by piece. ``on_progress`` is called with each piece.

        Raises FetchFailedError, and GraphError where Meta's answer is an error. No other host than Meta's is
        asked for anything, and no redirect is followed: either would take the token there.
        """
        if _origin(url) not in self._trusted:
            raise FetchFailedError("foreign_host", "WhatsApp named an address that is not its own.")
        started = time.monotonic()
        outcome = "unknown"
        try:
            with self._session.get(
                url,
                # Not compressed on its way, since the digest and the size are those of the file.
                headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"},
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                outcome = "ok" if response.status_code == 200 else f"http_{response.status_code}"
                _refuse_errors(response, token)
                return _written(response, target, max_bytes, on_progress)
        except (requests.RequestException, HTTPError, OSError) as error:
            # The original holds the request and with it the token.
            outcome = "unknown"
            raise FetchFailedError(
                f"broken_off:{type(error).__name__}", "The connection to WhatsApp broke off."
            ) from None
        finally:
            self._observe("media_download", outcome, started)

    def upload(self, phone_number_id: str, token: str, path: Path, mime_type: str, filename: str) -> str:
        """Give Meta a file; its id there, good for 30 days and this number.

        Raises GraphError. An upload may be repeated, so what is uncertain of other calls is RETRY here.
        """
        size = path.stat().st_size
        body = _Multipart(path, size, mime_type, filename, time.monotonic() + transfer_time_limit_s(size))
        try:
            answer = self._json(
                "media_upload",
                "POST",
                f"{quote(phone_number_id, safe='')}/media",
                token,
                data=body,
                headers={"Content-Type": body.content_type},
                timeout=self._timeout,
            )
        except GraphError as error:
            if error.disposition is Disposition.UNKNOWN:
                raise _repeatable(error) from None
            raise
        media_id = id_or_none(answer.get("id"))
        if media_id is None:
            raise GraphError(None, "WhatsApp's answer names no file", disposition=Disposition.RETRY)
        return media_id

    def _json(
        self,
        endpoint: str,
        method: str,
        path: str,
        token: str,
        *,
        timeout: tuple[float, float],
        params: dict[str, str] | None = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Json:
        """One call and its JSON object, else GraphError."""
        started = time.monotonic()
        outcome = "unknown"
        try:
            response = self._session.request(
                method,
                f"{self._root}/{path}",
                params=params,
                data=data,
                headers={"Authorization": f"Bearer {token}", **(headers or {})},
                timeout=timeout,
                allow_redirects=False,
            )
            answer = json_of(response.content)
            if response.status_code == 200 and isinstance(answer, dict) and "error" not in answer:
                outcome = "ok"
                return answer
            failure = error_from(response.status_code, answer, response.headers, token)
            outcome = str(failure.code) if failure.code is not None else f"http_{response.status_code}"
            raise failure
        except (requests.RequestException, HTTPError, OSError) as error:
            raise GraphError(
                None,
                f"WhatsApp cannot be reached ({type(error).__name__})",
                "WhatsApp cannot be reached; nothing has been sent.",
                disposition=Disposition.RETRY,
            ) from None
        finally:
            self._observe(endpoint, outcome, started)

    def _observe(self, endpoint: str, outcome: str, started: float) -> None:
        if self._observer is not None:
            self._observer(endpoint, outcome, time.monotonic() - started)


def transfer_time_limit_s(size: int) -> float:
    """The seconds after which a transfer of so many bytes is given up. Its answer may take longer."""
    return _GRACE_S + size / _SLOWEST_BYTES_PER_S


def digest_matches(claimed: str, sha256_hex: str) -> bool:
    """Whether Meta's digest, base64 or hex by its length, is that of the bytes.

    True also for a digest in neither form, which says nothing about them.
    """
    if _HEX.fullmatch(claimed):
        return claimed.lower() == sha256_hex
    try:
        raw = base64.b64decode(claimed, validate=True)
    except (binascii.Error, ValueError):
        return True
    return len(raw) != hashlib.sha256().digest_size or raw.hex() == sha256_hex


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what decides who gets a header."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        return parts.scheme, (parts.hostname or "").lower(), port
    except ValueError:
        return "", "", None


def _refuse_errors(response: requests.Response, token: str) -> None:
    status = response.status_code
    if status == 200:
        return
    if 300 <= status < 400:
        raise FetchFailedError("redirect", "WhatsApp sent us elsewhere for the file.")
    if status == 404:
        # The address is older than five minutes; the next attempt asks for a new one.
        raise FetchFailedError("address_expired", "The file's address at WhatsApp had expired.")
    answer = json_of(response.raw.read(_ERROR_BYTES, decode_content=True))
    if isinstance(obj(answer).get("error"), dict):
        raise error_from(status, answer, response.headers, token)
    raise FetchFailedError(f"http_{status}", f"WhatsApp answered {status} when asked for the file.")


def _written(
    response: requests.Response, target: Path, max_bytes: int, on_progress: Callable[[], None]
) -> Downloaded:
    announced = _size(response.headers.get("Content-Length"))
    if announced is not None and announced > max_bytes:
        raise too_large(max_bytes)
    digest, size = hashlib.sha256(), 0
    started = time.monotonic()
    with target.open("wb", buffering=0) as file:
        # ``read1`` returns what has come, however little: to wait for a full piece could take for ever.
        while piece := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            size += len(piece)
            if size > max_bytes:
                raise too_large(max_bytes)
            digest.update(piece)
            file.write(piece)
            on_progress()
            if time.monotonic() - started > transfer_time_limit_s(size):
                raise FetchFailedError("too_slow", "WhatsApp sent the file too slowly.")
    if announced is not None and size != announced and "Content-Encoding" not in response.headers:
        raise FetchFailedError("cut_short", "The connection to WhatsApp broke off.")
    return Downloaded(digest.hexdigest(), size)


def too_large(max_bytes: int) -> FetchFailedError:
    """The refusal of a file that is larger than ``max_bytes``."""
    return FetchFailedError(
        "too_large", f"The file is larger than {max_bytes // (1024 * 1024)} MB.", is_final=True
    )


def _size(value: Any) -> int | None:
    """A size in bytes, which Meta writes as a number or as text."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _repeatable(error: GraphError) -> GraphError:
    return GraphError(
        error.code,
        error.title,
        error.detail,
        disposition=Disposition.RETRY,
        http_status=error.http_status,
        subcode=error.subcode,
        fbtrace_id=error.fbtrace_id,
        retry_after_s=error.retry_after_s,
    )


class _UploadTooSlowError(OSError):
    """The time for an upload is over."""


class _Multipart:
    """The form of an upload, read from the file while it is sent: memory holds one piece at a time.

    ``requests`` would read the whole file to build the form itself; of an iterable with a length it sends
    the pieces under a Content-Length.
    """

    def __init__(self, path: Path, size: int, mime_type: str, filename: str, ends_at: float) -> None:
        boundary = token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._path = path
        self._ends_at = ends_at
        safe = re.sub(r'[^\x20-\x7e]|["\\]', "_", filename) or "file"
        fields = (("messaging_product", "whatsapp"), ("type", mime_type))
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields
        )
        head += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{safe}"\r\n'
            f"Content-Type: {mime_type}\r\n\r\n"
        )
        self._head, self._tail = head.encode("ascii"), f"\r\n--{boundary}--\r\n".encode("ascii")
        self._length = len(self._head) + size + len(self._tail)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        with self._path.open("rb") as file:
            while piece := file.read(_CHUNK_BYTES):
                if time.monotonic() > self._ends_at:
                    raise _UploadTooSlowError
                yield piece
        yield self._tail
