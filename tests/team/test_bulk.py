"""One act on many conversations: what was meant when it was asked for, each with one outcome."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis import Redis
from sqlalchemy import func, select, update

from livechat.bulk import run_bulk as running
from livechat.bulk import start_bulk
from livechat.bulk.run_bulk import run_bulk, sweep_bulk
from livechat.models import BulkJob, Conversation, ConversationChange, Label, WorkspaceMember
from tests.api.test_conversations import tasks
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]


def _many(session: DbSession, team: Team, count: int, **columns: Any) -> list[Conversation]:
    made = [
        make_conversation(session, team.numbers[0], last_message_id=uuid4(), **columns) for _ in range(count)
    ]
    session.commit()
    return made


def _started(call: Call, user: UUID, **body: Any) -> dict[str, Any]:
    answer = call(user, "POST", "/bulk", json=body)
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json["job"]
    return job


def _outcomes(call: Call, user: UUID, job: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    found: dict[str, tuple[str, str | None]] = {}
    cursor = ""
    while True:
        page = call(user, "GET", f"/jobs/{job['id']}/items?limit=40&cursor={cursor}").json
        found |= {each["conversation_id"]: (each["state"], each["reason"]) for each in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = page["next_cursor"]


def test_what_a_filter_meant_is_done_once_though_workers_die(
    session: DbSession, team: Team, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "STEP", 10)
    agent = team.member()
    admin = team.member("admin")
    meant = _many(session, team, 25)
    _many(session, team, 3, assignee_id=admin)
    asked = {
        "action": "assign",
        "assignee_id": str(agent),
        "filter": {"scope": "unassigned", "status": "open"},
    }
    job = _started(call, admin, **asked)
    assert (job["state"], job["total"], job["done"]) == ("queued", len(meant), 0)
    # What comes now was not meant.
    late = _many(session, team, 2)[0].id
    count = len(meant)
    applied, whole = [], running.apply_action

    def dies(session: DbSession, job: BulkJob, conversation_id: UUID, last: UUID | None) -> None:
        whole(session, job, conversation_id, last)
        applied.append(conversation_id)
        # In the middle of the first step, and of the second.
        if len(applied) in (5, 5 + 10 + 5):
            raise SystemExit

    monkeypatch.setattr(running, "apply_action", dies)
    for _ in range(2):
        with pytest.raises(SystemExit):
            run_bulk(session, UUID(job["id"]))
        # As the connection of a dead worker.
        session.remove()
    assert call(admin, "GET", f"/jobs/{job['id']}").json["done"] == 10
    run_bulk(session, UUID(job["id"]))
    session.remove()
    shown = call(admin, "GET", f"/jobs/{job['id']}").json
    assert (shown["state"], shown["done"], shown["skipped"], shown["failed"]) == ("done", count, 0, 0)
    changes = session.scalars(
        select(ConversationChange).where(ConversationChange.operation_id == UUID(job["operation_id"]))
    ).all()
    assert sorted(each.conversation_id for each in changes) == sorted(
        session.scalars(select(Conversation.id).where(Conversation.assignee_id == agent))
    )
    assert len(changes) == count
    assert session.get_one(Conversation, late).assignee_id is None
    taken = str(changes[0].conversation_id)
    call(admin, "PUT", f"/conversations/{taken}/assignment", json=_to(admin, agent))
    undone = call(admin, "POST", "/undo", json={"operation_id": job["operation_id"]}).json
    assert len(undone["undone"]) == count - 1
    assert [each["conversation_id"] for each in undone["skipped"]] == [taken]


def test_what_was_said_after_it_was_asked_for_is_not_put_away(
    session: DbSession, team: Team, call: Call
) -> None:
    calm, busy = (str(each.id) for each in _many(session, team, 2))
    for action, status in (("resolve", "resolved"), ("snooze", "snoozed"), ("reopen", "open")):
        more = {"snooze_kind": "reply"} if action == "snooze" else {}
        job = _started(call, team.owner, action=action, filter={}, **more)
        make_message(session, session.get_one(Conversation, UUID(busy)))
        session.commit()
        run_bulk(session, UUID(job["id"]))
        session.remove()
        late = ("done", None) if status == "open" else ("skipped", "conversation_changed")
        assert _outcomes(call, team.owner, job) == {calm: ("done", None), busy: late}
        shown = [call(team.owner, "GET", f"/conversations/{each}").json["status"] for each in (calm, busy)]
        assert shown == [status, "open"]


def test_reading_many_is_for_the_reader_alone_and_tells_no_customer(
    session: DbSession, team: Team, call: Call, redis_client: Redis
) -> None:
    made = [make_message(session, each).conversation_id for each in _many(session, team, 2)]
    session.execute(
        update(Conversation).values(counted_total=1, last_counted_seq=Conversation.last_message_seq)
    )
    session.commit()
    other = team.member()
    job = _started(call, team.owner, action="read", filter={"unread": "mine"})
    run_bulk(session, UUID(job["id"]))
    session.remove()
    for user, unread in ((team.owner, 0), (other, 1)):
        shown = [call(user, "GET", f"/conversations/{each}").json for each in made]
        assert [(each["my_unread_count"], each["unread_count"]) for each in shown] == [(unread, 1)] * 2
    assert tasks(redis_client) == []


def test_each_item_is_asked_again_for_sight_right_and_what_was_expected(
    session: DbSession, team: Team, call: Call
) -> None:
    agent, other = team.member(visibility="own"), team.member()
    own, gone, taken, foreign = _many(session, team, 4, assignee_id=agent)
    ids = [str(each.id) for each in (own, gone, taken, foreign)] + [str(uuid4())]
    job = _started(
        call, agent, action="assign", assignee_id=None, ids=ids, expected={"assignee_id": str(agent)}
    )
    foreign.phone_number_id = Team(session).numbers[0].phone_number_id
    gone.assignee_id = other
    # They follow it, so that they see whose it is by now.
    call(other, "GET", f"/conversations/{gone.id}")
    taken_by = team.member()
    taken.assignee_id = taken_by
    taken.team_id = team.team("sales", agent)
    session.get_one(WorkspaceMember, (team.workspace_id, agent)).visibility = "team"
    session.commit()
    run_bulk(session, UUID(job["id"]))
    session.remove()
    assert _outcomes(call, agent, job) == {
        ids[0]: ("done", None),
        ids[1]: ("skipped", "not_found"),
        ids[2]: ("skipped", "conversation_changed"),
        ids[3]: ("skipped", "not_found"),
        ids[4]: ("skipped", "not_found"),
    }


def test_who_lost_the_right_changes_nothing_any_more(session: DbSession, team: Team, call: Call) -> None:
    agent = team.member()
    [conversation] = _many(session, team, 1)
    label = _label(session, team)
    only = str(conversation.id)
    job = _started(call, agent, action="add_label", label_id=label, ids=[only])
    session.get_one(WorkspaceMember, (team.workspace_id, agent)).role = "viewer"
    session.commit()
    run_bulk(session, UUID(job["id"]))
    session.remove()
    assert _outcomes(call, agent, job) == {only: ("skipped", "forbidden")}


def test_what_fails_fails_alone(
    session: DbSession, team: Team, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _many(session, team, 3)
    label, bad = _label(session, team), sorted(each.id for each in made)[1]
    ids = [str(each.id) for each in made]
    whole = running.apply_action

    def fails(session: DbSession, job: BulkJob, conversation_id: UUID, last: UUID | None) -> None:
        whole(session, job, conversation_id, last)
        if conversation_id == bad:
            raise RuntimeError

    monkeypatch.setattr(running, "apply_action", fails)
    job = _started(call, team.owner, action="add_label", label_id=label, ids=ids)
    run_bulk(session, UUID(job["id"]))
    session.remove()
    shown = call(team.owner, "GET", f"/jobs/{job['id']}").json
    assert (shown["state"], shown["done"], shown["failed"]) == ("done", 2, 1)
    amiss = call(team.owner, "GET", f"/jobs/{job['id']}/items?state=skipped&state=failed").json["items"]
    assert amiss == [{"conversation_id": str(bad), "state": "failed", "reason": "internal_error"}]
    labelled = {each: call(team.owner, "GET", f"/conversations/{each}").json["labels"] for each in ids}
    assert [each for each, labels in labelled.items() if not labels] == [str(bad)]


def test_two_workers_share_a_job_and_a_forsaken_one_is_found(
    session: DbSession, team: Team, call: Call, redis_client: Redis
) -> None:
    [conversation] = _many(session, team, 1)
    label = _label(session, team)
    job = _started(call, team.owner, action="add_label", label_id=label, ids=[str(conversation.id)])
    told = {"task": "maintenance.run_bulk", "kwargs": {"job_id": job["id"]}}
    assert tasks(redis_client, "maintenance") == [told]
    # Nobody is given what somebody has just been given.
    assert sweep_bulk(session) == 0
    row = session.get_one(BulkJob, UUID(job["id"]))
    row.touched_at -= running.FORSAKEN_AFTER * 2
    session.commit()
    assert sweep_bulk(session) == 1
    assert tasks(redis_client, "maintenance") == [told] * 2
    for _ in range(2):
        run_bulk(session, UUID(job["id"]))
    assert sweep_bulk(session) == 0
    changed = select(func.count()).select_from(ConversationChange)
    assert session.scalar(changed) == 1


def test_who_may_start_what(
    session: DbSession, team: Team, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_bulk, "MOST_OF_AGENTS", 2)
    monkeypatch.setattr(start_bulk, "MOST", 3)
    agent, admin, viewer = team.member(), team.member("admin"), team.member("viewer")
    ids = [str(each.id) for each in _many(session, team, 4)]
    label, theirs = _label(session, team), _label(session, Team(session))
    add = {"action": "add_label", "label_id": label}
    cases: list[tuple[UUID, dict[str, Any], int]] = [
        (agent, {**add, "ids": ids[:2]}, 202),
        (agent, {**add, "ids": ids[:3]}, 422),
        (agent, {**add, "filter": {}}, 422),
        (agent, {**add, "filter": {"scope": "mine"}}, 202),
        (admin, {**add, "ids": ids[:3]}, 202),
        (admin, {**add, "filter": {}}, 422),
        (viewer, {**add, "ids": ids[:1]}, 403),
        (viewer, {**add, "filter": {}}, 403),
        (uuid4(), {**add, "ids": ids[:1]}, 403),
        (admin, {**add, "label_id": theirs, "ids": ids[:1]}, 404),
        (admin, {**add, "ids": ids[:1], "filter": {}}, 422),
        (admin, add, 422),
        (admin, {**add, "filter": {"colour": "red"}}, 422),
        (admin, {**add, "filter": {"workspace_id": str(uuid4())}}, 404),
        (admin, {**add, "assignee_id": None, "ids": ids[:1]}, 422),
        (admin, {"action": "add_label", "ids": ids[:1]}, 422),
        (admin, {"action": "bury", "ids": ids[:1]}, 422),
        (admin, {"action": "status", "status": "resolved", "ids": ids[:1]}, 202),
        (admin, {"action": "snooze", "ids": ids[:1]}, 422),
        (admin, {"action": "resolve", "snooze_kind": "reply", "ids": ids[:1]}, 422),
    ]
    for user, body, status in cases:
        assert call(user, "POST", "/bulk", json=body).status_code == status, body
    job = _started(call, agent, **add, ids=ids[:1])
    for path in (f"/jobs/{job['id']}", f"/jobs/{job['id']}/items"):
        assert [call(user, "GET", path).status_code for user in (agent, admin)] == [200, 404]


def test_the_same_request_starts_one_job(
    session: DbSession, team: Team, client: Any, auth: Callable[[UUID], dict[str, str]]
) -> None:
    [conversation] = _many(session, team, 1)
    headers = {**auth(team.owner), "Idempotency-Key": "k1"}
    body = {"action": "assign", "assignee_id": None, "ids": [str(conversation.id)]}
    answers = [client.post("/api/live-chat/bulk", json=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 200]
    assert answers[0].json["job"]["id"] == answers[1].json["job"]["id"]
    other = client.post("/api/live-chat/bulk", json={**body, "ids": [str(uuid4())]}, headers=headers)
    assert (other.status_code, other.json["code"]) == (409, "idempotency_conflict")


def _to(assignee: UUID, expected: UUID) -> dict[str, Any]:
    return {"assignee_id": str(assignee), "expected": {"assignee_id": str(expected)}}


def _label(session: DbSession, team: Team) -> str:
    label = Label(
        workspace_id=team.workspace_id,
        name="vip",
        colour="#b91c1c",
        created_by=team.owner,
        request_digest=b"",
    )
    session.add(label)
    session.commit()
    return str(label.id)


def test_what_names_nobody_is_skipped_and_not_tried_for_ever(
    session: DbSession, team: Team, call: Call
) -> None:
    [one] = _many(session, team, 1)
    job = _started(call, team.owner, action="assign", assignee_id="nobody", ids=[str(one.id)])
    run_bulk(session, UUID(job["id"]))
    assert _outcomes(call, team.owner, job) == {str(one.id): ("skipped", "assignee_unavailable")}
