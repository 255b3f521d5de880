"""The bytes of a webhook as Meta writes them, and their signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

SIGNATURE_HEADER = "X-Hub-Signature-256"


def encode(payload: Any) -> bytes:
    """The JSON of a webhook, escaped as Meta escapes it.

    ASCII, `\\uXXXX` in lower case, `\\/`, and `<`, `%`, `@` as `\\u003C`, `\\u0025`, `\\u0040`.
    These characters occur inside JSON strings only, so a replacement after encoding is safe.
    """
    text = json.dumps(payload, ensure_ascii=True, separators=(",", ":"))
    text = text.replace("/", "\\/").replace("<", "\\u003C").replace("%", "\\u0025").replace("@", "\\u0040")
    return text.encode("ascii")


def sign(body: bytes, app_secret: str) -> str:
    """The value of X-Hub-Signature-256: `sha256=` and the lower-case HMAC of exactly these bytes."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
