"""The maintenance queue's calls to Meta: templates, and what Meta says of the numbers."""

from functools import lru_cache
from typing import cast
from uuid import UUID

from flask import current_app

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.extensions import celery, db
from livechat.core.graph import new_graph_client
from livechat.core.tasknames import TaskName
from livechat.numbers import refresh_number as numbers
from livechat.templates import sync_templates as templates
from livechat.whatsapp.graph.client import GraphClient

# Enqueued by one sweep; what is left is due still at the next.
_SWEPT = 50


@celery.task(name=TaskName.SYNC_TEMPLATES.value)
def sync_templates(*, account_id: str) -> None:
    """Read an account's templates from Meta, where that is due."""
    settings = _settings()
    templates.sync_templates(db.session, _graph(settings), settings.encryption_keys, UUID(account_id))


@celery.task(name=TaskName.REFRESH_NUMBER.value)
def refresh_number(*, phone_number_id: str) -> None:
    """Ask Meta what it says of a number, where that is due."""
    settings = _settings()
    numbers.refresh_number(db.session, _graph(settings), settings.encryption_keys, phone_number_id)


@celery.task(name=TaskName.SWEEP_ACCOUNTS.value)
def sweep_accounts() -> None:
    """Enqueue accounts and numbers that Meta is to be asked about."""
    templates.sweep_templates(db.session, _SWEPT)
    numbers.sweep_numbers(db.session, _SWEPT)


def _settings() -> Settings:
    return cast(Settings, current_app.config[SETTINGS_KEY])


@lru_cache(maxsize=1)
def _graph(settings: Settings) -> GraphClient:
    return new_graph_client(settings)
