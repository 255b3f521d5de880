"""Workspaces and the people in them: what colleagues see of who comes, goes and changes."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from tests.conftest import make_token
from tests.events.changes.scene import Scene, use_case
from tests.kinds.conftest import API

MEMBER = "publish_members in change_member.change_member"
REMOVED = "publish_members in remove_member.remove_member"
HANDED = "publish in hand_back.hand_back"


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
