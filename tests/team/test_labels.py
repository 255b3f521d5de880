"""Labels: one of a name in a workspace, one of an exclusive group on a conversation, shown wherever it is."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from livechat.core.extensions import db
from livechat.labels.label_conversation import put_label
from livechat.labels.manage_labels import MAX_LABELS
from livechat.models import ConversationChange, ConversationLabel, Label
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]
RED = "#b91c1c"


@pytest.fixture
def labels(team: Team) -> str:
    return f"/workspaces/{team.workspace_id}/labels"


def _make(call: Call, team: Team, name: str, group: str | None = None) -> str:
    body = {"name": name, "colour": RED} | ({"group": group} if group else {})
    answer = call(team.owner, "POST", f"/workspaces/{team.workspace_id}/labels", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def _names(conversation: Any) -> list[str]:
    return [label["name"] for label in conversation["labels"]]


def test_a_name_in_any_script_is_had_once(team: Team, call: Call, labels: str) -> None:
    for name in ("Ärger", "愤怒", "غاضب", "VIP"):
        made = call(team.owner, "POST", labels, json={"name": f" {name} ", "colour": RED})
        assert (made.status_code, made.json["name"], made.json["group"]) == (201, name, None)
    again = call(team.owner, "POST", labels, json={"name": "vip", "colour": RED})
    assert (again.status_code, again.json["code"]) == (409, "already_exists")
    shown = call(team.member("viewer"), "GET", labels).json["labels"]
    assert [each["name"] for each in shown] == ["Ärger", "VIP", "غاضب", "愤怒"]
    # Another workspace has names of its own.
    other = Team(team.session)
    assert _make(call, other, "VIP")
    assert call(other.owner, "GET", labels).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": "  ", "colour": RED},
        {"name": "x" * 101, "colour": RED},
        {"name": "Refund", "colour": "red"},
        {"name": "Refund", "colour": RED + "\n"},
        {"name": "Refund", "colour": RED, "group": ""},
        {"name": "Refund", "colour": RED, "size": 1},
        {"name": "Refund"},
    ],
)
def test_what_is_no_label_is_refused(team: Team, call: Call, labels: str, body: dict[str, Any]) -> None:
    assert call(team.owner, "POST", labels, json=body).status_code == 422


def test_the_same_request_makes_one_label(
    team: Team, client: Any, auth: Callable[[UUID], dict[str, str]], labels: str
) -> None:
    headers = auth(team.owner) | {"Idempotency-Key": "k1"}

    def post(name: str) -> Any:
        return client.post(f"/api/live-chat{labels}", headers=headers, json={"name": name, "colour": RED})

    first, again = post("Refund"), post("Refund")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    other = post("Return")
    assert (other.status_code, other.json["code"]) == (409, "idempotency_conflict")


def test_only_admins_change_a_workspaces_labels(team: Team, call: Call, labels: str) -> None:
    label = _make(call, team, "Refund")
    body = {"name": "Return", "colour": RED}
    for user in (team.member("agent"), team.member("viewer")):
        assert call(user, "POST", labels, json=body).status_code == 403
        assert call(user, "PATCH", f"{labels}/{label}", json=body).status_code == 403
        assert call(user, "DELETE", f"{labels}/{label}").status_code == 403
    assert call(uuid4(), "POST", labels, json=body).status_code == 404
    assert call(team.member("admin"), "POST", labels, json=body).status_code == 201


def test_a_label_is_renamed_unless_the_name_is_taken(team: Team, call: Call, labels: str) -> None:
    refund, _ = _make(call, team, "Refund"), _make(call, team, "Return")
    path = f"{labels}/{refund}"
    taken = call(team.owner, "PATCH", path, json={"name": "RETURN", "colour": "#000000"})
    assert (taken.status_code, taken.json["code"]) == (409, "already_exists")
    renamed = call(team.owner, "PATCH", path, json={"name": "refund"})
    assert renamed.status_code == 200
    assert renamed.json == {"id": refund, "name": "refund", "colour": RED, "group": None}
    assert call(team.owner, "PATCH", f"{labels}/{uuid4()}", json={"name": "x"}).status_code == 404
    assert call(team.owner, "PATCH", path, json={"group": "x"}).status_code == 422


def test_a_label_is_put_on_and_taken_off_and_twice_is_once(
    session: DbSession, team: Team, call: Call
) -> None:
    agent, label = team.member("agent"), _make(call, team, "Refund")
    conversation = make_conversation(session, team.numbers[0])
    make_message(session, conversation)
    session.commit()
    path = f"/conversations/{conversation.id}/labels/{label}"
    worn = [{"id": label, "name": "Refund", "colour": RED}]
    for _ in range(2):
        answer = call(agent, "PUT", path)
        assert (answer.status_code, answer.json["labels"]) == (200, worn)
        assert UUID(answer.json["operation_id"]).version == 7
    assert call(agent, "GET", f"/conversations/{conversation.id}").json["labels"] == worn
    for _ in range(2):
        answer = call(agent, "DELETE", path)
        assert (answer.status_code, answer.json["labels"]) == (200, [])
        assert UUID(answer.json["operation_id"]).version == 7
    foreign = _make(call, Team(session), "Theirs")
    for label_id in (foreign, str(uuid4()), "no-id"):
        unknown = f"/conversations/{conversation.id}/labels/{label_id}"
        assert [call(agent, method, unknown).status_code for method in ("PUT", "DELETE")] == [404, 404]
    assert call(team.member("viewer"), "PUT", path).status_code == 403
    assert call(team.member("agent", visibility="own"), "PUT", path).status_code == 404


def test_of_an_exclusive_group_the_second_takes_the_place_of_the_first(
    session: DbSession, team: Team, call: Call
) -> None:
    conversation = make_conversation(session, team.numbers[0])
    session.commit()
    high, low = _make(call, team, "High", "Priority"), _make(call, team, "Low", "priority")
    other = _make(call, team, "Refund")
    for label, expected in ((other, ["Refund"]), (high, ["High", "Refund"]), (low, ["Low", "Refund"])):
        answer = call(team.owner, "PUT", f"/conversations/{conversation.id}/labels/{label}")
        assert _names(answer.json) == expected


def test_each_change_of_labels_is_written_down_once_and_raises_the_version(
    session: DbSession, team: Team, call: Call
) -> None:
    conversation = make_conversation(session, team.numbers[0])
    session.commit()
    high, low = _make(call, team, "High", "Priority"), _make(call, team, "Low", "Priority")
    steps = [("PUT", high), ("PUT", high), ("PUT", low), ("DELETE", high), ("DELETE", low)]
    agent, before = team.member("agent"), 0
    operations: list[str] = []
    for method, label in steps:
        answer = call(agent, method, f"/conversations/{conversation.id}/labels/{label}").json
        if answer["version"] > before:
            operations.append(answer["operation_id"])
        before = answer["version"]
    rows = session.scalars(select(ConversationChange).order_by(ConversationChange.at)).all()
    written = [(str(row.operation_id), row.from_value, row.to_value) for row in rows]
    values = [(None, high), (high, low), (low, None)]
    assert written == [(operation, *both) for operation, both in zip(operations, values, strict=True)]
    whose = {(row.actor_kind, row.actor_id, row.field, row.cause) for row in rows}
    assert whose == {("member", agent, "label", "user")}


def test_raced_an_exclusive_group_has_one_and_other_labels_all_stay(
    app: Flask, session: DbSession, team: Team, call: Call
) -> None:
    chat = make_conversation(session, team.numbers[0])
    session.commit()
    conversation, owner = str(chat.id), team.owner
    exclusive = [_make(call, team, f"P{n}", "Priority") for n in range(3)]
    free = [_make(call, team, f"L{n}") for n in range(3)]
    session.commit()
    for _ in range(15):
        barrier, errors = Barrier(6), list[BaseException]()

        def put(label: str, barrier: Barrier = barrier, errors: list[BaseException] = errors) -> None:
            try:
                with app.app_context():
                    barrier.wait(20)
                    put_label(db.session, owner, conversation, label)
                    db.session.commit()
                    db.session.remove()
            except BaseException as error:  # noqa: BLE001  # raised below
                errors.append(error)

        threads = [Thread(target=put, args=(label,)) for label in (*exclusive, *free)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert errors == []
        worn = set(session.scalars(select(ConversationLabel.label_id)))
        session.rollback()
        assert {UUID(each) for each in free} < worn
        assert len(worn) == 4
        with app.app_context():
            db.session.execute(ConversationLabel.__table__.delete())  # type: ignore[attr-defined]
            db.session.commit()
            db.session.remove()


def test_an_archived_label_is_shown_nowhere_and_its_name_is_free(
    session: DbSession, team: Team, call: Call, labels: str
) -> None:
    conversation = make_conversation(session, team.numbers[0])
    make_message(session, conversation)
    session.commit()
    label = _make(call, team, "Refund")
    path = f"/conversations/{conversation.id}/labels/{label}"
    call(team.owner, "PUT", path)
    assert [call(team.owner, "DELETE", f"{labels}/{label}").status_code for _ in range(2)] == [204, 204]
    assert call(team.owner, "GET", f"/conversations/{conversation.id}").json["labels"] == []
    assert call(team.owner, "GET", labels).json == {"labels": []}
    assert call(team.owner, "PUT", path).status_code == 404
    assert call(team.owner, "PATCH", f"{labels}/{label}", json={"name": "x"}).status_code == 404
    query = {"phone_number_id": team.numbers[0].phone_number_id, "label": label}
    assert call(team.owner, "GET", "/conversations", query_string=query).status_code == 404
    assert _make(call, team, "Refund") != label


def test_the_list_is_filtered_by_labels(session: DbSession, team: Team, call: Call) -> None:
    number = team.numbers[0].phone_number_id
    chats = [make_conversation(session, team.numbers[0]) for _ in range(3)]
    for chat in chats:
        make_message(session, chat)
    session.commit()
    ids = [str(chat.id) for chat in chats]
    vip, refund = _make(call, team, "VIP"), _make(call, team, "Refund")
    for chat, label in ((ids[0], vip), (ids[1], vip), (ids[1], refund), (ids[2], refund)):
        assert call(team.owner, "PUT", f"/conversations/{chat}/labels/{label}").status_code == 200

    def listed(*wanted: str, by: UUID = team.owner) -> Any:
        query = {"phone_number_id": number, "label": list(wanted)}
        answer = call(by, "GET", "/conversations", query_string=query)
        return {each["id"] for each in answer.json["conversations"]} if answer.status_code == 200 else 404

    assert listed(vip) == {ids[0], ids[1]}
    assert listed(vip, refund) == {ids[1]}
    assert listed() == set(ids)
    assert listed(_make(call, Team(session), "VIP")) == 404
    assert listed("no-id") == 404
    assert listed(vip, by=team.member(visibility="own")) == set()


def test_a_workspace_has_at_most_so_many_labels(
    session: DbSession, team: Team, call: Call, labels: str
) -> None:
    session.add_all(
        Label(
            workspace_id=team.workspace_id,
            name=f"label {n}",
            colour=RED,
            created_by=team.owner,
            request_digest=b"",
        )
        for n in range(MAX_LABELS)
    )
    session.commit()
    answer = call(team.owner, "POST", labels, json={"name": "One more", "colour": RED})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["name"])
    assert session.scalar(select(func.count()).select_from(Label)) == MAX_LABELS
