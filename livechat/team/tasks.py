"""Tasks that mail invitations. Their worker has threads, since mail servers are waited for."""

from typing import cast
from uuid import UUID

from flask import current_app

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.core.extensions import celery, db
from livechat.core.tasknames import TaskName
from livechat.team.inviting import mail_invitation as mail

# One sweep enqueues so many; the next one finds the rest.
_SWEPT = 50


@celery.task(name=TaskName.MAIL_INVITATION.value)
def mail_invitation(*, invitation_id: str) -> None:
    """Mail an invitation's link, where that is due."""
    settings = cast(Settings, current_app.config[SETTINGS_KEY])
    mail.mail_invitation(db.session, settings, UUID(invitation_id))


@celery.task(name=TaskName.SWEEP_INVITATIONS.value)
def sweep_invitations() -> None:
    """Enqueue the invitations whose mail is due."""
    mail.sweep_mail(db.session, _SWEPT)
