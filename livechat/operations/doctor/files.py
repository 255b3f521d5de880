"""Checks where files are stored, the room on the disk, and whether ffmpeg is installed."""

from collections.abc import Iterator
from pathlib import Path

from livechat.core.config import Settings
from livechat.files.formats import av
from livechat.operations.doctor.findings import Finding, note, ok, wrong
from livechat.storage import StorageError, free_bytes, open_storage

# A day's files of a busy team.
COMFORTABLE_MB = 5000


def check(settings: Settings) -> Iterator[Finding]:
    """Whether files can be stored here, and whether ffmpeg is installed."""
    place = (
        f"bucket {settings.media_s3_bucket}" if settings.media_s3_bucket else f"folder {settings.media_dir}"
    )
    try:
        open_storage(settings).check()
    except StorageError as error:
        yield wrong("files", f"{place}: {error}", "See LIVECHAT_MEDIA_DIR or the LIVECHAT_MEDIA_S3 settings.")
    else:
        yield ok("files", f"{place} can be used")
    yield _room(settings)
    if av.can_probe() and av.can_convert():
        yield ok("ffmpeg", "is installed")
    else:
        yield note(
            "ffmpeg",
            "is not installed here",
            "Without it recordings and films show no length, and none can be converted.",
        )


def _room(settings: Settings) -> Finding:
    """Whether the disk has room; checked with a bucket too, as files are worked on here first."""
    free_mb = free_bytes(Path(settings.media_dir)) >> 20
    least = settings.media_least_free_mb
    says = f"{free_mb} MB are free at {settings.media_dir}"
    if free_mb < least:
        return wrong(
            "room for files", f"{says}, less than {least} MB: none is taken", "Make room on the disk."
        )
    if free_mb < COMFORTABLE_MB:
        return note("room for files", says, f"Below {least} MB no file is taken any more.")
    return ok("room for files", says)
