"""The files that WhatsApp takes: types and sizes by kind of file, as data.

Source: docs/meta/cloud-api.md section 8 (Meta's "Media" page, read September 2026).
"""

from dataclasses import dataclass

KB, MB = 1024, 1024 * 1024

OOXML = "application/vnd.openxmlformats-officedocument."
OFFICE_TYPES = frozenset(
    {
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        f"{OOXML}wordprocessingml.document",
        f"{OOXML}spreadsheetml.sheet",
        f"{OOXML}presentationml.presentation",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """The types that a kind of file may have, and its largest size; ``names`` is for people."""

    types: frozenset[str]
    max_bytes: int
    names: str


RULES: dict[str, Rule] = {
    "image": Rule(frozenset({"image/jpeg", "image/png"}), 5 * MB, "JPEG and PNG pictures"),
    "video": Rule(frozenset({"video/mp4", "video/3gpp"}), 16 * MB, "MP4 and 3GP videos with H.264 and AAC"),
    "audio": Rule(
        frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
        16 * MB,
        "AAC, AMR, MP3, M4A and OGG (Opus, mono) audio",
    ),
    "voice": Rule(frozenset({"audio/ogg"}), 16 * MB, "OGG audio (Opus, mono)"),
    "sticker": Rule(frozenset({"image/webp"}), 100 * KB, "WebP pictures of 512 × 512 pixels"),
    "document": Rule(
        frozenset({"text/plain", "application/pdf"}) | OFFICE_TYPES,
        100 * MB,
        "text, PDF, Word, Excel and PowerPoint files",
    ),
}
ANIMATED_STICKER_BYTES = 500 * KB
STICKER_SIDE = 512

# Above the largest file that any kind takes, a request is refused without being read.
MAX_UPLOAD_BYTES = max(rule.max_bytes for rule in RULES.values())


def message_type_of(kind: str) -> str:
    """Meta's type of message for a kind of file: a voice note is audio."""
    return "audio" if kind == "voice" else kind


def size_limit(kind: str, *, is_animated: bool = False) -> int:
    """The largest size of a kind in bytes."""
    return ANIMATED_STICKER_BYTES if kind == "sticker" and is_animated else RULES[kind].max_bytes


def in_words(size: int) -> str:
    """A size limit as people say it."""
    return f"{size // MB} MB" if size >= MB else f"{size // KB} KB"
