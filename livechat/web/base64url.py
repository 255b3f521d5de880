"""Bytes as text in an address: URL-safe base64 without padding (RFC 4648, section 5), in one spelling only.

Python's decoder skips characters of no alphabet and ignores the spare bits of the last one, so that many
texts mean the same bytes. What we sign or hand out has exactly one spelling; all others are not ours.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(raw: bytes) -> str:
    """The text of these bytes."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes that ``encode`` was given; raises ValueError for every other text."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("not base64") from error
    if encode(raw) != text:
        raise ValueError("another spelling of the same bytes")
    return raw
