"""A workspace that asks for a second factor shows nothing to a token without it: by REST and by stream."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from livechat.models import Workspace, WorkspaceMember
from tests.conftest import make_token, wait_until
from tests.events.conftest import OpenStream, browse, server
from tests.factories import make_conversation, make_message
from tests.team.conftest import API, DbSession, Team

__all__ = ["browse", "server"]
# Without these nobody could learn that it is asked for, nor join.
OPEN = {f"{API}/workspaces", f"{API}/invitations/peek", f"{API}/invitations/accept"}


@pytest.fixture
def signed_in(client: FlaskClient) -> Callable[..., Any]:
    def ask(user: UUID, level: str | None, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {make_token(user, aal=level)}"}
        return client.open(path, method=method, headers=headers, **options)

    return ask


def _asks(session: DbSession, team: Team) -> None:
    session.get_one(Workspace, team.workspace_id).require_mfa = True
    session.commit()


def test_a_token_without_it_opens_no_route_of_the_api(
    app: Flask, session: DbSession, team: Team, signed_in: Callable[..., Any]
) -> None:
    _asks(session, team)
    routes = [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if getattr(rule, "needs", None) is not None
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    assert len(routes) > 40
    for method, rule in routes:
        path = rule.replace("<", "").replace(">", "")
        for level in (None, "aal1", "aal9"):
            answer = signed_in(team.owner, level, method, path)
            is_refused = answer.status_code == 403 and answer.json["code"] == "mfa_required"
            assert is_refused == (rule not in OPEN), (method, rule, level)
    assert signed_in(team.owner, "aal2", "GET", f"{API}/phone-numbers").status_code == 200
    assert signed_in(uuid4(), "aal1", "GET", f"{API}/phone-numbers").status_code == 200


def test_another_workspace_of_the_same_person_goes_on(
    session: DbSession, team: Team, signed_in: Callable[..., Any]
) -> None:
    _asks(session, team)
    other = Team(session)
    user = team.owner
    session.add(WorkspaceMember(workspace_id=other.workspace_id, user_id=user, role="admin"))
    theirs, hidden = make_conversation(session, other.numbers[0]), make_conversation(session, team.numbers[0])
    message = make_message(session, hidden)
    session.commit()
    weak = partial(signed_in, user, "aal1")

    def numbers(level: str) -> list[str]:
        found = signed_in(user, level, "GET", f"{API}/phone-numbers").json["phone_numbers"]
        return sorted(each["phone_number_id"] for each in found)

    own, others = team.numbers[0].phone_number_id, other.numbers[0].phone_number_id
    assert numbers("aal1") == [others]
    assert numbers("aal2") == sorted([own, others])
    assert len(signed_in(user, "aal1", "GET", f"{API}/workspaces").json["workspaces"]) == 2
    assert weak("GET", f"{API}/conversations/{theirs.id}").status_code == 200
    assert weak("GET", f"{API}/workspaces/{other.workspace_id}/members").status_code == 200
    for method, path in (
        ("GET", f"/conversations/{hidden.id}"),
        ("GET", f"/conversations?phone_number_id={own}"),
        ("GET", f"/messages?conversation_id={hidden.id}"),
        ("GET", f"/messages/{message.id}"),
        ("POST", f"/conversations/{hidden.id}/read"),
        ("GET", f"/workspaces/{team.workspace_id}/members"),
        ("GET", f"/workspaces/{team.workspace_id}/labels"),
        ("PATCH", f"/workspaces/{team.workspace_id}"),
        ("GET", f"/events?phone_number_id={own}"),
        ("GET", f"/activity?phone_number_id={own}"),
    ):
        body = {"json": {}} if method != "GET" else {}
        answer = weak(method, f"{API}{path}", **body)
        assert (answer.status_code, answer.json["code"]) == (403, "mfa_required"), (method, path)


def test_only_who_has_it_can_ask_it_of_all(team: Team, signed_in: Callable[..., Any]) -> None:
    path, asks = f"{API}/workspaces/{team.workspace_id}", {"require_mfa": True}
    refused = signed_in(team.owner, "aal1", "PATCH", path, json=asks)
    assert (refused.status_code, refused.json["code"]) == (403, "mfa_required")
    assert signed_in(team.owner, "aal1", "GET", f"{API}/phone-numbers").status_code == 200
    assert signed_in(team.owner, "aal2", "PATCH", path, json=asks).json["require_mfa"] is True
    assert signed_in(team.owner, "aal1", "GET", f"{API}/phone-numbers").status_code == 403
    [shown] = signed_in(team.owner, "aal1", "GET", f"{API}/workspaces").json["workspaces"]
    assert shown["require_mfa"] is True


def test_open_streams_without_it_end_when_it_is_asked_for(
    team: Team, signed_in: Callable[..., Any], browse: OpenStream
) -> None:
    agent = team.member()
    weak, strong = browse(agent, aal="aal1"), browse(agent, aal="aal2")
    path = f"{API}/workspaces/{team.workspace_id}"
    assert signed_in(team.owner, "aal2", "PATCH", path, json={"require_mfa": True}).status_code == 200
    wait_until(lambda: weak.ended_at is not None)
    assert "members.updated" in strong.names() or strong.wait_for(1)
    assert strong.ended_at is None
    assert browse(agent, aal="aal1").status == 403
