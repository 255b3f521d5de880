"""Tasks of the maintenance queue that ask Meta about numbers, and find what is due to be asked about."""

from flask import current_app

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.extensions import celery, db
from livechat.core.graph import graph
from livechat.core.tasknames import TaskName
from livechat.numbers import refresh_number as numbers
from livechat.templates import sync_templates as templates

# One sweep enqueues so many; the next one finds the rest, which is still due.
_SWEPT = 50


@celery.task(name=TaskName.REFRESH_NUMBER.value)
def refresh_number(*, phone_number_id: str) -> None:
    """Ask Meta about a number, where that is due."""
    settings: Settings = current_app.config[SETTINGS_KEY]
    numbers.refresh_number(db.session, graph.client, settings.encryption_keys, phone_number_id)


@celery.task(name=TaskName.SWEEP_ACCOUNTS.value)
def sweep_accounts() -> None:
    """Enqueue the accounts and numbers that are due to be asked about."""
    templates.sweep_templates(db.session, _SWEPT)
    numbers.sweep_numbers(db.session, _SWEPT)
