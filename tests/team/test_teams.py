"""Teams and ownership: who may change them, and what their members see."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import select

from livechat.live import event_log as logs
from livechat.models import ConversationChange, WorkspaceMember
from tests.factories import make_conversation
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]


@pytest.fixture
def path(team: Team) -> str:
    return f"/workspaces/{team.workspace_id}"


def test_admins_make_rename_and_give_up_teams(
    session: DbSession, team: Team, call: Call, path: str, redis_client: Redis
) -> None:
    admin, agent = team.member("admin"), team.member(visibility="team")
    made = call(admin, "POST", f"{path}/teams", json={"name": " Support "})
    assert made.status_code == 201
    assert made.json == {"id": made.json["id"], "name": "Support", "member_ids": []}
    one = f"{path}/teams/{made.json['id']}"
    call(admin, "POST", f"{path}/teams", json={"name": "Sales"})
    for taken in (
        call(admin, "POST", f"{path}/teams", json={"name": "SUPPORT"}),
        call(admin, "PATCH", one, json={"name": "sales"}),
    ):
        assert (taken.status_code, taken.json["code"]) == (409, "already_exists")
    assert call(admin, "PATCH", one, json={"name": "Care"}).json["name"] == "Care"
    assert [each["name"] for each in call(agent, "GET", f"{path}/teams").json["teams"]] == ["Care", "Sales"]
    put = call(admin, "PUT", f"{one}/members/{agent}")
    assert (put.status_code, put.json["member_ids"]) == (200, [str(agent)])
    chat = make_conversation(session, team.numbers[0], team_id=made.json["id"])
    session.commit()
    assert call(agent, "GET", f"/conversations/{chat.id}").status_code == 200
    redis_client.delete(logs.CONTROL)
    assert call(admin, "DELETE", one).status_code == 204
    session.expire_all()
    assert chat.team_id is None
    [change] = session.scalars(select(ConversationChange)).all()
    assert (change.field, change.from_value, change.to_value) == ("team", made.json["id"], None)
    assert call(agent, "GET", f"/conversations/{chat.id}").status_code == 404
    assert logs.touched_users(redis_client.xrange(logs.CONTROL)) == {agent}
    assert call(admin, "DELETE", one).status_code == 404


def test_who_is_taken_out_of_a_team_sees_its_conversations_no_more(
    session: DbSession, team: Team, call: Call, path: str, redis_client: Redis
) -> None:
    agent = team.member(visibility="team")
    support = team.team("Support", agent)
    chat = make_conversation(session, team.numbers[0], team_id=support)
    session.commit()
    assert call(agent, "GET", f"/conversations/{chat.id}").status_code == 200
    member = f"{path}/teams/{support}/members/{agent}"
    assert call(team.owner, "DELETE", member).status_code == 204
    assert call(agent, "GET", f"/conversations/{chat.id}").status_code == 404
    assert agent in logs.touched_users(redis_client.xrange(logs.CONTROL))
    assert call(team.owner, "PUT", f"{path}/teams/{support}/members/{uuid4()}").status_code == 404


def test_only_admins_write_teams_and_only_members_see_them(team: Team, call: Call, path: str) -> None:
    agent, support = team.member(), team.team("Support")
    writes = [
        ("POST", f"{path}/teams", {"name": "Sales"}),
        ("PATCH", f"{path}/teams/{support}", {"name": "Sales"}),
        ("DELETE", f"{path}/teams/{support}", None),
        ("PUT", f"{path}/teams/{support}/members/{agent}", None),
        ("DELETE", f"{path}/teams/{support}/members/{agent}", None),
        ("POST", f"{path}/transfer-ownership", {"user_id": str(agent)}),
    ]
    for method, url, body in writes:
        assert call(agent, method, url, json=body).status_code == 403, url
        assert call(uuid4(), method, url, json=body).status_code == 404, url


def test_the_owner_hands_the_workspace_on_and_may_leave_then(
    session: DbSession, team: Team, call: Call, path: str
) -> None:
    heir = team.member(visibility="own", numbers=[])
    for nobody in (uuid4(), team.member(state="suspended"), "me"):
        body = {"user_id": str(nobody)}
        assert call(team.owner, "POST", f"{path}/transfer-ownership", json=body).status_code == 404
    answer = call(team.owner, "POST", f"{path}/transfer-ownership", json={"user_id": str(heir)})
    assert (answer.status_code, answer.json["is_owner"], answer.json["role"]) == (200, False, "admin")
    session.expire_all()
    member = session.get_one(WorkspaceMember, (team.workspace_id, heir))
    assert (member.role, member.visibility, member.number_scope) == ("admin", "all", "all")
    assert call(team.owner, "DELETE", f"{path}/members/{heir}").json["code"] == "owner_required"
    again = call(team.owner, "POST", f"{path}/transfer-ownership", json={"user_id": str(team.owner)})
    assert again.status_code == 403
    assert call(team.owner, "DELETE", f"{path}/members/{team.owner}").status_code == 204
    [shown] = call(heir, "GET", "/workspaces").json["workspaces"]
    assert (shown["is_owner"], shown["member_count"]) == (True, 2)
