"""What was there before there was a status, and what a release stores that knows none."""

from datetime import timedelta
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import text

from livechat.core.extensions import db
from livechat.domain.clock import now
from livechat.models import Conversation, ConversationChange, Episode
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team


def test_after_the_migration_what_is_open_waits(session: DbSession, team: Team) -> None:
    """C6. ``waiting_since`` is what migration 0025 has written."""
    made = {
        "answered": make_conversation(session, team.numbers[0]),
        "waits": make_conversation(session, team.numbers[0], waiting_since=now()),
        "opened": make_conversation(session, team.numbers[0]),
        "asleep": make_conversation(session, team.numbers[0], status="snoozed", snooze_kind="reply"),
    }
    # The team has opened it itself.
    act: dict[str, Any] = {"operation_id": made["opened"].id, "actor_kind": "system", "cause": "inbound"}
    session.add(ConversationChange(conversation_id=made["opened"].id, field="status", to_value="open", **act))
    session.commit()
    migration = ScriptDirectory("migrations").get_revision("0034").module
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Interrupted and run again, it goes on.
        for _ in range(2):
            connection.execute(text(migration._RESOLVE))
    session.expire_all()
    assert {name: row.status for name, row in made.items()} == {
        "answered": "resolved",
        "waits": "open",
        "opened": "open",
        "asleep": "snoozed",
    }
    assert {row.version for row in made.values()} == {0}


def _stored_by_the_previous_release(session: DbSession, conversation: Conversation) -> None:
    session.execute(
        text(
            "INSERT INTO chat_messages (id, conversation_id, phone_number_id, wamid, direction, origin, "
            "message_type, content, status, status_rank, counts_unread, timestamp) VALUES "
            "(gen_random_uuid(), :id, :number, 'wamid.' || :id, 'inbound', 'customer', 'text', '{}', "
            "'received', 0, true, now())"
        ),
        {"id": conversation.id, "number": conversation.phone_number_id},
    )
    session.execute(
        text("UPDATE chat_conversations SET unread_count = unread_count + 1 WHERE id = :id"),
        {"id": conversation.id},
    )


def test_what_the_previous_release_stores_opens_it_too(session: DbSession, team: Team) -> None:
    until = now() + timedelta(hours=1)
    for standing, opens in (
        ({"status": "resolved"}, True),
        ({"status": "snoozed", "snooze_kind": "time_or_reply", "snoozed_until": until}, True),
        ({"status": "snoozed", "snooze_kind": "time", "snoozed_until": until}, True),
        ({"status": "snoozed", "snooze_kind": "time_even_if_reply", "snoozed_until": until}, False),
    ):
        conversation = make_conversation(session, team.numbers[0], **standing)
        make_message(session, conversation)
        session.commit()
        _stored_by_the_previous_release(session, conversation)
        session.commit()
        session.refresh(conversation)
        assert (conversation.status == "open", conversation.version) == (opens, int(opens)), standing
        # As it is by then; a snooze is an episode too.
        open_episodes = session.query(Episode).filter_by(conversation_id=conversation.id, resolved_at=None)
        assert open_episodes.count() == 1
        lines = session.query(ConversationChange).filter_by(conversation_id=conversation.id).all()
        assert {line.field: line.to_value for line in lines if line.field == "status"} == (
            {"status": "open"} if opens else {}
        )
        if opens and "snooze_kind" in standing:
            [snooze] = [line for line in lines if line.field == "snooze"]
            # As this release writes it down.
            shown = until.isoformat(timespec="microseconds").replace("+00:00", "Z")
            assert snooze.from_value == {"snoozed_until": shown, "snooze_kind": standing["snooze_kind"]}
