"""Each route, each role: what the table of permissions says, and nothing else."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from livechat.domain.permissions import ALLOWED, Permission, Role, is_allowed
from livechat.models import ConversationChange, Label, Note, Notification, Reminder, ScheduledMessage
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]
PREFIX = "/api/live-chat"
# Routes that show people their own, or ask for no object of a workspace.
OF_NOBODY = {"/phone-numbers", "/events"}


def _routes(app: Flask) -> list[tuple[str, str, Permission]]:
    return [
        (method, rule.rule.removeprefix(PREFIX), needs)
        for rule in app.url_map.iter_rules()
        if isinstance(needs := getattr(rule, "needs", None), Permission)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_every_route_of_the_api_says_what_it_needs(app: Flask) -> None:
    routes = _routes(app)
    assert len(routes) > 25
    assert {needs for _, _, needs in routes} <= set(Permission)


def test_the_table_gives_nobody_the_owners_rights_and_viewers_no_way_to_send() -> None:
    assert not is_allowed(Role.ADMIN, Permission.WORKSPACE_TRANSFER)
    assert is_allowed(Role.ADMIN, Permission.WORKSPACE_TRANSFER, is_owner=True)
    assert Permission.MESSAGE_SEND not in ALLOWED[Role.VIEWER]
    assert ALLOWED[Role.VIEWER] < ALLOWED[Role.AGENT] < ALLOWED[Role.ADMIN]


@pytest.mark.parametrize("role", list(Role))
def test_a_route_refuses_the_roles_that_lack_what_it_needs(
    app: Flask, session: DbSession, team: Team, call: Call, role: Role
) -> None:
    user = team.member(str(role))
    number = team.numbers[0].phone_number_id
    asked = 0
    for method, path, needs in _routes(app):
        if path in OF_NOBODY or path.startswith(("/workspaces", "/invitations", "/jobs")):
            continue
        conversation = make_conversation(session, team.numbers[0])
        message = make_message(session, conversation)
        label = Label(
            workspace_id=team.workspace_id,
            name=str(message.id),
            colour="#b91c1c",
            created_by=team.owner,
            request_digest=b"",
        )
        note = Note(conversation_id=conversation.id, author_id=user, body="Hi")
        told = Notification(
            user_id=user, conversation_id=conversation.id, kind="mention", cause_id=message.id
        )
        reminder = Reminder(user_id=user, conversation_id=conversation.id, due_at=message.timestamp, text="")
        scheduled = ScheduledMessage(
            user_id=user,
            phone_number_id=number,
            conversation_id=conversation.id,
            message_type="text",
            part={"body": "Hi"},
            content={},
            send_at=message.timestamp,
            cancel_if_customer_writes=False,
            heard_seq=0,
        )
        session.add(scheduled)
        session.add_all([label, note, told, reminder])
        # What is undone; the operation has the conversation's id.
        change = {"operation_id": conversation.id, "conversation_id": conversation.id, "cause": "user"}
        session.add(
            ConversationChange(
                actor_kind="member", actor_id=team.owner, field="status", from_value="open", **change
            )
        )
        session.commit()
        ids = {
            "<conversation_id>": conversation.id,
            "<message_id>": message.id,
            "<phone_number_id>": number,
            "<label_id>": label.id,
            "<user_id>": user,
            "<note_id>": note.id,
            "<notification_id>": told.id,
            "<reminder_id>": reminder.id,
            "<scheduled_id>": scheduled.id,
        }
        # Of a message without a file, and of no webhook, there is nothing to do.
        if "<event_id>" in path or path.endswith("/media/retry"):
            continue
        url = path
        for name, value in ids.items():
            url = url.replace(name, str(value))
        answer = call(user, method, url, **_given(method, path, number, conversation.id, message.id))
        forbidden = answer.status_code == 403 and answer.json["code"] == "forbidden"
        assert forbidden == (not is_allowed(role, needs)), (method, path, answer.status_code, answer.text)
        assert answer.status_code not in (404, 500), (method, path, answer.text)
        asked += 1
    assert asked > 20


def _given(method: str, path: str, number: str, conversation_id: UUID, message_id: UUID) -> dict[str, Any]:
    """What the route takes, so that it comes to ask who is asking."""
    if method == "GET":
        return {"query_string": {"phone_number_id": number} if "<" not in path else {}} | (
            {"query_string": {"conversation_id": str(conversation_id)}} if path == "/messages" else {}
        )
    bodies: dict[str, Any] = {
        "/send-message": {
            "phone_number_id": number,
            "conversation_id": str(conversation_id),
            "message": "Hi",
            "message_type": "text",
        },
        "/scheduled-messages": {
            "phone_number_id": number,
            "conversation_id": str(conversation_id),
            "message": "Hi",
            "send_at": "2035-01-01T09:00:00Z",
        },
        "/conversations": {"phone_number_id": number, "to": "+91 77559 91051"},
        "/undo": {"operation_id": str(conversation_id)},
        "/presence": {"state": "active", "viewing": conversation_id},
        "/templates/sync": {"phone_number_id": number},
        "/webhook-events/replay": {"phone_number_id": number},
        "/bulk": {"action": "assign", "assignee_id": None, "ids": [str(conversation_id)]},
    }
    if path.endswith("/unread"):
        return {"json": {"from": str(message_id)}}
    if path.endswith("/assignment"):
        return {"json": {"assignee_id": None, "expected": {"assignee_id": None}}}
    if path.endswith("/status"):
        return {"json": {"status": "resolved"}}
    if path.endswith("/reminders"):
        return {"json": {"due_at": "2035-01-01T09:00:00Z", "text": "Ask again"}}
    if path == "/media":
        file = (BytesIO(b"%PDF-1.4\n%%EOF"), "a.pdf")
        return {"data": {"file": file, "phone_number_id": number}}
    return {"json": bodies.get(path, {})}


def test_a_stranger_gets_404_where_a_member_without_the_right_gets_403(
    session: DbSession, team: Team, call: Call
) -> None:
    conversation = make_conversation(session, team.numbers[0])
    session.commit()
    viewer, stranger = team.member("viewer"), uuid4()
    path = f"/conversations/{conversation.id}/typing"
    assert call(viewer, "POST", path).status_code == 403
    assert call(stranger, "POST", path).status_code == 404


def test_a_viewers_reading_tells_nobody_and_moves_nothing_of_the_teams(
    session: DbSession, team: Team, call: Call
) -> None:
    viewer = team.member("viewer")
    conversation = make_conversation(session, team.numbers[0])
    make_message(session, conversation)
    session.commit()
    answer = call(viewer, "POST", f"/conversations/{conversation.id}/read", json={})
    assert (answer.status_code, answer.json["unread_count"]) == (200, 1)
    session.expire_all()
    assert (conversation.unread_count, conversation.read_seq) == (1, 0)
