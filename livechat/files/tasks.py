"""Tasks of the media queue. Its worker uses threads, since they wait for the network and for ffmpeg."""

from functools import lru_cache
from typing import cast
from uuid import UUID

from flask import current_app

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.extensions import celery, db
from livechat.core.tasknames import TaskName
from livechat.files.fetch import Fetcher, fetch_media
from livechat.files.sweep_files import sweep_media


@celery.task(name=TaskName.FETCH_MEDIA.value)
def fetch(*, media_id: str) -> None:
    """Fetch one file. If it fails, the sweep has it tried again when it is due."""
    fetch_media(db.session, _fetcher(_settings()), UUID(media_id))


@celery.task(name=TaskName.SWEEP_MEDIA.value)
def sweep() -> None:
    """Send tasks for files that are due, and remove unsent uploads."""
    fetcher = _fetcher(_settings())
    sweep_media(db.session, fetcher.storage, fetcher.workspace)


def _settings() -> Settings:
    return cast(Settings, current_app.config[SETTINGS_KEY])


@lru_cache(maxsize=1)
def _fetcher(settings: Settings) -> Fetcher:
    fetcher = Fetcher.from_settings(settings)
    # The sweep runs on one machine only, so each worker clears its own folder when it starts.
    fetcher.workspace.clear_abandoned()
    return fetcher
