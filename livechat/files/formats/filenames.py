"""Makes file names harmless: anybody may have chosen them. We show them, and never use them as a path."""

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

_MAX_CHARS = 150
_SEPARATORS = re.compile(r"[/\\:]")
# Control and format characters, and line and paragraph separators. With a bidirectional override a name that
# ends in .exe can look as if it ended in .jpg.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Two format characters belong to words: the zero-width non-joiner of Persian, and the zero-width joiner of
# Indian scripts and of composed emoji. Between ASCII letters they only hide something.
_JOINERS = frozenset("\u200c\u200d")

_OOXML = "application/vnd.openxmlformats-officedocument."
# The endings of each type that we recognise by bytes; we append the first. Any other ending ("2026" in
# "Foto 12.05.2026") is a part of the name.
_ENDINGS: dict[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
    "image/bmp": (".bmp", ".dib"),
    "image/tiff": (".tif", ".tiff"),
    "image/avif": (".avif",),
    "image/heic": (".heic", ".heics", ".hif"),
    "image/heif": (".heif", ".heifs"),
    "video/mp4": (".mp4", ".m4v"),
    "video/3gpp": (".3gp", ".3gpp", ".3g2"),
    "video/quicktime": (".mov", ".qt"),
    "video/webm": (".webm",),
    "video/x-matroska": (".mkv",),
    "video/x-msvideo": (".avi",),
    "video/ogg": (".ogv",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "audio/mpeg": (".mp3", ".mpga"),
    "audio/mp4": (".m4a", ".m4b", ".mp4"),
    "audio/aac": (".aac",),
    "audio/amr": (".amr",),
    "audio/wav": (".wav",),
    "audio/flac": (".flac",),
    "audio/webm": (".weba", ".webm"),
    "application/pdf": (".pdf",),
    "application/msword": (".doc", ".dot"),
    "application/vnd.ms-excel": (".xls", ".xlt"),
    "application/vnd.ms-powerpoint": (".ppt", ".pps", ".pot"),
    f"{_OOXML}wordprocessingml.document": (".docx", ".docm", ".dotx"),
    f"{_OOXML}spreadsheetml.sheet": (".xlsx", ".xlsm", ".xltx"),
    f"{_OOXML}presentationml.presentation": (".pptx", ".pptm", ".ppsx", ".potx"),
    "application/rtf": (".rtf",),
    "application/zip": (".zip",),
    "application/gzip": (".gz", ".tgz"),
    "application/x-7z-compressed": (".7z",),
    "application/x-rar-compressed": (".rar",),
    "text/plain": (".txt",),
}
_TYPES_OF_ENDINGS = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings}
# Many formats are text or archives inside, and their own endings (".csv", ".odt") are right.
_MANY_FORMATS = frozenset({"text/plain", "application/zip", "application/gzip"})
_LOOKS_LIKE_AN_ENDING = re.compile(r"\.[a-z][a-z0-9_+-]{0,9}")


def harmless(name: str | None) -> str | None:
    """The last part of a name, without invisible characters and those that mean something to a file system.

    None if nothing is left.
    """
    if not name:
        return None
    last = unicodedata.normalize("NFC", _SEPARATORS.split(name)[-1])
    shown = "".join(
        character
        for at, character in enumerate(last)
        if unicodedata.category(character) not in _HIDDEN or _joins(last, at)
    )
    # Normalised once more: a removed character may have stood between a letter and its accent.
    shown = re.sub(r"\s+", " ", unicodedata.normalize("NFC", shown)).strip(" .")
    if not shown:
        return None
    if len(shown) > _MAX_CHARS:
        suffix = PurePosixPath(shown).suffix[:16]
        shown = shown[: _MAX_CHARS - len(suffix)].rstrip(" .\u200c\u200d") + suffix
    return shown


def _joins(text: str, at: int) -> bool:
    """Whether the character at ``at`` is a joiner between two characters that can be joined."""
    if text[at] not in _JOINERS or not 0 < at < len(text) - 1:
        return False
    return all(
        not beside.isascii() and unicodedata.category(beside)[0] in "LMNS"
        for beside in (text[at - 1], text[at + 1])
    )


def with_ending(name: str, mime_type: str) -> str:
    """The name with an ending that belongs to the type, so that a phone knows which app opens it.

    An ending of another known type is replaced. Anything else after a dot is kept, and an ending appended.
    """
    endings = _ENDINGS.get(mime_type)
    if endings is None:
        return name
    suffix = PurePosixPath(name).suffix
    given = suffix.lower()
    if given in endings:
        return name
    if given in _TYPES_OF_ENDINGS:
        return name[: -len(suffix)] + endings[0]
    if mime_type in _MANY_FORMATS and _LOOKS_LIKE_AN_ENDING.fullmatch(given):
        return name
    return name + endings[0]


def name_for(kind: str, filename: str | None, mime_type: str) -> str:
    """The name under which a file is saved or sent: its sender's name for it or its kind, with an ending."""
    return with_ending(filename or kind, mime_type)


def content_disposition(way: str, name: str) -> str:
    """The header's value (RFC 6266): an ASCII name, and the whole name for clients that know RFC 5987."""
    shown = harmless(name) or "file"
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode()
    plain = re.sub(r'["\\%;]', "_", plain).strip(" .") or "file"
    if plain.startswith("."):
        plain = f"file{plain}"
    value = f'{way}; filename="{plain}"'
    return value if plain == shown else f"{value}; filename*=UTF-8''{quote(shown, safe='')}"
