"""Undoing: what an operation wrote goes back where it still stands, and whoever came between is named."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from livechat.conversations.write_changes import as_one_operation
from livechat.domain.clock import now, rfc3339
from livechat.labels.label_conversation import shed, wear
from livechat.models import Conversation, ConversationChange, ConversationLabel, Label
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    conversation = make_conversation(session, team.numbers[0])
    session.commit()
    return conversation.id


def _label(session: DbSession, team: Team, name: str, group: str | None = None) -> UUID:
    label = Label(
        workspace_id=team.workspace_id,
        name=name,
        group_name=group,
        colour="#b91c1c",
        created_by=team.owner,
        request_digest=b"",
    )
    session.add(label)
    session.commit()
    return label.id


def _undo(call: Call, user: UUID, operation_id: str) -> Any:
    return call(user, "POST", "/undo", json={"operation_id": operation_id})


_SHOWN = ("assignee", "team", "status", "snoozed_until", "labels")


def _shown(call: Call, user: UUID, chat: object) -> dict[str, Any]:
    shown = call(user, "GET", f"/conversations/{chat}").json
    return {name: shown[name] for name in _SHOWN}


def test_every_act_is_undone_and_done_again(session: DbSession, team: Team, call: Call, chat: UUID) -> None:
    agent, sales = team.member(name="Ines"), team.team("Sales")
    vip, high, low = (
        _label(session, team, "VIP"),
        _label(session, team, "High", "Priority"),
        _label(session, team, "Low", "Priority"),
    )
    path, until = f"/conversations/{chat}", rfc3339(now() + timedelta(hours=1))
    assigned = {"assignee_id": str(agent), "team_id": str(sales), "expected": {"assignee_id": None}}
    for method, way, body in (
        ("PUT", "/assignment", assigned),
        ("PUT", "/status", {"status": "snoozed", "snoozed_until": until}),
        ("PUT", "/status", {"status": "resolved"}),
        ("PUT", f"/labels/{vip}", None),
        ("PUT", f"/labels/{high}", None),
        ("PUT", f"/labels/{low}", None),
        ("DELETE", f"/labels/{vip}", None),
    ):
        before = _shown(call, team.owner, chat)
        done = call(agent, method, path + way, **({} if body is None else {"json": body})).json
        after = _shown(call, team.owner, chat)
        assert after != before, way
        undone = _undo(call, team.owner, done["operation_id"]).json
        assert (undone["undone"], undone["skipped"]) == ([str(chat)], []), way
        assert _shown(call, team.owner, chat) == before, way
        again = _undo(call, agent, undone["operation_id"]).json
        assert again["undone"] == [str(chat)], way
        assert _shown(call, team.owner, chat) == after, way
    assert {row.cause for row in session.query(ConversationChange)} == {"user", "undo"}


def test_what_somebody_changed_since_is_skipped_with_their_name(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    ben, path = team.member(name="Ben"), f"/conversations/{chat}/status"
    done = call(team.owner, "PUT", path, json={"status": "resolved"}).json["operation_id"]
    call(ben, "PUT", path, json={"status": "open"})
    before = _shown(call, ben, chat)
    skipped = {
        "conversation_id": str(chat),
        "reason": "changed",
        "changed_by": {"user_id": str(ben), "name": "Ben"},
    }
    answer = _undo(call, team.owner, done)
    assert (answer.status_code, answer.json["undone"], answer.json["skipped"]) == (200, [], [skipped])
    assert _shown(call, ben, chat) == before
    assert session.query(ConversationChange).count() == 2


def test_what_the_customer_has_said_since_is_not_buried(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    path = f"/conversations/{chat}/status"
    call(team.owner, "PUT", path, json={"status": "resolved"})
    opened = call(team.owner, "PUT", path, json={"status": "open"}).json["operation_id"]
    make_message(session, session.get_one(Conversation, chat))
    session.commit()
    [skipped] = _undo(call, team.owner, opened).json["skipped"]
    assert (skipped["reason"], skipped["changed_by"]) == ("changed", None)
    assert _shown(call, team.owner, chat)["status"] == "open"


def test_a_resolve_that_is_undone_waits_again_as_it_did(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    make_message(session, session.get_one(Conversation, chat))
    session.commit()
    path = f"/conversations/{chat}/status"
    done = call(team.owner, "PUT", path, json={"status": "resolved"}).json["operation_id"]
    session.rollback()
    assert session.get_one(Conversation, chat, populate_existing=True).waiting_since is None
    assert _undo(call, team.owner, done).json["undone"] == [str(chat)]
    session.rollback()
    assert session.get_one(Conversation, chat, populate_existing=True).waiting_since is not None


def test_it_goes_back_to_nobody_who_may_not_have_it(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    agent, path = team.member(), f"/conversations/{chat}/assignment"
    call(agent, "POST", f"/conversations/{chat}/claim")
    body = {"assignee_id": None, "expected": {"assignee_id": str(agent)}}
    freed = call(team.owner, "PUT", path, json=body).json["operation_id"]
    call(team.owner, "DELETE", f"/workspaces/{team.workspace_id}/members/{agent}")
    [skipped] = _undo(call, team.owner, freed).json["skipped"]
    assert skipped["reason"] == "assignee_unavailable"
    assert _shown(call, team.owner, chat)["assignee"] is None


def test_a_stranger_a_viewer_and_who_comes_late_undo_nothing(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    path = f"/conversations/{chat}/status"
    done = call(team.owner, "PUT", path, json={"status": "resolved"}).json["operation_id"]
    same = call(team.owner, "PUT", path, json={"status": "resolved"}).json["operation_id"]
    for user, operation, status in (
        (uuid4(), done, 404),
        (team.member("agent", visibility="own"), done, 404),
        (team.member("viewer"), done, 403),
        (team.owner, same, 404),
        (team.owner, str(uuid4()), 404),
        (team.owner, "1", 404),
    ):
        assert _undo(call, user, operation).status_code == status
    late = ConversationChange(
        operation_id=uuid4(),
        conversation_id=chat,
        at=now() - timedelta(minutes=10, seconds=1),
        actor_kind="member",
        actor_id=team.owner,
        field="status",
        from_value="open",
        to_value="resolved",
        cause="user",
    )
    session.add(late)
    session.commit()
    answer = _undo(call, team.owner, str(late.operation_id))
    assert (answer.status_code, answer.json["code"]) == (409, "undo_expired")
    assert _shown(call, team.owner, chat)["status"] == "resolved"


@pytest.mark.parametrize("seed", range(2))
def test_what_was_written_down_read_to_its_end_is_what_is_there(
    session: DbSession, team: Team, call: Call, seed: int
) -> None:
    """A random history of acts and undos, replayed from the first line to the last."""
    dice = random.Random(seed)
    agents, teams = [team.owner, team.member()], [team.team("Sales"), team.team("Care"), None]
    labels = [_label(session, team, "VIP"), _label(session, team, "A", "G"), _label(session, team, "B", "G")]
    chats = [make_conversation(session, team.numbers[0]).id for _ in range(2)]
    session.commit()
    operations: list[str] = []
    for _ in range(40):
        chat, user = dice.choice(chats), dice.choice(agents)
        path = f"/conversations/{chat}"
        shown = call(user, "GET", path).json
        match dice.randrange(5):
            case 0:
                to, group = dice.choice([*agents, None]), dice.choice(teams)
                body: Any = {
                    "assignee_id": to and str(to),
                    "team_id": group and str(group),
                    "expected": {"assignee_id": shown["assignee"] and shown["assignee"]["user_id"]},
                }
                answer = call(user, "PUT", f"{path}/assignment", json=body)
            case 1:
                body = {"status": dice.choice(["open", "resolved"])}
                answer = call(user, "PUT", f"{path}/status", json=body)
            case 2:
                until = rfc3339(now() + timedelta(hours=dice.randrange(1, 4)))
                body = {"status": "snoozed", "snoozed_until": until}
                answer = call(user, "PUT", f"{path}/status", json=body)
            case 3:
                way = dice.choice(["PUT", "DELETE"])
                answer = call(user, way, f"{path}/labels/{dice.choice(labels)}")
            case _:
                answer = _undo(call, user, dice.choice(operations[-4:] or [str(uuid4())]))
        assert answer.status_code in (200, 404), answer.text
        if answer.status_code == 200:
            operations.append(answer.json["operation_id"])
    session.rollback()
    for chat in chats:
        state: dict[str, Any] = {"assignee": None, "team": None, "status": "open", "snooze": None}
        worn: set[str] = set()
        lines = session.query(ConversationChange).filter_by(conversation_id=chat)
        for line in lines.order_by(ConversationChange.at):
            if line.field == "label":
                worn = worn - {line.from_value} | ({line.to_value} - {None})
                continue
            assert state[line.field] == line.from_value
            state[line.field] = line.to_value
        row = session.get_one(Conversation, chat, populate_existing=True)
        assert state == {
            "assignee": row.assignee_id and str(row.assignee_id),
            "team": row.team_id and str(row.team_id),
            "status": row.status,
            "snooze": row.snooze_kind
            and {"snoozed_until": rfc3339(row.snoozed_until), "snooze_kind": row.snooze_kind},
        }
        wears = session.query(ConversationLabel).filter_by(conversation_id=chat)
        assert worn == {str(each.label_id) for each in wears}


def test_an_operation_with_several_labels_is_undone_wholly_or_not_at_all(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    vip, old, low, high = (
        _label(session, team, "VIP"),
        _label(session, team, "Old"),
        _label(session, team, "Low", "Priority"),
        _label(session, team, "High", "Priority"),
    )
    call(team.owner, "PUT", f"/conversations/{chat}/labels/{vip}")
    before = _shown(call, team.owner, chat)
    operation = uuid4()
    conversation = session.get_one(Conversation, chat)
    with as_one_operation(operation):
        shed(session, team.owner, conversation, session.get_one(Label, vip))
        # The last takes the place of the one before.
        for label in (old, low, high):
            wear(session, team.owner, conversation, session.get_one(Label, label))
    session.commit()
    after = _shown(call, team.owner, chat)
    assert [each["name"] for each in after["labels"]] == ["High", "Old"]
    done = str(operation)
    for wanted in (before, after, before):
        undone = _undo(call, team.owner, done).json
        assert (undone["undone"], undone["skipped"]) == ([str(chat)], [])
        assert _shown(call, team.owner, chat) == wanted
        done = undone["operation_id"]
    # One of them cannot go back: then none does, although the others could.
    assert call(team.owner, "DELETE", f"/workspaces/{team.workspace_id}/labels/{high}").status_code == 204
    undone = _undo(call, team.owner, done).json
    assert [each["reason"] for each in undone["skipped"]] == ["label_gone"]
    assert _shown(call, team.owner, chat) == before
