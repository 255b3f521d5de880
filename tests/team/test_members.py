"""Workspaces and the people in them: what is shown, who may change it, and what follows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select

from livechat.live import event_log as logs
from livechat.models import Conversation, ConversationChange, ConversationWatcher, Workspace, WorkspaceMember
from tests.conftest import make_token
from tests.factories import make_conversation
from tests.team.conftest import API, DbSession, Team

Call = Callable[..., Any]


@pytest.fixture
def path(team: Team) -> str:
    return f"/workspaces/{team.workspace_id}"


def _assigned(session: DbSession, team: Team, user: UUID, n: int = 0, **columns: Any) -> Conversation:
    made = make_conversation(session, team.numbers[n], assignee_id=user, **columns)
    session.commit()
    return made


def test_a_workspace_is_shown_to_its_members_as_each_is_in_it(team: Team, call: Call, path: str) -> None:
    agent = team.member()
    [shown] = call(team.owner, "GET", "/workspaces").json["workspaces"]
    assert shown == {
        "id": str(team.workspace_id),
        "name": "Workspace",
        "time_zone": "UTC",
        "role": "admin",
        "is_owner": True,
        "require_mfa": False,
        "member_count": 2,
    }
    [shown] = call(agent, "GET", "/workspaces").json["workspaces"]
    assert (shown["role"], shown["is_owner"]) == ("agent", False)
    assert call(uuid4(), "GET", "/workspaces").json == {"workspaces": []}
    assert call(uuid4(), "GET", f"{path}/members").status_code == 404


def test_admins_name_a_workspace_and_its_time_zone(team: Team, call: Call, path: str) -> None:
    changes = {"name": " Asha's Bakery ", "time_zone": "Asia/Kolkata"}
    answer = call(team.member("admin"), "PATCH", path, json=changes)
    assert answer.status_code == 200
    assert (answer.json["name"], answer.json["time_zone"]) == ("Asha's Bakery", "Asia/Kolkata")
    for wrong in ({"time_zone": "Asia/Atlantis"}, {"name": "  "}, {"role": "admin"}):
        assert call(team.owner, "PATCH", path, json=wrong).status_code == 422
    assert call(team.member(), "PATCH", path, json={"name": "Mine"}).status_code == 403


def test_members_are_shown_with_what_they_may_do_and_see(team: Team, call: Call, path: str) -> None:
    number = team.numbers[0].phone_number_id
    agent = team.member(numbers=[number], visibility="team", name="Ines", email="ines@example.com")
    gone = team.member(state="removed", name="Luc")
    support = team.team("Support", agent)
    shown = {each["user_id"]: each for each in call(agent, "GET", f"{path}/members").json["members"]}
    assert shown.keys() == {str(team.owner), str(agent)}
    mine = shown[str(agent)]
    assert mine.pop("joined_at").endswith("Z")
    assert mine == {
        "user_id": str(agent),
        "name": "Ines",
        "email": "ines@example.com",
        "role": "agent",
        "is_owner": False,
        "state": "active",
        "visibility": "team",
        "phone_number_ids": [number],
        "team_ids": [str(support)],
        "availability": "available",
        "availability_until": None,
        "presence": "absent",
        "can_receive": False,
    }
    everybody = call(agent, "GET", f"{path}/members?include=removed").json["members"]
    assert {each["user_id"]: (each["state"], each["name"]) for each in everybody}[str(gone)] == (
        "removed",
        "Luc",
    )


def test_names_come_from_the_token_once_and_rights_never(client: FlaskClient, team: Team) -> None:
    agent = team.member()

    def signed_in(name: str, email: str) -> None:
        profile = {"full_name": name, "role": "owner", "visibility": "all"}
        token = make_token(agent, email=email, user_metadata=profile, app_metadata={"role": "admin"})
        answer = client.get(f"{API}/workspaces", headers={"Authorization": f"Bearer {token}"})
        [shown] = answer.json["workspaces"]
        assert (shown["role"], shown["is_owner"]) == ("agent", False)

    signed_in("Ines Duarte", "ines@example.com")
    signed_in("Mallory", "mallory@example.com")
    team.session.expire_all()
    member = team.session.get_one(WorkspaceMember, (team.workspace_id, agent))
    assert (member.name, member.email, member.role) == ("Ines Duarte", "ines@example.com", "agent")


def test_admins_change_members_and_members_their_own_name_alone(team: Team, call: Call, path: str) -> None:
    admin, agent = team.member("admin"), team.member()
    number = team.numbers[0].phone_number_id
    changes = {"role": "viewer", "visibility": "own", "phone_number_ids": [number], "name": "Ines"}
    answer = call(admin, "PATCH", f"{path}/members/{agent}", json=changes)
    assert answer.status_code == 200
    assert {name: answer.json[name] for name in changes} == changes
    assert answer.json["can_receive"] is False
    answer = call(admin, "PATCH", f"{path}/members/{agent}", json={"phone_number_ids": None})
    assert answer.json["phone_number_ids"] is None
    for user in (admin, agent):
        assert call(user, "PATCH", f"{path}/members/{user}", json={"name": "I"}).json["name"] == "I"
        refused = call(user, "PATCH", f"{path}/members/{user}", json={"name": "I", "role": "admin"})
        assert refused.status_code == 403
    assert call(agent, "PATCH", f"{path}/members/{admin}", json={"name": "Boss"}).status_code == 403
    unknown = {"phone_number_ids": ["4711"]}
    assert call(admin, "PATCH", f"{path}/members/{agent}", json=unknown).status_code == 404
    assert call(admin, "PATCH", f"{path}/members/{uuid4()}", json={"name": "X"}).status_code == 404


def test_the_owner_cannot_be_removed_suspended_or_demoted_nor_leave(
    team: Team, call: Call, path: str
) -> None:
    admin = team.member("admin")
    owner = f"{path}/members/{team.owner}"
    for changes in ({"role": "agent"}, {"state": "suspended"}, {"visibility": "own"}):
        answer = call(admin, "PATCH", owner, json=changes)
        assert (answer.status_code, answer.json["code"]) == (409, "owner_required")
    for user in (admin, team.owner):
        answer = call(user, "DELETE", owner)
        assert (answer.status_code, answer.json["code"]) == (409, "owner_required")


@pytest.mark.parametrize("leaves", ["removed", "left", "suspended", "viewer"])
def test_who_goes_hands_their_conversations_back_and_sees_nothing(
    session: DbSession, team: Team, call: Call, path: str, leaves: str
) -> None:
    agent, other = team.member(name="Ines"), team.member()
    support = team.team("Support", agent)
    theirs, of_team = (
        _assigned(session, team, agent),
        _assigned(session, team, agent, team_id=support),
    )
    others = _assigned(session, team, other)
    session.add(ConversationWatcher(conversation_id=others.id, user_id=agent))
    session.commit()
    member = f"{path}/members/{agent}"
    answer = {
        "removed": lambda: call(team.owner, "DELETE", member),
        "left": lambda: call(agent, "DELETE", member),
        "suspended": lambda: call(team.owner, "PATCH", member, json={"state": "suspended"}),
        "viewer": lambda: call(team.owner, "PATCH", member, json={"role": "viewer"}),
    }[leaves]()
    assert answer.status_code in (200, 204)
    session.expire_all()
    assert [each.assignee_id for each in (theirs, of_team, others)] == [None, None, other]
    assert of_team.team_id == support
    if leaves == "viewer":
        return
    assert session.get(ConversationWatcher, (others.id, agent)) is None
    assert call(agent, "GET", f"/conversations/{theirs.id}").status_code == 404
    assert call(agent, "GET", f"{path}/members").status_code == 404
    kept = call(team.owner, "GET", f"{path}/members?include=removed").json["members"]
    assert "Ines" in {each["name"] for each in kept}


def test_conversations_go_to_the_member_who_is_named_where_they_see_them(
    session: DbSession, team: Team, call: Call, path: str
) -> None:
    first = team.numbers[0]
    team.number()
    agent, heir = team.member(), team.member(numbers=[first.phone_number_id], visibility="own")
    seen, unseen = _assigned(session, team, agent), _assigned(session, team, agent, 1)
    versions = seen.version, unseen.version
    for nobody in (uuid4(), agent, team.member("viewer"), team.member(state="suspended"), "me"):
        answer = call(team.owner, "DELETE", f"{path}/members/{agent}?hand_over_to={nobody}")
        assert (answer.status_code, answer.json["code"]) == (422, "assignee_unavailable")
    session.expire_all()
    assert seen.assignee_id == agent
    answer = call(team.owner, "DELETE", f"{path}/members/{agent}?hand_over_to={heir}")
    assert answer.status_code == 204
    session.expire_all()
    assert (seen.assignee_id, unseen.assignee_id) == (heir, None)
    changes = session.scalars(select(ConversationChange).order_by(ConversationChange.conversation_id)).all()
    assert [(each.conversation_id, each.from_value, each.to_value) for each in changes] == [
        (seen.id, str(agent), str(heir)),
        (unseen.id, str(agent), None),
    ]
    assert {(each.field, each.cause, each.actor_id) for each in changes} == {
        ("assignee", "member_removed", team.owner)
    }
    assert len({each.operation_id for each in changes}) == 1
    assert (seen.version, unseen.version) == (versions[0] + 1, versions[1] + 1)
    assert call(heir, "GET", f"/conversations/{seen.id}").status_code == 200
    assert call(team.owner, "DELETE", f"{path}/members/{agent}").status_code == 404


def test_what_is_resolved_stays_theirs_until_it_opens(
    session: DbSession, team: Team, call: Call, path: str
) -> None:
    agent, heir = team.member(), team.member()
    support = team.team("Support")
    asleep = _assigned(session, team, agent, status="snoozed", snooze_kind="reply")
    put, undone, again = (
        _assigned(session, team, agent, status=status, team_id=support)
        for status in ("resolved", "open", "resolved")
    )
    resolve = call(agent, "PUT", f"/conversations/{undone.id}/status", json={"status": "resolved"}).json
    assert call(team.owner, "DELETE", f"{path}/members/{agent}?hand_over_to={heir}").status_code == 204
    session.expire_all()
    assert (asleep.status, asleep.assignee_id) == ("snoozed", heir)
    assert {each.assignee_id for each in (put, undone, again)} == {agent}
    # Whoever opens it: it is nobody's then, or its team's, and that is written down.
    opened = call(heir, "PUT", f"/conversations/{put.id}/status", json={"status": "open"}).json
    assert (opened["assignee"], opened["team"]["name"]) == (None, "Support")
    undo = call(heir, "POST", "/undo", json={"operation_id": resolve["operation_id"]}).json
    assert undo["undone"] == [str(undone.id)]
    session.expire_all()
    for each, cause in ((put, "user"), (undone, "undo")):
        assert (each.status, each.assignee_id, each.team_id) == ("open", None, support)
        freed = session.scalars(
            select(ConversationChange).filter_by(conversation_id=each.id, field="assignee")
        ).one()
        assert (freed.from_value, freed.to_value, freed.cause) == (str(agent), None, cause)
    # Back in the workspace they have their old ones still.
    session.get_one(WorkspaceMember, (team.workspace_id, agent)).state = "active"
    session.commit()
    shown = call(agent, "PUT", f"/conversations/{again.id}/status", json={"status": "open"}).json
    assert shown["assignee"]["user_id"] == str(agent)


def test_who_loses_a_number_keeps_only_what_they_still_see(
    session: DbSession, team: Team, call: Call, path: str
) -> None:
    team.number()
    agent = team.member()
    kept, lost = _assigned(session, team, agent), _assigned(session, team, agent, 1)
    only = {"phone_number_ids": [team.numbers[0].phone_number_id]}
    assert call(team.owner, "PATCH", f"{path}/members/{agent}", json=only).status_code == 200
    session.expire_all()
    assert (kept.assignee_id, lost.assignee_id) == (agent, None)


def test_another_workspaces_conversations_stay_with_who_leaves_this_one(
    session: DbSession, team: Team, call: Call, path: str
) -> None:
    elsewhere = Team(session)
    agent = team.member()
    session.add(WorkspaceMember(workspace_id=elsewhere.workspace_id, user_id=agent, role="agent"))
    session.commit()
    theirs = _assigned(session, elsewhere, agent)
    assert call(agent, "DELETE", f"{path}/members/{agent}").status_code == 204
    session.expire_all()
    assert theirs.assignee_id == agent
    assert session.get_one(Workspace, team.workspace_id).owner_user_id == team.owner


@pytest.mark.parametrize(
    ("method", "changes"),
    [("DELETE", None), ("PATCH", {"state": "suspended"}), ("PATCH", {"visibility": "own"})],
)
def test_open_streams_of_whom_it_concerns_look_at_once_what_they_may_see(
    team: Team, call: Call, path: str, redis_client: Redis, method: str, changes: dict[str, str] | None
) -> None:
    # What a stream does then, tests/events/test_stream.py shows.
    agent, other = team.member(), team.member()
    assert call(team.owner, method, f"{path}/members/{agent}", json=changes).status_code in (200, 204)
    touched = logs.touched_users(redis_client.xrange(logs.CONTROL))
    assert agent in touched
    assert other not in touched
    [entry] = logs.parse(team.account.id, redis_client.xrange(logs.stream_key(team.account.id)))
    assert entry.change == logs.Change(logs.Kind.MEMBERS_UPDATED, team.workspace_id)
