"""Files: their limits, their short-lived addresses, and small real samples that customers send."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sandbox.errors import ControlError
from sandbox.model import Json, Media
from sandbox.world import World

# Meta, "Media": an address is good for 5 minutes, an upload for 30 days, an id from a webhook for 7 days.
URL_LIFE_S = 300
LIFE_S = {"upload": 30 * 86400, "webhook": 7 * 86400}
MB = 1024 * 1024

_DOCUMENT_TYPES = {
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
UPLOAD_LIMITS: dict[str, int] = {
    "image/jpeg": 5 * MB,
    "image/png": 5 * MB,
    "image/webp": 500 * 1024,
    "video/mp4": 16 * MB,
    "video/3gpp": 16 * MB,
    "audio/aac": 16 * MB,
    "audio/amr": 16 * MB,
    "audio/mpeg": 16 * MB,
    "audio/mp4": 16 * MB,
    "audio/ogg": 16 * MB,
    **dict.fromkeys(_DOCUMENT_TYPES, 100 * MB),
}
MAX_INBOUND = 100 * MB


@dataclass(frozen=True, slots=True)
class Sample:
    """A small real file, as a customer may send it."""

    asset: str
    mime_type: str
    filename: str


SAMPLES = {
    "image": Sample("photo.jpg", "image/jpeg", "photo.jpg"),
    "video": Sample("clip.mp4", "video/mp4", "clip.mp4"),
    "audio": Sample("voice.ogg", "audio/ogg; codecs=opus", "voice.ogg"),
    "document": Sample("invoice.pdf", "application/pdf", "Invoice 1043.pdf"),
    "sticker": Sample("sticker.webp", "image/webp", "sticker.webp"),
}


@cache
def sample_bytes(kind: str) -> bytes:
    """The bytes of the sample of that kind."""
    return resources.files("sandbox").joinpath("assets", SAMPLES[kind].asset).read_bytes()


def customer_file(world: World, phone_number_id: str, kind: str, given: Json) -> Media:
    """Store what a customer sends: `data_base64` with `mime_type`, or the sample of the kind.

    `size` stands for a made-up PDF of so many bytes. They are made while they are sent, and never kept.
    """
    sample = SAMPLES[kind]
    filler = given.get("size", 0)
    if isinstance(filler, bool) or not isinstance(filler, int) or not 0 <= filler <= 2 * MAX_INBOUND:
        raise ControlError(f"{kind}.size must be a number of bytes, at most {2 * MAX_INBOUND}")
    if filler:
        data, mime_type = b"", str(given.get("mime_type", "application/pdf"))
    elif "data_base64" in given:
        try:
            data = base64.b64decode(given["data_base64"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise ControlError(f"{kind}.data_base64 is not base64") from None
        mime_type = str(given.get("mime_type", sample.mime_type))
    else:
        data, mime_type = sample_bytes(kind), str(given.get("mime_type", sample.mime_type))
    filename = str(given.get("filename", sample.filename))
    media_id = str(given.get("id") or world.ids.object_id())
    return world.add_media(
        Media(media_id, phone_number_id, mime_type, data, filename=filename, source="webhook", filler=filler)
    )


def webhook_part(world: World, media: Media, kind: str, given: Json) -> Json:
    """A file as a webhook describes it: digest in base64, and an address that is good for five minutes."""
    part: Json = {}
    if given.get("caption") and kind in {"image", "video", "document"}:
        part["caption"] = given["caption"]
    # Meta leaves the name out where the phone gave none, which a command writes as "".
    if kind == "document" and media.filename:
        part["filename"] = media.filename
    part["mime_type"] = media.mime_type
    part["sha256"] = base64.b64encode(bytes.fromhex(media.sha256_hex)).decode()
    part["id"] = media.media_id
    if given.get("with_url", True):
        part["url"] = signed_url(world, media.media_id, source="webhook")
    if kind == "audio":
        part["voice"] = bool(given.get("voice", True))
    if kind == "sticker":
        part["animated"] = bool(given.get("animated", False))
    return part


def signed_url(world: World, media_id: str, *, source: str, base_url: str | None = None) -> str:
    """The address of a file, in the form of Meta's lookaside server.

    It is good for five minutes, and needs a bearer token.
    """
    expires = int(time.time()) + URL_LIFE_S
    base = (base_url or world.config.public_url).rstrip("/")
    query = f"mid={media_id}&source={source}&ext={expires}&hash={_digest(world, media_id, expires)}"
    return f"{base}/whatsapp_business/attachments/?{query}"


def is_good_signature(world: World, media_id: str, expires: str, digest: str) -> bool:
    """Whether an address was made by `signed_url` and has not expired."""
    if not expires.isdigit() or int(expires) < time.time():
        return False
    return hmac.compare_digest(digest.encode(), _digest(world, media_id, int(expires)).encode())


def is_alive(media: Media) -> bool:
    """Whether the file can still be asked for by its id."""
    return time.time() < media.created_at + LIFE_S[media.source]


def _digest(world: World, media_id: str, expires: int) -> str:
    raw = hmac.new(
        world.config.app_secret.encode(), f"{media_id}:{expires}".encode(), hashlib.sha256
    ).digest()
    return "AR" + base64.urlsafe_b64encode(raw).decode()[:24]
