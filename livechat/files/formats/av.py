"""Examines and converts audio and video with ffmpeg; if it is not installed, we know only their type.

Anybody may have made the files. So every run is a process of its own, with limits on time and memory. A
playlist that poses as a video could have ffmpeg read other files: so we name the demuxer by the bytes that we
recognised, and open only the protocols ``file`` and ``pipe``.
"""

import json
import shutil
import subprocess
import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DEMUXERS = {
    "video/mp4": "mov",
    "video/3gpp": "mov",
    "video/quicktime": "mov",
    "audio/mp4": "mov",
    "audio/ogg": "ogg",
    "video/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "video/webm": "matroska",
    "audio/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/x-msvideo": "avi",
    "image/gif": "gif",
}
_ASKED = "codec_type,codec_name,profile,has_b_frames,width,height,channels"
# Tags that containers write by themselves. Others tell where, when and by which device a video was made.
_PLAIN_TAGS = frozenset(
    {
        *("major_brand", "minor_version", "compatible_brands", "encoder", "language", "handler_name"),
        *("vendor_id", "timecode", "rotate"),
    }
)
_MUXERS = {"video/mp4": "mp4", "video/3gpp": "3gp", "audio/mp4": "ipod"}
PROBE_S, POSTER_S, WAVEFORM_S, CONVERT_S = 15.0, 20.0, 30.0, 90.0
_MEMORY_KB = 2 * 1024 * 1024
WAVEFORM_BARS = 64
# Samples a second: enough for loudness; a minute is 240 KB.
_WAVEFORM_RATE = 2000
_LONGEST_WAVEFORM_S = 3600.0
MAX_VIDEO_SIDE = 1280
_AUDIO_BITS_PER_S = 96_000
_LEAST_VIDEO_BITS_PER_S = 150_000
_MOST_VIDEO_BITS_PER_S = 2_500_000

# One conversion at a time in each process: it takes a whole core.
_converting = threading.BoundedSemaphore(1)


class ConversionError(Exception):
    """The file could not be converted; the text is a sentence for the agent."""


@dataclass(frozen=True, slots=True)
class Streams:
    """What is in a container. ``duration`` is in seconds; width and height are in pixels, as shown.

    ``has_notes``: it holds more than audio and video, as tags of the device or a track of places.
    """

    duration: float | None
    video: str | None
    video_profile: str | None
    has_b_frames: bool
    width: int | None
    height: int | None
    audio: tuple[str, ...]
    channels: int | None
    has_notes: bool = False


def is_known(mime_type: str) -> bool:
    """Whether the type is one that we ask ffmpeg about: audio, video or a GIF."""
    return mime_type in _DEMUXERS


def can_probe() -> bool:
    """Whether ffprobe is installed."""
    return shutil.which("ffprobe") is not None


def can_convert() -> bool:
    """Whether ffmpeg is installed."""
    return shutil.which("ffmpeg") is not None


def probe(path: Path, mime_type: str) -> Streams | None:
    """What is in the file; empty Streams if ffprobe cannot read it.

    None if nobody can tell: without ffprobe, for another type, or if it takes too long.
    """
    if not can_probe() or mime_type not in _DEMUXERS:
        return None
    try:
        answer = _run(
            [
                *("ffprobe", "-v", "error", *_input_options(mime_type), "-of", "json"),
                *("-show_entries", f"format=duration:stream={_ASKED}:stream_disposition=attached_pic"),
                *("-show_entries", "format_tags:stream_tags"),
                *("-show_entries", "stream_side_data=rotation"),
                str(path),
            ],
            PROBE_S,
        )
    except TimeoutError:
        return None
    return _streams(answer or b"{}")


def write_poster(path: Path, mime_type: str, target: Path) -> bool:
    """Write the first frame of a video as a JPEG to ``target``; False if that failed."""
    side = MAX_VIDEO_SIDE
    command = [
        *("ffmpeg", "-nostdin", "-v", "error", "-y", *_input_options(mime_type), "-i", str(path)),
        *("-frames:v", "1", "-an", "-vf", f"scale='min({side},iw)':-2", "-f", "image2", "-c:v", "mjpeg"),
        str(target),
    ]
    try:
        return can_convert() and _run(command, POSTER_S) is not None and target.stat().st_size > 0
    except TimeoutError:
        return False


