"""A reply that was written before something else happened: it is not stored, and the writer learns what."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from livechat.domain.clock import now
from livechat.models import Conversation, Message
from tests.conftest import make_token
from tests.factories import make_conversation, make_message
from tests.team.conftest import API, DbSession, Team

Call = Callable[..., Any]


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    conversation = make_conversation(session, team.numbers[0])
    # Meta's times are whole seconds, as those of replies are.
    make_message(session, conversation, timestamp=now().replace(microsecond=0))
    session.commit()
    return conversation.id


def _body(team: Team, chat: UUID, **more: Any) -> dict[str, Any]:
    number = team.numbers[0].phone_number_id
    return {"phone_number_id": number, "conversation_id": str(chat), "message": "At six.", **more}


def _last(session: DbSession, chat: UUID) -> str:
    session.rollback()
    return str(session.get_one(Conversation, chat).last_message_id)


def _sent(session: DbSession) -> int:
    session.rollback()
    return session.query(Message).filter_by(direction="outbound").count()


def test_what_was_said_or_taken_meanwhile_stops_the_reply(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, seen = team.member(name="Ben"), _last(session, chat)
    path = "/send-message"
    assert call(ben, "POST", path, json=_body(team, chat, client_message_id="b")).status_code == 202
    late = _body(team, chat, client_message_id="a", expected={"last_message_id": seen, "assignee_id": None})
    refused = call(team.owner, "POST", path, json=late)
    assert (refused.status_code, refused.json["code"]) == (409, "conversation_changed")
    assert refused.json["changed_by"] == {"user_id": str(ben), "name": "Ben"}
    assert refused.json["conversation"]["last_message"]["id"] == _last(session, chat)
    call(ben, "POST", f"/conversations/{chat}/claim")
    late["expected"]["last_message_id"] = _last(session, chat)
    refused = call(team.owner, "POST", path, json=late)
    assert refused.json["conversation"]["assignee"] == {"user_id": str(ben), "name": "Ben"}
    assert refused.json["changed_by"] == {"user_id": str(ben), "name": "Ben"}
    assert _sent(session) == 1
    late["expected"]["assignee_id"] = str(ben)
    # A refused request has stored nothing under its key: with open eyes it is sent, and once.
    assert [call(team.owner, "POST", path, json=late).status_code for _ in range(2)] == [202, 200]
    assert _sent(session) == 2


def test_half_of_what_was_seen_is_enough_and_what_is_no_id_is_refused(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    for expected, status in (
        ({}, 202),
        ({"assignee_id": None}, 202),
        ({"assignee_id": str(team.owner)}, 409),
        ({"last_message_id": None}, 409),
        ({"last_message_id": str(uuid4())}, 409),
        ({"last_message_id": "1"}, 422),
        ({"status": "open"}, 422),
    ):
        answer = call(team.owner, "POST", "/send-message", json=_body(team, chat, expected=expected))
        assert answer.status_code == status, expected


def test_who_lost_sight_is_not_shown_it_by_sending_the_same_again(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    agent = team.member(visibility="own")
    session.get_one(Conversation, chat).assignee_id = agent
    session.commit()
    body = _body(team, chat, client_message_id="a")
    other = {**body, "message": "At seven."}
    assert [call(agent, "POST", "/send-message", json=body).status_code for _ in range(2)] == [202, 200]
    session.get_one(Conversation, chat).assignee_id = team.owner
    session.commit()
    # Nor is it said whether their key is taken.
    for asked in (body, other):
        answer = call(agent, "POST", "/send-message", json=asked)
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert _sent(session) == 1


def test_of_two_who_answer_what_both_saw_one_does(
    app: Flask, session: DbSession, team: Team, chat: UUID
) -> None:
    agents, plain = [team.member(), team.member()], _body(team, chat)

    def send(user: UUID, seen: str) -> int:
        body = {**plain, "expected": {"last_message_id": seen}}
        headers = {"Authorization": f"Bearer {make_token(user)}"}
        return app.test_client().post(f"{API}/send-message", json=body, headers=headers).status_code

    for n in range(1, 6):
        seen = _last(session, chat)
        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(send, agents, [seen] * 2)) == [202, 409]
        assert _sent(session) == n
