"""Drafts are kept for their writer alone, and a conversation can be opened before anybody has written."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session, scoped_session

from livechat.conversations.merging import merge_conversation
from livechat.conversations.object_schemas import ConversationSchema
from livechat.live.event_log import Change, Kind, LogEntry
from livechat.models import AccountMember
from livechat.stream.render import render
from tests.api.conftest import Caller
from tests.factories import make_account, make_conversation, make_message, make_number

DbSession = scoped_session[Session]
Call = Callable[[UUID], Caller]


def test_a_draft_is_part_of_the_conversation_until_it_is_emptied(session: DbSession, caller: Call) -> None:
    user = uuid4()
    conversation = make_conversation(session, make_number(session, make_account(session, user)))
    message = make_message(session, conversation)
    session.commit()
    path = f"/conversations/{conversation.id}"
    api = caller(user)
    answer = api.put(f"{path}/draft", {"text": "Half a\nsentence ", "reply_to": str(message.id)})
    assert answer.status_code == 200
    shown = answer.json
    assert ConversationSchema().validate(shown) == {}
    assert (shown["draft"]["text"], shown["draft"]["reply_to"]) == ("Half a\nsentence ", str(message.id))
    assert shown["draft"]["updated_at"].endswith("Z")
    assert api.get(path).json == shown
    listed = api.get("/conversations", phone_number_id=conversation.phone_number_id).json["conversations"]
    assert listed == [shown]
    assert api.put(f"{path}/draft", {"text": "Another"}).json["draft"]["reply_to"] is None
    assert api.post(f"{path}/read").json["draft"]["text"] == "Another"
    assert api.put(f"{path}/draft", {"text": " \n"}).json["draft"] is None
    assert api.get(path).json["draft"] is None


def test_other_members_are_shown_their_own_draft_and_so_are_their_streams(
    session: DbSession, caller: Call
) -> None:
    owner, agent = uuid4(), uuid4()
    account = make_account(session, owner)
    conversation = make_conversation(session, make_number(session, account))
    session.add(AccountMember(account_id=account.id, user_id=agent, role="agent"))
    session.commit()
    path = f"/conversations/{conversation.id}"
    caller(owner).put(f"{path}/draft", {"text": "The owner's"})
    assert caller(agent).get(path).json["draft"] is None
    caller(agent).put(f"{path}/draft", {"text": "The agent's"})
    assert caller(owner).get(path).json["draft"]["text"] == "The owner's"
    change = Change(Kind.CONVERSATION_UPDATED, conversation.id)
    (event,) = render(session, [LogEntry(account.id, (1, 0), change)])
    assert b"The owner's" in event.seen_by(owner).payload
    assert b"The agent's" not in event.seen_by(owner).payload
    assert b"The agent's" in event.seen_by(agent).payload
    stranger = event.seen_by(uuid4()).payload
    assert b'"draft":null' in stranger


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 200),
        ({"text": None}, 422),
        ({"text": "x" * 16_385}, 422),
        ({"text": "x", "more": 1}, 422),
        ({"text": "x", "reply_to": "no id"}, 404),
        ({"text": "x", "reply_to": str(uuid4())}, 404),
        ({"text": "a\x00b"}, 422),
    ],
)
def test_what_is_no_draft_is_refused(
    session: DbSession, caller: Call, body: dict[str, object], status: int
) -> None:
    user = uuid4()
    conversation = make_conversation(session, make_number(session, make_account(session, user)))
    session.commit()
    answer = caller(user).put(f"/conversations/{conversation.id}/draft", body)
    assert answer.status_code == status


def test_nobody_writes_into_others_conversations(session: DbSession, caller: Call) -> None:
    conversation = make_conversation(session)
    session.commit()
    assert caller(uuid4()).put(f"/conversations/{conversation.id}/draft", {"text": "x"}).status_code == 404


def test_a_merge_keeps_the_draft(session: DbSession, caller: Call) -> None:
    user = uuid4()
    number = make_number(session, make_account(session, user))
    winner, loser = make_conversation(session, number), make_conversation(session, number)
    session.commit()
    gone = loser.id
    caller(user).put(f"/conversations/{gone}/draft", {"text": "Kept"})
    merge_conversation(session, gone, winner.id)
    session.commit()
    assert caller(user).get(f"/conversations/{gone}").json["draft"]["text"] == "Kept"


def test_a_number_is_opened_once_and_listed_when_something_was_said(session: DbSession, caller: Call) -> None:
    user = uuid4()
    number = make_number(session, make_account(session, user))
    session.commit()
    asked = {"phone_number_id": number.phone_number_id, "to": "+91 (775) 599-1051"}
    first, again = caller(user).post("/conversations", asked), caller(user).post("/conversations", asked)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["customer_phone"] == "917755991051"
    assert first.json["window_expires_at"] is None
    listed = caller(user).get("/conversations", phone_number_id=number.phone_number_id).json
    assert listed["conversations"] == []


@pytest.mark.parametrize(
    ("to", "status"), [("", 422), ("no number", 422), ("12", 422), ("9" * 65, 422), (None, 422)]
)
def test_what_is_no_number_is_not_opened(
    session: DbSession, caller: Call, to: str | None, status: int
) -> None:
    user = uuid4()
    number = make_number(session, make_account(session, user))
    session.commit()
    asked = {"phone_number_id": number.phone_number_id, "to": to}
    answer = caller(user).post("/conversations", asked)
    assert answer.status_code == status
    assert "to" in answer.json["errors"]


def test_others_numbers_open_nothing(session: DbSession, caller: Call) -> None:
    number = make_number(session)
    session.commit()
    asked = {"phone_number_id": number.phone_number_id, "to": "917755991051"}
    assert caller(uuid4()).post("/conversations", asked).status_code == 404
