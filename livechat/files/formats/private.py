"""Takes the notes of phones (place, device, time) out of pictures that agents send.

It decodes nothing: the bytes of the picture itself stay as they are. It is not for a picture whose notes turn
it; ``convert`` makes such a picture anew, upright.
"""

from collections.abc import Iterator
from pathlib import Path

_ICC, _ADOBE = b"ICC_PROFILE\x00", b"Adobe"
# JPEG (ITU-T T.81, B.1): markers without a length, start of scan, end of image.
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_SOS, _EOI, _COMMENT = 0xDA, 0xD9, 0xFE
# PNG (W3C PNG, chapter 11): text, time and EXIF; none of them changes the picture.
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_NOTES = frozenset({b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf"})
# WebP (RFC 9649): the flags of VP8X that announce EXIF and XMP.
_WEBP_NOTES = frozenset({b"EXIF", b"XMP "})
_WEBP_FLAGS = 0x08 | 0x04
# WhatsApp's own note in stickers: their pack, which phones show.
_STICKER_PACK = b"sticker-pack-id"


def write_without_notes(source: Path, mime_type: str, target: Path) -> bool:
    """Write the picture at ``source`` without its notes to ``target``; False, and nothing, if it has none.

    Raises ValueError if its parts cannot be told apart: the picture should be made anew.
    """
    data = source.read_bytes()
    without = _WITHOUT[mime_type](data) if mime_type in _WITHOUT else data
    if without == data:
        return False
    target.write_bytes(without)
    return True


def _jpeg(data: bytes) -> bytes:
    """Keeps JFIF's segment, the colour profile, Adobe's colours, and all segments of the picture itself.

    Behind the end of the picture phones put more: a second picture or a video, both with a place in them.
    """
    kept = [data[:2]]
    for code, start, end in _segments(data):
        part = data[start + 4 : end]
        is_note = code == _COMMENT or (
            0xE1 <= code <= 0xEF
            and not (code == 0xE2 and part.startswith(_ICC))
            and not (code == 0xEE and part.startswith(_ADOBE))
        )
        if not is_note:
            kept.append(data[start:end])
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of each segment, to the end of image; a scan's header and pixels are one."""
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 2 > len(data) or data[at] != 0xFF:
            raise ValueError("no marker where one must be")
        code = data[at + 1]
        end = at + 2
        if code not in _ALONE and code != _EOI:
            end += int.from_bytes(data[at + 2 : at + 4])
        if code == _SOS:
            end = _end_of_scan(data, end)
        if end > len(data):
            raise ValueError("a segment is cut short")
        yield code, at, end
        if code == _EOI:
            return
        at = end


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the coded pixels end: at the first 0xFF that is neither stuffed nor a restart marker."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise ValueError("the pixels have no end")
        if data[at + 1] not in (0x00, 0xFF) and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 1 if data[at + 1] == 0xFF else 2


def _png(data: bytes) -> bytes:
    kept = [_PNG]
    at = len(_PNG)
    while True:
        kind, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4])
        if not data.startswith(_PNG) or len(kind) < 4 or end > len(data):
            raise ValueError("a chunk is cut short")
        if kind not in _PNG_NOTES:
            kept.append(data[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end


def _webp(data: bytes) -> bytes:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("no WebP")
    kept, at, last = [], 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= last:
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if end > last + 1:
            raise ValueError("a chunk is cut short")
        part = data[at:end]
        if kind not in _WEBP_NOTES or _STICKER_PACK in part:
            kept.append(part)
        at = end
    has_pack = any(part[:4] in _WEBP_NOTES for part in kept)
    if kept and kept[0][:4] == b"VP8X" and not has_pack:
        kept[0] = kept[0][:8] + bytes([kept[0][8] & ~_WEBP_FLAGS]) + kept[0][9:]
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


_WITHOUT = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}
