"""Task of the maintenance queue that reads templates from Meta."""

from uuid import UUID

from flask import current_app

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.extensions import celery, db
from livechat.core.graph import graph
from livechat.core.tasknames import TaskName
from livechat.templates import sync_templates as templates


@celery.task(name=TaskName.SYNC_TEMPLATES.value)
def sync_templates(*, account_id: str) -> None:
    """Read an account's templates from Meta, where that is due."""
    settings: Settings = current_app.config[SETTINGS_KEY]
    templates.sync_templates(db.session, graph.client, settings.encryption_keys, UUID(account_id))
