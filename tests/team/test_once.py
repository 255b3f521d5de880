"""A request that makes something makes it once, however often it comes under its key."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from livechat.core.config import SETTINGS_KEY
from livechat.domain.clock import now
from livechat.models import IdempotencyKey, Invitation
from livechat.models import Team as TeamRow
from livechat.operations.maintenance import KEYS_KEPT, prune
from tests.conftest import make_token
from tests.team.conftest import API, DbSession, Team
from tests.team.test_races import at_once

BODIES = {"teams": {"name": "Support"}, "invitations": {"role": "agent", "email": "ines@example.com"}}


@pytest.fixture
def post(app: Flask, team: Team) -> Callable[..., Any]:
    def ask(what: str, key: str | None, body: Any = None, user: UUID | None = None) -> Any:
        headers = {"Authorization": f"Bearer {make_token(user or team.owner)}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        path = f"{API}/workspaces/{team.workspace_id}/{what}"
        return app.test_client().post(path, headers=headers, json=body or BODIES[what])

    return ask


@pytest.mark.parametrize(("what", "table"), [("teams", TeamRow), ("invitations", Invitation)])
def test_the_same_request_again_makes_nothing_and_answers_the_same(
    session: DbSession, post: Callable[..., Any], what: str, table: Any
) -> None:
    first, again = post(what, "a key"), post(what, "a key")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json
    other = post(what, "a key", BODIES[what] | ({"name": "Sales"} if what == "teams" else {"role": "viewer"}))
    assert (other.status_code, other.json["code"]) == (409, "idempotency_conflict")
    assert post(what, "k" * 256).status_code == 422
    assert session.scalar(select(func.count()).select_from(table)) == 1


@pytest.mark.parametrize("what", BODIES)
def test_of_the_same_request_at_once_one_makes_it(post: Callable[..., Any], what: str) -> None:
    for _ in range(5):
        key, name = str(uuid4()), str(uuid4())
        body = {"name": name} if what == "teams" else {"role": "agent", "email": f"{name}@example.com"}
        answers = at_once(*[lambda key=key, body=body: post(what, key, body)] * 3)
        assert sorted(each.status_code for each in answers) == [200, 200, 201]
        assert answers[0].json == answers[1].json == answers[2].json


def test_what_was_refused_leaves_its_key_free(
    session: DbSession, team: Team, post: Callable[..., Any]
) -> None:
    assert post("teams", None).status_code == 201
    assert post("teams", "a key").status_code == 409
    # As at the end of a request that has a context of its own.
    session.rollback()
    assert post("teams", "a key", {"name": "Sales"}).status_code == 201


def test_a_key_is_its_users_alone(team: Team, post: Callable[..., Any]) -> None:
    admin = team.member("admin")
    first, other = post("invitations", "a key"), post("invitations", "a key", user=admin)
    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json["link"] != other.json["link"]
    # The second replaced the first, whose link is dead.
    assert post("invitations", "a key").json["link"] is None


def test_old_keys_are_forgotten(app: Flask, session: DbSession, post: Callable[..., Any]) -> None:
    post("teams", "a key")
    prune(session, app.config[SETTINGS_KEY])
    row = session.scalars(select(IdempotencyKey)).one()
    row.created_at = now() - KEYS_KEPT
    session.commit()
    prune(session, app.config[SETTINGS_KEY])
    assert session.scalars(select(IdempotencyKey)).all() == []
