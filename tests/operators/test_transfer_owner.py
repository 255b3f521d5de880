"""``livechat transfer-owner``: a workspace whose owner is gone gets another one."""

from uuid import uuid4

import pytest

from livechat.models import Workspace, WorkspaceMember
from tests.operators.conftest import Run
from tests.team.conftest import DbSession, Team


@pytest.fixture
def team(session: DbSession) -> Team:
    return Team(session)


def test_an_operator_makes_an_active_member_the_owner(session: DbSession, team: Team, livechat: Run) -> None:
    heir, gone = team.member("viewer", visibility="own"), team.member(state="removed")
    workspace = str(team.workspace_id)
    for wrong in ((workspace, str(uuid4())), (workspace, str(gone)), (str(uuid4()), str(heir))):
        assert livechat("transfer-owner", *wrong).exit_code == 1
    assert livechat("transfer-owner", workspace, "ines").exit_code == 2
    done = livechat("transfer-owner", workspace, str(heir))
    assert (done.exit_code, done.output) == (0, "They are the owner now.\n")
    assert "already" in livechat("transfer-owner", workspace, str(heir)).output
    session.expire_all()
    assert session.get_one(Workspace, team.workspace_id).owner_user_id == heir
    member = session.get_one(WorkspaceMember, (team.workspace_id, heir))
    assert (member.role, member.visibility) == ("admin", "all")
    assert session.get_one(WorkspaceMember, (team.workspace_id, team.owner)).state == "active"
