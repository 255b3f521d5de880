"""The program that opens pictures, in a process of its own, so that a malicious picture harms nobody.

``files.formats.pictures`` starts it by its path. It reads JSON objects from standard input, one a line, and
answers each with one on standard output. It may use ``MEMORY_BYTES`` of address space, and ``TIME_LIMIT_S``
for a picture: beyond either, that picture is refused and a new process opens the next.

Before it reads pixels, it compares the size in the header with ``MOST_PIXELS`` of the format: formats differ
widely in what a pixel costs while it is decoded. The figures there were measured with Pillow 13 and libheif
1.23: bytes a pixel at the peak, the thumbnail included.
"""

import json
import os
import resource
import select
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

MEMORY_BYTES = 512 * 1024 * 1024
TIME_LIMIT_S = 20
# A process without requests ends after this; the next picture starts another.
IDLE_S = 60
# A process ends after so many requests, so that leaks of libraries do not grow for ever.
MOST_REQUESTS = 500
# The largest file that is opened: Pillow reads a WebP whole before it knows anything of it.
MAX_BYTES = 25 * 1024 * 1024
# The most pixels of a picture whose header we read; a JPEG of this size is scaled down while it is read.
MAX_LOOKED_AT_PIXELS = 120_000_000
MOST_PIXELS = {
    "JPEG": 60_000_000,  # 3 to 6 bytes; the size after ``draft``, which keeps a progressive one whole
    "MPO": 60_000_000,
    "PNG": 40_000_000,  # 8 bytes with transparency
    "GIF": 40_000_000,
    "BMP": 40_000_000,
    "TIFF": 40_000_000,  # 8
    "WEBP": 24_000_000,  # 16: two canvases and a copy
    "AVIF": 30_000_000,  # 9 to 13
    "HEIF": 50_000_000,  # 7; phones take pictures of 48.8 million
}
THUMBNAIL_SIDE = 480
_ORIENTATION = 0x0112
_ASIDE = (5, 6, 7, 8)
_TURNED = (2, 3, 4, *_ASIDE)
# Errors that Pillow raises for files that are damaged, cut short, or made to break it.
_BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    # Pillow's readers raise these for damaged files too (an index beyond a table, a missing value).
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    ZeroDivisionError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)
TOO_MANY_PIXELS = "The picture has too many pixels to be opened."
DAMAGED = "The picture cannot be opened: the file is damaged."

Json = dict[str, Any]


class RefusedError(Exception):
    """The picture is not opened; the text is a sentence for the agent."""


def look(source: Path) -> Json:
    """What the header says: format, width and height as shown, whether it is animated, turned and plain."""
    with _opened(source) as image:
        width, height = image.size
        turned = _orientation(image)
        if turned in _ASIDE:
            width, height = height, width
        kind = image.format or ""
        return {
            "format": kind,
            "width": width,
            "height": height,
            # A phone's MPO holds a second picture, which is no animation.
            "is_animated": kind not in ("MPO", "HEIF") and bool(getattr(image, "is_animated", False)),
            "is_turned": turned in _TURNED,
            "is_plain": _is_plain(source, kind, image.mode),
        }


def write_thumbnail(source: Path, target: Path) -> Json:
    """Write a small WebP of the picture, or of its first frame if it is animated."""
    with _opened(source) as image:
        small = _shrunk(_scaled(image, THUMBNAIL_SIDE), THUMBNAIL_SIDE)
        small.save(target, "WEBP", quality=78, method=2)
    return {}


def write_jpeg(source: Path, target: Path, max_side: int, quality: int) -> Json:
    """Write a JPEG: upright, white where the picture was transparent, without EXIF and other notes."""
    with _opened(source) as image:
        _scaled(image, max_side)
        # A colour profile is right only for the modes that it was made for.
        profile = image.info.get("icc_profile") if image.mode in ("RGB", "RGBA") else None
        shown = _shrunk(image, max_side)
        if shown.mode == "RGBA":
            flat = Image.new("RGB", shown.size, "white")
            flat.paste(shown, mask=shown.getchannel("A"))
            shown = flat
        shown.save(target, "JPEG", quality=quality, optimize=True, icc_profile=profile)
    return {}


