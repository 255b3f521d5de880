"""Assigning and claiming: one winner, named to the others, and one line of what was changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from livechat.core.errors import NotFoundError
from livechat.core.extensions import db
from livechat.handling.assign import Wanted, assign
from livechat.live import event_log
from livechat.models import Conversation, ConversationChange, WorkspaceMember
from tests.conftest import make_token, wait_until
from tests.factories import make_conversation
from tests.team.conftest import API, DbSession, Team

Call = Callable[..., Any]


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    conversation = make_conversation(session, team.numbers[0])
    session.commit()
    return conversation.id


def _changes(session: DbSession) -> list[tuple[str, Any, Any]]:
    session.rollback()
    rows = session.query(ConversationChange).order_by(ConversationChange.at).all()
    return [(row.field, row.from_value, row.to_value) for row in rows]


def _assignee(session: DbSession, chat: UUID) -> UUID | None:
    session.rollback()
    return session.get_one(Conversation, chat).assignee_id


def _put(assignee: object, expected: object = None, **more: Any) -> dict[str, Any]:
    named = [str(each) if each is not None else None for each in (assignee, expected)]
    return {"json": {"assignee_id": named[0], "expected": {"assignee_id": named[1]}, **more}}


def _at_once(app: Flask, asked: list[tuple[UUID, str, str, dict[str, Any]]]) -> list[Any]:
    """The answers, each of a request of its own, all in flight together."""

    def ask(each: tuple[UUID, str, str, dict[str, Any]]) -> Any:
        user, method, path, options = each
        headers = {"Authorization": f"Bearer {make_token(user)}"}
        return app.test_client().open(f"{API}{path}", method=method, headers=headers, **options)

    with ThreadPoolExecutor(len(asked)) as threads:
        return list(threads.map(ask, asked))


def test_of_twenty_who_claim_at_once_one_gets_it_and_the_others_learn_who(
    app: Flask, session: DbSession, team: Team, chat: UUID
) -> None:
    agents = {team.member(name=f"Agent {n}"): f"Agent {n}" for n in range(20)}
    answers = _at_once(app, [(user, "POST", f"/conversations/{chat}/claim", {}) for user in agents])
    [won] = [answer.json for answer in answers if answer.status_code == 200]
    lost = [answer.json for answer in answers if answer.status_code == 409]
    assert len(lost) == 19
    winner = won["assignee"]
    assert winner["name"] == agents[UUID(winner["user_id"])]
    assert (won["version"], won["workspace_id"]) == (1, str(team.workspace_id))
    for problem in lost:
        assert (problem["code"], problem["changed_by"]) == ("conversation_changed", winner)
        assert problem["conversation"]["assignee"] == winner
        assert problem["changed_at"].endswith("Z")
    [change] = session.query(ConversationChange).all()
    assert (change.field, change.from_value, change.to_value) == ("assignee", None, winner["user_id"])
    assert (str(change.operation_id), change.actor_kind) == (won["operation_id"], "member")
    assert (str(change.actor_id), change.cause) == (winner["user_id"], "user")


def test_of_two_hand_overs_of_what_both_saw_one_holds(
    app: Flask, session: DbSession, team: Team, chat: UUID
) -> None:
    asking = [team.member(), team.member()]
    for _ in range(5):
        was = _assignee(session, chat)
        chosen = [team.member(), team.member()]
        path = f"/conversations/{chat}/assignment"
        answers = _at_once(
            app,
            [(user, "PUT", path, _put(to, was)) for user, to in zip(asking, chosen, strict=True)],
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        [at] = [n for n, answer in enumerate(answers) if answer.status_code == 200]
        assert _assignee(session, chat) == chosen[at]
        assert answers[1 - at].json["changed_by"]["user_id"] == str(asking[at])
    assert len(_changes(session)) == 5


def test_who_cannot_take_it_is_refused_and_it_stays_whose_it_is(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    path, holder, other = f"/conversations/{chat}/assignment", team.member(), team.number()
    assert call(team.owner, "PUT", path, **_put(holder)).status_code == 200
    elsewhere = Team(session).member()
    unavailable = [
        uuid4(),
        "nobody",
        elsewhere,
        team.member(state="removed"),
        team.member(state="suspended"),
        team.member("viewer"),
        team.member(numbers=[other.phone_number_id]),
    ]
    for user in unavailable:
        answer = call(team.owner, "PUT", path, **_put(user, holder))
        assert (answer.status_code, answer.json["code"]) == (422, "assignee_unavailable"), user
    assert _assignee(session, chat) == holder
    assert len(_changes(session)) == 1
    # Who sees only their own sees it once it is theirs.
    reader = team.member(visibility="own", numbers=[team.numbers[0].phone_number_id])
    assert call(team.owner, "PUT", path, **_put(reader, holder)).status_code == 200


def test_the_same_five_times_is_one_change_and_one_event(
    session: DbSession, team: Team, call: Call, chat: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = team.member(name="Ines")
    told: list[event_log.Kind] = []
    appended = event_log.append

    def append(redis: Any, changes: Any, touched: Any = ()) -> None:
        told.extend(change.kind for each in changes.values() for change in each)
        appended(redis, changes, touched)

    monkeypatch.setattr("livechat.live.publish.append", append)
    answers = [call(team.owner, "PUT", f"/conversations/{chat}/assignment", **_put(agent)) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert {answer.json["version"] for answer in answers} == {1}
    assert len({answer.json["operation_id"] for answer in answers} - {None}) == 5
    assert answers[4].json["assignee"] == {"user_id": str(agent), "name": "Ines"}
    assert _changes(session) == [("assignee", None, str(agent))]
    assert told.count(event_log.Kind.CONVERSATION_UPDATED) == 1


def test_a_team_is_given_kept_and_taken_away(session: DbSession, team: Team, call: Call, chat: UUID) -> None:
    agent, path = team.member(name="Ines"), f"/conversations/{chat}/assignment"
    sales, foreign = team.team("Sales"), Team(session).team("Sales")
    both = call(team.owner, "PUT", path, **_put(agent, team_id=str(sales)))
    assert both.json["team"] == {"id": str(sales), "name": "Sales"}
    kept = call(team.owner, "PUT", path, **_put(None, agent)).json
    assert (kept["assignee"], kept["team"], kept["version"]) == (None, {"id": str(sales), "name": "Sales"}, 2)
    assert call(team.owner, "PUT", path, **_put(None, team_id=str(foreign))).status_code == 404
    assert call(team.owner, "PUT", path, **_put(None, team_id=None)).json["team"] is None
    assert _changes(session) == [
        ("assignee", None, str(agent)),
        ("team", None, str(sales)),
        ("assignee", str(agent), None),
        ("team", str(sales), None),
    ]


def test_the_list_shows_what_one_conversation_shows(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    agent, sales = team.member(name="Ines"), team.team("Sales")
    call(team.owner, "PUT", f"/conversations/{chat}/assignment", **_put(agent, team_id=str(sales)))
    number = team.numbers[0].phone_number_id
    [listed] = call(team.owner, "GET", "/conversations", query_string={"phone_number_id": number}).json[
        "conversations"
    ]
    assert listed == call(agent, "GET", f"/conversations/{chat}").json
    assert listed["assignee"] == {"user_id": str(agent), "name": "Ines"}


def test_a_note_is_handed_over_with_it_once_or_not_at_all(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    agent, path = team.member(name="Ines"), f"/conversations/{chat}/assignment"
    for wrong in ("", " ", "x" * 4097, 7):
        answer = call(team.owner, "PUT", path, **_put(agent, note=wrong))
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["note"])
    assert _changes(session) == []
    for _ in range(2):
        assert call(team.owner, "PUT", path, **_put(agent, note="Speaks Hindi")).status_code == 200
    # It was changed by now, so nothing is handed over, and nothing said.
    assert call(team.owner, "PUT", path, **_put(team.owner, note="Mine")).status_code == 409
    assert call(team.owner, "PUT", path, **_put(None, agent, note=None)).status_code == 200
    entries = call(agent, "GET", f"/conversations/{chat}/timeline").json["entries"]
    assert [each["kind"] for each in entries] == ["change", "note", "change"]
    note = entries[1]["note"]
    assert (note["body"], note["author"]["user_id"]) == ("Speaks Hindi", str(team.owner))


def test_who_has_lost_sight_meanwhile_does_not_learn_to_whom(
    session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    agent, path = team.member(visibility="own"), f"/conversations/{chat}/assignment"
    assert call(team.owner, "PUT", path, **_put(agent)).status_code == 200
    assert call(team.owner, "PUT", path, **_put(team.owner, agent)).status_code == 200
    assert call(agent, "PUT", path, **_put(None, agent)).status_code == 404
    # The same where it left their sight between the route's look and the lock.
    member = session.get_one(WorkspaceMember, (team.workspace_id, agent))
    with pytest.raises(NotFoundError):
        assign(session, member, chat, Wanted(None), expected=agent)


def test_whoever_is_being_removed_is_not_assigned(
    app: Flask, session: DbSession, team: Team, call: Call, chat: UUID
) -> None:
    agent = team.member()
    answers: list[Any] = []
    path = f"/conversations/{chat}/assignment"
    # As a removal does: the member's row first.
    session.execute(update(WorkspaceMember).where(WorkspaceMember.user_id == agent).values(state="removed"))
    asking = Thread(target=lambda: answers.extend(_at_once(app, [(team.owner, "PUT", path, _put(agent))])))
    asking.start()
    with db.engine.connect() as other:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        wait_until(lambda: other.execute(waiting).scalar_one() or answers)
    session.commit()
    asking.join(20)
    assert [answer.json["code"] for answer in answers] == ["assignee_unavailable"]
    assert _assignee(session, chat) is None


def test_what_was_written_down_stands(session: DbSession, team: Team, call: Call, chat: UUID) -> None:
    assert call(team.owner, "POST", f"/conversations/{chat}/claim").status_code == 200
    with pytest.raises(DBAPIError, match="stands as it was written"):
        session.execute(text("UPDATE conversation_changes SET to_value = NULL"))
    session.rollback()
    assert _changes(session) == [("assignee", None, str(team.owner))]
