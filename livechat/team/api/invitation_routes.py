"""Routes of invitations: those of a workspace, and of the link that somebody was given."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, request

from livechat.accounts.access import access_workspace, parse_id
from livechat.accounts.once import once
from livechat.core.errors import NotFoundError
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.team.inviting.accept_invitation import accept_invitation, look_at
from livechat.team.inviting.invite import (
    good_token,
    invite,
    invite_again,
    new_token,
    revoke_invitation,
    tokens_of,
)
from livechat.team.inviting.mail_invitation import owe_mail
from livechat.team.inviting.mailing.ways_in import ways_in
from livechat.team.present_team import invitation_json, workspace_json
from livechat.team.queries.invitation_rows import invitation_in, open_invitations
from livechat.team.queries.rosters import workspaces_of
from livechat.team.schemas import (
    InvitationsSchema,
    InvitedSchema,
    InviteSchema,
    LinkTokenSchema,
    PeekSchema,
    WorkspaceSchema,
)
from livechat.web.blueprint import ApiBlueprint
from livechat.web.context import settings
from livechat.web.guards.auth import caller, current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response
from livechat.web.request_key import IdempotencyHeadersSchema, idempotency_key

bp = ApiBlueprint("invitations", __name__, description="How people come into a workspace.")
_ALL = "/workspaces/<workspace_id>/invitations"
_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


@bp.route(_ALL, costs=Cost.READS, needs=Permission.MEMBER_MANAGE)
@bp.response(HTTPStatus.OK, InvitationsSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def list_invitations(workspace_id: str) -> Response:
    """Invitations that were neither accepted nor revoked, the newest first. For admins."""
    workspace, _ = access_workspace(db.session, current_user_id(), workspace_id)
    found = [invitation_json(*each) for each in open_invitations(db.session, workspace.id)]
    # No connection is held while the sign-in service is asked.
    db.session.rollback()
    return json_response({"invitations": found} | ways_in(settings()))


@bp.route(_ALL, methods=["POST"], costs=Cost.INVITES, needs=Permission.MEMBER_MANAGE)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(InviteSchema)
@bp.response(HTTPStatus.CREATED, InvitedSchema)
@bp.alt_response(HTTPStatus.OK.value, schema=InvitedSchema, description="The same request made it before")
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, *_BODY)
def post_invitation(_headers: dict[str, Any], body: dict[str, Any], workspace_id: str) -> Response:
    """Invite somebody. For admins. The link is shown this once. Of those pending there are at most 200.

    A second invitation for an address replaces the one that is pending: the old link is dead. The same
    request again, by its `Idempotency-Key`, answers the same link, or null where it is dead by now.
    """
    user_id, keys = current_user_id(), settings().encryption_keys
    workspace, by = access_workspace(db.session, user_id, workspace_id)
    asked = once(db.session, user_id, f"invitations of {workspace.id}", idempotency_key(), body)
    if asked is not None and asked.made_id is not None:
        return json_response(_repeated(workspace.id, asked.made_id, tokens_of(asked.id, keys)))
    token = new_token() if asked is None else tokens_of(asked.id, keys)[0]
    invitation_id = invite(db.session, workspace, by, body, token)
    if asked is not None:
        asked.made(db.session, invitation_id)
    return json_response(_invited(workspace.id, invitation_id, token), HTTPStatus.CREATED)


@bp.route(f"{_ALL}/<invitation_id>", methods=["DELETE"], costs=Cost.READS, needs=Permission.MEMBER_MANAGE)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.GONE)
def delete_invitation(workspace_id: str, invitation_id: str) -> Response:
    """Revoke an invitation. For admins."""
    workspace, _ = access_workspace(db.session, current_user_id(), workspace_id)
    revoke_invitation(db.session, workspace, parse_id(invitation_id, "invitation"))
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)


@bp.route(
    f"{_ALL}/<invitation_id>/resend",
    methods=["POST"],
    costs=Cost.INVITES,
    needs=Permission.MEMBER_MANAGE,
)
@bp.response(HTTPStatus.OK, InvitedSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.GONE)
def resend_invitation(workspace_id: str, invitation_id: str) -> Response:
    """Make a new link for an invitation, also for one that has expired. For admins. The old link is dead."""
    workspace, _ = access_workspace(db.session, current_user_id(), workspace_id)
    known = parse_id(invitation_id, "invitation")
    token = invite_again(db.session, workspace, known)
    return json_response(_invited(workspace.id, known, token))


@bp.route("/invitations/peek", methods=["POST"], costs=Cost.CONNECTS, needs=Permission.SIGNED_IN)
@bp.arguments(LinkTokenSchema)
@bp.response(HTTPStatus.OK, PeekSchema)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.GONE, *_BODY)
def peek_invitation(body: dict[str, str]) -> Response:
    """What the link that you were given would let you into. It changes nothing."""
    invitation, inviter, workspace = look_at(db.session, body["token"], caller().email)
    return json_response({"workspace_name": workspace.name, "invited_by": inviter, "role": invitation.role})


@bp.route("/invitations/accept", methods=["POST"], costs=Cost.CONNECTS, needs=Permission.SIGNED_IN)
@bp.arguments(LinkTokenSchema)
@bp.response(HTTPStatus.OK, WorkspaceSchema)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.GONE, HTTPStatus.CONFLICT, *_BODY)
def post_acceptance(body: dict[str, str]) -> Response:
    """Join the workspace. A link is good for one person, once."""
    user_id, you = current_user_id(), caller()
    workspace_id = accept_invitation(db.session, body["token"], user_id, name=you.full_name, email=you.email)
    db.session.commit()
    [shown] = workspaces_of(db.session, user_id, workspace_id)
    return json_response(workspace_json(shown))


def _invited(workspace_id: UUID, invitation_id: UUID, token: str) -> dict[str, Any]:
    """The invitation with its new link, which is mailed where there is an address, and a way to mail."""
    found = invitation_in(db.session, workspace_id, invitation_id)
    if found is None:
        raise NotFoundError("There is no such invitation.")
    # In the fragment, which no server sees, logs or passes on.
    link = f"{_origin()}/live-chat/join#{token}"
    if found[0].email is not None:
        owe_mail(db.session, settings(), invitation_id, link)
    shown = invitation_json(*found)
    db.session.commit()
    return {"invitation": shown, "link": link}


def _repeated(workspace_id: UUID, invitation_id: UUID, tokens: list[str]) -> dict[str, Any]:
    """The answer again; with the link as long as it is good."""
    found = invitation_in(db.session, workspace_id, invitation_id)
    if found is None:
        raise NotFoundError("There is no such invitation.")
    token = good_token(found[0], tokens)
    link = None if token is None else f"{_origin()}/live-chat/join#{token}"
    return {"invitation": invitation_json(*found), "link": link}


def _origin() -> str:
    """Where the page of whoever asks stands. A browser says it; behind a proxy it alone knows of TLS."""
    said = request.headers.get("Origin", "")
    if said and urlsplit(said).netloc == request.host:
        return said
    return f"{request.scheme}://{request.host}"
