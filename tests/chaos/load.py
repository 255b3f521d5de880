"""Customers who write and agents who answer: steady load, with a record of everything that was promised to them."""

import math
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from sandbox.testing import ControlFailed, SandboxClient
from tests.chaos.running import Running
from tests.system.product import NUMBER

API = "/api/live-chat"
REPEAT_S = 0.3
ANSWER_TIMEOUT_S = 60.0
IMPATIENT_S = 0.02
# By one thread, which waits for the sandbox's answer.
MOST_WRITES_PER_S = 12.5
# What a status is worth, so that a step back can be told; queued and sending may alternate.
RANK = {"queued": 0, "sending": 0, "unknown": 15, "sent": 20, "failed": 25, "delivered": 30, "read": 40}


@dataclass
class Written:
    """A customer's message that the sandbox has taken."""

    wamid: str
    customer: str
    text: str
    timestamp: int


@dataclass
class Accepted:
    """A reply that the API has accepted: when it was first asked for, and when that was answered."""

    message_id: str
    conversation_id: str
    customer: str
    text: str
    asked_at: float
    answered_at: float


@dataclass
class Record:
    """What the outside was told. Filled by many threads."""

    written: dict[str, Written] = field(default_factory=dict)
    accepted: dict[str, Accepted] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    """Promises that were seen to break while it ran, one sentence each."""
    repeated: int = 0
    unserved: list[tuple[float, float, str]] = field(default_factory=list)
    """API requests without an answer, or with one of 5xx: when each was asked and given up, and what it was."""
    readings: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.Lock()

    def breaks(self, sentence: str) -> None:
        with self.lock:
            self.faults.append(sentence)


class Api:
    """The REST API as one agent's browser uses it; ``base`` may change while it runs."""

    def __init__(self, base: Callable[[], str], token: str, record: Record) -> None:
        self._base, self._record = base, record
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, timeout_s: float = ANSWER_TIMEOUT_S, **more: Any) -> Any:
        """(status, JSON) of one request; (0, None) where no answer came."""
        asked_at = time.monotonic()
        try:
            answer = self._http.request(method, f"{self._base()}{API}{path}", timeout=timeout_s, **more)
        except requests.RequestException as error:
            if timeout_s > IMPATIENT_S:
                self._unserved(asked_at, f"{method} {path}: {type(error).__name__}")
            return 0, None
        if answer.status_code >= 500:
            self._unserved(asked_at, f"{method} {path}: {answer.status_code}")
        try:
            return answer.status_code, answer.json()
        except ValueError:
            return answer.status_code, answer.text[:200]

    def _unserved(self, asked_at: float, what: str) -> None:
        with self._record.lock:
            self._record.unserved.append((asked_at, time.monotonic(), what))

    def get(self, path: str, until: Callable[[], bool]) -> Any:
        """The JSON of a GET, asked until it succeeds; None where it is out of sight, or ``until`` is over."""
        while not until():
            status, answer = self.ask("GET", path)
            if status == 200:
                return answer
            if status == 404:
                return None
            time.sleep(REPEAT_S)
        return None


