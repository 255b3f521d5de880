"""From what a caller asks of the inbox to the numbers that they see, and what of these is wanted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from livechat.accounts.access import access_number_view, access_workspace, parse_id, permitted, require
from livechat.accounts.queries.visible import View, views_of_member
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.inbox.inbox_filter import InboxFilter, Scope, Unread, Window
from livechat.inbox.queries.inbox_conditions import labels_among, teams_among

# What ``GET /conversations/counts`` counts.
TABS = {
    "mine": InboxFilter(Scope.MINE, status="open"),
    "unassigned": InboxFilter(Scope.UNASSIGNED, status="open"),
    "all": InboxFilter(status="open"),
    "waiting": InboxFilter(status="open", waiting=True),
    "closing": InboxFilter(status="open", window=Window.CLOSING),
    "mine_unread": InboxFilter(Scope.MINE, status="open", unread=Unread.MINE),
}
_OF_THE_PAGE = ("cursor", "limit", "user_id")
_TEAM = "team:"


def find_inbox(
    session: AnySession, user_id: UUID, asked: Mapping[str, Any]
) -> tuple[list[View], InboxFilter]:
    """The numbers that this user sees, of those ``asked`` for, and the filter that ``asked`` describes.

    ``asked`` is what ``InboxFilterSchema`` or ``InboxPlaceSchema`` has loaded. Raises NotFoundError where it
    names a workspace, number, team or label that is not the user's to see; ForbiddenError.
    """
    views = _views(session, user_id, asked.get("workspace_id"), asked.get("phone_number_id"))
    workspaces = [view.member.workspace_id for view in views]
    scope, team_id = asked.get("scope", Scope.ALL.value), None
    if scope.startswith(_TEAM):
        scope, team_id = Scope.TEAM.value, parse_id(scope.removeprefix(_TEAM), "team")
        if not teams_among(session, workspaces, team_id):
            raise NotFoundError("There is no such team.")
    labels = frozenset(parse_id(each, "label") for each in asked.get("label", ()))
    known = labels_among(session, workspaces, labels)
    if labels - known.keys():
        raise NotFoundError("There is no such label.")
    wanted = InboxFilter(
        scope=Scope(scope),
        team_id=team_id,
        status=asked.get("status"),
        labels=labels,
        few_wear=min((each for each, is_rare in known.items() if is_rare), default=None),
        waiting=asked.get("waiting"),
        unread=asked.get("unread"),
        window=Window(asked["window"]) if "window" in asked else None,
        search=asked.get("search"),
    )
    return views, wanted


def question_of(asked: Mapping[str, Any]) -> str:
    """What was asked, without where its page begins and how long it is, as one text."""
    question = {name: value for name, value in asked.items() if name not in _OF_THE_PAGE}
    return orjson.dumps(question, option=orjson.OPT_SORT_KEYS).decode()


def _views(
    session: AnySession, user_id: UUID, workspace_id: str | None, phone_number_id: str | None
) -> list[View]:
    if phone_number_id is not None:
        view = access_number_view(session, user_id, phone_number_id)
        if workspace_id is not None and parse_id(workspace_id, "workspace") != view.member.workspace_id:
            raise NotFoundError("There is no such phone number in this workspace.")
        return [view]
    if workspace_id is not None:
        workspace, member = access_workspace(session, user_id, workspace_id)
        views = views_of_member(session, user_id)
        numbers = [view.numbers for view in views if view.member.workspace_id == workspace.id]
        # A member may be one of no number: the workspace is theirs all the same.
        return [View(member, numbers[0] if numbers else ())]
    views = views_of_member(session, user_id)
    allowed = [view for view in views if permitted(view.member)]
    if views and not allowed:
        require(views[0].member)
    return allowed
