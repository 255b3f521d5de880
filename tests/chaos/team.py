"""A team at work: members who claim, assign, resolve, label, note, read, send and undo at random, all at once.

One of them is removed and invited again now and then. Each act is allowed to lose: by a 409 that shows what has
changed, by a 404 where the conversation went out of sight. Nothing else may go wrong.
"""

import random
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from tests.chaos.load import Api, Load, Record
from tests.chaos.running import Running
from tests.system.product import NUMBER

OUTAGE = (0, 503)
LOOK_AGAIN_S = 5.0
ROLES = ("admin", *["agent"] * 7, "viewer")
SIGHTS = ("all", "all", "team", "own")
LABELS = (("Refund", None), ("Delivery", None), ("Low", "urgency"), ("High", "urgency"), ("Élan", None))


@dataclass
class Person:
    """A member, with what they remember of what they see: conversations as they were shown."""

    user_id: str
    email: str
    token: str
    role: str
    visibility: str
    team_id: str
    api: Api
    seen: dict[str, Any] = field(default_factory=dict)
    looked_at: float = 0.0
    operations: list[str] = field(default_factory=list)


@dataclass
class Conflict:
    """A 409 that somebody got: what it says has changed, by whom and when."""

    conversation_id: str
    changed_by: str | None
    changed_at: str | None
    is_by_message: bool


