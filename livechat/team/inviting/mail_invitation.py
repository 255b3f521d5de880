"""An invitation's link is mailed to its address.

The link waits in the row, encrypted, while its mail is owed, and no longer. So a task's arguments hold an id
alone, a try that is repeated mails the same link, and who reads the table cannot use it.
"""

from datetime import timedelta
from uuid import UUID

import structlog

from livechat.accounts.crypto import UndecryptableTokenError, decrypt_token, encrypt_token
from livechat.core.after_commit import enqueue, enqueue_after_commit
from livechat.core.config import Settings
from livechat.core.session import AnySession
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.domain.retry import INVITATION_MAIL, delay_for
from livechat.live.publish import publish_members
from livechat.models import Invitation, Workspace
from livechat.team.inviting import mailing
from livechat.team.inviting.invite import digest_of
from livechat.team.queries.invitation_rows import invitation_in
from livechat.team.queries.mail_rows import NOTHING_OWED, claim, due, owe, settle

log = structlog.get_logger(__name__)
_LOST = "The link cannot be read any more: send the invitation again."


def owe_mail(session: AnySession, settings: Settings, invitation_id: UUID, link: str) -> None:
    """Have the link mailed once the caller has committed, where a way to mail is set up."""
    if mailing.can_mail(settings):
        owe(session, invitation_id, encrypt_token(link, settings.encryption_keys))
        enqueue_after_commit(session, TaskName.MAIL_INVITATION, invitation_id=str(invitation_id))


def mail_invitation(session: AnySession, settings: Settings, invitation_id: UUID) -> None:
    """Commits before the mail leaves, since servers may be slow, and after.

    Mails what is owed, if it is due. A worker that dies in between leaves the claim, and the mail goes out
    again once that has ended: it may come twice, with the same link.
    """
    invitation = claim(session, invitation_id)
    if invitation is None:
        session.rollback()
        return
    letter = _letter(session, settings, invitation)
    session.commit()
    error: mailing.MailError | None = None
    if letter is None:
        error = mailing.MailError(_LOST, is_passing=False)
    else:
        try:
            mailing.deliver(settings, letter)
        except mailing.MailError as caught:
            error = caught
    _settle(session, invitation, error)
    session.commit()


def sweep_mail(session: AnySession, limit: int) -> None:
    """Enqueue the invitations whose mail is due: a try failed, or its task was lost."""
    found = due(session, limit)
    session.rollback()
    for invitation_id in found:
        enqueue(TaskName.MAIL_INVITATION, invitation_id=str(invitation_id))


def _letter(session: AnySession, settings: Settings, invitation: Invitation) -> mailing.Letter | None:
    """What to mail; None where the link cannot be read, or is not the invitation's any more."""
    found = invitation_in(session, invitation.workspace_id, invitation.id)
    if found is None or invitation.mail_link_encrypted is None or invitation.email is None:
        return None
    try:
        link = decrypt_token(invitation.mail_link_encrypted, settings.encryption_keys)
    except UndecryptableTokenError:
        return None
    # The previous release replaces an invitation without knowing that a mail is owed.
    if digest_of(link.rpartition("#")[2]) != bytes(invitation.token_digest):
        return None
    workspace = session.get_one(Workspace, invitation.workspace_id)
    return mailing.Letter(invitation.email, link, workspace.name, found[1], invitation.expires_at)


def _settle(session: AnySession, invitation: Invitation, error: mailing.MailError | None) -> None:
    if error is None:
        settle(session, invitation, sent_at=clock.now(), send_error=None, **NOTHING_OWED)
    else:
        wait_s = None
        if error.is_passing:
            wait_s = delay_for(invitation.mail_attempts, INVITATION_MAIL, error.retry_after_s)
        again = NOTHING_OWED if wait_s is None else {"mail_due_at": clock.now() + timedelta(seconds=wait_s)}
        settle(session, invitation, send_error=error.sentence, **again)
        log.warning(
            "invitation_not_mailed",
            invitation_id=str(invitation.id),
            attempt=invitation.mail_attempts,
            reason=error.sentence,
            is_over=wait_s is None,
        )
    publish_members(session, invitation.workspace_id)
