"""Saved views: made, changed and deleted. What is shared its admins write."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from livechat.accounts.access import parse_id
from livechat.core.errors import ForbiddenError, NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain.permissions import Permission, is_allowed
from livechat.inbox.find_inbox import find_inbox
from livechat.inbox.schemas import InboxFilterSchema
from livechat.live.event_log import Catalog
from livechat.live.publish import publish_catalog
from livechat.models import SavedView, WorkspaceMember
from livechat.team.queries.groups import team_of
from livechat.views.queries import count_views, delete_view, find_shown

MAX_PRIVATE, MAX_SHARED = 100, 200


def manages_shared(member: WorkspaceMember) -> bool:
    """Whether the member writes what is shared, and is offered what any team is."""
    return is_allowed(member.role, Permission.WORKSPACE_MANAGE)


def access_view(session: AnySession, member: WorkspaceMember, view_id: str) -> SavedView:
    """A view that this member may open; raises NotFoundError."""
    found = find_shown(session, member, parse_id(view_id, "view"), all_teams=manages_shared(member))
    if found is None:
        raise NotFoundError("There is no such view.")
    return found


def create_view(session: AnySession, member: WorkspaceMember, asked: Mapping[str, Any]) -> SavedView:
    """The new view. The caller commits. Raises ForbiddenError, NotFoundError, ValidationFailedError."""
    view = SavedView(workspace_id=member.workspace_id, owner_user_id=member.user_id)
    _write(session, member, view, asked)
    return view


def change_view(
    session: AnySession, member: WorkspaceMember, view_id: str, changes: Mapping[str, Any]
) -> SavedView:
    """The view with what was given changed. The caller commits. Raises as ``create_view`` does."""
    view = access_view(session, member, view_id)
    _require_writer(member, view.visibility)
    _write(session, member, view, changes)
    return view


def remove_view(session: AnySession, member: WorkspaceMember, view_id: str) -> None:
    """Delete the view. The caller commits. Raises NotFoundError, ForbiddenError."""
    view = access_view(session, member, view_id)
    _require_writer(member, view.visibility)
    delete_view(session, view.id)
    publish_catalog(session, member.workspace_id, Catalog.VIEWS)


def _write(session: AnySession, member: WorkspaceMember, view: SavedView, given: Mapping[str, Any]) -> None:
    _place(session, member, view, given)
    if "filter" in given:
        _check_filter(session, member, given["filter"])
        view.filter = given["filter"]
    view.name = given.get("name", view.name)
    view.sort = given.get("sort", view.sort)
    session.add(view)
    session.flush()
    publish_catalog(session, member.workspace_id, Catalog.VIEWS)


def _place(session: AnySession, member: WorkspaceMember, view: SavedView, given: Mapping[str, Any]) -> None:
    """Who is offered it: checked where it is new, or that changes."""
    if "visibility" not in given and "team_id" not in given:
        return
    visibility = given.get("visibility", view.visibility)
    team_id = given.get("team_id", view.team_id if visibility == "team" else None)
    _require_writer(member, visibility)
    team = None
    if team_id is not None:
        team = team_of(session, member.workspace_id, parse_id(team_id, "team"))
        if team is None:
            raise NotFoundError("There is no such team.")
    if (visibility == "team") != (team is not None):
        sentence = "Give a team with visibility team, and with no other."
        raise ValidationFailedError(errors={"team_id": [sentence]})
    is_private = visibility == "private"
    if view.visibility is None or is_private != (view.visibility == "private"):
        limit = MAX_PRIVATE if is_private else MAX_SHARED
        if count_views(session, member.workspace_id, member.user_id if is_private else None) >= limit:
            raise ValidationFailedError(errors={"visibility": [f"There are at most {limit} such views."]})
    if is_private:
        view.owner_user_id = member.user_id
    view.visibility, view.team_id = visibility, team.id if team is not None else None


def _check_filter(session: AnySession, member: WorkspaceMember, given: Mapping[str, Any]) -> None:
    """What it names must be there for who saves it, in this workspace."""
    asked = InboxFilterSchema(unknown=ma.RAISE).load(given)
    here = str(member.workspace_id)
    if asked.get("workspace_id", here).lower() != here:
        raise NotFoundError("A view is of its own workspace.")
    find_inbox(session, member.user_id, asked | {"workspace_id": here})


def _require_writer(member: WorkspaceMember, visibility: str) -> None:
    if visibility != "private" and not manages_shared(member):
        raise ForbiddenError("An admin writes what is shared; you may have views of your own.")
