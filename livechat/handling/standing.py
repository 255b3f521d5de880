"""Where a conversation stands, as it is shown: the workspace, the assignee and the team."""

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import aliased

from livechat.conversations.ornaments import shared
from livechat.conversations.present import Json
from livechat.models import Conversation, Team, WabaAccount, WorkspaceMember

_Assignee = aliased(WorkspaceMember, name="assignee")
# What the conversation's workspace calls them.
_NAME = (
    select(_Assignee.name)
    .where(_Assignee.workspace_id == WabaAccount.workspace_id, _Assignee.user_id == Conversation.assignee_id)
    .correlate(Conversation, WabaAccount)
    .scalar_subquery()
)


@shared("workspace_id", [cast(WabaAccount.workspace_id, Text)])
def _workspace(workspace_id: str) -> str:
    return workspace_id


@shared("assignee", [cast(Conversation.assignee_id, Text), _NAME])
def _assigned(user_id: str | None, name: str | None) -> Json | None:
    return {"user_id": user_id, "name": name} if user_id is not None else None


@shared("team", [cast(Team.id, Text), Team.name], [(Team, Team.id == Conversation.team_id)])
def _of_team(team_id: str | None, name: str | None) -> Json | None:
    return {"id": team_id, "name": name} if team_id is not None else None
