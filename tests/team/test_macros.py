"""Macros: whose they are, what they would do, that all of it is done or nothing, and undone as one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import event, text

from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.clock import now
from livechat.domain.team.snooze_times import SnoozeWord, snooze_end
from livechat.models import (
    CannedReply,
    CannedReplyMedia,
    Conversation,
    ConversationChange,
    Label,
    Media,
    Message,
    Note,
)
from livechat.outbound.delivery.sweep_outbound import sweep_outbound
from tests.conftest import make_token
from tests.factories import make_conversation, make_message
from tests.kinds.conftest import Inbox, _box, inbox
from tests.outages import read_only
from tests.team.conftest import API, DbSession, Team
from tests.team.interleaving import crossed

__all__ = ["_box", "inbox"]

Call = Callable[..., Any]
Step = dict[str, Any]
_serial = count(1)


@pytest.fixture
def path(team: Team) -> str:
    return f"/workspaces/{team.workspace_id}/macros"


@pytest.fixture
def chat(session: DbSession, team: Team) -> UUID:
    conversation = make_conversation(session, team.numbers[0])
    # A whole second, as Meta's times and ours are: with a fraction it would be newer than an answer at once.
    make_message(session, conversation, timestamp=now().replace(microsecond=0))
    session.commit()
    return conversation.id


def macro(name: str = "Done", scope: str = "personal", *steps: Step, **given: Any) -> dict[str, Any]:
    """The body of a request for one."""
    return {"scope": scope, "name": name, "steps": list(steps) or [NOTE]} | given


NOTE: Step = {"action": "note", "body": "Paid twice."}


def _label(session: DbSession, team: Team, name: str, group: str | None = None) -> str:
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
    return str(label.id)


def _canned(session: DbSession, team: Team, body: str, scope: str = "workspace", **whose: Any) -> str:
    canned = CannedReply(
        workspace_id=team.workspace_id,
        scope=scope,
        shortcut=f"r{next(_serial)}",
        title="Reply",
        body=body,
        created_by=team.owner,
        **whose,
    )
    session.add(canned)
    session.commit()
    return str(canned.id)


def _made(call: Call, user: UUID, path: str, *steps: Step, scope: str = "workspace") -> str:
    """The path of a new macro."""
    made = call(user, "POST", path, json=macro(f"M {next(_serial)}", scope, *steps))
    assert made.status_code == 201, made.text
    return f"{path}/{made.json['id']}"


def _preview(call: Call, user: UUID, one: str, chat: UUID) -> Any:
    return call(user, "GET", f"{one}/preview", query_string={"conversation_id": str(chat)})


def _run(call: Call, user: UUID, one: str, chat: UUID, **expected: Any) -> Any:
    return call(user, "POST", f"{one}/run", json={"conversation_id": str(chat), "expected": expected})


def _written(session: DbSession) -> tuple[int, int, int]:
    """How many changes, notes and messages of ours there are."""
    session.rollback()
    sent = session.query(Message).filter_by(direction="outbound").count()
    return session.query(ConversationChange).count(), session.query(Note).count(), sent


_SHOWN = ("assignee", "team", "status", "snoozed_until", "labels")


def _shown(call: Call, user: UUID, chat: UUID) -> dict[str, Any]:
    shown = call(user, "GET", f"/conversations/{chat}").json
    return {name: shown[name] for name in _SHOWN}


def test_whose_a_macro_is_decides_who_sees_runs_and_writes_it(
    session: DbSession, team: Team, call: Call, path: str, chat: UUID
) -> None:
    ines, otto, viewer, admin = (team.member(role) for role in ("agent", "agent", "viewer", "admin"))
    sales = str(team.team("Sales", ines))
    assert call(viewer, "POST", path, json=macro()).status_code == 403
    assert call(ines, "POST", path, json=macro("All", "workspace")).json["code"] == "forbidden"
    made = {
        "workspace": call(admin, "POST", path, json=macro("Done", "workspace")).json,
        "team": call(admin, "POST", path, json=macro("Done", "team", team_id=sales)).json,
        "personal": call(ines, "POST", path, json=macro("done")).json,
    }
    assert call(otto, "POST", path, json=macro("DONE")).status_code == 201

    def scopes(user: UUID) -> list[str]:
        return [each["scope"] for each in call(user, "GET", path).json["macros"]]

    assert scopes(ines) == ["personal", "team", "workspace"]
    assert scopes(otto) == ["personal", "workspace"]
    assert scopes(viewer) == ["workspace"]
    assert scopes(admin) == ["team", "workspace"]
    assert call(admin, "POST", path, json=macro("donE", "workspace")).json["code"] == "already_exists"
    # Who is not offered it neither looks at it nor runs it; a viewer runs none.
    hidden = f"{path}/{made['personal']['id']}"
    for user, one, status in (
        (otto, hidden, 404),
        (admin, hidden, 404),
        (otto, f"{path}/{made['team']['id']}", 404),
        (viewer, f"{path}/{made['workspace']['id']}", 403),
        (ines, hidden, 200),
    ):
        assert _preview(call, user, one, chat).status_code == status
        assert _run(call, user, one, chat).status_code == status
    assert call(otto, "PATCH", hidden, json={"name": "x"}).status_code == 404
    assert call(ines, "DELETE", f"{path}/{made['team']['id']}").status_code == 403
    # Another's own reply is never sent by a macro, and everybody's macro sends what everybody has.
    own = _canned(session, team, "I am off.", "personal", owner_user_id=ines)
    ours = _canned(session, team, "We are off.", "team", team_id=UUID(sales))
    for user, scope, reply, status in (
        (ines, "personal", own, 201),
        (ines, "personal", ours, 201),
        (admin, "personal", own, 422),
        (admin, "workspace", ours, 422),
        (admin, "team", ours, 201),
    ):
        body = macro(f"M {next(_serial)}", scope, {"action": "send", "canned_id": reply})
        body |= {"team_id": sales} if scope == "team" else {}
        answer = call(user, "POST", path, json=body)
        assert answer.status_code == status, answer.text
        assert status == 201 or list(answer.json["errors"]) == ["steps.0.canned_id"]
    # The team's becomes everybody's no sooner than what it sends is.
    last = f"{path}/{answer.json['id']}"
    assert call(admin, "PATCH", last, json={"scope": "workspace", "team_id": None}).status_code == 422
    assert call(admin, "PATCH", last, json={"steps": [NOTE]}).json["steps"] == [NOTE]
    assert call(admin, "PATCH", last, json={"scope": "workspace", "team_id": None}).status_code == 200
    assert call(admin, "DELETE", f"{path}/{made['workspace']['id']}").status_code == 204
    assert call(admin, "POST", path, json=macro("DONE", "workspace")).status_code == 201


def test_a_step_that_could_never_be_done_is_refused(
    session: DbSession, team: Team, call: Call, path: str
) -> None:
    gone, stranger = team.member(state="suspended"), Team(session)
    label = _label(session, team, "VIP")
    theirs = _label(session, stranger, "VIP")
    for steps, field in (
        ([], "steps"),
        ([NOTE] * 21, "steps"),
        ([{"action": "dance"}], "steps.0.action"),
        ([{"action": "note", "body": " "}], "steps.0.body"),
        ([{"action": "status", "status": "snoozed"}], "steps.0.status"),
        ([{"action": "status"}], "steps.0.status"),
        ([NOTE | {"label_id": label}], "steps.0.label_id"),
        ([{"action": "snooze"}], "steps.0.until"),
        ([{"action": "snooze", "minutes": 5, "until": "reply"}], "steps.0.until"),
        ([{"action": "snooze", "minutes": 0}], "steps.0.minutes"),
        ([NOTE, {"action": "add_label", "label_id": theirs}], "steps.1.label_id"),
        ([{"action": f"{what}_label", "label_id": label} for what in ("add", "remove")], "steps.1.label_id"),
        ([{"action": "assign", "assignee_id": str(gone)}], "steps.0.assignee_id"),
        ([{"action": "assign", "assignee_id": None, "team_id": str(uuid4())}], "steps.0.team_id"),
        ([{"action": "assign", "assignee_id": None}] * 2, "steps.1.action"),
        (
            [{"action": "status", "status": "open"}, {"action": "snooze", "minutes": 5}],
            "steps.1.action",
        ),
        ([{"action": "send", "canned_id": str(uuid4())}], "steps.0.canned_id"),
    ):
        answer = call(team.owner, "POST", path, json=macro("M", "workspace") | {"steps": steps})
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), (steps, answer.text)
    assert call(team.owner, "GET", path).json == {"macros": []}


def test_what_is_shown_before_is_what_is_done_and_it_is_undone_as_one(
    session: DbSession, team: Team, call: Call, path: str, chat: UUID
) -> None:
    ines, sales = team.member(name="Ines Roth"), team.team("Sales")
    high, low = (_label(session, team, name, "Priority") for name in ("High", "Low"))
    vip, old = _label(session, team, "VIP"), _label(session, team, "Old")
    for label in (low, old):
        assert call(ines, "PUT", f"/conversations/{chat}/labels/{label}").status_code == 200
    session.get_one(Conversation, chat).waiting_since = clock.now()
    session.commit()
    before, already = _shown(call, ines, chat), _written(session)
    hello = _canned(session, team, "Hello {{contact.first_name|there}}, {{agent.name}} here.")
    bye = _canned(session, team, "Bye.")
    sticker = Media(
        phone_number_id=team.numbers[0].phone_number_id,
        source="upload",
        kind="sticker",
        state="ready",
        mime_type="image/webp",
        size=10,
        uploaded_by=team.owner,
    )
    session.add(sticker)
    session.flush()
    session.add(CannedReplyMedia(canned_reply_id=UUID(bye), media_id=sticker.id, position=0))
    session.commit()
    one = _made(
        call,
        team.owner,
        path,
        {"action": "send", "canned_id": hello},
        {"action": "add_label", "label_id": high.upper()},
        {"action": "add_label", "label_id": vip},
        {"action": "remove_label", "label_id": old},
        {"action": "assign", "assignee_id": "self", "team_id": str(sales)},
        NOTE,
        {"action": "send", "canned_id": bye},
        {"action": "snooze", "until": "reply"},
    )
    # It takes no lock, so that a database that only reads shows it too.
    with read_only():
        preview = _preview(call, ines, one, chat).json
    assert (preview["can_run"], preview["problems"]) == (True, [])
    assert [step["note"] for step in preview["steps"] if step["note"]] == [NOTE["body"]]
    said = [message["text"] for step in preview["steps"] for message in step["messages"]]
    assert said == ["Hello Asha, Ines Roth here.", "Bye.", None]
    assert _written(session) == already
    # Whose it was must be said by whoever takes it.
    assert list(_run(call, ines, one, chat).json["errors"]) == ["expected.assignee_id"]
    ran = _run(call, ines, one, chat, **preview["expected"])
    assert ran.status_code == 200, ran.text
    assert (ran.json["can_undo"], len(ran.json["message_ids"])) == (True, 3)
    timeline = call(ines, "GET", f"/conversations/{chat}/timeline").json["entries"]
    changes = [each["change"] for each in timeline if each["kind"] == "change"][-7:]
    promised = [change for step in preview["steps"] for change in step["changes"]]
    assert [{name: each[name] for name in ("field", "from", "to")} for each in changes] == promised
    assert {(each["operation_id"], each["cause"]) for each in changes} == {(ran.json["operation_id"], "user")}
    # The texts go out in the order of their steps, and as the agent's answer.
    sent = session.query(Message).filter_by(direction="outbound").order_by(Message.seq).all()
    assert [str(each.id) for each in sent] == ran.json["message_ids"]
    assert [(each.text, each.status, each.sent_by, each.origin) for each in sent] == [
        (text, "queued", ines, "livechat") for text in said
    ]
    run = ran.json["operation_id"]
    assert [each.idempotency_key for each in sent] == [f"macro:{run}:{key}" for key in ("0", "6", "6:1")]
    assert session.get_one(Conversation, chat, populate_existing=True).waiting_since is None
    after = _shown(call, ines, chat)
    assert {each["name"] for each in after["labels"]} == {"High", "VIP"}
    assert (after["status"], after["assignee"]["user_id"]) == ("snoozed", str(ines))
    # A macro that finds everything so already changes nothing, and leaves nothing to undo.
    again = _made(call, team.owner, path, {"action": "add_label", "label_id": vip})
    assert _run(call, ines, again, chat).json["can_undo"] is False
    for wanted in (before, after):
        undone = call(ines, "POST", "/undo", json={"operation_id": run}).json
        assert (undone["undone"], undone["skipped"]) == ([str(chat)], [])
        assert _shown(call, ines, chat) == wanted
        run = undone["operation_id"]
    # Where somebody has touched one thing, the conversation stays as it is: also what could go back.
    call(team.owner, "DELETE", f"/conversations/{chat}/labels/{vip}")
    kept = _shown(call, ines, chat)
    undone = call(ines, "POST", "/undo", json={"operation_id": run}).json
    assert [each["reason"] for each in undone["skipped"]] == ["changed"]
    assert _shown(call, ines, chat) == kept
    # What was said and noted stays.
    assert _written(session)[1:] == (1, 3)


def test_what_is_known_of_a_customer_is_set_everywhere_and_undone_with_the_rest(
    session: DbSession, team: Team, call: Call, path: str
) -> None:
    attributes = f"/workspaces/{team.workspace_id}/attributes"
    for body in (
        {"key": "plan", "name": "Plan", "type": "list", "options": ["Free", "Gold"]},
        {"key": "size", "name": "Size", "type": "number"},
    ):
        assert call(team.owner, "POST", attributes, json=body).status_code == 201
    for value, field in (("Silver", "value"), (3, "value"), ("Gold", "key")):
        step = {"action": "set_attribute", "key": "plan" if field == "value" else "age", "value": value}
        refused = call(team.owner, "POST", path, json=macro("M", "workspace", step))
        assert (refused.status_code, list(refused.json["errors"])) == (422, [f"steps.0.{field}"])
    plan, size = (
        {"action": "set_attribute", "key": key, "value": value}
        for key, value in (("plan", "Gold"), ("size", None))
    )
    twice = call(team.owner, "POST", path, json=macro("M", "workspace", plan, plan))
    assert list(twice.json["errors"]) == ["steps.1.key"]
    chat, elsewhere = (
        make_conversation(session, number, customer_phone="447700900111")
        for number in (team.numbers[0], team.number())
    )
    label = _label(session, team, "VIP")
    reply = _canned(session, team, "You are on {{contact.plan}}.")
    person = f"/conversations/{elsewhere.id}/person"
    assert call(team.owner, "PATCH", person, json={"attributes": {"size": 2}}).status_code == 200

    def known() -> dict[str, Any]:
        found: dict[str, Any] = call(team.owner, "GET", person).json["attributes"]
        return found

    version = call(team.owner, "GET", f"/conversations/{elsewhere.id}").json["version"]
    steps = (plan, size, {"action": "add_label", "label_id": label}, {"action": "send", "canned_id": reply})
    one = _made(call, team.owner, path, *steps)
    preview = _preview(call, team.owner, one, chat.id).json
    about = {"attribute": {"key": "plan", "name": "Plan"}}
    change = {"field": "person", "from": about | {"value": None}, "to": about | {"value": "Gold"}}
    assert preview["steps"][0]["changes"] == [change]
    # What is said after it is said of what will be.
    assert [each["text"] for each in preview["steps"][3]["messages"]] == ["You are on Gold."]
    ran = _run(call, team.owner, one, chat.id)
    assert (ran.status_code, known()) == (200, {"plan": "Gold"}), ran.text
    assert call(team.owner, "GET", f"/conversations/{elsewhere.id}").json["version"] > version
    operation = ran.json["operation_id"]
    for wanted in ({"size": 2}, {"plan": "Gold"}):
        undone = call(team.owner, "POST", "/undo", json={"operation_id": operation}).json
        assert (undone["undone"], known()) == ([str(chat.id)], wanted)
        operation = undone["operation_id"]
    # What a colleague has written since stays, and so does the rest.
    assert call(team.owner, "PATCH", person, json={"attributes": {"plan": "Free"}}).status_code == 200
    undone = call(team.owner, "POST", "/undo", json={"operation_id": operation}).json
    assert [each["reason"] for each in undone["skipped"]] == ["changed"]
    assert (known(), [each["name"] for each in _shown(call, team.owner, chat.id)["labels"]]) == (
        {"plan": "Free"},
        ["VIP"],
    )
    # Of whom nothing was written down both are one person's.
    stranger = make_conversation(session, team.numbers[0])
    session.commit()
    both = _made(call, team.owner, path, plan, size | {"value": 3})
    assert _run(call, team.owner, both, stranger.id).status_code == 200
    profile = call(team.owner, "GET", f"/conversations/{stranger.id}/person").json
    assert profile["attributes"] == {"plan": "Gold", "size": 3}
    assert call(team.owner, "DELETE", f"{attributes}/plan").status_code == 204
    refused = _run(call, team.owner, one, chat.id)
    assert (refused.status_code, [each["code"] for each in refused.json["problems"]]) == (
        409,
        ["attribute_gone", "unfilled"],
    )


def test_nothing_is_done_where_one_step_cannot_be(
    session: DbSession, team: Team, call: Call, path: str, chat: UUID
) -> None:
    """K5, and what has gone since the macro was saved."""
    ines, ben = team.member(name="Ines"), team.member(name="Ben")
    admin, sales = team.member("admin"), team.team("Sales")
    label, canned = _label(session, team, "VIP"), _canned(session, team, "Hi {{contact.name}}")
    steps: list[Step] = [
        {"action": "status", "status": "resolved"},
        {"action": "add_label", "label_id": label},
        {"action": "assign", "assignee_id": str(ben), "team_id": str(sales)},
        NOTE,
        {"action": "send", "canned_id": canned},
    ]
    one = _made(call, team.owner, path, *steps)
    before = _written(session)

    def refused(step: int, code: str, answers: str = "macro_not_possible") -> dict[str, Any]:
        preview, ran = _preview(call, ines, one, chat).json, _run(call, ines, one, chat, assignee_id=None)
        assert (ran.status_code, ran.json["code"]) == (409, answers), ran.text
        assert preview["problems"] == ran.json["problems"]
        assert [(each["step"], each["code"]) for each in preview["problems"]] == [(step, code)]
        assert _written(session) == before
        assert preview["can_run"] is False
        return dict(ran.json)

    def row(table: str, what: str, row_id: object) -> None:
        key = "user_id" if table == "workspace_members" else "id"
        session.execute(text(f"UPDATE {table} SET {what} WHERE {key} = :id"), {"id": row_id})
        session.commit()

    for table, spoil, mend, row_id, step, code in (
        ("chat_conversations", "is_blocked = true", "is_blocked = false", chat, 4, "customer_blocked"),
        ("labels", "archived_at = now()", "archived_at = NULL", label, 1, "label_gone"),
        ("workspace_members", "state = 'suspended'", "state = 'active'", ben, 2, "assignee_unavailable"),
        ("workspace_members", "role = 'viewer'", "role = 'agent'", ben, 2, "assignee_unavailable"),
        ("canned_replies", "archived_at = now()", "archived_at = NULL", canned, 4, "canned_reply_gone"),
        (
            "canned_replies",
            f"scope = 'personal', owner_user_id = '{admin}'",
            "scope = 'workspace', owner_user_id = NULL",
            canned,
            4,
            "canned_reply_gone",
        ),
        ("chat_conversations", "customer_name = NULL", "customer_name = 'Asha'", chat, 4, "unfilled"),
    ):
        row(table, spoil, row_id)
        answer = refused(step, code)
        row(table, mend, row_id)
    assert answer["problems"][0]["names"] == ["contact.name"]
    row("chat_conversations", "last_inbound_at = now() - interval '2 days'", chat)
    assert refused(4, "service_window_closed", "service_window_closed")["closed_at"] is not None
    row("chat_conversations", "last_inbound_at = now()", chat)
    assert call(team.owner, "DELETE", f"/workspaces/{team.workspace_id}/teams/{sales}").status_code == 204
    assert "team" in refused(2, "team_gone")["detail"]


def test_who_loses_sight_by_it_has_done_all_of_it(
    session: DbSession, team: Team, call: Call, path: str, chat: UUID
) -> None:
    """Nobody runs anything where they see nothing; what they give away they have answered and labelled."""
    ben, own = team.member(name="Ben"), team.member(name="Ines", visibility="own")
    label, bye = _label(session, team, "VIP"), _canned(session, team, "Ben will help you.")
    one = _made(
        call,
        team.owner,
        path,
        {"action": "assign", "assignee_id": str(ben)},
        {"action": "send", "canned_id": bye},
        {"action": "add_label", "label_id": label},
    )
    stranger = Team(session)
    elsewhere = make_conversation(session, stranger.numbers[0]).id
    session.commit()
    for unseen in (chat, elsewhere, uuid4()):
        assert _preview(call, own, one, unseen).status_code == 404
        assert _run(call, own, one, unseen, assignee_id=None).status_code == 404
    assert _written(session) == (0, 0, 0)
    session.get_one(Conversation, chat).assignee_id = own
    session.commit()
    ran = _run(call, own, one, chat, assignee_id=str(own))
    assert ran.status_code == 200, ran.text
    assert _written(session) == (2, 0, 1)
    assert _preview(call, own, one, chat).status_code == 404


def test_what_is_handed_on_while_a_run_waits_for_it_is_out_of_sight(
    app: Flask, session: DbSession, team: Team, call: Call, path: str
) -> None:
    ben, own = team.member(), team.member(visibility="own")
    one = _made(call, team.owner, path, NOTE)

    def ask(user: UUID, method: str, where: str, body: Any) -> int:
        headers = {"Authorization": f"Bearer {make_token(user)}"}
        return app.test_client().open(f"{API}{where}", method=method, headers=headers, json=body).status_code

    answers = set()
    for after in range(1, 6):
        chat = str(make_conversation(session, team.numbers[0], assignee_id=own).id)
        session.commit()
        given = {"assignee_id": str(ben), "expected": {"assignee_id": str(own)}}
        crossing = crossed(
            app,
            partial(ask, team.owner, "PUT", f"/conversations/{chat}/assignment", given),
            partial(ask, own, "POST", f"{one}/run", {"conversation_id": chat}),
            after,
        )
        answers.add(crossing.other)
        session.rollback()
        assert session.query(Note).filter_by(conversation_id=UUID(chat)).count() == (crossing.other == 200)
    assert answers == {200, 404}


def test_of_two_who_run_it_at_once_one_wins(
    app: Flask, session: DbSession, team: Team, call: Call, path: str
) -> None:
    agents = [team.member(), team.member()]
    hello = _canned(session, team, "Hello!")
    one = _made(
        call,
        team.owner,
        path,
        {"action": "assign", "assignee_id": "self"},
        {"action": "send", "canned_id": hello},
    )

    def run(user: UUID, chat: UUID) -> int:
        body = {"conversation_id": str(chat), "expected": {"assignee_id": None}}
        headers = {"Authorization": f"Bearer {make_token(user)}"}
        return app.test_client().post(f"{API}{one}/run", headers=headers, json=body).status_code

    for _ in range(3):
        chat = make_conversation(session, team.numbers[0]).id
        session.commit()
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(run, agents, [chat, chat]))
        assert sorted(answers) == [200, 409]
        session.rollback()
        [message] = session.query(Message).filter_by(conversation_id=chat)
        winner = agents[answers.index(200)]
        assert (message.sent_by, session.get_one(Conversation, chat).assignee_id) == (winner, winner)


def test_the_same_request_runs_once(
    session: DbSession, team: Team, client: Any, auth: Any, call: Call, path: str, chat: UUID
) -> None:
    one = _made(call, team.owner, path, NOTE, {"action": "send", "canned_id": _canned(session, team, "Hi")})
    other = make_conversation(session, team.numbers[0]).id
    session.commit()
    headers = auth(team.owner) | {"Idempotency-Key": "k1"}

    def ask(where: UUID, **expected: Any) -> Any:
        body = {"conversation_id": str(where), "expected": expected}
        return client.post(f"{API}{one}/run", headers=headers, json=body)

    last = session.get_one(Conversation, chat).last_message_id
    first, again = (ask(chat, last_message_id=str(last)) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200), again.text
    for name in ("operation_id", "message_ids"):
        assert first.json[name] == again.json[name]
    assert _written(session) == (0, 1, 1)
    assert ask(other).json["code"] == "idempotency_conflict"
    # Without the key: what was said meanwhile, they have not seen.
    stale = _run(call, team.owner, one, chat, last_message_id=str(last))
    assert (stale.status_code, stale.json["code"]) == (409, "conversation_changed")


class _KilledError(BaseException):
    """The process is gone."""


@contextmanager
def _killed_at(nth: int) -> Iterator[list[str]]:
    """Whoever runs dies before their n-th statement; the statements so far."""
    ran: list[str] = []

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        ran.append(statement)
        if len(ran) == nth:
            raise _KilledError

    event.listen(db.engine, "before_cursor_execute", before)
    try:
        yield ran
    finally:
        event.remove(db.engine, "before_cursor_execute", before)


def test_killed_anywhere_it_has_done_nothing_or_sends_each_once(inbox: Inbox) -> None:
    """K6: before any statement, and between the commit and the sender's wake."""
    session, box = inbox.session, inbox.box
    workspace = inbox.rows("SELECT workspace_id FROM waba_accounts")[0]["workspace_id"]
    replies = [
        {"scope": "workspace", "shortcut": name, "title": name, "body": name} for name in ("one", "two")
    ]
    canned = [
        inbox.call("POST", f"/workspaces/{workspace}/canned-replies", json=each).json["id"]
        for each in replies
    ]
    steps = [{"action": "send", "canned_id": each} for each in canned]
    body = macro("Both", "workspace", *steps, NOTE, {"action": "status", "status": "resolved"})
    made = inbox.call("POST", f"/workspaces/{workspace}/macros", json=body).json
    chat = inbox.conversation().id
    run, asked = f"/workspaces/{workspace}/macros/{made['id']}/run", {"conversation_id": str(chat)}

    def state() -> list[dict[str, Any]]:
        return inbox.rows(
            "SELECT c.status, c.version, (SELECT count(*) FROM chat_messages) AS messages, "
            "(SELECT count(*) FROM notes) AS notes, (SELECT count(*) FROM conversation_changes) AS changes "
            "FROM chat_conversations c"
        )

    before = state()
    for nth in count(1):
        with _killed_at(nth) as ran:
            try:
                answer = inbox.call("POST", run, json=asked)
            except _KilledError:
                session.rollback()
        if len(ran) < nth:
            break
        assert state() == before, (nth, ran[-1])
    assert answer.status_code == 200
    assert nth > 20
    assert [row | {"version": 0} for row in state()] == [
        {"status": "resolved", "version": 0, "messages": 2, "notes": 1, "changes": 1}
    ]
    # Nobody was woken: what Redis was told is gone with the process that would have told it.
    inbox.redis.flushdb()
    inbox.execute(
        "UPDATE chat_messages SET created_at = now() - interval '1 minute', "
        "next_attempt_at = now() - interval '1 minute'"
    )
    sweep_outbound(session, inbox.redis)
    session.commit()
    for _ in range(3):
        inbox.deliver(chat)
    assert [each["body"]["text"]["body"] for each in box.messages()] == ["one", "two"]


@pytest.mark.parametrize(
    ("word", "now", "wanted"),
    [
        ("evening", "2026-11-29 15:00", "2026-11-29 18:00"),
        ("evening", "2026-11-29 18:00", "2026-11-30 18:00"),
        # The clocks are put forward that night.
        ("tomorrow", "2027-03-27 23:30", "2027-03-28 09:00"),
        ("monday", "2026-11-29 12:00", "2026-11-30 09:00"),
        ("monday", "2026-11-30 08:00", "2026-12-07 09:00"),
    ],
)
def test_words_are_times_of_the_workspaces_clock(word: str, now: str, wanted: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    given = datetime.fromisoformat(now).replace(tzinfo=berlin).astimezone(UTC)
    assert snooze_end(SnoozeWord(word), given, berlin) == datetime.fromisoformat(wanted).replace(
        tzinfo=berlin
    )
