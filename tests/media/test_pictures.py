"""Pictures are opened by a program with limits: none takes the process that serves everybody along."""

import os
import signal
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from livechat.files.formats import facts, picture_program, pictures
from livechat.files.formats.picture_program import MAX_LOOKED_AT_PIXELS, MOST_PIXELS
from tests.conftest import wait_until
from tests.media import files

TOO_MANY = "The picture has too many pixels to be opened."


def plain(kind: str, pixels: int, mode: str = "RGB", **options: object) -> bytes:
    """A picture of one colour: some kilobytes, however many pixels."""
    side = int(pixels**0.5)
    data = BytesIO()
    Image.new(mode, (side, side)).save(data, kind, **options)
    return data.getvalue()


@pytest.fixture
def at(tmp_path: Path) -> Callable[[bytes], Path]:
    """``at(data)``: a file that holds it."""

    def write(data: bytes) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        path.write_bytes(data)
        return path

    return write


def patched(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


def _vp8(side: int) -> bytes:
    """The header of a lossy WebP of this size, and little more."""
    return patched(files.picture("WEBP", mode="RGB"), 26, side.to_bytes(2, "little") * 2)


def _vp8l(side: int) -> bytes:
    packed = ((side - 1) | (side - 1) << 14).to_bytes(4, "little")
    return patched(files.picture("WEBP", lossless=True), 21, packed)


def _vp8x(side: int) -> bytes:
    return patched(files.moving("WEBP"), 24, (side - 1).to_bytes(3, "little") * 2)


def _bmp(side: int) -> bytes:
    return patched(files.picture("BMP"), 18, side.to_bytes(4, "little") * 2)


def _gif(side: int) -> bytes:
    return patched(files.picture("GIF"), 6, side.to_bytes(2, "little") * 2)


# By their headers, a little above what is taken. HEIF is bounded by the same line, and cannot be written here.
TOO_LARGE: list[tuple[str, Callable[[], bytes]]] = [
    ("PNG", lambda: plain("PNG", MOST_PIXELS["PNG"] * 101 // 100, "1")),
    ("JPEG", lambda: plain("JPEG", MOST_PIXELS["JPEG"] * 101 // 100, "L", progressive=True)),
    ("TIFF", lambda: plain("TIFF", MOST_PIXELS["TIFF"] * 101 // 100, "1", compression="group4")),
    ("AVIF", lambda: plain("AVIF", MOST_PIXELS["AVIF"] * 101 // 100, "L", speed=10)),
    ("GIF", lambda: _gif(6400)),
    ("BMP", lambda: _bmp(6400)),
    ("WEBP, lossy", lambda: _vp8(4950)),
    ("WEBP, lossless", lambda: _vp8l(4950)),
    ("WEBP, moving", lambda: _vp8x(4950)),
]


@pytest.mark.parametrize(("kind", "make"), TOO_LARGE, ids=[kind for kind, _ in TOO_LARGE])
def test_pixels_are_bounded_by_format_before_they_are_read(
    at: Callable[[bytes], Path], kind: str, make: Callable[[], bytes]
) -> None:
    path = at(make())
    if kind.startswith("WEBP"):
        # To open it is to make its canvases. Of others the header may be looked at.
        with pytest.raises(pictures.PictureError, match=TOO_MANY):
            pictures.look(path)
    else:
        assert pictures.look(path).width > 5000
    for write in (
        pictures.write_thumbnail,
        lambda source, target: pictures.write_jpeg(source, target, max_side=4096, quality=80),
        lambda source, target: pictures.write_sticker(source, target, quality=80),
    ):
        with pytest.raises(pictures.PictureError, match=TOO_MANY):
            write(path, at(b""))


def test_a_jpeg_is_scaled_down_while_it_is_read_and_may_be_larger(at: Callable[[bytes], Path]) -> None:
    large = at(plain("JPEG", MAX_LOOKED_AT_PIXELS * 99 // 100))
    small = at(b"")
    assert pictures.look(large).width == int((MAX_LOOKED_AT_PIXELS * 99 // 100) ** 0.5)
    pictures.write_thumbnail(large, small)
    assert pictures.look(small).width == picture_program.THUMBNAIL_SIDE
    with pytest.raises(pictures.PictureError, match=TOO_MANY):
        pictures.look(at(plain("JPEG", MAX_LOOKED_AT_PIXELS * 101 // 100)))


# What costs most of what is taken.
LARGEST: list[tuple[str, dict[str, object]]] = [
    ("PNG", {"mode": "RGBA"}),
    ("TIFF", {"mode": "RGBA", "compression": "tiff_lzw"}),
    ("GIF", {}),
    ("WEBP", {"method": 0, "mode": "RGBA"}),
    ("AVIF", {"speed": 10, "mode": "RGBA"}),
    ("JPEG", {"progressive": True, "subsampling": 0}),
]


@pytest.mark.parametrize(("kind", "options"), LARGEST)
def test_the_largest_that_is_taken_fits_into_the_programs_memory(
    at: Callable[[bytes], Path], kind: str, options: dict[str, object]
) -> None:
    path, small = at(plain(kind, MOST_PIXELS[kind] * 99 // 100, **options)), at(b"")
    pictures.write_thumbnail(path, small)
    assert pictures.look(small).width == picture_program.THUMBNAIL_SIDE


def test_a_webp_that_lies_about_its_size_costs_no_more(at: Callable[[bytes], Path]) -> None:
    data = bytearray(plain("WEBP", 30_000_000, "RGBA", method=0))
    assert data[12:16] == b"VP8X"
    data[24:30] = (63).to_bytes(3, "little") * 2
    with pytest.raises(pictures.PictureError):
        pictures.write_thumbnail(at(bytes(data)), at(b""))


def test_an_iphones_picture_is_known_and_shown(at: Callable[[bytes], Path]) -> None:
    known = facts.learn(at(files.HEIC), claimed=None, filename="IMG_0001.HEIC")
    assert (known.mime_type, known.width, known.height) == ("image/heic", 64, 48)
    assert facts.write_thumbnail(at(files.HEIC), known, small := at(b""), at(b""))
    assert pictures.look(small).mime_type == "image/webp"


def _programs() -> list[int]:
    """The picture programs that this process has started and that live."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [
        int(pid) for pid in children if b"picture_program.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def test_a_program_that_was_killed_or_has_gone_is_replaced(at: Callable[[bytes], Path]) -> None:
    path = at(files.picture("PNG"))
    pictures.look(path)
    for pid in _programs():
        os.kill(pid, signal.SIGKILL)
        # Its pipes are closed once it is dead, though nobody has asked yet how it ended.
        wait_until(lambda dead=pid: " Z " in Path(f"/proc/{dead}/stat").read_text())
    assert pictures.look(path).width == 64
    for _ in range(picture_program.MOST_REQUESTS + 5):
        assert pictures.look(path).width == 64


def test_a_picture_that_takes_too_long_is_refused_and_its_program_ended(
    at: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = at(plain("PNG", 30_000_000))
    monkeypatch.setattr(pictures, "TIME_LIMIT_S", 0.01)
    before = set(_programs())
    with pytest.raises(pictures.PictureError, match="too long"):
        pictures.write_thumbnail(path, at(b""))
    assert set(_programs()) <= before
    monkeypatch.undo()
    assert pictures.look(at(files.picture("PNG"))).width == 64


def test_threads_share_a_few_programs(at: Callable[[bytes], Path]) -> None:
    path = at(files.picture("JPEG"))
    seen: list[int] = []
    threads = [threading.Thread(target=lambda: seen.append(pictures.look(path).width)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [64] * 20
    assert 1 <= len(_programs()) <= pictures.AT_A_TIME


def test_who_waits_too_long_for_a_turn_is_told_that_it_is_no_fault_of_the_picture(
    at: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LONGEST_WAIT_S", 0.01)
    path = at(files.picture("JPEG"))
    with pictures._pool._turn(), pictures._pool._turn(), pytest.raises(pictures.PicturesUnavailableError):
        pictures.look(path)
    assert pictures.look(path).width == 64
