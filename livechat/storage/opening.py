"""The store that the settings name."""

from functools import lru_cache
from pathlib import Path

from livechat.core.config import Settings
from livechat.storage.folder import FolderStorage
from livechat.storage.interface import Storage
from livechat.storage.working_folder import Workspace

MB = 1024 * 1024


def workspace_of(settings: Settings) -> Workspace:
    """Where this machine's unfinished files lie, whatever the store is."""
    return Workspace(Path(settings.media_dir) / "incoming", settings.media_least_free_mb * MB)


@lru_cache(maxsize=4)
def open_storage(settings: Settings) -> Storage:
    """S3 where a bucket is named, else the folder. One for each process; opens no connection yet."""
    if settings.media_s3_bucket is None:
        return FolderStorage(Path(settings.media_dir) / "files", settings.media_least_free_mb * MB)
    from livechat.storage.s3 import S3Storage  # noqa: PLC0415

    return S3Storage(
        settings.media_s3_bucket,
        workspace_of(settings),
        prefix=settings.media_s3_prefix,
        endpoint_url=settings.media_s3_endpoint_url,
        region=settings.media_s3_region,
        access_key=settings.media_s3_access_key,
        secret_key=settings.media_s3_secret_key,
    )
