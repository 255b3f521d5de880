"""Makes a file one that WhatsApp takes: lets it through, converts it, or refuses it with a sentence."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from livechat.core.errors import ValidationFailedError
from livechat.files.formats import av, pictures, private
from livechat.files.formats.facts import Facts, learn
from livechat.files.formats.filenames import with_ending
from livechat.storage import Workspace
from livechat.whatsapp.media_types import RULES, STICKER_SIDE, in_words, size_limit

# Longest side in pixels and quality, tried one after the other until the picture is small enough.
_JPEG_STEPS = ((4096, 88), (2560, 82), (1600, 75), (1080, 70))
_STICKER_QUALITIES = (85, 60, 35, 15)
_SOUND_CODECS = {
    "audio/aac": {"aac"},
    "audio/amr": {"amr_nb"},
    "audio/mpeg": {"mp3"},
    "audio/mp4": {"aac"},
    "audio/ogg": {"opus"},
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that WhatsApp will take as a message of its kind."""

    kind: str
    path: Path
    facts: Facts
    filename: str | None


def kind_of(facts: Facts) -> str:
    """The kind of message that a file is sent as if nobody chose one."""
    family = facts.mime_type.partition("/")[0]
    if facts.mime_type == "image/gif" and facts.is_animated:
        return "video"
    return family if family in ("image", "video", "audio") else "document"


def prepare(
    path: Path, facts: Facts, kind: str, filename: str | None, workspace: Workspace, stack: ExitStack
) -> Prepared:
    """The file to send: the given one, or a new one in the workspace that lives as long as ``stack``.

    Raises ValidationFailedError on the field ``file`` if it can be neither sent nor converted.
    """
    if kind in ("audio", "voice") and facts.mime_type.startswith("video/") and _has_no_film(facts):
        raise refused("This recording has no sound that could be sent.")
    if _fits(path, facts, kind):
        without = _without_notes(path, facts, kind, stack.enter_context(workspace.file()))
        if without is not None:
            return Prepared(kind, without, facts, filename)
    converter = _CONVERTERS.get(kind)
    if converter is None:
        raise _too_large(kind) if facts.mime_type in RULES[kind].types else _wrong_type(kind, facts)
    target = stack.enter_context(workspace.file())
    try:
        converter(path, facts, target)
    except (pictures.PictureError, av.ConversionError) as error:
        raise refused(str(error)) from error
    changed = learn(target, claimed=None, filename=None)
    if not _fits(target, changed, kind):
        raise _too_large(kind)
    name = None if filename is None else with_ending(filename, changed.mime_type)
    return Prepared(kind, target, changed, name)


def _without_notes(path: Path, facts: Facts, kind: str, target: Path) -> Path | None:
    """The path of the file without place, device and time; None if it must be converted to lose them."""
    try:
        if kind in ("image", "sticker"):
            return target if private.write_without_notes(path, facts.mime_type, target) else path
        if facts.streams is not None and facts.streams.has_notes and av.can_copy(facts.mime_type):
            av.copy_without_notes(path, facts.mime_type, target)
            return target
    except (ValueError, av.ConversionError):
        return None
    return path


def refused(sentence: str) -> ValidationFailedError:
    """The error that refuses a file with this sentence."""
    return ValidationFailedError(errors={"file": [sentence]})


def explain_unfit(kind: str, mime_type: str, size: int, *, is_animated: bool = False) -> str | None:
    """A sentence why a stored file cannot be sent as this kind, by its type and size; None if it can."""
    rule = RULES[kind]
    if mime_type not in rule.types:
        return f"WhatsApp takes {rule.names} here, and this file is {mime_type}."
    limit = size_limit(kind, is_animated=is_animated)
    return f"WhatsApp takes at most {in_words(limit)} here." if size > limit else None


