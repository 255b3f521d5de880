"""Finds out by its bytes what a file is. Its name and claimed type only choose among the possible types."""

import codecs
from dataclasses import dataclass
from pathlib import Path

import filetype

from livechat.files.formats import av, pictures
from livechat.files.formats.av import Streams
from livechat.whatsapp.media_types import OFFICE_TYPES, OOXML

UNKNOWN_TYPE = "application/octet-stream"
_HEAD_BYTES = 64 * 1024
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_OLE_TYPES = frozenset(name for name in OFFICE_TYPES if not name.startswith(OOXML))
_OLE_BY_SUFFIX = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
_OOXML_BY_SUFFIX = {
    ".docx": f"{OOXML}wordprocessingml.document",
    ".xlsx": f"{OOXML}spreadsheetml.sheet",
    ".pptx": f"{OOXML}presentationml.presentation",
}
_TEXT_SUFFIXES = frozenset(
    {
        *(
            ".txt",
            ".text",
            ".csv",
            ".tsv",
            ".tab",
            ".log",
            ".md",
            ".json",
            ".xml",
            ".html",
            ".htm",
            ".css",
            ".js",
        ),
        *(".ini", ".cfg", ".conf", ".yaml", ".yml", ".srt", ".vtt", ".vcf", ".ics", ".sql", ".tex", ".eml"),
    }
)
# Byte order marks. Those of UTF-32 come first, since one begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The bytes of text in any encoding: printable ones, tab, line and page breaks, DOS's end, ISO 2022's escape.
_NO_CONTROLS = bytes((*b"\t\n\r\f\x1a\x1b", *range(0x20, 0x7F), *range(0x80, 0x100)))
_USUAL = {"audio/x-wav": "audio/wav", "audio/x-flac": "audio/flac", "video/x-m4v": "video/mp4"}
_SOUND_ALONE = {"video/mp4": "audio/mp4", "video/webm": "audio/webm", "video/3gpp": "audio/mp4"}


_PICTURE_S = pictures.LONGEST_WAIT_S + pictures.TIME_LIMIT_S
# How long ``learn`` and ``write_thumbnail`` may take together, for a picture, a video or a recording.
LONGEST_LOOK_S = max(2 * _PICTURE_S, av.PROBE_S + av.POSTER_S + _PICTURE_S, av.PROBE_S + av.WAVEFORM_S)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a file. Width and height are in pixels, as shown; duration is in seconds."""

    mime_type: str
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    waveform: list[int] | None = None
    is_animated: bool = False
    is_turned: bool = False
    is_plain_picture: bool = False
    streams: Streams | None = None
    opus_channels: int | None = None


def learn(path: Path, *, claimed: str | None, filename: str | None) -> Facts:
    """Examine the file at ``path``. No content raises: one that is not understood has an unknown type.

    Raises OSError if nothing can be examined now.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    mime_type = _type_of(head, _bare(claimed), filename)
    if mime_type.startswith("image/"):
        return _picture(path, mime_type)
    if av.is_known(mime_type):
        return _recording(path, mime_type, head)
    return Facts(mime_type)


def write_thumbnail(path: Path, facts: Facts, target: Path, scratch: Path) -> bool:
    """Write a thumbnail of a picture or video to ``target``; False if none can be made.

    ``scratch`` is a file that may be overwritten.
    """
    source = path
    if facts.mime_type.startswith("video/"):
        if not av.write_poster(path, facts.mime_type, scratch):
            return False
        source = scratch
    elif facts.width is None:
        return False
    try:
        pictures.write_thumbnail(source, target)
    except pictures.PictureError:
        return False
    return True


def _picture(path: Path, mime_type: str) -> Facts:
    try:
        seen = pictures.look(path)
    except pictures.PictureError:
        # It begins like a picture, but we cannot open it: no browser may try.
        return Facts(UNKNOWN_TYPE)
    duration = None
    if mime_type == "image/gif" and seen.is_animated:
        streams = av.probe(path, mime_type)
        duration = streams.duration if streams is not None else None
    return Facts(
        seen.mime_type,
        width=seen.width,
        height=seen.height,
        duration=duration,
        is_animated=seen.is_animated,
        is_turned=seen.is_turned,
        is_plain_picture=seen.is_plain,
    )


def _recording(path: Path, mime_type: str, head: bytes) -> Facts:
    streams = av.probe(path, mime_type)
    if streams is None:
        return Facts(mime_type, opus_channels=_opus_channels(head))
    if streams.video is None and not streams.audio:
        # It begins like a recording, but ffprobe finds none in it.
        return Facts(UNKNOWN_TYPE)
    if streams.video is None:
        mime_type = _SOUND_ALONE.get(mime_type, mime_type)
    return Facts(
        mime_type,
        width=streams.width,
        height=streams.height,
        duration=streams.duration,
        waveform=av.waveform(path, mime_type, streams.duration) if mime_type.startswith("audio/") else None,
        streams=streams,
        opus_channels=_opus_channels(head),
    )


def _type_of(head: bytes, claimed: str | None, filename: str | None) -> str:
    suffix = Path(filename or "").suffix.lower()
    if head.startswith(_OLE):
        return claimed if claimed and claimed in _OLE_TYPES else _OLE_BY_SUFFIX.get(suffix, UNKNOWN_TYPE)
    if head[4:8] == b"ftyp" and head[8:11] in (b"3gp", b"3g2"):
        return "video/3gpp"
    found: str | None = filetype.guess_mime(head)
    if found == "application/zip" and b"[Content_Types].xml" in head:
        # An Office file whose parts come in an unusual order.
        return (
            claimed
            if claimed and claimed in _OOXML_BY_SUFFIX.values()
            else _OOXML_BY_SUFFIX.get(suffix, found)
        )
    if found is not None:
        return _USUAL.get(found, found)
    says_text = suffix in _TEXT_SUFFIXES or (not suffix and (claimed or "text/").startswith("text/"))
    return "text/plain" if head and _is_text(head, says_text=says_text) else UNKNOWN_TYPE


def _is_text(head: bytes, *, says_text: bool) -> bool:
    """Whether these bytes are text: Unicode, or, if the name says text, an older encoding.

    Excel writes CSV in the country's encoding (Windows-1252, -1251, Shift JIS, GB 18030 …), whose bytes are
    not UTF-8, and "Unicode text" as UTF-16. Text has no control characters; other files do.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return _decodes(head, encoding)
    if b"\x00" in head:
        return False
    return _decodes(head, "utf-8") or (says_text and not head.translate(None, _NO_CONTROLS))


def _decodes(head: bytes, encoding: str) -> bool:
    # The end of ``head`` may cut the last character in two.
    for cut in range(4):
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _opus_channels(head: bytes) -> int | None:
    """How many channels OGG with Opus has (RFC 7845): the byte after the magic word and the version."""
    place = head.find(b"OpusHead", 0, 512)
    return head[place + 9] if head.startswith(b"OggS") and 0 <= place < len(head) - 9 else None


def _bare(mime_type: str | None) -> str | None:
    """A MIME type without its parameters."""
    return mime_type.partition(";")[0].strip().lower() if mime_type else None
