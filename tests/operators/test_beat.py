"""Beat looks before it sends a sweep: what a sweep would find it sees, and sends what it cannot see."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from livechat.assigning.queries.waiting_rows import due_workspaces
from livechat.bulk.queries import forsaken_jobs
from livechat.core.process import own_mark
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.files.queries import take_due as due_files
from livechat.handling.queries.standings import lock_due
from livechat.inbound.door import arrivals
from livechat.inbound.queries.ledger import has_waiting
from livechat.live.writers import WRITERS
from livechat.models import AssignmentRule, Conversation, Invitation, Media, Reminder, ScheduledMessage
from livechat.operations.maintenance import due_sweeps
from livechat.operations.queries.due import SWEEPS
from livechat.outbound.queries.claims import due_heads
from livechat.presence.queries import lock_ended
from livechat.reminders.queries import take_due as due_reminders
from livechat.scheduled.queries import answered_ids, due_ids
from livechat.search.queries.wordless import wordless_messages
from livechat.team.queries.mail_rows import due as due_mails
from tests.factories import make_conversation, make_message
from workers import base, beat

AnySession = scoped_session[Session]
Find = Callable[[AnySession], object]
USER = "0198c0de-0000-7000-8000-000000000009"


def _scheduled(chat: Conversation, at: datetime, **columns: Any) -> ScheduledMessage:
    columns = {
        "send_at": at,
        "heard_seq": chat.last_counted_seq,
        "cancel_if_customer_writes": False,
    } | columns
    return ScheduledMessage(
        user_id=USER,
        phone_number_id=chat.phone_number_id,
        conversation_id=chat.id,
        message_type="text",
        part={},
        content={},
        **columns,
    )


def _media(chat: Conversation, **columns: Any) -> Media:
    return Media(phone_number_id=chat.phone_number_id, source="meta", kind="image", **columns)


# Of each sweep what is due at a moment, and by what it finds that itself.
_DUE: list[tuple[TaskName, Callable[[Conversation, datetime], object], Find]] = [
    (
        TaskName.SWEEP_INBOUND,
        lambda chat, at: "INSERT INTO webhook_events (id, received_at, state, body, items) SELECT "
        f"gen_random_uuid(), now(), 'waiting', '{{}}', '[]' WHERE '{at.isoformat()}' < now()",
        has_waiting,
    ),
    (
        TaskName.SWEEP_OUTBOUND,
        lambda chat, at: {"direction": "outbound", "status": "queued" if at < clock.now() else "sent"}
        | {"created_at": at},
        lambda session: due_heads(session, settled_s=2, limit=1),
    ),
    (
        TaskName.SWEEP_MEDIA,
        lambda chat, at: _media(chat, state="pending", next_attempt_at=at),
        lambda session: due_files(session, 1),
    ),
    (
        TaskName.SWEEP_MEDIA,
        lambda chat, at: _media(chat, state="fetching", claimed_until=at),
        lambda session: due_files(session, 1),
    ),
    (
        TaskName.WAKE_SNOOZED,
        lambda chat, at: "UPDATE chat_conversations SET status = 'snoozed', snooze_kind = 'time', "
        f"snoozed_until = '{at.isoformat()}'",
        lambda session: lock_due(session, 1),
    ),
    (
        TaskName.REMIND,
        lambda chat, at: Reminder(user_id=USER, conversation_id=chat.id, due_at=at, text="Call."),
        lambda session: due_reminders(session, 1),
    ),
    (TaskName.SEND_SCHEDULED, _scheduled, lambda session: due_ids(session, 1)),
    (
        TaskName.SEND_SCHEDULED,
        lambda chat, at: _scheduled(
            chat, at + timedelta(days=1), cancel_if_customer_writes=True, heard_seq=-1 if at < clock.now() else 9
        ),
        lambda session: answered_ids(session, 1),
    ),
    (
        TaskName.SWEEP_BULK,
        lambda chat, at: "INSERT INTO bulk_jobs (id, user_id, operation_id, action, parameters, touched_at) "
        f"VALUES (gen_random_uuid(), '{USER}', gen_random_uuid(), 'label', '{{}}', '{at.isoformat()}')",
        lambda session: forsaken_jobs(session, clock.now() - timedelta(seconds=15), 1),
    ),
    (
        TaskName.END_AVAILABILITY,
        lambda chat, at: "INSERT INTO workspace_members (workspace_id, user_id, role, availability, "
        f"available_again_at) VALUES (gen_random_uuid(), '{USER}', 'agent', 'away', '{at.isoformat()}')",
        lambda session: lock_ended(session, clock.now()),
    ),
    (
        TaskName.SWEEP_INVITATIONS,
        lambda chat, at: Invitation(
            workspace_id=USER, role="agent", token_digest=b"x", invited_by=USER, mail_due_at=at,
            expires_at=at + timedelta(days=7),
        ),
        lambda session: due_mails(session, 1),
    ),
    (
        TaskName.FILL_WORDS,
        lambda chat, at: {"search": None} if at < clock.now() else {},
        lambda session: wordless_messages(session, 2**62, 1),
    ),
    (
        TaskName.SWEEP_ASSIGNING,
        lambda chat, at: AssignmentRule(
            workspace_id=USER, phone_number_id=chat.phone_number_id, limit_per_agent=5, need_presence=True,
            mode="manual" if at > clock.now() else "round_robin", reopen="same_if_available", max_bounces=3,
            changed_by=USER,
        ),
        due_workspaces,
    ),
]  # fmt: skip


def test_what_a_sweep_would_find_beat_sees(session: AnySession, redis_client: Redis) -> None:
    def sees() -> set[TaskName]:
        return due_sweeps(session, redis_client, SWEEPS)

    assert {sweep for sweep, _, _ in _DUE} == SWEEPS
    for sweep, make, find in _DUE:
        for is_due in (False, True):
            at = clock.now() + timedelta(minutes=-1 if is_due else 60)
            chat = make_conversation(session, status="open", waiting_since=clock.now())
            # Rows without what they belong to.
            session.execute(text("SET LOCAL session_replication_role = replica"))
            made = make(chat, at)
            if isinstance(made, str):
                session.execute(text(made))
            elif isinstance(made, dict):
                make_message(session, chat, **made)
            else:
                session.add(made)
            session.flush()
            assert sees() == ({sweep} if is_due else set()), (sweep, is_due)
            assert bool(find(session)) is is_due, (sweep, is_due)
            session.rollback()
    redis_client.xadd(arrivals.STREAM, {"at": time.time()})
    assert sees() == {TaskName.SWEEP_INBOUND}
    redis_client.delete(arrivals.STREAM)
    assert sees() == set()


def test_beat_sends_what_is_due_what_it_cannot_see_and_everything_now_and_then(
    app: Flask, session: AnySession, redis_client: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base.AppTask, "flask_app", app, raising=False)
    monkeypatch.setattr(beat, "FRESH_S", -1.0)
    entries = {name: base.BEAT_SCHEDULE[name] for name in ("remind", "sweep inbound", "prune")}
    monkeypatch.setitem(base.celery.conf, "beat_schedule", entries)
    scheduler = beat.Scheduler(app=base.celery, schedule_filename=str(tmp_path / "beat"))

    def is_sent(name: str, later_s: float = 0.0) -> bool:
        entry = scheduler.schedule[name]
        entry.last_run_at -= timedelta(days=1)
        sent, wait_s = scheduler.is_due(entry)
        assert 0 < wait_s <= entry.schedule.run_every.total_seconds() + 0.1
        return sent

    # The first time each is sent unseen, and what is no sweep is always sent.
    assert [is_sent(name) for name in ("remind", "sweep inbound", "prune")] == [True] * 3
    assert [is_sent(name) for name in ("remind", "sweep inbound", "prune")] == [False, False, True]
    chat = make_conversation(session)
    session.add(Reminder(user_id=USER, conversation_id=chat.id, due_at=clock.now(), text="Call."))
    session.commit()
    assert is_sent("remind")
    session.execute(text("DELETE FROM reminders"))
    session.commit()
    assert not is_sent("remind")
    # A writer that has ended without a word.
    place = " ".join((own_mark() or "").split(" ")[:2])
    redis_client.zadd(WRITERS, {f"{place} 4194304 1": time.time()})
    assert is_sent("sweep inbound")
    redis_client.delete(WRITERS)
    scheduler._sent_at[TaskName.REMIND] -= beat.UNASKED_S
    assert is_sent("remind")

    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("the database is away"))

    monkeypatch.setattr(beat, "due_sweeps", away)
    assert is_sent("remind")
    scheduler.close()
