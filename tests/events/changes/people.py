"""Workspaces and the people in them: what colleagues see of who comes, goes and changes."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from tests.conftest import make_token
from tests.events.changes.scene import Scene, use_case
from tests.kinds.conftest import API

MEMBER = "publish_members in change_member.change_member"
REMOVED = "publish_members in remove_member.remove_member"
TEAM = ("publish_members in change_team._tell", "publish_catalog in change_team._tell")
HANDED = "publish in write_changes._write"


def _workspace(scene: Scene) -> str:
    return str(scene.one("SELECT workspace_id FROM waba_accounts WHERE id = :id", id=scene.inbox.account_id))


def _colleague(scene: Scene) -> UUID:
    """Somebody else who works here, as an agent."""
    user = uuid4()
    scene.inbox.execute(
        "INSERT INTO account_members (account_id, user_id, role) VALUES (:account, :user, 'agent')",
        account=scene.inbox.account_id,
        user=user,
    )
    return user


def _member(scene: Scene, user: UUID) -> str:
    return f"/workspaces/{_workspace(scene)}/members/{user}"


@use_case("PATCH /workspaces/<workspace_id>", "publish_members in change_workspace.change_workspace")
def a_workspace_gets_a_name(scene: Scene) -> Iterator[None]:
    yield
    scene.call("PATCH", f"/workspaces/{_workspace(scene)}", json={"name": "Asha and daughters"})
    yield


@use_case("PATCH /workspaces/<workspace_id>/members/<user_id>", MEMBER)
def a_member_becomes_a_viewer(scene: Scene) -> Iterator[None]:
    user = _colleague(scene)
    yield
    scene.call("PATCH", _member(scene, user), json={"role": "viewer", "name": "Ines"})
    yield


@use_case("PATCH /workspaces/<workspace_id>/members/<user_id>", MEMBER)
def a_member_sees_less(scene: Scene) -> Iterator[UUID | None]:
    scene.chat()
    user = _colleague(scene)
    yield user
    scene.call("PATCH", _member(scene, user), json={"visibility": "own"})
    yield None


@use_case("DELETE /workspaces/<workspace_id>/members/<user_id>", REMOVED, HANDED)
def a_member_is_removed_and_a_colleague_gets_their_conversations(scene: Scene) -> Iterator[UUID | None]:
    gone, heir = _colleague(scene), _colleague(scene)
    scene.inbox.execute("UPDATE chat_conversations SET assignee_id = :gone", gone=gone)
    scene.chat()
    scene.inbox.execute("UPDATE chat_conversations SET assignee_id = :gone", gone=gone)
    scene.inbox.execute("UPDATE workspace_members SET visibility = 'own' WHERE user_id = :heir", heir=heir)
    yield heir
    scene.inbox.call("DELETE", f"{_member(scene, gone)}?hand_over_to={heir}")
    yield None


@use_case("GET /workspaces", "publish_members in change_workspace.introduce")
def a_colleague_opens_the_page_for_the_first_time(scene: Scene) -> Iterator[None]:
    headers = {"Authorization": f"Bearer {make_token(_colleague(scene), email='ines@example.com')}"}
    yield
    scene.app.test_client().get(f"{API}/workspaces", headers=headers)
    yield


def _team(scene: Scene) -> str:
    url = f"/workspaces/{_workspace(scene)}/teams"
    made = scene.call("POST", url, json={"name": "Support"})
    return f"{url}/{made['id']}"


@use_case("POST /workspaces/<workspace_id>/teams", *TEAM)
def a_team_is_made(scene: Scene) -> Iterator[None]:
    yield
    _team(scene)
    yield


@use_case("PATCH /workspaces/<workspace_id>/teams/<team_id>", *TEAM)
def a_team_is_renamed(scene: Scene) -> Iterator[None]:
    team = _team(scene)
    scene.chat()
    scene.inbox.execute("UPDATE chat_conversations SET team_id = :team", team=team.rpartition("/")[2])
    yield
    scene.call("PATCH", team, json={"name": "Care"})
    yield


@use_case(
    "DELETE /workspaces/<workspace_id>/teams/<team_id>",
    *TEAM,
    HANDED,
)
def a_team_is_given_up(scene: Scene) -> Iterator[UUID | None]:
    team, user = _team(scene), _colleague(scene)
    scene.call("PUT", f"{team}/members/{user}")
    scene.chat()
    scene.inbox.execute("UPDATE chat_conversations SET team_id = :team", team=team.rpartition("/")[2])
    scene.inbox.execute("UPDATE workspace_members SET visibility = 'team' WHERE user_id = :id", id=user)
    yield user
    scene.inbox.call("DELETE", team)
    yield None


@use_case(
    "PUT /workspaces/<workspace_id>/teams/<team_id>/members/<user_id>",
    *TEAM,
)
def a_member_joins_a_team(scene: Scene) -> Iterator[None]:
    team, user = _team(scene), _colleague(scene)
    yield
    scene.call("PUT", f"{team}/members/{user}")
    yield


@use_case(
    "DELETE /workspaces/<workspace_id>/teams/<team_id>/members/<user_id>",
    *TEAM,
)
def a_member_leaves_a_team(scene: Scene) -> Iterator[None]:
    team, user = _team(scene), _colleague(scene)
    scene.call("PUT", f"{team}/members/{user}")
    yield
    scene.inbox.call("DELETE", f"{team}/members/{user}")
    yield


@use_case(
    "POST /workspaces/<workspace_id>/transfer-ownership",
    "publish_members in transfer_ownership._pass_on",
)
def the_workspace_gets_another_owner(scene: Scene) -> Iterator[None]:
    user = _colleague(scene)
    yield
    url = f"/workspaces/{_workspace(scene)}/transfer-ownership"
    scene.call("POST", url, json={"user_id": str(user)})
    yield


@use_case("POST /invitations/accept", "publish_members in accept_invitation.accept_invitation")
def somebody_accepts_an_invitation(scene: Scene) -> Iterator[None]:
    url = f"/workspaces/{_workspace(scene)}/invitations"
    token = scene.call("POST", url, json={"role": "agent"})["link"].partition("#")[2]
    headers = {"Authorization": f"Bearer {make_token()}"}
    yield
    body = {"token": token}
    scene.app.test_client().post(f"{API}/invitations/accept", headers=headers, json=body)
    yield
