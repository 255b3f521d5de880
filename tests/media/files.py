"""Small real files of many kinds, made on the spot."""

import base64
import subprocess
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000)
# A frame of silence, over and over (RFC 4867, 12.2 kbit/s).
AMR = b"#!AMR\n" + bytes.fromhex("3c085b9e6679e1e001e78af0000000c000000000000000000000000000000000") * 20
# 64 × 48 pixels as an iPhone keeps them (HEIC by HEVC).
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAACkAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt"
    "AAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5j"
    "bHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBp"
    "eGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAADFtZGF0AAAAJSgBr1jmBZ/VYSWii4HvZ650v17FY6kMLxDjuPwe"
    "9L+ixgar9g4="
)
_TONE = ("-f", "lavfi", "-i", "sine=frequency=440:duration=0.5")
_TEST_CARD = ("-f", "lavfi", "-i", "testsrc=duration=0.6:size=64x48:rate=5")
_H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p")
_RECIPES: dict[str, tuple[str, ...]] = {
    "opus.ogg": (*_TONE, "-c:a", "libopus", "-ac", "1"),
    "stereo.ogg": (*_TONE, "-c:a", "libopus", "-ac", "2"),
    "vorbis.ogg": (*_TONE, "-c:a", "libvorbis"),
    "recorder.webm": (*_TONE, "-c:a", "libopus", "-ac", "1"),
    "recorder.mp4": (*_TONE, "-c:a", "aac"),
    "sound.mp3": _TONE,
    "sound.m4a": (*_TONE, "-c:a", "aac"),
    "sound.aac": (*_TONE, "-c:a", "aac", "-f", "adts"),
    "sound.wav": _TONE,
    "sound.flac": _TONE,
    "main.mp4": (*_TEST_CARD, *_TONE, *_H264, "-profile:v", "main", "-bf", "0", "-c:a", "aac"),
    "silent.mp4": (*_TEST_CARD, *_H264, "-profile:v", "main"),
    "high.mp4": (*_TEST_CARD, *_TONE, *_H264, "-profile:v", "high", "-bf", "2", "-c:a", "aac"),
    "mpeg4.mp4": (*_TEST_CARD, "-c:v", "mpeg4"),
    "mp3sound.mp4": (*_TEST_CARD, *_TONE, *_H264, "-profile:v", "main", "-c:a", "libmp3lame"),
    "main.3gp": (*_TEST_CARD, *_TONE, *_H264, "-profile:v", "main", "-bf", "0", "-c:a", "aac", "-f", "3gp"),
    "film.webm": (*_TEST_CARD, *_TONE, "-c:v", "libvpx", "-c:a", "libopus"),
    "film.mov": (*_TEST_CARD, *_H264, "-f", "mov"),
}


@cache
def recording(name: str) -> bytes:
    """Half a second of sound or film, as its name says; needs ffmpeg."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        command = ["ffmpeg", "-nostdin", "-v", "error", *_RECIPES[name], str(path)]
        subprocess.run(command, check=True, timeout=60)
        return path.read_bytes()


def picture(kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: object) -> bytes:
    """A picture in Pillow's format ``kind``."""
    data = BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(data, kind, **options)
    return data.getvalue()


def noise(size: tuple[int, int], kind: str = "PNG", **options: object) -> bytes:
    """A picture that cannot be packed."""
    data = BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(data, kind, **options)
    return data.getvalue()


def moving(kind: str, size: tuple[int, int] = (64, 48)) -> bytes:
    """Three frames."""
    frames = [Image.new("RGB", size, color) for color in ("red", "green", "blue")]
    data = BytesIO()
    frames[0].save(data, kind, save_all=True, append_images=frames[1:], duration=200)
    return data.getvalue()


def office(part: str) -> bytes:
    """A file of Word (``word``), Excel (``xl``) or PowerPoint (``ppt``), as far as its outside goes."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr(f"{part}/document.xml", "<x/>")
    return data.getvalue()


def archive() -> bytes:
    """A ZIP of nothing in particular."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("hello.txt", "hello")
    return data.getvalue()