class Load:
    """Threads that act for ``customers`` customers. ``stop`` ends new work and completes what was begun."""

    def __init__(
        self,
        running: Running,
        base: Callable[[], str],
        record: Record,
        *,
        seed: int,
        customers: int,
        agents: int,
        writes_per_s: float,
        sends_per_s: float,
    ) -> None:
        self._running, self.base, self.record = running, base, record
        self._seed = seed
        self.customers = [f"9198{10_000_000 + seed % 1000 * 10_000 + n}" for n in range(customers)]
        self._agents = agents
        self._writers = math.ceil(writes_per_s / MOST_WRITES_PER_S)
        self._write_pause_s = self._writers / writes_per_s
        self._send_pause_s = agents / sends_per_s
        self._stopping = threading.Event()
        self._abandoned = threading.Event()
        self._threads: list[threading.Thread] = []
        self._conversations: dict[str, str] = {}
        self.token = running.client().demo_token()["access_token"]

    def start(self) -> None:
        """Everybody writes once, so that every window is open; then the load begins."""
        sandbox = self._running.client()
        for customer in self.customers:
            self._write(sandbox, customer)
        for n in range(self._writers):
            self._run(self._write_on, random.Random(self._seed + 10 + n))
        self._run(self._customers_read, random.Random(self._seed + 1))
        self._run(self._watch, random.Random(self._seed + 2))
        for n in range(self._agents):
            self._run(self._answer_on, random.Random(self._seed + 100 + n), n)

    def stop(self, timeout_s: float) -> None:
        """End it once every request that was begun is answered; what is not by then is a broken promise."""
        self._stopping.set()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            self.record.breaks(f"requests were not answered within {timeout_s:.0f} s of healing")
            self._abandoned.set()

    def api(self) -> Api:
        """An agent's view of the API; one for each thread."""
        return Api(self.base, self.token, self.record)

    def _run(self, work: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    # Customers

    def _write(self, sandbox: SandboxClient, customer: str, *, picture: bool = False) -> None:
        text = f"in {uuid.uuid4()}"
        command = {"type": "image", "caption": text} if picture else {"text": text}
        try:
            said = sandbox.customer_writes(customer, **command)
        except (requests.RequestException, ControlFailed) as error:
            self.record.breaks(f"the sandbox refused a customer: {error}")
            return
        stamp = int(said["message"]["timestamp"])
        with self.record.lock:
            self.record.written[said["wamid"]] = Written(said["wamid"], customer, text, stamp)

    def _write_on(self, rng: random.Random) -> None:
        sandbox = self._running.client()
        while not self._stopping.wait(self._write_pause_s * rng.uniform(0.2, 1.8)):
            self._write(sandbox, rng.choice(self.customers), picture=rng.random() < 0.1)

    def _customers_read(self, rng: random.Random) -> None:
        sandbox = self._running.client()
        while not self._stopping.wait(rng.uniform(0.3, 1.5)):
            sandbox.customer_reads(rng.choice(self.customers))

    # Agents

    def _find(self, api: Api, customer: str) -> str | None:
        if customer not in self._conversations:
            status, found = api.ask("GET", f"/conversations?phone_number_id={NUMBER}&limit=200")
            if status == 200:
                for row in found["conversations"]:
                    self._conversations[str(row["customer_phone"])] = row["id"]
        return self._conversations.get(customer)

    def _answer_on(self, rng: random.Random, n: int) -> None:
        api = self.api()
        # Most conversations have one agent, some have all of them: order must hold either way.
        # These are a sixth of all: two got messages faster than WhatsApp lets one customer have them, and a run
        # waited a quarter of an hour for the last.
        shared = self.customers[: max(2, len(self.customers) // 6)]
        own = [customer for i, customer in enumerate(self.customers) if i % self._agents == n]
        while not self._stopping.wait(self._send_pause_s * rng.uniform(0.2, 1.8)):
            customer = rng.choice(shared if rng.random() < 0.2 else own)
            conversation = self._find(api, customer)
            if conversation is None:
                continue
            chance = rng.random()
            if chance < 0.3:
                self._read(api, rng, conversation)
            elif chance < 0.55:
                # A short burst: what is sent in a row must arrive in a row.
                for _ in range(rng.randint(2, 4)):
                    self._send(api, rng, customer, conversation)
            else:
                self._send(api, rng, customer, conversation)

    def _send(self, api: Api, rng: random.Random, customer: str, conversation: str) -> None:
        text = f"out {uuid.uuid4()}"
        key = str(uuid.uuid4())
        body = {"phone_number_id": NUMBER, "conversation_id": conversation, "message": text}
        if rng.random() < 0.5:
            body["client_message_id"] = key
            headers = {}
        else:
            headers = {"Idempotency-Key": key}
        asked_at = time.monotonic()
        answers: list[tuple[int, Any]] = []

        def ask(through: Api, timeout_s: float) -> None:
            answers.append(through.ask("POST", "/send-message", timeout_s, json=body, headers=headers))

        if rng.random() < 0.1:
            # Impatient: gone before the answer comes, and back with the same request.
            ask(api, IMPATIENT_S)
        while not self._abandoned.is_set():
            if rng.random() < 0.1:
                # The same request twice at the same time.
                twin = threading.Thread(target=ask, args=(self.api(), ANSWER_TIMEOUT_S))
                twin.start()
                ask(api, ANSWER_TIMEOUT_S)
                twin.join()
            else:
                ask(api, ANSWER_TIMEOUT_S)
            told = [answer for answer in answers if answer[0] in (200, 202)]
            for status, answer in answers:
                if status >= 400 and status not in (409, 429, 503):
                    self.record.breaks(f"POST /send-message answered {status}: {answer}")
            if told:
                break
            answers.clear()
            with self.record.lock:
                self.record.repeated += 1
            time.sleep(REPEAT_S)
        else:
            return
        ids = {answer["message"]["id"] for _, answer in told}
        if len(ids) > 1 or sum(status == 202 for status, _ in told) > 1:
            self.record.breaks(f"one key made several messages: {sorted(ids)}, {[s for s, _ in told]}")
        # With a lost answer before it, a 200 is all that tells of the acceptance.
        self.has_accepted(ids.pop(), conversation, customer, text, asked_at)

    def has_accepted(
        self, message_id: str, conversation: str, customer: str, text: str, asked_at: float
    ) -> None:
        """Keep in mind that the API has accepted a send, first asked for at ``asked_at``."""
        accepted = Accepted(message_id, conversation, customer, text, asked_at, time.monotonic())
        with self.record.lock:
            self.record.accepted[accepted.message_id] = accepted

    def _read(self, api: Api, rng: random.Random, conversation: str) -> None:
        body = {}
        if rng.random() < 0.3:
            status, page = api.ask("GET", f"/messages?conversation_id={conversation}&limit=5")
            if status == 200 and page["messages"]:
                body = {"up_to": rng.choice(page["messages"])["id"]}
        status, answer = api.ask("POST", f"/conversations/{conversation}/read", json=body)
        if status == 200:
            with self.record.lock:
                self.record.readings += 1
        elif status not in (0, 404, 429, 503):
            self.record.breaks(f"POST /read answered {status}: {answer}")

    # A watcher

    def _watch(self, rng: random.Random) -> None:
        """Look at threads again and again: a status that was shown must never be taken back."""
        api = self.api()
        shown: dict[str, str] = {}
        while not self._stopping.wait(rng.uniform(0.1, 0.5)):
            conversation = self._find(api, rng.choice(self.customers))
            if conversation is None:
                continue
            status, page = api.ask("GET", f"/messages?conversation_id={conversation}&limit=100")
            if status not in (0, 200, 503):
                self.record.breaks(f"GET /messages answered {status}: {page}")
            for message in page["messages"] if status == 200 else []:
                if message["direction"] == "outbound":
                    before = shown.get(message["id"], "queued")
                    if RANK[message["status"]] < RANK[before]:
                        self.record.breaks(f"{message['id']} went from {before} to {message['status']}")
                    shown[message["id"]] = message["status"]
