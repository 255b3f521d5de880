"""Where a conversation stands, as it is shown: the workspace, the assignee and the team."""

from collections.abc import Mapping
from uuid import UUID

from livechat.conversations.ornaments import Asked, shared
from livechat.conversations.present import Json
from livechat.handling.queries.assignments import assignee_names, team_names, workspaces_of


@shared("workspace_id")
def _workspaces(asked: Asked) -> Mapping[UUID, str]:
    if asked.whole is not None:
        return {row.id: str(row.workspace_id) for row in asked.whole}
    of_number = workspaces_of(asked.session, {each.phone_number_id for each in asked.conversations})
    return {
        each.id: str(of_number[each.phone_number_id])
        for each in asked.conversations
        if each.phone_number_id in of_number
    }


@shared("assignee")
def _assignees(asked: Asked) -> Mapping[UUID, Json]:
    held = {each.id: each.assignee_id for each in asked.conversations if each.assignee_id is not None}
    if asked.whole is not None:
        names = {row.id: row.assignee_name for row in asked.whole}
    else:
        names = assignee_names(asked.session, held) if held else {}
    return {
        conversation: {"user_id": str(user_id), "name": names.get(conversation)}
        for conversation, user_id in held.items()
    }


@shared("team")
def _teams(asked: Asked) -> Mapping[UUID, Json]:
    held = {each.id: each.team_id for each in asked.conversations if each.team_id is not None}
    if asked.whole is not None:
        names = {row.team_id: row.team_name for row in asked.whole}
    else:
        names = team_names(asked.session, set(held.values())) if held else {}
    return {
        conversation: {"id": str(team_id), "name": names[team_id]}
        for conversation, team_id in held.items()
        if team_id in names
    }