def write_sticker(source: Path, target: Path, side: int, quality: int) -> Json:
    """Write a square WebP, transparent around the picture."""
    with _opened(source) as image:
        fitted = ImageOps.contain(_shrunk(_scaled(image, 2 * side), 2 * side).convert("RGBA"), (side, side))
        canvas = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        canvas.paste(fitted, ((side - fitted.width) // 2, (side - fitted.height) // 2))
        canvas.save(target, "WEBP", quality=quality, method=4)
    return {}


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    """The picture in RGB or RGBA, upright, at most ``side`` pixels long. ``image`` itself may be changed."""
    turned = _orientation(image)
    if image.mode not in ("RGB", "RGBA"):
        has_alpha = "transparency" in image.info or image.mode in ("LA", "PA", "La")
        shown = image.convert("RGBA" if has_alpha else "RGB")
    else:
        image.load()
        shown = image
    shown.thumbnail((side, side))
    if turned not in _TURNED:
        return shown
    # Turned after it was made small: a turned copy of the whole picture would double the memory.
    shown.getexif()[_ORIENTATION] = turned
    return ImageOps.exif_transpose(shown)


def _orientation(image: Image.Image) -> int | None:
    """EXIF's orientation, 1 to 8; None if the header has none. ``getexif`` of a PNG would read all pixels."""
    raw = image.info.get("exif")
    if image.format in ("JPEG", "MPO", "WEBP", "TIFF", "AVIF"):
        value = image.getexif().get(_ORIENTATION)
    elif isinstance(raw, bytes):
        exif = Image.Exif()
        exif.load(raw)
        value = exif.get(_ORIENTATION)
    else:
        value = None
    return value if isinstance(value, int) else None


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    if path.stat().st_size > MAX_BYTES:
        raise RefusedError(f"The picture is larger than {MAX_BYTES >> 20} MB.")
    try:
        _refuse_large_webp(path)
        with Image.open(path, formats=_READERS) as image:
            if _pixels(image) > MAX_LOOKED_AT_PIXELS:
                raise RefusedError(TOO_MANY_PIXELS)
            yield image
    except MemoryError:
        raise RefusedError(TOO_MANY_PIXELS) from None
    except _BROKEN:
        raise RefusedError(DAMAGED) from None


def _pixels(image: Image.Image) -> int:
    width, height = image.size
    return width * height


def _scaled(image: Image.Image, side: int) -> Image.Image:
    """The picture, its pixels not yet read. Raises RefusedError if there are too many.

    A JPEG is scaled down while it is read, to no less than ``side``; a progressive one is read whole.
    """
    if not image.info.get("progressive"):
        image.draft("RGB", (side, side))
    if _pixels(image) > MOST_PIXELS[image.format or ""]:
        raise RefusedError(TOO_MANY_PIXELS)
    image.draft("RGB", (side, side))
    return image


def _refuse_large_webp(path: Path) -> None:
    """Refuse a WebP by its header (RFC 9649): Pillow allocates the canvases when it opens the file."""
    with path.open("rb") as file:
        head = file.read(64)
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return
    kind, part = head[12:16], head[20:]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(part[at : at + 3], "little") for at in (4, 7))
    elif kind == b"VP8 ":
        width, height = (int.from_bytes(part[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    elif kind == b"VP8L":
        packed = int.from_bytes(part[1:5], "little")
        width, height = 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    else:
        raise RefusedError(DAMAGED)
    if width * height > MOST_PIXELS["WEBP"]:
        raise RefusedError(TOO_MANY_PIXELS)


def _is_plain(path: Path, kind: str, mode: str) -> bool:
    """Whether the picture has eight bits a colour, in RGB or RGBA, as WhatsApp takes them."""
    if kind == "PNG":
        # Pillow shows 16 bits as 8. The header tells: bit depth, then colour type 2 or 6.
        with path.open("rb") as file:
            head = file.read(26)
        return head[24] == 8 and head[25] in (2, 6)
    return mode in ("RGB", "L") if kind in ("JPEG", "MPO") else mode in ("RGB", "RGBA")


def _answer(line: bytes) -> Json:
    request = json.loads(line)
    work: Callable[..., Json] = _WORK[request.pop("do")]
    try:
        paths = {name: Path(request.pop(name)) for name in ("source", "target") if name in request}
        return work(**paths, **request)
    except RefusedError as error:
        return {"refused": str(error)}


_WORK: dict[str, Callable[..., Json]] = {
    each.__name__: each for each in (look, write_thumbnail, write_jpeg, write_sticker)
}


def main() -> None:
    """Answer requests until the input ends, none comes for IDLE_S, or MOST_REQUESTS are answered."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Ctrl-C reaches all processes of a terminal. This one ends when its parent does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for _ in range(MOST_REQUESTS):
        if not select.select([0], [], [], IDLE_S)[0]:
            return
        line = sys.stdin.buffer.readline()
        if not line:
            return
        # The alarm ends this process if its parent is gone and cannot kill it.
        signal.alarm(2 * TIME_LIMIT_S)
        answer = json.dumps(_answer(line)).encode()
        signal.alarm(0)
        os.write(1, answer + b"\n")


pi_heif.register_heif_opener(thumbnails=False)
Image.init()
# This module has bounds of its own; Pillow's would only add warnings.
Image.MAX_IMAGE_PIXELS = None
# The reader of JPEG opens MPO too; AVIF is not in every build.
_READERS = [name for name in MOST_PIXELS if name in Image.OPEN]

if __name__ == "__main__":
    main()
