"""When two conversations merge, whatever points to one of them follows."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from livechat.conversations.merging import followed
from livechat.core.extensions import db
from livechat.domain.clock import now
from livechat.models import (
    ConversationChange,
    ConversationLabel,
    ConversationWatcher,
    Draft,
    Label,
    Note,
    Notification,
    Reminder,
    ScheduledMessage,
    WabaAccount,
)
from tests.ingest.conftest import Meta, make_text_body

BSUID = "IN.13491208655302741918"


def test_every_key_to_a_conversation_has_somebody_who_says_how_its_rows_follow() -> None:
    keys = {
        f"{table.name}.{key.parent.name}": key.ondelete
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "chat_conversations"
    }
    assert set(keys) == followed()
    assert set(keys.values()) == {"RESTRICT"}


def _two_threads(meta: Meta) -> list[dict[str, object]]:
    meta.deliver_body(make_text_body(user_id=None), make_text_body(phone=None, user_id=BSUID))
    return meta.conversations()


def _merge(meta: Meta) -> None:
    meta.deliver_body(make_text_body(user_id=BSUID))
    assert len(meta.conversations()) == 1


@pytest.mark.parametrize("newer", [0, 1])
def test_of_two_drafts_of_one_agent_the_newer_stays(meta: Meta, newer: int) -> None:
    agent, other = uuid4(), uuid4()
    for n, row in enumerate(_two_threads(meta)):
        at = now() - timedelta(minutes=0 if n == newer else 5)
        values = {"conversation_id": row["id"], "updated_at": at}
        meta.session.add(Draft(user_id=agent, text=f"draft {n}", **values))
        if n == 1:
            meta.session.add(Draft(user_id=other, text="another's", **values))
    meta.session.commit()
    _merge(meta)
    drafts = {row["user_id"]: row["text"] for row in meta.rows("SELECT * FROM chat_drafts")}
    assert drafts == {agent: f"draft {newer}", other: "another's"}


@pytest.mark.parametrize(
    "worn",
    [
        (("both", "one", "high", "old"), ("both", "two", "low", "east")),
        (("both", "one", "high", "east"), ("both", "two", "low", "old")),
    ],
)
def test_the_labels_of_both_stay_and_of_a_group_the_kept_conversations(
    meta: Meta, worn: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    workspace = meta.session.scalars(select(WabaAccount.workspace_id)).first()
    made = {
        name: Label(
            workspace_id=workspace,
            name=name,
            colour="#b91c1c",
            created_by=uuid4(),
            request_digest=b"",
            archived_at=now() if name == "old" else None,
        )
        for name in ("both", "one", "two", "high", "low", "old", "east")
    }
    meta.session.add_all(made.values())
    meta.session.flush()
    # Whoever is kept: one wears the archived label of a group of which the other wears one in use.
    groups = {"high": "priority", "low": "priority", "old": "region", "east": "region"}
    threads = _two_threads(meta)
    for row, names in zip(threads, worn, strict=True):
        meta.session.add_all(
            ConversationLabel(
                conversation_id=row["id"],
                label_id=made[name].id,
                group_key=groups.get(name),
                added_by=uuid4(),
            )
            for name in names
        )
    meta.session.commit()
    names_by_id = {label.id: name for name, label in made.items()}
    _merge(meta)
    [kept] = meta.conversations()
    high_or_low = "high" if kept["id"] == threads[0]["id"] else "low"
    left = {names_by_id[row["label_id"]] for row in meta.rows("SELECT label_id FROM conversation_labels")}
    assert left == {"both", "one", "two", "east", high_or_low}


def test_who_has_either_has_both_and_what_was_changed_says_so(meta: Meta) -> None:
    """To read the changes of both as one ends at what the merged conversation shows."""
    ana, ben = uuid4(), uuid4()
    first, second = _two_threads(meta)
    changes = {"operation_id": uuid4(), "actor_kind": "system", "cause": "assigner", "field": "assignee"}
    for row, user, version in ((first, ana, 3), (second, ben, 5)):
        meta.session.execute(
            text("UPDATE chat_conversations SET assignee_id = :user, version = :version WHERE id = :id"),
            {"user": user, "version": version, "id": row["id"]},
        )
        meta.session.add(ConversationChange(conversation_id=row["id"], to_value=str(user), **changes))
    meta.session.commit()
    _merge(meta)
    [merged] = meta.conversations()
    assert merged["assignee_id"] in (ana, ben)
    assert merged["version"] == 6
    rows = meta.rows("SELECT * FROM conversation_changes ORDER BY at")
    assert {row["conversation_id"] for row in rows} == {merged["id"]}
    assert [row["cause"] for row in rows] == ["assigner", "assigner", "merge"]
    other = ben if merged["assignee_id"] == ana else ana
    assert (rows[2]["from_value"], rows[2]["to_value"]) == (str(other), str(merged["assignee_id"]))


def test_what_members_were_told_of_either_is_of_the_kept_one(meta: Meta) -> None:
    meta.session.add_all(
        Notification(conversation_id=row["id"], user_id=uuid4(), kind="mention", cause_id=uuid4())
        for row in _two_threads(meta)
    )
    meta.session.commit()
    _merge(meta)
    [merged] = meta.conversations()
    told = meta.rows("SELECT conversation_id FROM notifications")
    assert [row["conversation_id"] for row in told] == [merged["id"]] * 2


def test_the_notes_of_both_stand_in_one_thread(meta: Meta) -> None:
    rows = _two_threads(meta)
    meta.session.add_all(Note(conversation_id=row["id"], author_id=uuid4(), body="x") for row in rows)
    meta.session.commit()
    _merge(meta)
    [merged] = meta.conversations()
    notes = meta.rows("SELECT conversation_id FROM notes")
    assert [row["conversation_id"] for row in notes] == [merged["id"]] * 2


def _scheduled(conversation_id: object) -> ScheduledMessage:
    return ScheduledMessage(
        user_id=uuid4(),
        phone_number_id="1",
        conversation_id=conversation_id,
        message_type="text",
        part={"body": "x"},
        content={},
        send_at=now(),
        cancel_if_customer_writes=False,
        heard_seq=0,
    )


def test_the_reminders_and_scheduled_messages_of_both_are_of_the_kept_one(meta: Meta) -> None:
    rows = _two_threads(meta)
    meta.session.add_all(_scheduled(row["id"]) for row in rows)
    meta.session.add_all(
        Reminder(conversation_id=row["id"], user_id=uuid4(), due_at=now(), text="x") for row in rows
    )
    meta.session.commit()
    _merge(meta)
    [merged] = meta.conversations()
    for table in ("reminders", "scheduled_messages"):
        moved = meta.rows(f"SELECT conversation_id FROM {table}")
        assert [row["conversation_id"] for row in moved] == [merged["id"]] * 2


@pytest.mark.parametrize("of_loser", [True, False])
def test_what_only_one_of_them_has_stays(meta: Meta, of_loser: bool) -> None:
    ana, rows = uuid4(), _two_threads(meta)
    meta.session.execute(
        text("UPDATE chat_conversations SET assignee_id = :user WHERE id = :id"),
        {"user": ana, "id": rows[of_loser]["id"]},
    )
    meta.session.commit()
    _merge(meta)
    [merged] = meta.conversations()
    assert merged["assignee_id"] == ana


@pytest.mark.parametrize("of_loser", [True, False])
def test_who_left_does_not_get_what_they_resolved_by_its_merging(meta: Meta, of_loser: bool) -> None:
    gone, rows = uuid4(), _two_threads(meta)
    meta.session.execute(
        text("UPDATE chat_conversations SET status = 'resolved', assignee_id = :user WHERE id = :id"),
        {"user": gone, "id": rows[of_loser]["id"]},
    )
    meta.session.commit()
    _merge(meta)
    [merged] = meta.conversations()
    assert (merged["status"], merged["assignee_id"]) == ("open", None)
    [line] = meta.rows("SELECT from_value, to_value FROM conversation_changes WHERE field = 'assignee'")
    assert (line["from_value"], line["to_value"]) == (str(gone), None)


TOMORROW = now() + timedelta(days=1)
_TIMED = {"status": "snoozed", "snooze_kind": "time", "snoozed_until": TOMORROW}
_OPEN = {"status": "open", "snooze_kind": None, "snoozed_until": None}


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        ({"status": "resolved"}, {"status": "open"}, _OPEN),
        ({"status": "resolved"}, _TIMED, _TIMED),
        (
            {"status": "snoozed", "snooze_kind": "reply"},
            _TIMED,
            _TIMED | {"snooze_kind": "time_or_reply"},
        ),
        (
            _TIMED | {"snooze_kind": "time_even_if_reply"},
            _TIMED,
            _TIMED | {"snooze_kind": "time_or_reply"},
        ),
        (_TIMED | {"snoozed_until": TOMORROW + timedelta(days=1)}, _TIMED, _TIMED),
    ],
)
@pytest.mark.parametrize("swapped", [False, True])
def test_of_two_the_one_that_is_more_awake_says_where_both_stand(
    meta: Meta, one: dict[str, object], other: dict[str, object], merged: dict[str, object], swapped: bool
) -> None:
    both = (other, one) if swapped else (one, other)
    for row, columns in zip(_two_threads(meta), both, strict=True):
        meta.session.execute(
            text(
                "UPDATE chat_conversations SET status = :status, snooze_kind = :snooze_kind, "
                "snoozed_until = :snoozed_until WHERE id = :id"
            ),
            {"snooze_kind": None, "snoozed_until": None, **columns, "id": row["id"]},
        )
    meta.session.commit()
    # A reaction opens nothing, so that what the merge left is seen.
    reaction = make_text_body(user_id=BSUID)
    [message] = reaction["entry"][0]["changes"][0]["value"]["messages"]
    message |= {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "+"}}
    del message["text"]
    meta.deliver_body(reaction)
    [kept] = meta.conversations()
    assert {name: kept[name] for name in merged} == merged
    # The lines of both, read as one, end there.
    lines = {row["field"]: row for row in meta.rows("SELECT * FROM conversation_changes ORDER BY at")}
    if one["status"] == other["status"]:
        assert lines["snooze"]["to_value"]["snooze_kind"] == merged["snooze_kind"]
    else:
        assert lines["status"]["to_value"] == merged["status"]
    assert {row["cause"] for row in lines.values()} == {"merge"}


def test_a_conversation_that_something_points_to_cannot_be_deleted(meta: Meta) -> None:
    _two_threads(meta)
    with pytest.raises(IntegrityError):
        meta.session.execute(text("DELETE FROM chat_conversations"))
    meta.session.rollback()


# The statements of the previous release, word for word.
PREVIOUS_MERGE = (
    "UPDATE chat_messages SET conversation_id = :winner WHERE conversation_id = :loser",
    "UPDATE conversation_former_ids SET conversation_id = :winner WHERE conversation_id = :loser",
    "UPDATE conversation_aliases SET conversation_id = :winner WHERE conversation_id = :loser",
    "INSERT INTO conversation_aliases (id, conversation_id) VALUES (:loser, :winner)",
    "UPDATE chat_drafts d SET conversation_id = :winner WHERE conversation_id = :loser AND user_id NOT IN "
    "(SELECT user_id FROM chat_drafts WHERE conversation_id = :winner)",
    "DELETE FROM chat_conversations WHERE id = :loser",
)


def test_the_previous_release_merges_as_it_did(meta: Meta) -> None:
    """Its statements, word for word: it knows neither of the newer table nor of keys that restrict."""
    loser, winner = (row["id"] for row in _two_threads(meta))
    for id_ in (loser, winner):
        meta.session.add(Draft(user_id=meta_agent, conversation_id=id_, text="draft"))
    meta.session.execute(
        text(
            "INSERT INTO conversation_other_ids (phone_number_id, kind, value, left_at, conversation_id) "
            "SELECT phone_number_id, 'phone', '1', now(), id FROM chat_conversations WHERE id = :loser"
        ),
        {"loser": loser},
    )
    for statement in PREVIOUS_MERGE:
        meta.session.execute(text(statement), {"loser": loser, "winner": winner})
    meta.session.commit()
    assert [row["id"] for row in meta.conversations()] == [winner]
    assert [row["conversation_id"] for row in meta.rows("SELECT * FROM conversation_other_ids")] == [winner]


def test_what_a_team_knows_follows_where_the_previous_release_merges(meta: Meta) -> None:
    loser, winner = (row["id"] for row in _two_threads(meta))
    workspace = meta.session.scalars(select(WabaAccount.workspace_id)).first()
    label = Label(
        workspace_id=workspace, name="vip", colour="#b91c1c", created_by=uuid4(), request_digest=b""
    )
    meta.session.add(label)
    meta.session.flush()
    both, one = uuid4(), uuid4()
    meta.session.add_all(
        [
            ConversationLabel(conversation_id=loser, label_id=label.id, added_by=both),
            ConversationWatcher(conversation_id=loser, user_id=both),
            ConversationWatcher(conversation_id=winner, user_id=both),
            ConversationWatcher(conversation_id=loser, user_id=one),
            Note(conversation_id=loser, author_id=one, body="x"),
            Notification(conversation_id=loser, user_id=one, kind="mention", cause_id=one),
            Reminder(conversation_id=loser, user_id=one, due_at=now(), text="x"),
            _scheduled(loser),
        ]
    )
    meta.session.execute(
        text(
            "INSERT INTO conversation_changes (id, operation_id, conversation_id, actor_kind, field, to_value, "
            "cause) VALUES (gen_random_uuid(), gen_random_uuid(), :loser, 'system', 'assignee', '1', 'rule')"
        ),
        {"loser": loser},
    )
    for statement in PREVIOUS_MERGE:
        meta.session.execute(text(statement), {"loser": loser, "winner": winner})
    meta.session.commit()
    for table in (
        "conversation_labels",
        "conversation_changes",
        "notes",
        "notifications",
        "reminders",
        "scheduled_messages",
    ):
        assert [row["conversation_id"] for row in meta.rows(f"SELECT * FROM {table}")] == [winner]
    watchers = meta.rows("SELECT conversation_id, user_id FROM conversation_watchers")
    assert {(row["conversation_id"], row["user_id"]) for row in watchers} == {(winner, both), (winner, one)}


def test_what_the_previous_release_notes_of_a_departure_is_known(meta: Meta) -> None:
    [first, _] = _two_threads(meta)
    meta.session.execute(
        text(
            "INSERT INTO conversation_former_ids (phone_number_id, kind, value, conversation_id, left_at) "
            "SELECT phone_number_id, 'phone', '16505550001', id, now() FROM chat_conversations WHERE id = :id"
        ),
        {"id": first["id"]},
    )
    meta.session.commit()
    meta.deliver_body(make_text_body("wamid.late", phone="16505550001", timestamp=1795341000))
    [late] = [row for row in meta.messages() if row["wamid"] == "wamid.late"]
    assert late["conversation_id"] == first["id"]


meta_agent = uuid4()
