"""An event's conversation comes from one statement: what it is shown with is what each ornament finds by itself."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.orm import Session, scoped_session

from livechat.conversations.ornaments import Asked, Ornaments
from livechat.conversations.present import conversation_json
from livechat.conversations.queries.whole_rows import whole_conversations
from livechat.domain import clock
from livechat.models import ConversationLabel, Draft, Label
from tests.factories import make_conversation, make_message
from tests.team.conftest import Team


def test_a_whole_row_shows_what_ornaments_ask_for(session: scoped_session[Session], team: Team) -> None:
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
    last = make_message(session, rich)
    rich.last_message_id = last.id
    for label in labels:
        session.add(ConversationLabel(conversation_id=rich.id, label_id=label.id, added_by=agent))
    session.add(Draft(conversation_id=rich.id, user_id=agent, text="Dear", updated_at=clock.now()))
    session.commit()
    conversations, now = [rich, bare, gone], clock.now()
    rows = list(whole_conversations(session, [each.id for each in conversations]).values())
    asked = Ornaments(Asked(session, conversations))
    whole = Ornaments(Asked(session, rows, whole=rows))
    by_id = {row.id: row for row in rows}
    for each in conversations:
        expected = conversation_json(each, asked.of(each.id), now)
        assert conversation_json(by_id[each.id], whole.of(each.id), now) == expected
        assert whole.personal(each.id) == asked.personal(each.id)
    assert [label["name"] for label in whole.of(rich.id)["labels"]] == ["árbol", "Bee", "Zebra"]
