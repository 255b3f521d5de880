"""A workspace at work: customers write, agents come and go, and the assigner runs when somebody wakes it."""

import base64
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import orjson
from flask import Flask
from redis import Redis
from sqlalchemy import event, text

from livechat.assigning.assign_waiting import assign_waiting
from livechat.core.extensions import db
from livechat.core.tasknames import TaskName
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.inbound.door.arrivals import RawWebhook
from livechat.inbound.run import ingest_raw
from tests.ingest.conftest import make_text_body
from tests.team.conftest import Team

RULE = {"mode": "round_robin", "limit_per_agent": 5, "need_presence": True, "reopen": "same_if_available"}


class Office:
    """``work`` is what a worker does: it takes the tasks that were sent, and only those."""

    def __init__(self, app: Flask, redis: Redis, team: Team, call: Callable[..., Any]) -> None:
        self.app, self.redis, self.team, self.call = app, redis, team, call
        self.number, self.waba = team.numbers[0].phone_number_id, team.account.waba_id
        self.customers = self.messages = 0
        team.session.commit()

    def rule(self, target: str | None = None, **changes: Any) -> None:
        path = f"/workspaces/{self.team.workspace_id}/assignment-rules/{target or f'number:{self.number}'}"
        answer = self.call(self.team.owner, "PUT", path, json=RULE | changes)
        assert answer.status_code == 200, answer.text

    def comes(self, user: UUID) -> None:
        """A page of theirs says that they are there."""
        assert self.call(user, "POST", "/presence", json={"state": "active"}).status_code == 200

    def agents(self, count: int, **columns: Any) -> list[UUID]:
        """So many, who are there."""
        made = [self.team.member(**columns) for _ in range(count)]
        for user in made:
            self.comes(user)
        return made

    def write(self, *phones: str) -> list[UUID]:
        """These customers write, one behind the other, through the ingest; their conversations."""
        now = clock.now()
        bodies = []
        for each in phones:
            # Each message is newer than those before it, by Meta's whole seconds too.
            self.messages += 1
            at = 1795341600 + self.messages
            bodies.append(make_text_body(phone=each, number=self.number, waba=self.waba, timestamp=at))
        raw = [
            RawWebhook(uuid7(), now + timedelta(milliseconds=n), orjson.dumps(body))
            for n, body in enumerate(bodies)
        ]
        with self.app.app_context():
            ingest_raw(db.session, raw)
            db.session.remove()
        found = self.rows("SELECT id, customer_phone FROM chat_conversations")
        by_phone = {row["customer_phone"]: row["id"] for row in found}
        return [by_phone[each] for each in phones]

    def strangers(self, count: int) -> list[UUID]:
        """So many customers whom nobody knows write."""
        self.customers += count
        first = 919000000000 + self.customers - count
        return self.write(*(str(first + n) for n in range(count)))

    def tasks(self) -> list[UUID]:
        """Take the tasks that wait for a worker; the workspaces that they name."""
        found = []
        while raw := self.redis.rpop("maintenance"):
            message = orjson.loads(raw)
            if message["headers"]["task"] == TaskName.ASSIGN.value:
                found.append(UUID(orjson.loads(base64.b64decode(message["body"]))[1]["workspace_id"]))
        return found

    def work(self) -> int:
        """Do what was sent, and what that sends; how many were assigned."""
        done = 0
        while waiting := self.tasks():
            for workspace_id in waiting:
                done += self.drain(workspace_id)
        return done

    def drain(self, workspace_id: UUID | None = None) -> int:
        with self.app.app_context():
            try:
                return assign_waiting(db.session, self.redis, workspace_id or self.team.workspace_id)
            finally:
                db.session.remove()

    def is_killed_after(self, statements: int) -> bool:
        """Drain in a process that is killed as the kernel kills, behind so many statements and commits.

        False where it ended before.
        """
        child = os.fork()
        if child == 0:
            # Whatever goes wrong here ends here.
            signal.alarm(30)
            steps = count(1)

            def step(*_: object) -> None:
                if next(steps) == statements:
                    os.kill(os.getpid(), signal.SIGKILL)

            with self.app.app_context():
                db.engine.dispose(close=False)
                event.listen(db.engine, "after_cursor_execute", step)
                event.listen(db.session, "after_commit", step)
            self.drain()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or status == 0
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL

    def holders(self) -> dict[UUID, UUID | None]:
        """{conversation: whose it is}, in the order in which they wait."""
        rows = self.rows("SELECT id, assignee_id FROM chat_conversations ORDER BY waiting_since, id")
        return {row["id"]: row["assignee_id"] for row in rows}

    def load(self, *users: UUID) -> list[int]:
        """How many open ones each of them has."""
        rows = self.rows("SELECT assignee_id FROM chat_conversations WHERE status = 'open'")
        return [sum(row["assignee_id"] == user for row in rows) for user in users]

    def changes(self, conversation_id: UUID) -> list[tuple[Any, ...]]:
        """(cause, from, to) of what was written down of its assignee and team, in order."""
        rows = self.rows(
            "SELECT cause, from_value, to_value FROM conversation_changes "
            "WHERE conversation_id = :id AND field IN ('assignee', 'team') ORDER BY at, id",
            id=conversation_id,
        )
        ids = [(row["cause"], row["from_value"], row["to_value"]) for row in rows]
        return [(cause, was and UUID(was), now and UUID(now)) for cause, was, now in ids]

    def resolve(self, conversation_id: UUID) -> None:
        path = f"/conversations/{conversation_id}/status"
        assert self.call(self.team.owner, "PUT", path, json={"status": "resolved"}).status_code == 200

    def pass_minutes(self, minutes: int) -> None:
        """All that was written down of conversations was so much earlier."""
        session = self.team.session
        for statement in (
            # The trigger that keeps what was written as it was.
            "SET LOCAL session_replication_role = replica",
            "UPDATE conversation_changes SET at = at - make_interval(mins => :n)",
            "UPDATE episodes SET opened_at = opened_at - make_interval(mins => :n), "
            "resolved_at = resolved_at - make_interval(mins => :n)",
            "UPDATE chat_conversations SET waiting_since = waiting_since - make_interval(mins => :n)",
        ):
            session.execute(text(statement), {"n": minutes} if ":n" in statement else {})
        session.commit()

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        rows = [dict(row._mapping) for row in self.team.session.execute(text(sql), values)]
        self.team.session.rollback()
        return rows
