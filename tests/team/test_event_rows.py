"""An event's conversation is what its page is shown, with all that hangs on it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy.orm import Session, scoped_session

from livechat.domain import clock
from livechat.live.event_log import Change, Kind, LogEntry
from livechat.models import ConversationLabel, Draft, Label
from livechat.stream.render import render
from tests.factories import make_conversation, make_message
from tests.team.conftest import Team

Call = Callable[..., Any]


def test_an_event_shows_all_that_hangs_on_a_conversation(
    session: scoped_session[Session], team: Team, call: Call
) -> None:
    agent = team.member(name="Ines")
    labels = [
        Label(
            workspace_id=team.workspace_id,
            name=name,
            colour="#a1b2c3",
            created_by=agent,
            request_digest=b"",
            archived_at=datetime.now(UTC) if name == "old" else None,
        )
        for name in ("Zebra", "árbol", "Bee", "old")
    ]
    session.add_all(labels)
    rich, bare, gone = (make_conversation(session, team.numbers[0]) for _ in range(3))
    rich.assignee_id, rich.team_id = agent, team.team("Sales")
    # Who is no member any more has no name.
    gone.assignee_id = uuid4()
    rich.last_message_id = make_message(session, rich).id
    for label in labels:
        session.add(ConversationLabel(conversation_id=rich.id, label_id=label.id, added_by=agent))
    session.add(Draft(conversation_id=rich.id, user_id=agent, text="Dear", updated_at=clock.now()))
    session.commit()
    ids = [each.id for each in (rich, bare, gone)]
    changes = [
        LogEntry(team.account.id, (1, n), Change(Kind.CONVERSATION_UPDATED, id_)) for n, id_ in enumerate(ids)
    ]
    events = render(session, changes)
    shown: list[Any] = []
    for id_, event in zip(ids, events, strict=True):
        fetched = call(agent, "GET", f"/conversations/{id_}").json
        told = orjson.loads(event.seen_by(agent).payload.partition(b"data: ")[2])["conversation"]
        # What several people share says nothing of one reader.
        assert told == fetched | {"my_unread_count": None, "read_total": None}
        shown.append(told)
    assert [label["name"] for label in shown[0]["labels"]] == ["árbol", "Bee", "Zebra"]
    assert (shown[0]["assignee"]["name"], shown[0]["team"]["name"]) == ("Ines", "Sales")
    assert shown[2]["assignee"]["name"] is None
