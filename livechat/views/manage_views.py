"""Saved views: made, changed and deleted. What is shared its admins write."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from livechat.accounts.access import parse_id
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.inbox.find_inbox import find_inbox
from livechat.inbox.schemas import InboxFilterSchema
from livechat.live.event_log import Catalog
from livechat.live.publish import publish_catalog
from livechat.models import SavedView, WorkspaceMember
from livechat.sharing.whose import choose_whose, require_writer
from livechat.views.queries import VIEWS, delete_view, find_shown


def access_view(session: AnySession, member: WorkspaceMember, view_id: str) -> SavedView:
    """A view that this member may open; raises NotFoundError."""
    found = find_shown(session, member, parse_id(view_id, "view"))
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
    require_writer(VIEWS, member, view.visibility)
    _write(session, member, view, changes)
    return view


def remove_view(session: AnySession, member: WorkspaceMember, view_id: str) -> None:
    """Delete the view. The caller commits. Raises NotFoundError, ForbiddenError."""
    view = access_view(session, member, view_id)
    require_writer(VIEWS, member, view.visibility)
    delete_view(session, view.id)
    publish_catalog(session, member.workspace_id, Catalog.VIEWS)


def _write(session: AnySession, member: WorkspaceMember, view: SavedView, given: Mapping[str, Any]) -> None:
    whose = choose_whose(session, VIEWS, member, given, word=view.visibility, team_id=view.team_id)
    if whose is not None:
        view.visibility, view.team_id = whose.word, whose.team_id
        # What is shared keeps who made it.
        view.owner_user_id = whose.owner_user_id or view.owner_user_id
    if "filter" in given:
        _check_filter(session, member, given["filter"])
        view.filter = given["filter"]
    view.name = given.get("name", view.name)
    view.sort = given.get("sort", view.sort)
    session.add(view)
    session.flush()
    publish_catalog(session, member.workspace_id, Catalog.VIEWS)


def _check_filter(session: AnySession, member: WorkspaceMember, given: Mapping[str, Any]) -> None:
    """What it names must be there for who saves it, in this workspace."""
    asked = InboxFilterSchema(unknown=ma.RAISE).load(given)
    here = str(member.workspace_id)
    if asked.get("workspace_id", here).lower() != here:
        raise NotFoundError("A view is of its own workspace.")
    find_inbox(session, member.user_id, asked | {"workspace_id": here})
