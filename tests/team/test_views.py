"""Saved views: who is offered which, that their filter is the list's own, and that sight stays the reader's."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]


@pytest.fixture
def path(team: Team) -> str:
    return f"/workspaces/{team.workspace_id}/views"


def view(name: str = "Refunds", **given: Any) -> dict[str, Any]:
    """The body of a request for one."""
    return {"name": name, "filter": {"scope": "mine", "waiting": True}} | given


def offered(call: Call, user: UUID, path: str) -> list[str]:
    """The names of what this member is offered."""
    return [each["name"] for each in call(user, "GET", path).json["views"]]


def test_who_is_offered_a_view_and_who_writes_it(team: Team, call: Call, path: str) -> None:
    ines, otto, viewer, admin = (team.member(role) for role in ("agent", "agent", "viewer", "admin"))
    sales = str(team.team("Sales", ines))
    made = {
        name: call(who, "POST", path, json=view(name, **more)).json
        for name, who, more in (
            ("ärger", viewer, {}),
            ("Own", ines, {"visibility": "private", "sort": "waiting"}),
            ("Sales", admin, {"visibility": "team", "team_id": sales}),
            ("Zeta", admin, {"visibility": "all"}),
        )
    }
    assert (made["Own"]["sort"], made["Own"]["owner_user_id"]) == ("waiting", str(ines))
    assert made["Own"]["filter"] == {"scope": "mine", "waiting": True}
    assert offered(call, ines, path) == ["Own", "Sales", "Zeta"]
    assert offered(call, otto, path) == ["Zeta"]
    assert offered(call, viewer, path) == ["ärger", "Zeta"]
    assert offered(call, admin, path) == ["Sales", "Zeta"]
    assert call(ines, "POST", path, json=view(visibility="all")).status_code == 403
    assert call(uuid4(), "GET", path).status_code == 404

    def may(user: UUID, name: str) -> tuple[int, ...]:
        one = f"{path}/{made[name]['id']}"
        return (
            call(user, "PATCH", one, json={"sort": "closing"}).status_code,
            call(user, "DELETE", one).status_code,
        )

    assert may(ines, "Zeta") == may(ines, "Sales") == (403, 403)
    assert may(admin, "Own") == may(otto, "Sales") == may(otto, "Own") == (404, 404)
    own = f"{path}/{made['Own']['id']}"
    assert call(ines, "PATCH", own, json={"visibility": "all"}).status_code == 403
    assert call(ines, "PATCH", own, json={"name": "Mine"}).json["name"] == "Mine"
    assert may(admin, "Sales") == may(admin, "Zeta") == may(ines, "Own") == may(viewer, "ärger") == (200, 204)
    assert offered(call, admin, path) == offered(call, ines, path) == []


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"name": " "}, 422),
        ({"visibility": "world"}, 422),
        ({"visibility": "team"}, 422),
        ({"filter": {"scope": "theirs"}}, 422),
        ({"filter": {"limit": 5}}, 422),
        ({"filter": {"waiting": "perhaps"}}, 422),
        ({"filter": ["mine"]}, 422),
        ({"filter": {"label": [str(uuid4())]}}, 404),
        ({"filter": {"scope": f"team:{uuid4()}"}}, 404),
        ({"filter": {"phone_number_id": "1"}}, 404),
        ({"filter": {"workspace_id": str(uuid4())}}, 404),
        ({"sort": "loud"}, 422),
        ({"colour": "red"}, 422),
    ],
)
def test_a_view_asks_what_the_list_can_answer(
    team: Team, call: Call, path: str, given: dict[str, Any], status: int
) -> None:
    assert call(team.owner, "POST", path, json=view() | given).status_code == status


def test_a_view_shows_its_reader_what_they_see(session: DbSession, team: Team, call: Call, path: str) -> None:
    ines = team.member(visibility="own")
    theirs = make_conversation(session, team.numbers[0], assignee_id=ines)
    others = make_conversation(session, team.numbers[0])
    for conversation in (theirs, others):
        make_message(session, conversation)
    session.commit()
    asked = {"phone_number_id": team.numbers[0].phone_number_id, "status": "open", "unread": "true"}
    call(team.owner, "POST", path, json=view(visibility="all", filter=asked))
    for user, seen in ((team.owner, {theirs.id, others.id}), (ines, {theirs.id})):
        saved = call(user, "GET", path).json["views"][0]
        found = call(user, "GET", "/conversations", query_string=saved["filter"] | {"sort": saved["sort"]})
        assert {UUID(each["id"]) for each in found.json["conversations"]} == seen


def test_the_same_request_saves_one(
    team: Team, client: Any, auth: Callable[[UUID], dict[str, str]], path: str
) -> None:
    headers = auth(team.owner) | {"Idempotency-Key": "k1"}
    answers = [
        client.post(f"/api/live-chat{path}", headers=headers, json=view(name)) for name in ("A", "A", "B")
    ]
    assert [each.status_code for each in answers] == [201, 200, 409]
    assert answers[0].json == answers[1].json
