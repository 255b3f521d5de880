"""Opens pictures in a separate program (``picture_program``), with limits on memory and time.

One picture must not fill the memory of the process that serves everybody: only the program spends
memory on it. A picture that ends the program (by its size, its time or a library's fault) is refused, and the
next picture gets a new program.
"""

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from livechat.whatsapp.media_types import STICKER_SIDE

log = structlog.get_logger(__name__)

# Started by path and in isolated mode: it starts quickly, since it imports nothing of the product.
_PROGRAM = Path(__file__).with_name("picture_program.py")
# How many pictures each process of the product opens at a time; its other threads wait.
AT_A_TIME = 2
TIME_LIMIT_S = 20.0
LONGEST_WAIT_S = 10.0
_END_S = 0.5
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
# ISO/IEC 23008-12: the major brands of pictures coded by HEVC; other brands of the family are plain HEIF.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis"})
_TOO_MUCH = "The picture takes too long or too much memory to be opened."

Json = dict[str, Any]


class PictureError(Exception):
    """The file is no picture, damaged, or too large to be opened; the text is a sentence for the agent."""


class PicturesUnavailableError(OSError):
    """No picture can be opened now, whatever the picture: the machine is too busy."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture's header says. Width and height are in pixels, as shown by its orientation.

    ``is_turned``: its pixels are stored turned or mirrored. ``is_plain``: eight bits a colour, in RGB or
    RGBA, as WhatsApp takes them.
    """

    mime_type: str
    width: int
    height: int
    is_animated: bool
    is_turned: bool
    is_plain: bool


def look(path: Path) -> Picture:
    """What the picture's header says; reads no pixels. Raises PictureError and PicturesUnavailableError."""
    seen = _ask({"do": "look", "source": str(path)})
    kind = seen.pop("format")
    return Picture(mime_type=_TYPES.get(kind) or _heif_type(path), **seen)


def write_thumbnail(source: Path, target: Path) -> None:
    """Write a small WebP of the picture, or of its first frame if it is animated. Raises as ``look``."""
    _ask({"do": "write_thumbnail", "source": str(source), "target": str(target)})


def write_jpeg(source: Path, target: Path, *, max_side: int, quality: int) -> None:
    """Write the picture as a JPEG: upright, white where it was transparent. Raises as ``look``."""
    _ask(
        {
            "do": "write_jpeg",
            "source": str(source),
            "target": str(target),
            "max_side": max_side,
            "quality": quality,
        }
    )


def write_sticker(source: Path, target: Path, *, quality: int) -> None:
    """Write the picture as a WhatsApp sticker: a square WebP, transparent around it. Raises as ``look``."""
    _ask(
        {
            "do": "write_sticker",
            "source": str(source),
            "target": str(target),
            "side": STICKER_SIDE,
            "quality": quality,
        }
    )


def _heif_type(path: Path) -> str:
    with path.open("rb") as file:
        return "image/heic" if file.read(12)[8:] in _HEIC_BRANDS else "image/heif"


class _Program:
    """One running picture program."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )

    def ask(self, request: bytes, time_limit_s: float) -> Json | None:
        """The program's answer; None if it had ended by itself before this request. Raises PictureError."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise AssertionError("it was started with pipes")
        try:
            stdin.write(request)
        except BrokenPipeError:
            self.close()
            return None
        answer = _line_from(stdout.fileno(), time.monotonic() + time_limit_s)
        if answer is not None:
            return json.loads(answer)  # type: ignore[no-any-return]
        self.close()
        if self._process.returncode == 0:
            return None
        log.warning("picture_program_ended", returncode=self._process.returncode)
        raise PictureError(_TOO_MUCH)

    def close(self) -> None:
        """End the program: an idle one ends when its input does, one at work is killed."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _line_from(descriptor: int, ends_at: float) -> bytes | None:
    """A line read from ``descriptor``; None at the end of input or at ``ends_at``."""
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            if not selector.select(max(0.0, ends_at - time.monotonic())):
                return None
            piece = os.read(descriptor, 4096)
            if not piece:
                return None
            line += piece
    return line


class _Pool:
    """The idle programs of this process, and the turns of its threads to use one."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_A_TIME)
        self._idle: list[_Program] = []

    def ask(self, request: bytes) -> Json:
        with self._turn():
            for program in self._programs():
                answer = program.ask(request, TIME_LIMIT_S)
                if answer is not None:
                    self._idle.append(program)
                    return answer
        raise PicturesUnavailableError("The program that opens pictures does not start.")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=LONGEST_WAIT_S):
            raise PicturesUnavailableError("Too many pictures are waiting to be opened.")
        try:
            yield
        finally:
            self._turns.release()

    def _programs(self) -> Iterator[_Program]:
        """An idle program if there is one, which may have ended meanwhile; then a new one."""
        with suppress(IndexError):
            yield self._idle.pop()
        yield _Program()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def forget(self) -> None:
        """Start empty in a forked child: the programs belong to its parent."""
        self.__init__()  # type: ignore[misc]


_pool = _Pool()
atexit.register(_pool.close)
os.register_at_fork(after_in_child=_pool.forget)


def _ask(request: Json) -> Json:
    answer = _pool.ask(json.dumps(request).encode() + b"\n")
    sentence = answer.get("refused")
    if sentence is not None:
        raise PictureError(sentence)
    return answer
