"""What was changed is told as it is written: every line once, with the names of today, to who sees it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text

from livechat.conversations.object_schemas import ChangeSchema
from livechat.conversations.present import changes_json
from livechat.domain.visibility import Sight, Visibility
from livechat.live import event_log
from livechat.live.event_log import Change, Kind, LogEntry
from livechat.models import ConversationChange, Label, WorkspaceMember
from livechat.models import Team as TeamRow
from livechat.stream.render import render
from tests.factories import make_conversation
from tests.ingest.conftest import Meta, make_text_body, meta
from tests.team.conftest import DbSession, Team

__all__ = ["meta"]
Call = Callable[..., Any]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Change]:
    """Everything that is written to event logs."""
    changes: list[Change] = []
    appended = event_log.append

    def append(redis: Any, by_account: Any, touched: Any = ()) -> None:
        changes.extend(change for each in by_account.values() for change in each)
        appended(redis, by_account, touched)

    monkeypatch.setattr("livechat.live.publish.append", append)
    return changes


def _lines(told: list[Change]) -> list[UUID]:
    return [change.id for change in told if change.kind is Kind.CHANGE_CREATED and change.id is not None]


def _written(session: DbSession) -> list[UUID]:
    session.rollback()
    return [row.id for row in session.query(ConversationChange).order_by(ConversationChange.at)]


def test_every_line_is_told_once_whoever_writes_it(
    session: DbSession, team: Team, call: Call, told: list[Change]
) -> None:
    agent, sales = team.member(name="Ines"), team.team("Sales")
    chat = make_conversation(session, team.numbers[0]).id
    label = Label(
        workspace_id=team.workspace_id, name="VIP", colour="#b91c1c", created_by=agent, request_digest=b""
    )
    session.add(label)
    session.commit()
    body = {"assignee_id": str(agent), "team_id": str(sales), "expected": {"assignee_id": None}}
    workspace = f"/workspaces/{team.workspace_id}"
    for method, path, options in (
        ("PUT", f"/conversations/{chat}/assignment", {"json": body}),
        ("PUT", f"/conversations/{chat}/labels/{label.id}", {}),
        ("DELETE", f"/conversations/{chat}/labels/{label.id}", {}),
        ("DELETE", f"{workspace}/members/{agent}", {}),
        ("DELETE", f"{workspace}/teams/{sales}", {}),
    ):
        assert call(team.owner, method, path, **options).status_code < 300
    assert sorted(_lines(told)) == sorted(_written(session))
    assert len(_lines(told)) == 6


def test_a_merges_lines_are_told_too(meta: Meta, told: list[Change]) -> None:
    meta.deliver_body(
        make_text_body(user_id=None), make_text_body(phone=None, user_id="IN.13491208655302741918")
    )
    for row in meta.conversations():
        meta.session.execute(
            text("UPDATE chat_conversations SET assignee_id = :user WHERE id = :id"),
            {"user": uuid4(), "id": row["id"]},
        )
    meta.session.commit()
    meta.deliver_body(make_text_body(user_id="IN.13491208655302741918"))
    [written] = meta.rows("SELECT id, cause FROM conversation_changes")
    assert (_lines(told), written["cause"]) == ([written["id"]], "merge")


def test_names_are_those_of_today_and_values_as_the_conversation_shows_them(
    session: DbSession, team: Team, call: Call
) -> None:
    agent, sales = team.member(name="Ines"), team.team("Sales")
    chat = make_conversation(session, team.numbers[0]).id
    session.commit()
    body = {"assignee_id": str(agent), "team_id": str(sales), "expected": {"assignee_id": None}}
    shown = call(agent, "PUT", f"/conversations/{chat}/assignment", json=body).json
    session.get_one(WorkspaceMember, (team.workspace_id, agent)).name = "Inês"
    session.get_one(TeamRow, sales).name = "Vendas"
    session.commit()
    lines = {line["field"]: line for line in changes_json(session, _written(session)).values()}
    assert set(lines) == {"assignee", "team"}
    assert lines["assignee"] == {
        "id": lines["assignee"]["id"],
        "operation_id": shown["operation_id"],
        "conversation_id": str(chat),
        "at": lines["assignee"]["at"],
        "actor": {"kind": "member", "id": str(agent), "name": "Inês"},
        "field": "assignee",
        "from": None,
        "to": {"user_id": str(agent), "name": "Inês"},
        "cause": "user",
    }
    assert lines["team"]["to"] == {"id": str(sales), "name": "Vendas"}
    for line in lines.values():
        assert ChangeSchema().dump(line) == line
    assert call(team.owner, "DELETE", f"/workspaces/{team.workspace_id}/teams/{sales}").status_code == 204
    [gone] = changes_json(session, [UUID(lines["team"]["id"])]).values()
    assert gone["to"] == {"id": str(sales), "name": None}


def test_who_sees_the_conversation_now_is_told(session: DbSession, team: Team, call: Call) -> None:
    agent = team.member()
    chat = make_conversation(session, team.numbers[0]).id
    session.commit()
    body = {"assignee_id": str(agent), "expected": {"assignee_id": None}}
    call(team.owner, "PUT", f"/conversations/{chat}/assignment", json=body)
    [line] = _written(session)
    account = team.account.id
    entries = [
        LogEntry(account, (1, 0), Change(Kind.CHANGE_CREATED, line)),
        LogEntry(account, (1, 1), Change(Kind.CHANGE_CREATED, uuid4())),
        # Of another account's log nothing is shown.
        LogEntry(uuid4(), (1, 2), Change(Kind.CHANGE_CREATED, line)),
    ]
    shown, unknown, strange = render(session, entries)
    assert (unknown.payload, strange.payload) == (b"", b"")
    name, data, *_ = shown.payload.decode().splitlines()
    assert name == "event: change.created"
    change = orjson.loads(data.removeprefix("data: "))
    assert change == {"change": changes_json(session, [line])[line]}
    assert shown.phone_number_id == team.numbers[0].phone_number_id
    assert shown.audience is not None
    assert Sight(agent, Visibility.OWN).sees(shown.audience)
    assert not Sight(team.owner, Visibility.OWN).sees(shown.audience)
