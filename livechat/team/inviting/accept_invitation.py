"""Somebody who has an invitation's link looks at it, and accepts it."""

from typing import NoReturn
from uuid import UUID

from livechat.core.errors import (
    AlreadyExistsError,
    EmailMismatchError,
    ForbiddenError,
    InvitationGoneError,
)
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.live.publish import publish_members
from livechat.models import Invitation, Workspace
from livechat.team.inviting.email_address import folded
from livechat.team.inviting.invite import digest_of
from livechat.team.queries.invitation_rows import invitation_by_digest, join_as_invited, use
from livechat.team.queries.rosters import lock_members, numbers_in, set_numbers

_ANOTHER = "This invitation is for another e-mail address than the one that you are signed in with."


def look_at(session: AnySession, token: str, email: str | None) -> tuple[Invitation, str | None, Workspace]:
    """(invitation, inviter's name, workspace) of a link that could be accepted now.

    Raises InvitationGoneError, also for a token that nobody knows, and EmailMismatchError.
    """
    found = invitation_by_digest(session, digest_of(token))
    if found is None:
        raise InvitationGoneError("This invitation does not exist any more: ask for a new one.")
    invitation = found[0]
    if invitation.accepted_at is not None:
        raise InvitationGoneError("This invitation was used already.")
    if invitation.revoked_at is not None:
        raise InvitationGoneError("This invitation was revoked.")
    if invitation.expires_at <= clock.now():
        raise InvitationGoneError("This invitation has expired: ask for a new one.")
    if invitation.email is not None and (email is None or folded(email) != invitation.email):
        raise EmailMismatchError(_ANOTHER)
    return found


def accept_invitation(
    session: AnySession, token: str, user_id: UUID, *, name: str | None, email: str | None
) -> UUID:
    """The workspace that the user belongs to from now on. Of two who accept at once, one is too late.

    Raises what ``look_at`` raises; AlreadyExistsError where they are a member, ForbiddenError where they are
    suspended, and then the invitation stays pending.
    """
    taken = use(session, digest_of(token), user_id, None if email is None else folded(email))
    if taken is None:
        _refuse(session, token, email)
    member = join_as_invited(session, taken, user_id, name=name, email=email)
    if member is None:
        state = lock_members(session, taken.workspace_id, [user_id])[user_id].state
        session.rollback()
        if state == "suspended":
            raise ForbiddenError("You are suspended in this workspace.")
        raise AlreadyExistsError("You are in this workspace already.")
    numbers = taken.phone_number_ids
    if numbers is not None:
        set_numbers(session, member, set(numbers) & numbers_in(session, taken.workspace_id))
    else:
        set_numbers(session, member, None)
    publish_members(session, taken.workspace_id, [user_id])
    return taken.workspace_id


def _refuse(session: AnySession, token: str, email: str | None) -> NoReturn:
    look_at(session, token, email)
    # It was pending for this address a moment ago, or is again.
    raise InvitationGoneError
