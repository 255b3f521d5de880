"""Where files are kept, and what is known of recordings and films."""

from collections.abc import Iterator

from livechat.config import Settings
from livechat.services.doctor.findings import Finding, note, ok, wrong
from livechat.services.media import av
from livechat.storage import StorageError, open_storage


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
    if av.can_probe() and av.can_convert():
        yield ok("ffmpeg", "is installed")
    else:
        yield note(
            "ffmpeg",
            "is not installed here",
            "Without it recordings and films show no length, and none can be converted.",
        )