class TeamLoad:
    """Threads that act for ``members`` people of the demo's workspace. ``stop`` ends them."""

    def __init__(
        self,
        running: Running,
        load: Load,
        record: Record,
        *,
        seed: int,
        members: int,
        acts_per_s: float,
        seconds_between_removals: float,
        allows_outage: bool,
    ) -> None:
        self._running, self._load, self._record = running, load, record
        self._seed, self._members = seed, members
        self._pause_s = members / acts_per_s
        self._removal_pause_s = seconds_between_removals
        self._allows_outage = allows_outage
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self.owner = load.api()
        self.workspace_id = ""
        self.people: list[Person] = []
        self.labels: list[str] = []
        self.acts: Counter[str] = Counter()
        self.conflicts: list[Conflict] = []
        self.removals = 0

    def start(self) -> None:
        """The owner makes teams and labels and invites everybody; then they act."""
        self.workspace_id = self._sure("GET", "/workspaces")["workspaces"][0]["id"]
        home = f"/workspaces/{self.workspace_id}"
        teams = [self._sure("POST", f"{home}/teams", json={"name": f"Team {n}"})["id"] for n in range(2)]
        for name, group in LABELS:
            body = {"name": name, "colour": "#0b7261", **({"group": group} if group else {})}
            self.labels.append(self._sure("POST", f"{home}/labels", json=body)["id"])
        client = self._running.client()
        for n in range(self._members):
            user_id, email = str(uuid.uuid4()), f"member{n}@example.com"
            token = client.mint(sub=user_id, email=email)
            person = Person(
                user_id,
                email,
                token,
                ROLES[n % len(ROLES)],
                SIGHTS[n % len(SIGHTS)],
                teams[n % len(teams)],
                Api(self._load.base, token, self._record),
            )
            self._join(person)
            self.people.append(person)
        for n, person in enumerate(self.people):
            self._run(self._act_on, random.Random(self._seed + 1000 + n), person)
        self._run(self._remove_on, random.Random(self._seed + 999))

    def stop(self, timeout_s: float) -> None:
        """End it once every act that was begun is answered."""
        self._stopping.set()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            self._record.breaks(f"the team's requests were not answered within {timeout_s:.0f} s")

    def _run(self, work: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=self._guarded, args=(work, *arguments), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _guarded(self, work: Any, *arguments: Any) -> None:
        is_done = False
        try:
            work(*arguments)
            is_done = True
        finally:
            if not is_done:
                self._record.breaks(f"the team's {work.__name__} stopped: its traceback is above")

    # Membership

    def _sure(self, method: str, path: str, **more: Any) -> Any:
        """What the owner is answered, asked until there is an answer."""
        while True:
            status, answer = self.owner.ask(method, path, **more)
            if status in (200, 201, 204):
                return answer
            if status not in (*OUTAGE, 429):
                raise AssertionError(f"{method} {path} answered {status}: {answer}")
            time.sleep(0.5)

    def _join(self, person: Person) -> None:
        home = f"/workspaces/{self.workspace_id}"
        body = {"email": person.email, "role": person.role, "visibility": person.visibility}
        link = self._sure("POST", f"{home}/invitations", json=body)["link"]
        while True:
            token = link.partition("#")[2]
            status, answer = person.api.ask("POST", "/invitations/accept", json={"token": token})
            # 410: it was accepted, and the answer was lost.
            if status in (200, 410) or (status == 409 and answer["code"] == "already_exists"):
                break
            if status not in (*OUTAGE, 429):
                raise AssertionError(f"accepting answered {status}: {answer}")
            time.sleep(0.5)
        self._sure("PUT", f"{home}/teams/{person.team_id}/members/{person.user_id}")

    def _remove_on(self, rng: random.Random) -> None:
        """Remove somebody, sometimes with an heir, look that nothing is left to them, and have them back."""
        while not self._stopping.wait(self._removal_pause_s * rng.uniform(0.6, 1.4)):
            person, heir = rng.sample(self.people, 2)
            query = f"?hand_over_to={heir.user_id}" if rng.random() < 0.5 and heir.role != "viewer" else ""
            path = f"/workspaces/{self.workspace_id}/members/{person.user_id}{query}"
            status, answer = self.owner.ask("DELETE", path)
            while status in (*OUTAGE, 429) and self._allows_outage:
                # It may have been done, and the answer lost: then the next one is 404.
                time.sleep(0.5)
                status, answer = self.owner.ask("DELETE", path)
            if status not in (204, 404):
                self._record.breaks(f"DELETE {path} answered {status}: {answer}")
                continue
            # Where the database is away the audit looks: nobody has a conversation who may not answer it.
            with suppress(psycopg.Error):
                kept = self._running.rows(
                    "SELECT id::text FROM chat_conversations WHERE assignee_id = %s AND status <> 'resolved'",
                    person.user_id,
                )
                if kept:
                    self._record.breaks(f"the removed {person.user_id} has {[row['id'] for row in kept]}")
            self._stopping.wait(rng.uniform(0.5, 2.0))
            self._join(person)
            self.removals += 1

    # Acts

    def _act_on(self, rng: random.Random, person: Person) -> None:
        while not self._stopping.wait(self._pause_s * rng.uniform(0.2, 1.8)):
            if time.monotonic() - person.looked_at > LOOK_AGAIN_S or not person.seen:
                self._look(person, rng)
            if not person.seen:
                continue
            shown = person.seen[rng.choice(list(person.seen))]
            weights = {
                self._claim: 6,
                self._assign: 6,
                self._resolve: 6,
                self._snooze: 3,
                self._reopen: 3,
                self._label: 6,
                self._note: 2,
                self._read: 6,
                self._unread: 2,
                self._send: 3,
                self._undo: 3,
            }
            [act] = rng.choices(list(weights), list(weights.values()))
            act(person, shown, rng)

    def _look(self, person: Person, rng: random.Random) -> None:
        scope = rng.choice(["all", "all", "mine", "unassigned", "watching", f"team:{person.team_id}"])
        path = f"/conversations?workspace_id={self.workspace_id}&limit=200&scope={scope}"
        status, answer = self._ask(person, "GET", path, may_be=(404,))
        if status == 200:
            person.seen = {row["id"]: row for row in answer["conversations"]}
            person.looked_at = time.monotonic()

    def _ask(self, person: Person, method: str, path: str, may_be: tuple[int, ...] = (), **more: Any) -> Any:
        """(status, answer); what may not be is a broken promise."""
        status, answer = person.api.ask(method, path, **more)
        allowed = (200, 201, 202, 204, 429, *may_be, *(OUTAGE if self._allows_outage else ()))
        if status not in allowed:
            self._record.breaks(f"{method} {path} by a {person.role} answered {status}: {str(answer)[:300]}")
        return status, answer

    def _change(
        self, person: Person, shown: Any, method: str, path: str, name: str, body: Any = None, **expected: Any
    ) -> None:
        """One act that changes a conversation, as the person saw it."""
        # 404: out of sight by now, or removed; 403: a viewer; 422: who is to have it has gone.
        more = {} if body is None else {"json": body}
        status, answer = self._ask(
            person, method, f"/conversations/{shown['id']}{path}", may_be=(403, 404, 409, 422), **more
        )
        with self._lock:
            self.acts[f"{name} {status}"] += 1
        if status == 200:
            person.seen[shown["id"]] = answer
            if answer.get("operation_id"):
                person.operations.append(answer["operation_id"])
            if person.role == "viewer":
                self._record.breaks(f"a viewer's {name} was done")
        elif status == 403 and person.role != "viewer":
            self._record.breaks(f"{name} by a {person.role} answered 403: {answer}")
        elif status == 422 and answer["code"] != "assignee_unavailable":
            self._record.breaks(f"{name} answered {answer}")
        elif status == 404:
            person.seen.pop(shown["id"], None)
        elif status == 409:
            self._conflict(person, name, answer, expected)

    def _conflict(self, person: Person, name: str, answer: Any, expected: dict[str, Any]) -> None:
        """A 409 must show something else than what the person expected, and say when it became so."""
        if answer["code"] != "conversation_changed":
            if not (name == "send" and answer["code"] == "service_window_closed"):
                self._record.breaks(f"{name} answered {answer}")
            return
        now = answer["conversation"]
        person.seen[now["id"]] = now
        assignee = now["assignee"] and now["assignee"]["user_id"]
        last = now["last_message"] and now["last_message"]["id"]
        by_assignee = "assignee_id" in expected and assignee != expected["assignee_id"]
        by_message = "last_message_id" in expected and last != expected["last_message_id"]
        if not (by_assignee or by_message):
            self._record.breaks(f"{name} answered 409, and {now['id']} is as it was expected: {expected}")
        if answer["changed_at"] is None:
            self._record.breaks(f"{name} answered 409 and does not say when {now['id']} changed")
        by = answer["changed_by"]
        with self._lock:
            self.conflicts.append(
                Conflict(now["id"], by and by["user_id"], answer["changed_at"], is_by_message=by_message)
            )

    def _claim(self, person: Person, shown: Any, _rng: random.Random) -> None:
        self._change(person, shown, "POST", "/claim", "claim", assignee_id=None)

    def _assign(self, person: Person, shown: Any, rng: random.Random) -> None:
        expected = shown["assignee"] and shown["assignee"]["user_id"]
        to = rng.choice([*self.people, None])
        body: dict[str, Any] = {
            "assignee_id": to and to.user_id,
            "expected": {"assignee_id": expected},
        }
        if rng.random() < 0.3:
            body["team_id"] = rng.choice([person.team_id, None])
        self._change(person, shown, "PUT", "/assignment", "assign", body, assignee_id=expected)

    def _resolve(self, person: Person, shown: Any, _rng: random.Random) -> None:
        last = shown["last_message"] and shown["last_message"]["id"]
        body = {"status": "resolved", "expected": {"last_message_id": last}}
        self._change(person, shown, "PUT", "/status", "resolve", body, last_message_id=last)

    def _snooze(self, person: Person, shown: Any, rng: random.Random) -> None:
        kind = rng.choice(["time", "reply", "time_or_reply", "time_even_if_reply"])
        body = {"status": "snoozed", "snooze_kind": kind}
        if kind != "reply":
            body["snoozed_until"] = (datetime.now(UTC) + timedelta(seconds=rng.uniform(3, 30))).isoformat()
        self._change(person, shown, "PUT", "/status", "snooze", body)

    def _reopen(self, person: Person, shown: Any, _rng: random.Random) -> None:
        self._change(person, shown, "PUT", "/status", "reopen", {"status": "open"})

    def _label(self, person: Person, shown: Any, rng: random.Random) -> None:
        method = rng.choice(["PUT", "PUT", "DELETE"])
        self._change(person, shown, method, f"/labels/{rng.choice(self.labels)}", f"label {method}")

    def _note(self, person: Person, shown: Any, _rng: random.Random) -> None:
        path = f"/conversations/{shown['id']}/notes"
        key, body = {"Idempotency-Key": str(uuid.uuid4())}, {"body": f"note {uuid.uuid4()}"}
        self._ask(person, "POST", path, may_be=(404,), json=body, headers=key)

    def _read(self, person: Person, shown: Any, _rng: random.Random) -> None:
        self._ask(person, "POST", f"/conversations/{shown['id']}/read", may_be=(404,), json={})

    def _unread(self, person: Person, shown: Any, rng: random.Random) -> None:
        path = f"/messages?conversation_id={shown['id']}&limit=10"
        status, page = self._ask(person, "GET", path, may_be=(404,))
        if status == 200 and page["messages"]:
            body = {"from": rng.choice(page["messages"])["id"]}
            self._ask(person, "POST", f"/conversations/{shown['id']}/unread", may_be=(404,), json=body)

    def _send(self, person: Person, shown: Any, rng: random.Random) -> None:
        if person.role == "viewer":
            return
        expected: dict[str, Any] = {}
        if rng.random() < 0.6:
            expected["assignee_id"] = shown["assignee"] and shown["assignee"]["user_id"]
        if rng.random() < 0.6:
            expected["last_message_id"] = shown["last_message"] and shown["last_message"]["id"]
        body = {
            "phone_number_id": NUMBER,
            "conversation_id": shown["id"],
            "message": f"out {uuid.uuid4()}",
            "client_message_id": str(uuid.uuid4()),
            **({"expected": expected} if expected else {}),
        }
        began = time.monotonic()
        while True:
            status, answer = self._ask(person, "POST", "/send-message", may_be=(404, 409), json=body)
            # Without an answer it may have been taken: the same key tells.
            if status not in (*OUTAGE, 429) or self._stopping.wait(0.3):
                break
        with self._lock:
            self.acts[f"send {status}"] += 1
        if status in (200, 202):
            self._load.has_accepted(
                answer["message"]["id"], shown["id"], shown["customer_phone"], body["message"], began
            )
        elif status == 409:
            self._conflict(person, "send", answer, expected)

    def _undo(self, person: Person, _shown: Any, rng: random.Random) -> None:
        if not person.operations:
            return
        operation_id = person.operations.pop(rng.randrange(len(person.operations)))
        status, answer = self._ask(
            person, "POST", "/undo", may_be=(403, 404, 409), json={"operation_id": operation_id}
        )
        if status == 409 and answer["code"] != "undo_expired":
            self._record.breaks(f"undo answered 409 {answer['code']}")
        with self._lock:
            self.acts[f"undo {status}"] += 1
        if status == 200:
            for skipped in answer["skipped"]:
                if not skipped["reason"]:
                    self._record.breaks(f"undo skipped {skipped['conversation_id']} and does not say why")
