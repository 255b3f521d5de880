"""An invitation is made, made anew or revoked. Its token is in the link alone: its digest is stored."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from livechat.core.errors import InvitationGoneError, NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.models import Invitation, Workspace, WorkspaceMember
from livechat.team.inviting.email_address import folded
from livechat.team.queries.invitation_rows import (
    count_pending,
    invitation_in,
    renew,
    revoke,
    store_invitation,
)
from livechat.team.queries.rosters import numbers_in
from livechat.web import base64url

_TOKEN_BYTES = 32
_PURPOSE = b"an invitation's link"
# A link that admits whoever has it is good for a short time.
HOURS_FOR_ANYBODY, HOURS_FOR_AN_ADDRESS = 24, 7 * 24
# Links that are about, or lie about unused. A workspace that wants more has lost count of them.
MOST_PENDING = 200


def digest_of(token: str) -> bytes:
    """What is kept of a token. It is random and long, so that no salt and no slow hash is needed."""
    return hashlib.sha256(token.encode()).digest()


def new_token() -> str:
    """What a link holds."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def tokens_of(request_id: UUID, keys: Sequence[str]) -> list[str]:
    """The token of a request that may come again, by each key of ours, the newest first.

    So the same request gets the same link, and nothing that lets anybody in is stored for it: who has no key
    of ours cannot make it.
    """
    said = _PURPOSE + request_id.bytes
    digests = [hmac.digest(key.encode(), said, "sha256") for key in keys]
    return [base64url.encode(digest) for digest in digests]


def good_token(invitation: Invitation, tokens: Sequence[str]) -> str | None:
    """The one of these that is the invitation's and opens it; None: the link was made anew, or is dead."""
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        return None
    if invitation.expires_at <= clock.now():
        return None
    return next((each for each in tokens if digest_of(each) == bytes(invitation.token_digest)), None)


def invite(
    session: AnySession, workspace: Workspace, by: WorkspaceMember, wanted: dict[str, Any], token: str
) -> UUID:
    """The id of a new invitation with this token. One for the same address that is pending is replaced.

    Raises NotFoundError for a number that is not the workspace's, and ValidationFailedError where too many
    are pending.
    """
    numbers = wanted.get("phone_number_ids")
    if numbers is not None and set(numbers) - numbers_in(session, workspace.id):
        raise NotFoundError("There is no such phone number.")
    email = wanted.get("email")
    address = None if email is None else folded(email)
    if count_pending(session, workspace.id, but_for=address) >= MOST_PENDING:
        sentence = f"At most {MOST_PENDING} invitations are pending at a time: revoke some that nobody took."
        raise ValidationFailedError(errors={"email": [sentence]})
    return store_invitation(
        session,
        workspace.id,
        email=address,
        role=wanted["role"],
        visibility=wanted["visibility"],
        phone_number_ids=None if numbers is None else sorted(set(numbers)),
        token_digest=digest_of(token),
        expires_at=_end(email, wanted.get("expires_in_hours")),
        invited_by=by.user_id,
    )


def invite_again(session: AnySession, workspace: Workspace, invitation_id: UUID) -> str:
    """The token of a pending invitation's new link; the old one is dead. May raise InvitationGoneError."""
    invitation = _known(session, workspace, invitation_id)
    token = new_token()
    if not renew(session, invitation_id, digest_of(token), _end(invitation.email, None)):
        raise InvitationGoneError
    return token


def revoke_invitation(session: AnySession, workspace: Workspace, invitation_id: UUID) -> None:
    """Its link opens nothing any more. NotFoundError; InvitationGoneError where it was accepted."""
    invitation = _known(session, workspace, invitation_id)
    if not revoke(session, invitation_id) and invitation.revoked_at is None:
        raise InvitationGoneError("The invitation was accepted: remove the member.")


def _known(session: AnySession, workspace: Workspace, invitation_id: UUID) -> Invitation:
    found = invitation_in(session, workspace.id, invitation_id)
    if found is None:
        raise NotFoundError("There is no such invitation.")
    return found[0]


def _end(email: str | None, hours: int | None) -> datetime:
    usual = HOURS_FOR_ANYBODY if email is None else HOURS_FOR_AN_ADDRESS
    return clock.now() + timedelta(hours=hours or usual)