def _fits(path: Path, facts: Facts, kind: str) -> bool:
    size = path.stat().st_size
    if explain_unfit(kind, facts.mime_type, size, is_animated=facts.is_animated) is not None:
        return False
    if kind == "image":
        return facts.is_plain_picture and not facts.is_animated and not facts.is_turned
    if kind == "sticker":
        is_turned = facts.is_turned and not facts.is_animated
        return (facts.width, facts.height) == (STICKER_SIDE, STICKER_SIDE) and not is_turned
    if kind == "video":
        return _is_plain_film(facts)
    if kind in ("audio", "voice"):
        return _is_plain_sound(facts)
    return True


def _is_plain_film(facts: Facts) -> bool:
    streams = facts.streams
    if streams is None:
        # Without ffprobe the type must do: Meta checks again and refuses with 131053.
        return True
    is_hard = streams.video_profile is not None and streams.video_profile.startswith("High")
    if streams.video != "h264" or (is_hard and streams.has_b_frames):
        return False
    return streams.audio in ((), ("aac",))


def _is_plain_sound(facts: Facts) -> bool:
    if facts.mime_type == "audio/ogg":
        return facts.opus_channels == 1
    streams = facts.streams
    return streams is None or (
        len(streams.audio) == 1 and streams.audio[0] in _SOUND_CODECS.get(facts.mime_type, ())
    )


def _has_no_film(facts: Facts) -> bool:
    return facts.streams is not None and not facts.streams.audio


def _to_image(path: Path, facts: Facts, target: Path) -> None:
    if facts.is_animated:
        raise pictures.PictureError("WhatsApp takes no moving pictures as images: send it as a video.")
    if facts.width is None:
        raise _wrong_type("image", facts)
    limit = size_limit("image")
    for max_side, quality in _JPEG_STEPS:
        pictures.write_jpeg(path, target, max_side=max_side, quality=quality)
        if target.stat().st_size <= limit:
            return


def _to_sticker(path: Path, facts: Facts, target: Path) -> None:
    if facts.is_animated:
        raise pictures.PictureError(
            f"A moving sticker must be WebP of {STICKER_SIDE} × {STICKER_SIDE} pixels, at most "
            f"{in_words(size_limit('sticker', is_animated=True))}."
        )
    if facts.width is None:
        raise _wrong_type("sticker", facts)
    limit = size_limit("sticker")
    for quality in _STICKER_QUALITIES:
        pictures.write_sticker(path, target, quality=quality)
        if target.stat().st_size <= limit:
            return


def _to_video(path: Path, facts: Facts, target: Path) -> None:
    is_film = facts.mime_type.startswith("video/") or (facts.mime_type == "image/gif" and facts.is_animated)
    if not is_film:
        raise _wrong_type("video", facts)
    if not av.can_convert():
        raise av.ConversionError(
            f"WhatsApp takes {RULES['video'].names}, at most {in_words(size_limit('video'))}, and this "
            "server cannot convert videos."
        )
    av.to_video(path, facts.mime_type, target, duration=facts.duration, max_bytes=size_limit("video"))


def _to_voice(path: Path, facts: Facts, target: Path) -> None:
    if facts.mime_type.partition("/")[0] not in ("audio", "video") or not av.is_known(facts.mime_type):
        raise _wrong_type("audio", facts)
    if not av.can_convert():
        raise av.ConversionError(
            f"WhatsApp takes {RULES['audio'].names}, and this server cannot convert recordings."
        )
    av.to_voice(path, facts.mime_type, target)


def _wrong_type(kind: str, facts: Facts) -> ValidationFailedError:
    return refused(explain_unfit(kind, facts.mime_type, 0) or f"WhatsApp takes {RULES[kind].names} here.")


def _too_large(kind: str) -> ValidationFailedError:
    return refused(f"WhatsApp takes at most {in_words(size_limit(kind))} here.")


_CONVERTERS: dict[str, Callable[[Path, Facts, Path], None]] = {
    "image": _to_image,
    "sticker": _to_sticker,
    "video": _to_video,
    "audio": _to_voice,
    "voice": _to_voice,
}
