"""What members count: each conversation's total is exact, whoever stores, merges or repairs."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from livechat.conversations.queries import unread
from livechat.core.extensions import db
from livechat.models import ConversationRead, WorkspaceMember
from tests.factories import make_conversation, make_message
from tests.ingest.conftest import ASHA, Meta, make_text_body, meta, payload
from tests.ingest.test_merging import BSUID, PREVIOUS_MERGE
from tests.team.conftest import DbSession, Team

__all__ = ["meta"]
WRONG = (
    "SELECT c.id FROM chat_conversations c WHERE (counted_total, last_counted_seq) <> ("
    "SELECT count(*), COALESCE(max(seq), 0) FROM chat_messages m WHERE m.conversation_id = c.id "
    "AND (m.counts_unread OR m.was_read_apart))"
)


def _batch(*wamids: str, **who: Any) -> dict[str, Any]:
    """One webhook with several texts."""
    body = make_text_body(wamids[0], **who)
    value = body["entry"][0]["changes"][0]["value"]
    value["messages"] = [value["messages"][0] | {"id": wamid} for wamid in wamids]
    return body


@pytest.fixture
def by_ourselves(session: DbSession) -> Iterator[None]:
    """Without the trigger that counts for the previous release: it would make up for what is forgotten."""
    for then in ("DISABLE", "ENABLE"):
        session.rollback()
        with db.engine.begin() as connection:
            connection.execute(
                text(f"ALTER TABLE chat_conversations {then} TRIGGER count_for_the_previous_release")
            )
        if then == "DISABLE":
            yield


@pytest.mark.usefixtures("by_ourselves")
def test_each_message_that_counts_is_counted_once(meta: Meta) -> None:
    meta.deliver_body(_batch("wamid.1", "wamid.2", "wamid.3"))
    meta.deliver_body(_batch("wamid.2", "wamid.4"))
    assert meta.conversation()["counted_total"] == 4
    # Neither what was written elsewhere nor what the phone app tells of the past counts.
    meta.deliver("coex-echo-text", "coex-history-threads", "msg-reaction", "msg-edit-text", "msg-revoke")
    assert meta.rows(WRONG) == []
    asha = next(row for row in meta.conversations() if row["customer_phone"] == ASHA)
    newest = meta.rows("SELECT max(seq) AS seq FROM chat_messages WHERE counts_unread")[0]["seq"]
    assert asha["last_counted_seq"] <= newest
    meta.deliver_body(_batch("wamid.5"))
    assert meta.rows(WRONG) == []


@pytest.mark.usefixtures("by_ourselves")
def test_a_catalogue_of_webhooks_is_counted(meta: Meta) -> None:
    """Whatever Meta sends: calls, files in place of placeholders, groups, standby, edits."""
    names = ("msg-text", "call-connect", "call-status", "group-text", "standby-text", "msg-image-caption")
    meta.deliver_body(*(payload(name) for name in (*names, *names)))
    assert meta.rows(WRONG) == []
    assert sum(row["counted_total"] for row in meta.conversations()) > 3


def _two_threads(meta: Meta) -> tuple[UUID, UUID]:
    """The thread of the number, with two messages, and that of the id, with three."""
    meta.deliver_body(
        _batch("wamid.p1", "wamid.p2"), _batch("wamid.u1", "wamid.u2", phone=None, user_id=BSUID)
    )
    meta.deliver_body(_batch("wamid.u3", phone=None, user_id=BSUID))
    by_phone = next(row["id"] for row in meta.conversations() if row["customer_phone"] == ASHA)
    by_id = next(row["id"] for row in meta.conversations() if row["customer_phone"] is None)
    return by_phone, by_id


def _seq(meta: Meta, wamid: str) -> int:
    return int(meta.rows("SELECT seq FROM chat_messages WHERE wamid = :w", w=wamid)[0]["seq"])


def _reads(meta: Meta, user: UUID, conversation_id: UUID, wamid: str) -> None:
    """The member has read so far."""
    meta.session.execute(
        text(
            "INSERT INTO conversation_reads (user_id, conversation_id, read_seq, read_total) "
            "SELECT :user, :id, m.seq, (SELECT count(*) FROM chat_messages o WHERE o.conversation_id = :id "
            "AND o.counts_unread AND o.seq <= m.seq) FROM chat_messages m WHERE m.wamid = :wamid"
        ),
        {"user": user, "id": conversation_id, "wamid": wamid},
    )
    meta.session.commit()


def _member(meta: Meta, floor: int = 0) -> UUID:
    workspace = meta.session.scalars(
        text("SELECT a.workspace_id FROM waba_accounts a ORDER BY a.user_id LIMIT 1")
    ).one()
    user = uuid4()
    meta.session.add(
        WorkspaceMember(workspace_id=workspace, user_id=user, role="agent", read_floor_seq=floor)
    )
    meta.session.commit()
    return user


def _unread(meta: Meta) -> dict[UUID, int]:
    """What is unread for each member who has a pointer."""
    rows = meta.rows(
        "SELECT r.user_id, c.counted_total - r.read_total AS unread FROM conversation_reads r "
        "JOIN chat_conversations c ON c.id = r.conversation_id"
    )
    return {row["user_id"]: row["unread"] for row in rows}


def _merge_as_we_do(meta: Meta) -> None:
    meta.deliver_body(make_text_body("wamid.merge", user_id=BSUID))


def _merge_as_the_previous_release(meta: Meta) -> None:
    by_phone = next(row["id"] for row in meta.conversations() if row["customer_phone"] == ASHA)
    by_id = next(row["id"] for row in meta.conversations() if row["customer_phone"] is None)
    for statement in PREVIOUS_MERGE:
        meta.session.execute(text(statement), {"loser": by_id, "winner": by_phone})
    meta.session.commit()
    meta.deliver_body(make_text_body("wamid.merge"))


@pytest.mark.parametrize("merge", [_merge_as_we_do, _merge_as_the_previous_release])
def test_of_two_that_merge_nothing_unread_becomes_read(meta: Meta, merge: Any) -> None:
    """G9, also of those who have opened only one of the two, and of what the team had read."""
    by_phone, by_id = _two_threads(meta)
    nobody, late = _member(meta), _member(meta, floor=_seq(meta, "wamid.u2"))
    both, all_of_both, one = _member(meta), _member(meta), _member(meta)
    _reads(meta, both, by_phone, "wamid.p1")
    _reads(meta, both, by_id, "wamid.u2")
    _reads(meta, all_of_both, by_phone, "wamid.p2")
    _reads(meta, all_of_both, by_id, "wamid.u3")
    _reads(meta, one, by_id, "wamid.u3")
    _reads(meta, late, by_phone, "wamid.p2")
    # The team has read one of them to its end.
    meta.session.execute(
        text("UPDATE chat_conversations SET read_seq = last_message_seq, unread_count = 0 WHERE id = :id"),
        {"id": by_id},
    )
    meta.session.commit()
    merge(meta)
    [merged] = meta.conversations()
    assert (merged["counted_total"], meta.rows(WRONG)) == (6, [])
    # Each has the message that came with the merge, and what was unread in either.
    unread_now = _unread(meta)
    assert unread_now[all_of_both] == 1
    assert unread_now[late] == 2
    # p2, u3; and u1, u2, which stand behind p2.
    assert unread_now[both] == 5
    assert unread_now[one] == 6
    assert nobody not in unread_now
    # That release adds up the team's counts in memory.
    assert {each.what for each in unread.repair(meta.session)} <= {"unread_count"}
    meta.session.rollback()


def test_what_the_previous_release_stores_is_counted_and_waits(session: DbSession, team: Team) -> None:
    conversation = make_conversation(session, team.numbers[0])
    make_message(session, conversation)
    session.commit()
    session.execute(
        text(
            "INSERT INTO chat_messages (id, conversation_id, phone_number_id, wamid, direction, origin, "
            "message_type, content, status, status_rank, counts_unread, timestamp) VALUES "
            "(gen_random_uuid(), :id, :number, 'wamid.old', 'inbound', 'customer', 'text', '{}', 'received', 0, "
            "true, now())"
        ),
        {"id": conversation.id, "number": conversation.phone_number_id},
    )
    session.execute(
        text("UPDATE chat_conversations SET unread_count = unread_count + 1 WHERE id = :id"),
        {"id": conversation.id},
    )
    session.commit()
    session.refresh(conversation)
    assert (conversation.counted_total, unread.drifted(session)) == (2, 0)
    assert conversation.waiting_since is not None


def test_what_was_there_before_is_counted_and_read_as_the_team_had_read_it(
    session: DbSession, team: Team
) -> None:
    read, half = (make_conversation(session, team.numbers[0]) for _ in range(2))
    for conversation in (read, read, half, half, half):
        make_message(session, conversation)
    make_message(session, read, direction="outbound")
    old, new = team.member(), team.member(read_floor_seq=4)
    half.read_seq, half.unread_count, read.read_seq, read.unread_count = 3, 2, 2, 0
    session.commit()
    ids = {"read": read.id, "half": half.id}
    session.rollback()
    migration = ScriptDirectory("migrations").get_revision("0025").module
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ALTER TABLE chat_conversations ALTER counted_total DROP NOT NULL"))
        connection.execute(text("UPDATE chat_conversations SET counted_total = NULL, last_counted_seq = 0"))
        # Interrupted and run again, it goes on.
        for _ in range(2):
            connection.execute(text(migration._COUNT))
            connection.execute(text(migration._READ))
        connection.execute(text("ALTER TABLE chat_conversations ALTER counted_total SET NOT NULL"))
    session.expire_all()
    assert unread.drifted(session) == 0
    assert (read.counted_total, half.counted_total) == (2, 3)
    # Answered is answered; who wrote first waits from then on.
    assert read.waiting_since is None
    assert half.waiting_since is not None
    rows = {(each.user_id, each.conversation_id): each for each in session.query(ConversationRead)}
    assert set(rows) == {(team.owner, ids["half"]), (old, ids["half"])}
    assert {each.read_total for each in rows.values()} == {1}
    floors = {each.user_id: each.read_floor_seq for each in session.query(WorkspaceMember)}
    assert (floors[old], floors[team.owner], floors[new]) == (6, 6, 4)


def test_what_differs_is_found_repaired_and_counted_once(session: DbSession, team: Team) -> None:
    chats = [make_conversation(session, team.numbers[0]) for _ in range(6)]
    for chat in chats:
        message = make_message(session, chat)
        session.add(
            ConversationRead(user_id=team.owner, conversation_id=chat.id, read_seq=message.seq, read_total=1)
        )
    session.commit()
    assert unread.drifted(session) == 0
    for statement in (
        "UPDATE chat_conversations SET counted_total = 7",
        "UPDATE chat_conversations SET last_counted_seq = 99",
        "UPDATE conversation_reads SET read_total = 0",
        "UPDATE chat_conversations SET unread_count = 0",
    ):
        session.execute(text(statement))
        session.commit()
        assert unread.drifted(session) == 6
        # A share at a time, and each once.
        found = [each for which in range(3) for each in unread.repair(session, unread.Share(which, 3))]
        session.commit()
        assert len(found) == 6, statement
        assert {each.conversation_id for each in found} == {chat.id for chat in chats}
        assert unread.drifted(session) == 0
    assert session.scalars(text("SELECT read_total FROM conversation_reads")).all() == [1] * 6
