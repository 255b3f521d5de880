"""Findings about a message that is to be sent, and how lengths are counted."""

from typing import Any
from urllib.parse import urlsplit

# How a part names its file: Meta's id of an upload, a public address, or our id of an upload here.
FILE_KEYS = ("id", "link", "media_id")


def units(text: str) -> int:
    """The length in UTF-16 code units: an emoji counts 2, a flag 4."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_filled(value: Any) -> bool:
    """Whether it is a text with something to see in it."""
    return isinstance(value, str) and bool(value.strip())


def degrees(value: Any) -> float | None:
    """Degrees, as a number or as the string that Meta's examples have; None for what is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


class Findings:
    """Sentences by field, in the shape of the contract's ``errors``."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}

    def add(self, field: str, sentence: str) -> None:
        """Report a fault of a field."""
        self.errors.setdefault(field, []).append(sentence)

    def text(self, field: str, value: Any, limit: int | None = None, *, required: bool = True) -> None:
        """A text that is not blank, or absent where it may be, of at most ``limit`` UTF-16 units."""
        if value is None and not required:
            return
        if not isinstance(value, str):
            self.add(field, "Give a text.")
        elif required and not value.strip():
            self.add(field, "Give a text that is not empty.")
        elif limit is not None and units(value) > limit:
            self.add(field, f"At most {limit:,} characters (an emoji counts as two).")

    def link(self, field: str, value: Any) -> None:
        """A public address that WhatsApp can open."""
        try:
            parts = urlsplit(value) if isinstance(value, str) else None
            is_public = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            is_public = False
        if not is_public or any(character.isspace() for character in value):
            self.add(field, "Give a full address that begins with https://.")

    def file(self, field: str, value: Any) -> None:
        """A file: ``id`` of Meta's, a public ``link``, or ``media_id`` of an upload here; exactly one."""
        named = [key for key in FILE_KEYS if isinstance(value, dict) and value.get(key) is not None]
        if len(named) != 1:
            self.add(field, "Give either id or link.")
        elif named[0] == "link":
            self.link(f"{field}.link", value["link"])
        elif not is_filled(value[named[0]]):
            self.add(f"{field}.{named[0]}", "Give the id of an uploaded file.")

    def objects(self, field: str, value: Any, least: int, most: int) -> list[dict[str, Any]]:
        """The objects of a list of ``least`` to ``most``; anything else is reported and read as empty."""
        if not isinstance(value, list) or not least <= len(value) <= most:
            self.add(field, f"Give a list of {least} to {most}.")
            return []
        if not all(isinstance(item, dict) for item in value):
            self.add(field, "Give a list of objects.")
            return []
        return value

    def unique(self, field: str, values: list[Any], what: str) -> None:
        """Report a value that stands twice; Meta refuses the whole message for it."""
        texts = [value for value in values if isinstance(value, str)]
        if len(set(texts)) != len(texts):
            self.add(field, f"Every {what} must be different.")
