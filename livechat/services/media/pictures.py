"""Pictures by Pillow, within limits: what a stranger sends must not fill the memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from livechat.whatsapp.media_types import STICKER_SIDE

# A picture of this size takes 160 MB when it is opened with transparency, and a telephone makes none larger
# (48 megapixels are JPEG, which is opened scaled down).
MAX_PIXELS = 40_000_000
MAX_JPEG_PIXELS = 120_000_000
# WebP is read whole before anything is known of it.
MAX_BYTES = 25 * 1024 * 1024
THUMBNAIL_SIDE = 480
THUMBNAIL_TYPE = "image/webp"

_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
}
Image.init()
# JPEG's reader finds MPO; AVIF is not in every build.
_READERS = [name for name in _TYPES if name in Image.OPEN]
_TURNED = (5, 6, 7, 8)
_ORIENTATION = 0x0112
# What Pillow raises for files that are broken, cut short, or made to break it.
BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
)
# Whatever the number of threads, so many pictures are in memory at a time.
_decoding = threading.BoundedSemaphore(2)


class PictureError(Exception):
    """The file is no picture, is broken, or is too large to be opened; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its header. Width and height are as it is shown, its orientation considered.

    ``is_plain``: eight bits a colour, RGB or RGBA, as WhatsApp takes them.
    """

    mime_type: str
    width: int
    height: int
    is_animated: bool
    is_plain: bool


def look(path: Path) -> Picture:
    """The picture at ``path``, its pixels unread. Raises PictureError."""
    with _opened(path) as image:
        width, height = image.size
        if image.getexif().get(_ORIENTATION) in _TURNED:
            width, height = height, width
        kind = image.format or ""
        return Picture(
            mime_type=_TYPES[kind],
            width=width,
            height=height,
            # A telephone's MPO has a second picture inside: that is no movement.
            is_animated=kind != "MPO" and bool(getattr(image, "is_animated", False)),
            is_plain=_is_plain(path, kind, image.mode),
        )


def write_thumbnail(source: Path, target: Path) -> None:
    """A small WebP of the picture, of its first frame where it moves. Raises PictureError."""
    with _opened(source) as image:
        image.draft("RGB", (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        _require_decodable(image)
        if image.mode not in ("RGB", "RGBA"):
            has_alpha = "transparency" in image.info or image.mode in ("LA", "PA", "La")
            shown = image.convert("RGBA" if has_alpha else "RGB")
        else:
            shown = image.copy()
        turned = image.getexif().get(_ORIENTATION)
        shown.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        if turned in _TURNED or turned in (2, 3, 4):
            shown.getexif()[_ORIENTATION] = turned
            shown = ImageOps.exif_transpose(shown)
        shown.save(target, "WEBP", quality=78, method=2)


def write_jpeg(source: Path, target: Path, *, max_side: int, quality: int) -> None:
    """The picture as a JPEG, upright, on white where it was transparent. Raises PictureError."""
    with _opened(source) as image:
        image.draft("RGB", (max_side, max_side))
        _require_decodable(image)
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((max_side, max_side))
        if upright.mode in ("RGBA", "LA", "PA", "P"):
            above = upright.convert("RGBA")
            flat = Image.new("RGB", above.size, "white")
            flat.paste(above, mask=above.getchannel("A"))
        else:
            flat = upright.convert("RGB")
        flat.save(target, "JPEG", quality=quality, optimize=True)


def write_sticker(source: Path, target: Path, *, quality: int) -> None:
    """The picture as WhatsApp's stickers are: WebP, 512 × 512, the rest transparent. Raises PictureError."""
    with _opened(source) as image:
        _require_decodable(image)
        upright = ImageOps.exif_transpose(image).convert("RGBA")
        fitted = ImageOps.contain(upright, (STICKER_SIDE, STICKER_SIDE))
        canvas = Image.new("RGBA", (STICKER_SIDE, STICKER_SIDE), (0, 0, 0, 0))
        canvas.paste(fitted, ((STICKER_SIDE - fitted.width) // 2, (STICKER_SIDE - fitted.height) // 2))
        canvas.save(target, "WEBP", quality=quality, method=4)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    if path.stat().st_size > MAX_BYTES:
        raise PictureError(f"The picture is larger than {MAX_BYTES >> 20} MB.")
    with _decoding:
        try:
            with Image.open(path, formats=_READERS) as image:
                width, height = image.size
                if width * height > MAX_JPEG_PIXELS:
                    raise PictureError("The picture has too many pixels to be opened.")
                yield image
        except BROKEN as error:
            raise PictureError("The picture cannot be opened: the file is damaged.") from error


def _require_decodable(image: Image.Image) -> None:
    """After ``draft``, which scales a JPEG down before its pixels are read."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PictureError("The picture has too many pixels to be opened.")


def _is_plain(path: Path, kind: str, mode: str) -> bool:
    if kind == "PNG":
        # Pillow shows 16 bits as 8: the header tells (bit depth, then colour type 2 or 6).
        with path.open("rb") as file:
            head = file.read(26)
        return head[24] == 8 and head[25] in (2, 6)
    return mode in ("RGB", "L") if kind == "JPEG" else mode in ("RGB", "RGBA")
