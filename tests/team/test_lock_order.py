"""Members, teams, conversations: in this order everybody locks them, so that nobody waits in a circle."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, product
from random import Random
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from flask import Flask
from sqlalchemy import text

from livechat.assigning.assign_waiting import assign_waiting
from livechat.bulk.run_bulk import run_bulk
from livechat.core.extensions import db, redis
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.handling.wake_snoozed import wake_snoozed
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.run import ingest_raw
from livechat.models import (
    AssignmentRule,
    BulkItem,
    BulkJob,
    ConversationChange,
    ConversationLabel,
    ConversationWatcher,
    Draft,
    Label,
    Macro,
    Note,
    Notification,
    Reminder,
    ScheduledMessage,
)
from livechat.outbound.delivery.deliver import Outcome, record_all
from livechat.outbound.queries.claims import Claim, claim_heads, expire_claims
from livechat.reminders.remind import remind
from livechat.scheduled.send_due import send_due
from livechat.search.fill_words import fill_words
from livechat.whatsapp.graph.client import Accepted
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError
from livechat.whatsapp.sending.outgoing import callback_data
from tests.conftest import make_token
from tests.factories import make_conversation, make_message
from tests.ingest.conftest import envelope, make_text_body
from tests.long_form import IS_LONG
from tests.team.conftest import API, DbSession, Team
from tests.team.interleaving import crossed

TOMORROW = clock.now() + timedelta(days=1)


@dataclass
class Round:
    """``free`` is nobody's and in no team; ``held`` is Ana's, in a team, and wears a label; ``due`` wakes.

    In ``held`` a send is under way, and one has failed; one is due to be sent there, and somebody is to be
    reminded, of one more for the second time.
    """

    app: Flask
    owner: UUID
    workspace: UUID
    waba: str
    number: str
    ana: UUID
    ben: UUID
    sales: UUID
    free: UUID
    phone: str
    held: UUID
    held_as: str
    due: UUID
    label: UUID
    other: UUID
    note: UUID
    message: UUID
    operation: UUID
    job: UUID
    claim: Claim
    failed: UUID
    scheduled: UUID
    reminder: UUID
    macro: UUID

    def ask(self, method: str, path: str, by: UUID | None = None, **body: Any) -> int:
        headers = {"Authorization": f"Bearer {make_token(by or self.owner)}"}
        answer = self.app.test_client().open(f"{API}{path}", method=method, headers=headers, json=body)
        return answer.status_code

    def of_workspace(self, method: str, path: str, **body: Any) -> int:
        return self.ask(method, f"/workspaces/{self.workspace}{path}", **body)

    def member(self, **changes: Any) -> int:
        return self.of_workspace("PATCH", f"/members/{self.ana}", **changes)

    def assign(self, chat: UUID, to: UUID | None, team: UUID | None, was: UUID | None) -> int:
        body = {"assignee_id": to and str(to), "team_id": team and str(team)}
        path = f"/conversations/{chat}/assignment"
        return self.ask("PUT", path, **body, expected={"assignee_id": was and str(was)})

    def status(self, chat: UUID, **body: Any) -> int:
        return self.ask("PUT", f"/conversations/{chat}/status", **body)

    def as_worker(self, job: Callable[[], object]) -> int:
        with self.app.app_context():
            try:
                job()
            finally:
                db.session.remove()
        return 200

    def written(self, phone: str | None, user_id: str | None) -> int:
        return self.heard(make_text_body(phone=phone, user_id=user_id, number=self.number, waba=self.waba))

    def heard(self, body: Any) -> int:
        raw = RawWebhook(uuid7(), clock.now(), orjson.dumps(body))
        return self.as_worker(lambda: ingest_raw(db.session, [raw]))

    def by_customer(self, **message: Any) -> int:
        """What the customer of ``held`` does with a message of theirs or ours."""
        body = make_text_body(phone=None, user_id=self.held_as, number=self.number, waba=self.waba)
        [told] = body["entry"][0]["changes"][0]["value"]["messages"]
        del told["text"]
        told |= message
        return self.heard(body)

    def status_of(self, message: UUID, wamid: str, status: str) -> int:
        told = {"id": wamid, "status": status, "timestamp": str(int(clock.now().timestamp()))}
        told |= {"recipient_user_id": self.held_as, "biz_opaque_callback_data": callback_data(message)}
        if status == "failed":
            told["errors"] = [{"code": 131026, "title": "Message undeliverable"}]
        return self.heard(envelope({"statuses": [told]}, number=self.number, waba=self.waba))

    def answered(self, outcome: Outcome) -> int:
        def record() -> None:
            record_all(db.session, [(self.claim, outcome)])
            db.session.commit()

        return self.as_worker(record)

    def expired(self) -> None:
        expire_claims(db.session, {"code": None}, gone=[self.claim.claimed_by or ""], grace_s=0)
        db.session.commit()


ACTS: dict[str, Callable[[Round], int]] = {
    "assign": lambda at: at.assign(at.free, at.ana, at.sales, None),
    "claim": lambda at: at.ask("POST", f"/conversations/{at.free}/claim", at.ana),
    "take over": lambda at: at.assign(at.held, at.ben, at.sales, at.ana),
    "set free": lambda at: at.assign(at.held, None, None, at.ana),
    "undo": lambda at: at.ask("POST", "/undo", operation_id=str(at.operation)),
    "bulk": lambda at: at.as_worker(lambda: run_bulk(db.session, at.job)),
    "remove": lambda at: at.of_workspace("DELETE", f"/members/{at.ana}?hand_over_to={at.ben}"),
    "suspend": lambda at: at.member(state="suspended"),
    "no number": lambda at: at.member(phone_number_ids=[]),
    "give up team": lambda at: at.of_workspace("DELETE", f"/teams/{at.sales}"),
    "rename team": lambda at: at.of_workspace("PATCH", f"/teams/{at.sales}", name=uuid4().hex),
    "join": lambda at: at.of_workspace("PUT", f"/teams/{at.sales}/members/{at.ana}"),
    "leave": lambda at: at.of_workspace("DELETE", f"/teams/{at.sales}/members/{at.ben}"),
    "resolve": lambda at: at.status(at.held, status="resolved"),
    "snooze": lambda at: at.status(at.held, status="snoozed", snooze_kind="reply"),
    "label": lambda at: at.ask("PUT", f"/conversations/{at.held}/labels/{at.other}"),
    "unlabel": lambda at: at.ask("DELETE", f"/conversations/{at.held}/labels/{at.label}"),
    "archive": lambda at: at.of_workspace("DELETE", f"/labels/{at.label}"),
    "follow": lambda at: at.ask("PUT", f"/conversations/{at.free}/watchers/{at.ana}"),
    "follow no more": lambda at: at.ask("DELETE", f"/conversations/{at.held}/watchers/{at.ana}"),
    "note": lambda at: at.ask(
        "POST", f"/conversations/{at.held}/notes", body="Look.", mentions=[{"user_id": str(at.ana)}]
    ),
    "edit note": lambda at: at.ask("PATCH", f"/notes/{at.note}", body="Look here.", version=1),
    "draft": lambda at: at.ask("PUT", f"/conversations/{at.free}/draft", text="Hel"),
    "no draft": lambda at: at.ask("PUT", f"/conversations/{at.held}/draft", text=""),
    "read": lambda at: at.ask("POST", f"/conversations/{at.held}/read"),
    "unread": lambda at: at.ask("POST", f"/conversations/{at.held}/unread", **{"from": str(at.message)}),
    "send": lambda at: at.ask(
        "POST",
        "/send-message",
        phone_number_id=at.number,
        conversation_id=str(at.held),
        message="Hello",
    ),
    "wake": lambda at: at.as_worker(lambda: wake_snoozed(db.session)),
    "write": lambda at: at.written(None, at.held_as),
    "react": lambda at: at.by_customer(
        type="reaction", reaction={"message_id": wamid(at.failed), "emoji": "👍"}
    ),
    "revoke": lambda at: at.by_customer(
        type="revoke",
        revoke={"original_message_id": wamid(at.message)},
        timestamp=str(int(TOMORROW.timestamp())),
    ),
    # What Meta answers to the send that is under way, and what overtakes the answer.
    "accepted": lambda at: at.answered(Accepted(wamid(at.claim.message_id), None, None, None)),
    "refused": lambda at: at.answered(
        GraphError(131026, "Refused", disposition=Disposition.REJECT, http_status=400)
    ),
    "overtakes": lambda at: at.status_of(at.claim.message_id, wamid(at.claim.message_id), "delivered"),
    "fails": lambda at: at.status_of(at.claim.message_id, wamid(at.claim.message_id), "failed"),
    "arrives after all": lambda at: at.status_of(at.failed, wamid(at.failed), "delivered"),
    "expires": lambda at: at.as_worker(at.expired),
    "resend": lambda at: at.ask("POST", f"/messages/{at.failed}/resend"),
    "schedule": lambda at: at.ask(
        "POST",
        "/scheduled-messages",
        phone_number_id=at.number,
        conversation_id=str(at.held),
        message="Later",
        send_at=TOMORROW.isoformat(),
    ),
    "send due": lambda at: at.as_worker(lambda: send_due(db.session)),
    "put off": lambda at: at.ask(
        "PATCH", f"/scheduled-messages/{at.scheduled}", send_at=TOMORROW.isoformat()
    ),
    "cancel": lambda at: at.ask("DELETE", f"/scheduled-messages/{at.scheduled}"),
    "want reminder": lambda at: at.ask(
        "POST", f"/conversations/{at.held}/reminders", due_at=TOMORROW.isoformat(), text="Look"
    ),
    "remind": lambda at: at.as_worker(lambda: remind(db.session)),
    "reminder done": lambda at: at.ask("POST", f"/reminders/{at.reminder}/done"),
    "fill words": lambda at: at.as_worker(lambda: fill_words(db.session)),
    "drain": lambda at: at.as_worker(lambda: assign_waiting(db.session, redis.client, at.workspace)),
    "rule": lambda at: at.of_workspace("PUT", f"/assignment-rules/number:{at.number}", **RULE),
    "away": lambda at: at.ask("PUT", f"/workspaces/{at.workspace}/availability", at.ana, chosen="away"),
    # Takes over, puts a label in another's place, resolves, notes.
    "macro": lambda at: at.of_workspace(
        "POST",
        f"/macros/{at.macro}/run",
        conversation_id=str(at.held),
        expected={"assignee_id": str(at.ana)},
    ),
    "profile": lambda at: at.ask("PATCH", f"/conversations/{at.held}/person", display_name=uuid4().hex),
    # The customer of both turns out to be one.
    "merge": lambda at: at.written(at.phone, at.held_as),
}
_serial = count(1)
RULE = {"mode": "round_robin", "limit_per_agent": 5, "need_presence": False, "reopen": "team"}


def wamid(message: UUID) -> str:
    return f"wamid.of.{message}"


# What sweeps would find of the rounds before.
_OVER = (
    "UPDATE chat_conversations SET waiting_since = NULL, assignee_id = NULL, status = 'open', "
    "snoozed_until = NULL, snooze_kind = NULL WHERE waiting_since IS NOT NULL OR assignee_id IS NOT NULL",
    "UPDATE chat_messages SET status = 'failed', status_rank = 25, claimed_until = NULL WHERE status = 'sending'",
    "UPDATE chat_messages SET search = '' WHERE search IS NULL",
    "DELETE FROM scheduled_messages WHERE state = 'scheduled'",
    "DELETE FROM reminders WHERE told_at IS NULL",
)


class Stage:
    """One workspace, in which each round finds the same."""

    def __init__(self, app: Flask, session: DbSession, team: Team) -> None:
        self.app, self.session, self.team = app, session, team
        self.ana, self.ben = team.member(name="Ana"), team.member(name="Ben")
        rule = RULE | {"reply_minutes": 1, "max_bounces": 1, "changed_by": team.owner}
        session.add(
            AssignmentRule(
                workspace_id=team.workspace_id, phone_number_id=team.numbers[0].phone_number_id, **rule
            )
        )
        session.commit()

    def round(self) -> Round:
        session, team, n = self.session, self.team, next(_serial)
        number = team.numbers[0]
        for over in _OVER:
            session.execute(text(over))
        session.execute(
            text(
                "UPDATE workspace_members SET state = 'active', number_scope = 'all' "
                "WHERE user_id IN (:ana, :ben)"
            ),
            {"ana": self.ana, "ben": self.ben},
        )
        sales = team.team(f"Sales {n}", self.ben)
        # Of two that merge the lesser id stays: so assignee and team are handed on.
        lesser, greater = sorted([uuid4(), uuid4()])
        ago = clock.now() - timedelta(minutes=1)
        free = make_conversation(session, number, id=lesser, waiting_since=ago)
        held_as = f"IN.{n}"
        own = {"assignee_id": self.ana, "team_id": sales}
        held = make_conversation(
            session, number, id=greater, customer_phone=None, customer_user_id=held_as, **own
        )
        due = make_conversation(
            session, number, status="snoozed", snooze_kind="time", snoozed_until=ago, **own
        )
        message = make_message(session, held, id=(message_id := uuid7()), wamid=wamid(message_id))
        sent = {"direction": "outbound", "sent_by": team.owner}
        failed = make_message(
            session,
            held,
            id=(failed_id := uuid7()),
            wamid=wamid(failed_id),
            status="failed",
            search=None,
            **sent,
        )
        make_message(session, held, wamid=None, status="queued", **sent)
        scheduled = ScheduledMessage(
            user_id=team.owner,
            phone_number_id=number.phone_number_id,
            conversation_id=held.id,
            message_type="text",
            part={"body": "Now"},
            text="Now",
            content={"text": {"body": "Now"}},
            send_at=ago,
            cancel_if_customer_writes=False,
            heard_seq=0,
        )
        due_now, reminder = (
            Reminder(
                id=uuid7(), user_id=team.owner, conversation_id=held.id, due_at=ago, text="Look", told_at=at
            )
            for at in (None, ago)
        )
        told = Notification(
            user_id=team.owner, conversation_id=held.id, kind="reminder", cause_id=reminder.id
        )
        session.add_all([scheduled, due_now, reminder, told])
        labels = [
            Label(
                workspace_id=team.workspace_id,
                name=f"{name} {n}",
                colour="#aa0000",
                group_name="kind",
                created_by=team.owner,
                request_digest=b"",
            )
            for name in ("new", "old")
        ]
        note = Note(conversation_id=held.id, author_id=team.owner, body="See.")
        operation = uuid7()
        job = BulkJob(
            user_id=team.owner,
            action="assign",
            parameters={"assignee_id": str(self.ana), "team_id": str(sales)},
        )
        session.add_all([*labels, note, job])
        session.flush()
        steps = [
            {"action": "note", "body": "Done."},
            {"action": "status", "status": "resolved"},
            {"action": "add_label", "label_id": str(labels[1].id)},
            {"action": "assign", "assignee_id": str(self.ben), "team_id": str(sales)},
        ]
        macro = Macro(
            workspace_id=team.workspace_id,
            scope="workspace",
            name=f"Done {n}",
            steps=steps,
            created_by=team.owner,
        )
        session.add(macro)
        session.flush()
        session.add(
            ConversationLabel(
                conversation_id=held.id, label_id=labels[0].id, group_key="kind", added_by=team.owner
            )
        )
        session.add(ConversationWatcher(conversation_id=held.id, user_id=self.ana))
        session.add(Draft(conversation_id=held.id, user_id=team.owner, text="Hi"))
        session.add_all(
            ConversationChange(
                operation_id=operation,
                conversation_id=free.id,
                actor_kind="member",
                actor_id=team.owner,
                field=name,
                from_value=str(was),
                to_value=None,
                cause="user",
            )
            for name, was in (("assignee", self.ana), ("team", sales))
        )
        session.add_all(BulkItem(job_id=job.id, conversation_id=each.id) for each in (free, held))
        session.flush()
        [claim] = claim_heads(session, [held.id], 60, claimed_by="crossing")
        at = Round(
            app=self.app,
            owner=team.owner,
            workspace=team.workspace_id,
            waba=team.account.waba_id,
            number=number.phone_number_id,
            ana=self.ana,
            ben=self.ben,
            sales=sales,
            free=free.id,
            phone=free.customer_phone or "",
            held=held.id,
            held_as=held_as,
            due=due.id,
            label=labels[0].id,
            other=labels[1].id,
            note=note.id,
            message=message.id,
            operation=operation,
            job=job.id,
            claim=claim,
            failed=failed.id,
            scheduled=scheduled.id,
            reminder=reminder.id,
            macro=macro.id,
        )
        session.commit()
        return at


# What is asked of whoever comes last: what cannot be, is not.
_ORPHANS = text(
    "SELECT count(*) FROM chat_conversations c JOIN workspace_members m ON m.user_id = c.assignee_id "
    "WHERE c.id = ANY(:ids) AND c.status <> 'resolved' "
    "AND (m.state <> 'active' OR m.number_scope = 'some')"
)
_BELIED = text(
    "SELECT count(*) FROM chat_conversations c JOIN LATERAL (SELECT DISTINCT ON (field) field, to_value "
    "FROM conversation_changes x WHERE x.conversation_id = c.id ORDER BY field, at DESC, id DESC) last "
    "ON last.field IN ('assignee', 'team', 'status') WHERE c.id = ANY(:ids) AND (last.to_value #>> '{}') IS DISTINCT FROM "
    "CASE last.field WHEN 'assignee' THEN c.assignee_id::text WHEN 'team' THEN c.team_id::text "
    "ELSE c.status END"
)


def _cross(stage: Stage, one: str, other: str, after: int) -> bool:
    """Cross the two; whether the first got so far."""
    at = stage.round()
    crossing = crossed(stage.app, lambda: ACTS[one](at), lambda: ACTS[other](at), after)
    case = (one, other, after)
    assert not crossing.circles, (case, [" ".join(each.split())[:150] for each in crossing.circles])
    assert max(crossing.one, crossing.other) < 500, (case, crossing)
    for rule in (_ORPHANS, _BELIED):
        assert stage.session.execute(rule, {"ids": [at.free, at.held, at.due]}).scalar_one() == 0, (
            case,
            str(rule)[:60],
        )
    stage.session.rollback()
    return crossing.is_whole


PAIRS = list(product(ACTS, repeat=2))
# These have met in a circle, or left what cannot be.
KNOWN = [
    ("assign", "give up team"),
    ("give up team", "assign"),
    ("take over", "give up team"),
    ("undo", "give up team"),
    ("give up team", "undo"),
    ("give up team", "give up team"),
    ("give up team", "rename team"),
    ("give up team", "join"),
    ("give up team", "merge"),
    ("overtakes", "accepted"),
    ("remind", "merge"),
    ("reminder done", "merge"),
]
# A merge writes much: what matters is that it holds both conversations.
AFTER_MERGE = ["give up team", "remove", "suspend", "undo", "edit note", "draft", "no draft", "macro"]


@pytest.mark.long
@pytest.mark.timeout(3600 if IS_LONG else 120)
def test_no_two_acts_wait_for_each_other(app: Flask, session: DbSession, team: Team) -> None:
    """Each two, the first stopped after each of its statements; in the short form some of that."""
    stage = Stage(app, session, team)
    for one, other in PAIRS if IS_LONG else KNOWN:
        # The first act ends before it has come so far: then it was stopped everywhere.
        assert any(not _cross(stage, one, other, after) for after in range(1, 100))
    if not IS_LONG:
        for other in AFTER_MERGE:
            _cross(stage, "merge", other, 1)
        for one, other in Random(13).sample(PAIRS, 15):
            _cross(stage, one, other, 2)
