"""Signed addresses of files: ``<img>`` and ``<audio>`` send no bearer token.

An address names one file and the time at which it expires. It changes only every ten minutes, so that a page
that renders again does not load its pictures again.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Flask, current_app
from itsdangerous import BadSignature, Signer

from livechat.web import base64url

PATH = "/api/live-chat/media/"
# An address is valid for at least one period and at most two.
PERIOD_S = 600
_FILE, _THUMBNAIL = "f", "t"


class BadMediaUrlError(Exception):
    """The address is not signed by us, or has expired (``has_expired``)."""

    def __init__(self, *, has_expired: bool) -> None:
        super().__init__("expired" if has_expired else "forged")
        self.has_expired = has_expired


@dataclass(frozen=True, slots=True)
class MediaRef:
    """The file or thumbnail that an address names, and for how many seconds it is still valid."""

    media_id: UUID
    is_thumbnail: bool
    seconds_left: int


class MediaUrls:
    """Signs with a key derived from the first of ``encryption_keys``, and accepts those of all."""

    def __init__(self, encryption_keys: Sequence[str]) -> None:
        # The library signs with the last of its keys.
        self._signer = Signer(
            [key.encode() for key in reversed(encryption_keys)],
            salt=b"livechat.media.url",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )

    def url(self, media_id: UUID | str, *, thumbnail: bool = False, now: float | None = None) -> str:
        """The path of the file, or of its thumbnail, on this server."""
        ends_at = (int(time.time() if now is None else now) // PERIOD_S + 2) * PERIOD_S
        what = _THUMBNAIL if thumbnail else _FILE
        return PATH + self._signer.sign(f"{UUID(str(media_id)).hex}.{what}.{ends_at}").decode()

    def read(self, token: str, *, now: float | None = None) -> MediaRef:
        """The file that ``token``, the last part of an address, names. Raises BadMediaUrlError."""
        try:
            signed = self._signer.unsign(token.encode()).decode()
            base64url.decode(token.rpartition(".")[2])
        except (BadSignature, ValueError):
            raise BadMediaUrlError(has_expired=False) from None
        media_id, what, ends_at = signed.split(".")
        left = int(ends_at) - int(time.time() if now is None else now)
        if left <= 0:
            raise BadMediaUrlError(has_expired=True)
        return MediaRef(UUID(media_id), what == _THUMBNAIL, left)


class MediaUrlsHandle:
    """Gives the signer of the current application, made from the keys of its settings."""

    def init_app(self, app: Flask, signer: MediaUrls) -> None:
        app.extensions["livechat_media_urls"] = signer

    @property
    def signer(self) -> MediaUrls:
        """The signer of the current application; raises RuntimeError outside of one."""
        signer: MediaUrls = current_app.extensions["livechat_media_urls"]
        return signer


media_urls = MediaUrlsHandle()
