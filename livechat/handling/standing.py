"""Where a conversation stands, as it is shown: the workspace, the assignee and the team."""

from livechat.conversations.ornaments import shared
from livechat.conversations.present import Json
from livechat.handling.queries.standings import (
    assignee_columns,
    team_columns,
    team_joins,
    workspace_column,
)


@shared("workspace_id", [workspace_column()])
def _workspace(workspace_id: str) -> str:
    return workspace_id


@shared("assignee", assignee_columns())
def _assigned(user_id: str | None, name: str | None) -> Json | None:
    return {"user_id": user_id, "name": name} if user_id is not None else None


@shared("team", team_columns(), team_joins())
def _of_team(team_id: str | None, name: str | None) -> Json | None:
    return {"id": team_id, "name": name} if team_id is not None else None
