"""Addresses of files that need no token: signed, for some minutes, and the same for as long as can be.

``<img>`` and ``<audio>`` send no bearer token. An address names one file and when it ends; it changes
every ten minutes, so that a page which draws itself anew does not load its pictures anew.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Flask, current_app
from itsdangerous import BadSignature, Signer

PATH = "/api/live-chat/media/"
# An address is good for one period at least and for two at most.
PERIOD_S = 600
_FILE, _THUMBNAIL = "f", "t"


class BadMediaUrlError(Exception):
    """Not signed by us, or its time is over (``has_expired``)."""

    def __init__(self, *, has_expired: bool) -> None:
        super().__init__("expired" if has_expired else "forged")
        self.has_expired = has_expired


@dataclass(frozen=True, slots=True)
class MediaRef:
    """What an address leads to, and for how many seconds it still does."""

    media_id: UUID
    is_thumbnail: bool
    seconds_left: int


class MediaUrls:
    """Signs by a key that follows from the first of ``encryption_keys``, and takes those of all."""

    def __init__(self, encryption_keys: Sequence[str]) -> None:
        # The library signs by the last of its keys.
        self._signer = Signer(
            [key.encode() for key in reversed(encryption_keys)],
            salt=b"livechat.media.url",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )

    def url(self, media_id: UUID | str, *, thumbnail: bool = False, now: float | None = None) -> str:
        """A same-origin address of the file, or of its small picture."""
        ends_at = (int(time.time() if now is None else now) // PERIOD_S + 2) * PERIOD_S
        what = _THUMBNAIL if thumbnail else _FILE
        return PATH + self._signer.sign(f"{UUID(str(media_id)).hex}.{what}.{ends_at}").decode()

    def read(self, token: str, *, now: float | None = None) -> MediaRef:
        """What the last part of an address stands for. Raises BadMediaUrlError."""
        try:
            signed = self._signer.unsign(token.encode()).decode()
        except (BadSignature, UnicodeError):
            raise BadMediaUrlError(has_expired=False) from None
        media_id, what, ends_at = signed.split(".")
        left = int(ends_at) - int(time.time() if now is None else now)
        if left <= 0:
            raise BadMediaUrlError(has_expired=True)
        return MediaRef(UUID(media_id), what == _THUMBNAIL, left)


class MediaUrlsHandle:
    """The signer of files' addresses, by the keys of the application's settings."""

    def init_app(self, app: Flask, signer: MediaUrls) -> None:
        app.extensions["livechat_media_urls"] = signer

    @property
    def signer(self) -> MediaUrls:
        """The signer of the current application; RuntimeError outside of one."""
        signer: MediaUrls = current_app.extensions["livechat_media_urls"]
        return signer


media_urls = MediaUrlsHandle()
