"""Routes by which members say that they are there, and whether they are available."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_workspace
from livechat.core.extensions import db, redis
from livechat.domain.permissions import Permission
from livechat.presence.availability import Availability, Choice, Presence
from livechat.presence.choose_availability import choose_availability
from livechat.presence.say_presence import say_presence
from livechat.presence.schemas import (
    AvailabilityChoiceSchema,
    AvailabilitySchema,
    PresenceWordSchema,
    PresentSchema,
    ViewersSchema,
)
from livechat.presence.tell import presence_json, seen_now, tell_presence, viewers_of_workspace
from livechat.presence.whereabouts import note_changed
from livechat.waking.wake_assigner import wake_for_members
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import caller, current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("presence", __name__, description="Who is there, and who looks at what.")
_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


@bp.route("/presence", methods=["POST"], costs=Cost.PRESENCE, needs=Permission.CONVERSATION_READ)
@bp.arguments(PresenceWordSchema)
@bp.response(HTTPStatus.OK, PresentSchema)
@bp.problems(HTTPStatus.NOT_FOUND, *_BODY)
def post_presence(body: dict[str, Any]) -> Response:
    """Say that you are there, every 30 s and at each change; in the first answer you see who else looks.

    Each session says all of itself each time, and the best of your sessions counts. You are gone 90 s after
    your last word, and do not look at the conversation any more 45 s after it. Who is there besides is in
    `GET /workspaces/{id}/members`, who looks at other conversations in `GET /workspaces/{id}/viewers`; both
    change by `presence.updated` and `viewers.updated`.
    """
    viewers = say_presence(
        db.session,
        redis.client,
        current_user_id(),
        caller().session,
        Presence(body["state"]),
        viewing=body.get("viewing"),
        is_typing=body["typing"],
    )
    return json_response({"viewers": viewers})


@bp.route(
    "/workspaces/<workspace_id>/viewers",
    methods=["GET"],
    costs=Cost.READS,
    needs=Permission.CONVERSATION_READ,
)
@bp.response(HTTPStatus.OK, ViewersSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_viewers(workspace_id: str) -> Response:
    """See who looks at which conversation now: for a page that has just connected.

    From then on `viewers.updated` tells of each change; it is never replayed.
    """
    user_id = current_user_id()
    workspace, _ = access_workspace(db.session, user_id, workspace_id)
    viewers = viewers_of_workspace(db.session, redis.client, workspace.id, user_id)
    return json_response({"viewers": viewers})


@bp.route(
    "/workspaces/<workspace_id>/availability",
    methods=["PUT"],
    costs=Cost.READS,
    needs=Permission.MEMBER_READ,
)
@bp.arguments(AvailabilityChoiceSchema)
@bp.response(HTTPStatus.OK, AvailabilitySchema)
@bp.problems(HTTPStatus.NOT_FOUND, *_BODY)
def put_availability(body: dict[str, Any], workspace_id: str) -> Response:
    """Choose whether new conversations may come to you. The same again changes nothing."""
    user_id = current_user_id()
    _, member = access_workspace(db.session, user_id, workspace_id)
    choice = Choice(Availability(body["chosen"]), body["until"])
    has_changed = choose_availability(db.session, member, choice)
    db.session.commit()
    shown = {"user_id": str(user_id), **presence_json(member, seen_now(redis.client, [user_id]))}
    if has_changed:
        note_changed(redis.client, [user_id])
        tell_presence(db.session, redis.client)
        wake_for_members(db.session, redis.client, [user_id])
    return json_response(shown)
