"""Invitations: by a link, for one person, once; and what a token says of its bearer counts for nothing else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select
from structlog.testing import capture_logs

from livechat.domain.clock import now
from livechat.live import event_log as logs
from livechat.models import Invitation, TeamMember, WorkspaceMember
from tests.conftest import make_token
from tests.factories import make_conversation, make_message
from tests.team.conftest import API, DbSession, Team
from tests.team.test_races import at_once

Call = Callable[..., Any]
INES = "ines@example.com"


@pytest.fixture
def path(team: Team) -> str:
    return f"/workspaces/{team.workspace_id}/invitations"


@pytest.fixture
def sign_in(client: FlaskClient) -> Call:
    """``sign_in(user, address)("accept", token)``: an answer to somebody who has a link."""

    def of(user: UUID, email: str | None = INES, **claims: Any) -> Call:
        headers = {"Authorization": f"Bearer {make_token(user, email=email, **claims)}"}

        def ask(verb: str, token: str) -> Any:
            return client.post(f"{API}/invitations/{verb}", headers=headers, json={"token": token})

        return ask

    return of


def _invited(call: Call, team: Team, path: str, **wanted: Any) -> tuple[dict[str, Any], str]:
    """(the invitation, its token)."""
    answer = call(team.owner, "POST", path, json={"role": "agent"} | wanted)
    assert answer.status_code == 201, answer.text
    link = answer.json["link"]
    place, _, token = link.partition("#")
    assert place == "http://localhost/live-chat/join"
    return answer.json["invitation"], token


def _gone(answer: Any) -> bool:
    return (answer.status_code, answer.json["code"]) == (410, "invitation_gone")


def test_a_link_for_an_address_lets_that_address_in_once(
    session: DbSession, team: Team, call: Call, path: str, sign_in: Call, redis_client: Redis
) -> None:
    make_message(session, make_conversation(session, team.numbers[0]))
    number = team.numbers[0].phone_number_id
    session.commit()
    made, token = _invited(
        call, team, path, email=" Ines@Example.com ", visibility="own", phone_number_ids=[number]
    )
    assert (made["email"], made["role"], made["visibility"]) == (INES, "agent", "own")
    ines = uuid4()
    for other in ("luc@example.com", None, "ines@example.com.evil.example"):
        for verb in ("peek", "accept"):
            answer = sign_in(uuid4(), other)(verb, token)
            assert (answer.status_code, answer.json["code"]) == (403, "email_mismatch")
    mine = sign_in(ines, "INES@example.com", user_metadata={"full_name": "Ines", "role": "owner"})
    assert mine("peek", token).json == {"workspace_name": "Workspace", "invited_by": None, "role": "agent"}
    assert call(ines, "GET", "/workspaces").json == {"workspaces": []}
    accepted = mine("accept", token)
    assert accepted.status_code == 200
    assert accepted.json["id"] == str(team.workspace_id)
    assert (accepted.json["role"], accepted.json["is_owner"]) == ("agent", False)
    member = session.get_one(WorkspaceMember, (team.workspace_id, ines))
    assert (member.name, member.visibility, member.number_scope) == ("Ines", "own", "some")
    assert member.read_floor_seq > 0
    assert ines in logs.touched_users(redis_client.xrange(logs.CONTROL))
    assert _gone(mine("accept", token))
    assert _gone(sign_in(uuid4())("peek", token))
    assert call(team.owner, "GET", path).json["invitations"] == []


def test_a_link_for_nobody_in_particular_lets_whoever_has_it_in_once(
    team: Team, call: Call, path: str, sign_in: Call
) -> None:
    made, token = _invited(call, team, path, role="viewer")
    assert made["email"] is None
    assert made["expires_at"] < (now() + timedelta(hours=25)).isoformat()
    assert sign_in(uuid4(), None)("accept", token).json["role"] == "viewer"
    assert _gone(sign_in(uuid4(), None)("accept", token))


def test_of_two_who_accept_at_once_one_is_too_late(
    app: Flask, session: DbSession, team: Team, call: Call, path: str
) -> None:
    for _ in range(10):
        _, token = _invited(call, team, path)

        def accept(user: UUID, token: str = token) -> int:
            headers = {"Authorization": f"Bearer {make_token(user)}"}
            url = f"{API}/invitations/accept"
            return app.test_client().post(url, headers=headers, json={"token": token}).status_code

        users = [uuid4(), uuid4()]
        assert sorted(at_once(*(lambda user=user: accept(user) for user in users))) == [200, 410]
        session.expire_all()
        joined = session.scalars(select(WorkspaceMember).where(WorkspaceMember.user_id.in_(users)))
        assert len(list(joined)) == 1


def test_of_two_invitations_for_one_address_the_second_stands(
    session: DbSession, team: Team, call: Call, path: str, sign_in: Call
) -> None:
    _, first = _invited(call, team, path, email=INES)
    _, second = _invited(call, team, path, email="INES@example.com", role="admin")
    [listed] = call(team.owner, "GET", path).json["invitations"]
    assert (listed["email"], listed["role"]) == (INES, "admin")
    assert _gone(sign_in(uuid4())("accept", first))
    assert sign_in(uuid4())("accept", second).json["role"] == "admin"
    kept = session.scalars(select(Invitation.token_digest)).all()
    assert all(second.encode() not in bytes(digest) for digest in kept)


def test_a_revoked_an_expired_and_an_unknown_link_open_nothing(
    session: DbSession, team: Team, call: Call, path: str, sign_in: Call
) -> None:
    made, revoked = _invited(call, team, path, email=INES)
    assert call(team.owner, "DELETE", f"{path}/{made['id']}").status_code == 204
    made, expired = _invited(call, team, path, email=INES, expires_in_hours=1)
    session.get_one(Invitation, UUID(made["id"])).expires_at = now() - timedelta(seconds=1)
    session.commit()
    for token in (revoked, expired, "no-such-token"):
        for verb in ("peek", "accept"):
            assert _gone(sign_in(uuid4())(verb, token))
    again = call(team.owner, "POST", f"{path}/{made['id']}/resend")
    assert again.status_code == 200
    assert _gone(sign_in(uuid4())("accept", expired))
    token = again.json["link"].partition("#")[2]
    assert sign_in(uuid4())("accept", token).status_code == 200
    assert _gone(call(team.owner, "POST", f"{path}/{made['id']}/resend"))
    assert _gone(call(team.owner, "DELETE", f"{path}/{made['id']}"))
    assert call(team.owner, "DELETE", f"{path}/{uuid4()}").status_code == 404


def test_who_was_removed_comes_back_as_invited_and_who_is_in_stays_as_they_are(
    session: DbSession, team: Team, call: Call, path: str, sign_in: Call
) -> None:
    gone = team.member("admin", name="Ines", state="removed", visibility="own")
    team.team("Support", gone)
    _, token = _invited(call, team, path, role="viewer", email=INES)
    assert sign_in(gone)("accept", token).json["role"] == "viewer"
    session.expire_all()
    member = session.get_one(WorkspaceMember, (team.workspace_id, gone))
    assert (member.state, member.name, member.visibility) == ("active", "Ines", "all")
    assert session.scalars(select(TeamMember)).all() == []
    _, token = _invited(call, team, path, role="viewer")
    answer = sign_in(team.owner)("accept", token)
    assert (answer.status_code, answer.json["code"]) == (409, "already_exists")
    assert sign_in(team.member(state="suspended"))("accept", token).status_code == 403
    assert sign_in(uuid4())("accept", token).status_code == 200


def test_only_admins_invite_and_to_their_own_numbers_alone(team: Team, call: Call, path: str) -> None:
    made, _ = _invited(call, team, path)
    for method, url in (
        ("GET", path),
        ("POST", path),
        ("DELETE", f"{path}/{made['id']}"),
        ("POST", f"{path}/{made['id']}/resend"),
    ):
        body = {"role": "admin"} if url == path and method == "POST" else None
        assert call(team.member(), method, url, json=body).status_code == 403
        assert call(uuid4(), method, url, json=body).status_code == 404
    wanted = {"role": "agent", "phone_number_ids": ["4711"]}
    assert call(team.owner, "POST", path, json=wanted).status_code == 404
    for wrong in ({"role": "owner"}, {"role": "agent", "email": "ines"}, {"email": INES}):
        assert call(team.owner, "POST", path, json=wrong).status_code == 422


def test_the_token_of_a_link_is_in_no_line_of_the_log(
    team: Team, call: Call, path: str, sign_in: Call
) -> None:
    with capture_logs() as lines:
        _, token = _invited(call, team, path, email=INES)
        sign_in(uuid4(), "luc@example.com")("accept", token)
        sign_in(uuid4())("peek", token)
        sign_in(uuid4())("accept", token)
    said = repr(lines)
    assert "/invitations/accept" in said
    assert token not in said
    assert INES not in said


def test_the_links_origin_is_the_pages(team: Team, client: FlaskClient, path: str) -> None:
    def link(origin: str) -> str:
        headers = {"Authorization": f"Bearer {make_token(team.owner)}", "Origin": origin}
        answer = client.post(f"{API}{path}", headers=headers, json={"role": "agent"})
        return str(answer.json["link"].partition("/live-chat/")[0])

    # A proxy speaks TLS, and we do not know.
    assert link("https://localhost") == "https://localhost"
    assert link("https://elsewhere.example") == "http://localhost"


def test_only_so_many_are_pending_at_a_time(
    session: DbSession, team: Team, call: Call, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livechat.team.inviting.invite.MOST_PENDING", 2)
    first, _ = _invited(call, team, path)
    _invited(call, team, path, email=INES)
    # Of another workspace, which this one does not see.
    other = Team(session)
    _invited(call, other, f"/workspaces/{other.workspace_id}/invitations")
    refused = call(team.owner, "POST", path, json={"role": "agent"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["email"])
    # One for the same address takes the place of the one before.
    _invited(call, team, path, email=INES)
    assert call(team.owner, "DELETE", f"{path}/{first['id']}").status_code == 204
    _invited(call, team, path)
    session.rollback()
    assert len(call(team.owner, "GET", path).json["invitations"]) == 2
