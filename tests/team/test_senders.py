"""Who wrote a message to a customer: a member by their name of today, and nobody for what was written elsewhere."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from livechat.domain import clock
from livechat.models import WorkspaceMember
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]


def test_each_sees_who_of_the_team_wrote(session: DbSession, team: Team, call: Call) -> None:
    ben = team.member(name="Ben")
    conversation = make_conversation(session, team.number(), last_inbound_at=clock.now())
    make_message(session, conversation)
    make_message(session, conversation, direction="outbound", origin="phone_app")
    session.commit()
    sent = {
        "phone_number_id": conversation.phone_number_id,
        "to": conversation.customer_phone,
        "type": "text",
        "message": "Yes, at five.",
        "client_message_id": str(uuid4()),
    }
    queued = call(ben, "POST", "/send-message", json=sent)
    assert queued.status_code == 202, queued.text
    sent_id, his = queued.json["message"]["id"], {"kind": "member", "id": str(ben), "name": "Ben"}
    assert queued.json["message"]["sent_by"] == his

    def shown(user: UUID) -> list[Any]:
        page = call(user, "GET", f"/messages?conversation_id={conversation.id}").json["messages"]
        [row] = call(user, "GET", "/conversations").json["conversations"]
        alone = call(user, "GET", f"/messages/{sent_id}").json
        assert alone in page
        assert row["last_message"] in page
        return [alone["sent_by"], *(each["sent_by"] for each in page if each["id"] != sent_id)]

    assert shown(team.owner) == shown(ben) == [his, None, None]
    # As they are called today, also after they have gone; elsewhere they may be called otherwise.
    other = Team(session)
    session.add(WorkspaceMember(workspace_id=other.workspace_id, user_id=ben, role="agent", name="Benjamin"))
    of_ours = (WorkspaceMember.workspace_id == team.workspace_id, WorkspaceMember.user_id == ben)
    session.execute(update(WorkspaceMember).where(*of_ours).values(name="Ben K.", state="removed"))
    session.commit()
    assert shown(team.owner) == [his | {"name": "Ben K."}, None, None]