def waveform(path: Path, mime_type: str, duration: float | None) -> list[int] | None:
    """The loudness of a recording over its length: 64 numbers from 0 to 100; None if it cannot be told."""
    if not can_convert() or not duration or duration > _LONGEST_WAVEFORM_S:
        return None
    command = [
        *("ffmpeg", "-nostdin", "-v", "error", *_input_options(mime_type), "-i", str(path), "-vn"),
        *("-ac", "1", "-ar", str(_WAVEFORM_RATE), "-t", str(_LONGEST_WAVEFORM_S)),
        *("-f", "s16le", "-c:a", "pcm_s16le", "pipe:1"),
    ]
    try:
        raw = _run(command, WAVEFORM_S)
    except TimeoutError:
        return None
    if not raw:
        return None
    samples = array("h", raw[: len(raw) // 2 * 2])
    step = max(1, len(samples) / WAVEFORM_BARS)
    peaks = []
    for bar in range(WAVEFORM_BARS):
        piece = samples[int(bar * step) : max(int(bar * step) + 1, int((bar + 1) * step))]
        peaks.append(max(max(piece), -min(piece)) if piece else 0)
    loudest = max(peaks) or 1
    return [round(peak * 100 / loudest) for peak in peaks]


def to_voice(path: Path, mime_type: str, target: Path) -> None:
    """Convert audio to a WhatsApp voice note: OGG, Opus, mono. Raises ConversionError."""
    _convert(
        path,
        mime_type,
        ["-vn", "-map_metadata", "-1", "-c:a", "libopus", "-b:a", "24k", "-ac", "1", "-ar", "48000"],
        ["-application", "voip", "-f", "ogg", str(target)],
    )


def to_video(path: Path, mime_type: str, target: Path, *, duration: float | None, max_bytes: int) -> None:
    """Convert a video to what WhatsApp takes: MP4, H.264 Main, AAC, at most ``max_bytes``.

    Raises ConversionError.
    """
    if not duration:
        raise ConversionError("The video's length cannot be told, so it cannot be converted.")
    # A twentieth is left for the container and for the encoder's inaccuracy.
    budget = int(max_bytes * 8 * 0.95 / duration) - _AUDIO_BITS_PER_S
    if budget < _LEAST_VIDEO_BITS_PER_S:
        raise ConversionError("The video is too long to be sent by WhatsApp.")
    rate = min(budget, _MOST_VIDEO_BITS_PER_S)
    side = MAX_VIDEO_SIDE
    scale = (
        f"scale='min({side},iw)':'min({side},ih)':force_original_aspect_ratio=decrease:"
        "force_divisible_by=2,format=yuv420p"
    )
    _convert(
        path,
        mime_type,
        [
            *("-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-vf", scale, "-fpsmax", "30"),
            *("-c:v", "libx264", "-profile:v", "main", "-bf", "0", "-preset", "veryfast"),
            *("-crf", "26"),
            *("-maxrate", str(rate), "-bufsize", str(2 * rate)),
            *("-c:a", "aac", "-b:a", str(_AUDIO_BITS_PER_S), "-ac", "2"),
        ],
        ["-movflags", "+faststart", "-f", "mp4", str(target)],
    )


def can_copy(mime_type: str) -> bool:
    """Whether ``copy_without_notes`` knows this container."""
    return mime_type in _MUXERS and can_convert()


def copy_without_notes(path: Path, mime_type: str, target: Path) -> None:
    """Copy audio and video without encoding them anew, and without tags and other tracks.

    Raises ConversionError.
    """
    _convert(
        path,
        mime_type,
        [
            *("-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy"),
            *("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1"),
        ],
        ["-movflags", "+faststart", "-f", _MUXERS[mime_type], str(target)],
    )


def _convert(path: Path, mime_type: str, codecs: Sequence[str], output: Sequence[str]) -> None:
    if not can_convert():
        raise ConversionError("It cannot be converted on this server.")
    if not _converting.acquire(timeout=CONVERT_S):
        raise ConversionError("The server is busy converting other files. Try again in a minute.")
    try:
        command = [
            *("ffmpeg", "-nostdin", "-v", "error", "-y", *_input_options(mime_type), "-i", str(path)),
            *(*codecs, *output),
        ]
        if _run(command, CONVERT_S) is None:
            raise ConversionError("The file could not be converted: it is damaged.")
    except TimeoutError:
        raise ConversionError("The file takes too long to convert. Send a shorter one.") from None
    finally:
        _converting.release()


def _input_options(mime_type: str) -> tuple[str, ...]:
    return ("-protocol_whitelist", "file,pipe", "-f", _DEMUXERS[mime_type])


def _run(command: Sequence[str], time_limit_s: float) -> bytes | None:
    """The program's standard output; None if it failed. Raises TimeoutError.

    A shell sets the limits and then becomes the program: Python's own hook for that (``preexec_fn``) is
    unsafe in a process with threads.
    """
    limits = f'ulimit -v {_MEMORY_KB}; ulimit -t {int(time_limit_s) * 2}; ulimit -c 0; exec "$@"'
    try:
        done = subprocess.run(
            ["sh", "-c", limits, "sh", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=time_limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError from None
    return done.stdout if done.returncode == 0 else None


def _streams(answer: bytes) -> Streams:
    found = json.loads(answer)
    streams = found.get("streams", [])
    # ffprobe takes the cover picture of a song for video.
    films = [s for s in streams if s.get("codec_type") == "video" and not _is_cover(s)]
    sounds = [s for s in streams if s.get("codec_type") == "audio"]
    film = films[0] if films else {}
    width, height = film.get("width"), film.get("height")
    if any(abs(int(data.get("rotation", 0))) % 180 == 90 for data in film.get("side_data_list", [])):
        width, height = height, width
    return Streams(
        duration=_seconds(found.get("format", {}).get("duration")),
        video=film.get("codec_name"),
        video_profile=film.get("profile"),
        has_b_frames=bool(film.get("has_b_frames")),
        width=width,
        height=height,
        audio=tuple(str(sound.get("codec_name")) for sound in sounds),
        channels=sounds[0].get("channels") if sounds else None,
        has_notes=any(stream.get("codec_type") not in ("video", "audio") for stream in streams)
        or any(_tags_of(part) - _PLAIN_TAGS for part in (found.get("format", {}), *streams)),
    )


def _tags_of(part: dict[str, Any]) -> set[str]:
    return {str(name).lower() for name in part.get("tags", {})}


def _is_cover(stream: dict[str, Any]) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _seconds(value: Any) -> float | None:
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return round(seconds, 3) if 0 < seconds < 1e7 else None
