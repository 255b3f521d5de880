"""Following: anybody for themselves; who gives and takes sight is an admin, and it is written down."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from livechat.models import WorkspaceMember
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    conversation = make_conversation(session, team.numbers[0])
    make_message(session, conversation)
    session.commit()
    return conversation.id


def _put(call: Call, by: UUID, chat: UUID, user: UUID) -> Any:
    return call(by, "PUT", f"/conversations/{chat}/watchers/{user}")


def _delete(call: Call, by: UUID, chat: UUID, user: UUID) -> Any:
    return call(by, "DELETE", f"/conversations/{chat}/watchers/{user}")


def _sees(call: Call, user: UUID, chat: UUID) -> bool:
    return bool(call(user, "GET", f"/conversations/{chat}").status_code == 200)


def _lines(call: Call, user: UUID, chat: UUID) -> Any:
    entries = call(user, "GET", f"/conversations/{chat}/timeline").json["entries"]
    return [each["change"] for each in entries if each["kind"] == "change"]


@pytest.mark.parametrize("role", ["agent", "viewer"])
def test_anybody_follows_for_themselves_and_twice_is_once(
    team: Team, call: Call, chat: UUID, role: str
) -> None:
    dora = team.member(role, name="Dora")
    first, again = _put(call, dora, chat, dora), _put(call, dora, chat, dora)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json["id"], first.json["version"], again.json["version"]) == (str(chat), 1, 1)
    dropped, gone = _delete(call, dora, chat, dora), _delete(call, dora, chat, dora)
    assert (dropped.status_code, gone.status_code, gone.json["version"]) == (200, 200, 2)
    lines = _lines(call, dora, chat)
    shown = {"user_id": str(dora), "name": "Dora"}
    assert [(line["field"], line["from"], line["to"]) for line in lines] == [
        ("watcher", None, shown),
        ("watcher", shown, None),
    ]
    assert [line["operation_id"] for line in lines] == [
        each.json["operation_id"] for each in (first, dropped)
    ]


def test_an_admin_gives_sight_and_takes_it(team: Team, call: Call, chat: UUID) -> None:
    ben = team.member(visibility="own")
    assert not _sees(call, ben, chat)
    # Of what they do not see nobody makes themselves a follower.
    assert _put(call, ben, chat, ben).status_code == 404
    assert _put(call, team.member("admin"), chat, ben).status_code == 200
    assert _sees(call, ben, chat)
    assert _delete(call, ben, chat, ben).json["id"] == str(chat)
    assert not _sees(call, ben, chat)
    assert _put(call, team.owner, chat, ben).status_code == 200
    assert _delete(call, team.owner, chat, ben).status_code == 200
    assert not _sees(call, ben, chat)


def test_an_agent_neither_gives_sight_nor_takes_it(team: Team, call: Call, chat: UUID) -> None:
    agent, blind, seeing = team.member(), team.member(visibility="own"), team.member()
    assert _put(call, agent, chat, blind).status_code == 403
    assert _put(call, agent, chat, seeing).status_code == 200
    assert _delete(call, agent, chat, seeing).status_code == 200
    assert _put(call, team.owner, chat, blind).status_code == 200
    assert _delete(call, agent, chat, blind).status_code == 403
    assert _sees(call, blind, chat)
    viewer = team.member("viewer")
    assert [act(call, viewer, chat, seeing).status_code for act in (_put, _delete)] == [403, 403]


def test_who_is_not_here_or_may_not_use_the_number_cannot_follow(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    elsewhere = team.member(numbers=[team.number().phone_number_id], visibility="own")
    for user in (elsewhere, team.member(state="suspended")):
        answer = _put(call, team.owner, chat, user)
        assert (answer.status_code, answer.json["code"]) == (422, "assignee_unavailable")
    for user in (team.member(state="removed"), uuid4(), Team(session).owner):
        assert [act(call, team.owner, chat, user).status_code for act in (_put, _delete)] == [404, 404]
    assert _put(call, Team(session).owner, chat, team.owner).status_code == 404
    assert call(team.owner, "PUT", f"/conversations/{chat}/watchers/no-id").status_code == 404


def test_who_sees_it_otherwise_loses_nothing(session: DbSession, team: Team, call: Call, chat: UUID) -> None:
    ben = team.member(visibility="own")
    assert _put(call, team.owner, chat, ben).status_code == 200
    session.get_one(WorkspaceMember, (team.workspace_id, ben)).visibility = "all"
    session.commit()
    assert _delete(call, team.member(), chat, ben).status_code == 200
    assert _sees(call, ben, chat)


def test_what_gave_sight_is_not_undone(team: Team, call: Call, chat: UUID) -> None:
    agent, ben = team.member(), team.member(visibility="own")
    operation = _put(call, team.owner, chat, ben).json["operation_id"]
    undone = call(agent, "POST", "/undo", json={"operation_id": operation})
    assert (undone.status_code, undone.json["undone"]) == (200, [])
    assert [each["reason"] for each in undone.json["skipped"]] == ["watcher"]
    assert _sees(call, ben, chat)
