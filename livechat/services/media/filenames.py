"""Names that strangers give to files, made harmless: they are shown and offered, never used as a path."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

_MAX_CHARS = 150
_SEPARATORS = re.compile(r"[/\\:]")
# Control and format characters (bidirectional overrides show "exe.jpg" for what ends in .exe), and the line
# and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}


def harmless(name: str | None) -> str | None:
    """The last part of a name without what is invisible or means something to a file system; None: nothing
    is left of it.
    """
    if not name:
        return None
    last = _SEPARATORS.split(name)[-1]
    shown = "".join(
        character
        for character in unicodedata.normalize("NFC", last)
        if unicodedata.category(character) not in _HIDDEN
    )
    shown = re.sub(r"\s+", " ", shown).strip(" .")
    if not shown:
        return None
    if len(shown) > _MAX_CHARS:
        suffix = PurePosixPath(shown).suffix[:16]
        shown = shown[: _MAX_CHARS - len(suffix)].rstrip(" .") + suffix
    return shown


def with_suffix_of(name: str | None, mime_type: str) -> str | None:
    """The name with the ending that belongs to the type: for a file that was converted."""
    if name is None:
        return None
    suffix = _SUFFIXES.get(mime_type)
    return name if suffix is None else str(PurePosixPath(name).with_suffix(suffix))


def name_for(kind: str, filename: str | None, mime_type: str) -> str:
    """What a browser shall call the file when it saves it."""
    return filename or f"{kind}{_SUFFIXES.get(mime_type, '')}"


def content_disposition(way: str, name: str) -> str:
    """The header's value (RFC 6266): an ASCII name for all, the whole name for who understands RFC 5987."""
    shown = harmless(name) or "file"
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%;]', "_", plain).strip(" .") or "file"
    if plain.startswith("."):
        plain = f"file{plain}"
    value = f'{way}; filename="{plain}"'
    return value if plain == shown else f"{value}; filename*=UTF-8''{quote(shown, safe='')}"
