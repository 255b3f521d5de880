"""Faults, drawn by a seed. Each one breaks something, and mends what would not mend by itself."""

import json
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
import redis as redis_client
import requests
from celery import Celery
from kombu.exceptions import OperationalError

from local import programs
from local.ports import service_port
from tests.chaos.edge import Edge
from tests.chaos.load import Api, Record, Written
from tests.chaos.running import Running, signal_all
from tests.conftest import wait_until
from tests.system.product import NUMBER

WORKERS = ("worker-inbound", "worker-outbound", "worker-media", "worker-background")
DOWN_S = (2.0, 6.0)
FROZEN_S = (1.0, 5.0)
WEBHOOK_WAIT_S = 60.0
WHOLE_S = 240.0
DRAIN_S = 0.5
STOP_S = 120.0
PROBE = {"object": "whatsapp_business_account", "entry": []}


@dataclass(repr=False)
class Injector:
    """Breaks one thing after another until told to stop; ``injected`` counts them by kind."""

    running: Running
    edge: Edge
    record: Record
    rng: random.Random
    customers: list[str]
    pause_s: tuple[float, float]
    api: Api
    broker_url: str
    injected: Counter[str] = field(default_factory=Counter)
    answers: dict[str, Counter[int]] = field(default_factory=dict)
    """How webhooks were answered while one or both databases were down."""

    def __post_init__(self) -> None:
        self._sandbox = self.running.client()

    def run(self, kinds: list[str], seconds: float) -> None:
        """Inject for that long: every kind once in random order, then all again. 0 seconds: each once."""
        ends_at = time.monotonic() + seconds
        while True:
            self.rng.shuffle(kinds)
            for kind in kinds:
                if seconds and time.monotonic() > ends_at:
                    return
                self.inject(kind)
                time.sleep(self.rng.uniform(*self.pause_s))
            if not seconds:
                return

    def inject(self, kind: str) -> None:
        """Inject one fault; it may still be healing when this returns."""
        began = datetime.now(UTC)
        with (self.running.root.parent / "faults.log").open("a") as log:
            print(f"{began:%H:%M:%S.%f}  {kind}", file=log)
        self.kinds()[kind]()
        self.injected[kind] += 1

    def kinds(self) -> dict[str, Callable[[], None]]:
        """Every fault that can be injected here, by name."""
        found: dict[str, Callable[[], None]] = {
            "kill web": lambda: self._kill("web"),
            "kill web worker": lambda: self._kill_child("web"),
            "kill ingest worker": lambda: self._kill("worker-inbound"),
            "kill ingest child": lambda: self._kill_child("worker-inbound"),
            "kill send worker": lambda: self._kill("worker-outbound"),
            "kill media worker": lambda: self._kill("worker-media"),
            "kill background worker": lambda: self._kill("worker-background"),
            "kill background child": lambda: self._kill_child("worker-background"),
            "kill beat": lambda: self._kill("beat"),
            "kill Redis": lambda: self._kill("redis"),
            "kill PostgreSQL": lambda: self._kill("postgres"),
            "kill PostgreSQL backend": lambda: self._kill_child("postgres"),
            "Redis down": lambda: self._down("redis"),
            "PostgreSQL down": lambda: self._down("postgres"),
            "both databases down": lambda: self._down("redis", "postgres"),
            "PostgreSQL read-only": self._read_only,
            "freeze Redis": lambda: self._freeze("redis"),
            "freeze PostgreSQL": lambda: self._freeze("postgres"),
            "freeze web": lambda: self._freeze("web"),
            "freeze ingest worker": lambda: self._freeze("worker-inbound"),
            "freeze send worker": lambda: self._freeze("worker-outbound"),
            "reset database connections": self._reset_database,
            "reset Redis connections": self._reset_redis,
            "lose answers to webhooks": self._lose_answers,
            "Graph drops after accepting": lambda: self._graph("drop_after_accept"),
            "Graph drops before accepting": lambda: self._graph("drop_before"),
            "Graph slower than the time-out": lambda: self._graph("delay", seconds=6, when="after"),
            "Graph slow": lambda: self._graph("delay", seconds=1, when="before", times=10),
            "Graph 502 after accepting": lambda: self._graph("http_html", accept=True),
            "Graph 502": lambda: self._graph("http_html"),
            "Graph empty answer": lambda: self._graph("empty", accept=True),
            "Graph answer without id": lambda: self._graph("no_id"),
            "Graph status before answer": lambda: self._graph("status_before_response", times=5),
            "Graph 130429": lambda: self._graph("error", code=130429),
            "Graph 131056": lambda: self._graph("error", code=131056),
            "Graph 131000": lambda: self._graph("error", code=131000),
            "Graph 131026": lambda: self._graph("error", code=131026),
            "Graph 190 and a new token": self._pause_and_resume,
            "webhooks shuffled": lambda: self._delivery(shuffle=True, shuffle_ms=1500),
            "webhooks twice": lambda: self._delivery(duplicate=1, duplicate_probability=0.7),
            "webhooks in batches": lambda: self._delivery(batch=20, batch_wait_ms=300),
            "webhooks late": lambda: self._delivery(delay_ms=1500, jitter_ms=1500),
            "poison webhooks": self._poison,
            "poison beside good": self._poison_beside_good,
            "bodies that PostgreSQL cannot take": self._bodies_too_large,
            "reconcile unread under load": self._reconcile,
            "rolling restart": self._roll,
        }
        if self.running.has_disks:
            found["PostgreSQL's disk full"] = lambda: self._full_disk("postgres")
            found["Redis' disk full"] = lambda: self._full_disk("redis")
        return found

    def heal(self) -> None:
        """End everything that this has begun, and have every program run."""
        sandbox = self._sandbox
        sandbox.clear_faults()
        self._delivery()
        self.edge.lose_answers = 0
        with suppress(psycopg.Error):
            self.running.make_read_only(False)
        for name in ("postgres", "redis"):
            if self.running.has_disks:
                self.running.make_room(name)
        self.running.start_everything()

    # Processes

    def _kill(self, program: str) -> None:
        signal_all([self.running.main_pid(program)], signal.SIGKILL)

    def _kill_child(self, program: str) -> None:
        children = self.running.children(program)
        if children:
            signal_all([self.rng.choice(children)], signal.SIGKILL)

    def _freeze(self, program: str) -> None:
        pids = [self.running.main_pid(program), *self.running.children(program)]
        signal_all(pids, signal.SIGSTOP)
        time.sleep(self.rng.uniform(*FROZEN_S))
        signal_all(pids, signal.SIGCONT)

    @contextmanager
    def _counted(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        seen = self.edge.statuses(began, time.monotonic())
        self.answers.setdefault(what, Counter()).update(seen)

    def _down(self, *programs: str) -> None:
        # Alone: what an earlier fault has broken must be whole again.
        wait_until(self._is_whole, WHOLE_S, 0.2)
        for program in programs:
            self.running.stop_program(program)
        try:
            with self._counted(" and ".join(programs)):
                # At least one webhook must come while it is down, whatever the load is doing.
                statuses = [self.edge.post(_body(PROBE | {"probe": str(uuid.uuid4())}), is_poison=True)]
                time.sleep(self.rng.uniform(*DOWN_S))
        finally:
            for program in programs:
                self.running.start_program(program)
        expected = 503 if len(programs) == 2 else 200
        # 0: the web itself was on its way up again after an earlier fault.
        if statuses[0] not in (expected, 0):
            self.record.breaks(f"with {' and '.join(programs)} down a webhook was answered {statuses[0]}")

    def _is_whole(self) -> bool:
        # Whose parent was killed just now still answers, until its successor ends it.
        if not self.running.main_pid("web"):
            return False
        try:
            return requests.get(f"{self.edge.upstream}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def _full_disk(self, name: str) -> None:
        self.running.fill(name)
        with self._counted(f"{name}'s disk full"):
            time.sleep(self.rng.uniform(*DOWN_S))
        self.running.make_room(name)

    def _read_only(self) -> None:
        """As a standby is, or a server whose disk is nearly full: it answers, and refuses every change."""
        try:
            self.running.make_read_only(True)
            with self._counted("PostgreSQL read-only"):
                statuses = [self.edge.post(_body(PROBE | {"probe": str(uuid.uuid4())}), is_poison=True)]
                time.sleep(self.rng.uniform(*DOWN_S))
        except psycopg.Error:
            # An earlier fault had it down.
            return
        finally:
            wait_until(self._writes_again, WHOLE_S, 0.2)
        if statuses[0] not in (200, 503, 0):
            self.record.breaks(f"with PostgreSQL read-only a webhook was answered {statuses[0]}")

    def _writes_again(self) -> bool:
        try:
            self.running.make_read_only(False)
        except psycopg.Error:
            return False
        return True

    # Connections

    def _reset_database(self) -> None:
        try:
            self.running.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
        except psycopg.Error:
            return

    def _reset_redis(self) -> None:
        try:
            with self.running.redis() as client:
                client.client_kill_filter(_type="normal", skipme=True)
        except redis_client.RedisError:
            return

    def _lose_answers(self) -> None:
        self.edge.lose_answers += self.rng.randint(3, 8)

    # Meta

    def _graph(self, kind: str, **rule: Any) -> None:
        times = rule.pop("times", self.rng.randint(1, 3))
        self._sandbox.fault(kind, times=times, match={"endpoint": "messages"}, **rule)

    def _pause_and_resume(self) -> None:
        self._graph("error", code=190, times=1)
        time.sleep(self.rng.uniform(1, 3))
        self.reconnect()

    def reconnect(self) -> None:
        """Give the number its token again, as its owner does, until that is accepted."""
        wanted = {
            "waba_id": self._sandbox.waba_id,
            "phone_number_id": NUMBER,
            "access_token": self._sandbox.access_token,
        }
        wait_until(
            lambda: self.api.ask("POST", "/phone-numbers", 60.0, json=wanted)[0] == 200,
            WEBHOOK_WAIT_S * 3,
            0.5,
        )

    def _delivery(self, **mode: Any) -> None:
        plain = {
            "shuffle": False,
            "duplicate": 0,
            "batch": 1,
            "delay_ms": 0,
            "jitter_ms": 0,
            "retry_base_ms": 200,
            "retry_cap_ms": 2000,
            "max_attempts": 1_000_000,
        }
        self._sandbox.deliver(**(plain | mode))

    def _poison(self) -> None:
        for body in poison(self.rng):
            self._deliver(body)

    def _deliver(self, body: bytes) -> None:
        """As Meta does: again until it is answered 200."""
        wait_until(lambda: self.edge.post(body, is_poison=True) == 200, WEBHOOK_WAIT_S * 6, 0.3)

    def _poison_beside_good(self) -> None:
        customer = self.rng.choice(self.customers)
        good = f"wamid.chaos.{uuid.uuid4().hex}"
        text = f"in {uuid.uuid4()}"
        stamp = int(time.time())
        messages = [*hostile_messages(self.rng, customer), _text(good, customer, stamp, text)]
        self.rng.shuffle(messages)
        self._deliver(_body(_envelope(messages, customer)))
        with self.record.lock:
            self.record.written[good] = Written(good, customer, text, stamp)

    def _bodies_too_large(self) -> None:
        """What an index, a column or a parser cannot hold, each before an ordinary message of its own."""
        for body in oversized(self.rng):
            self._deliver(body)
            customer = self.rng.choice(self.customers)
            good = Written(
                f"wamid.chaos.{uuid.uuid4().hex}", customer, f"in {uuid.uuid4()}", int(time.time())
            )
            self._deliver(
                _body(_envelope([_text(good.wamid, customer, good.timestamp, good.text)], customer))
            )
            with self.record.lock:
                self.record.written[good.wamid] = good

    # Ourselves

    def _roll(self) -> None:
        """A new release beside the old one, which then ends: nobody may notice.

        New web and workers start, the load balancer turns to the new web, and the old ones are told to stop.
        Then the same again, back to the supervised ones.
        """
        wait_until(self._is_whole, WHOLE_S, 0.2)
        old = self.edge.upstream
        began = time.monotonic()
        with ExitStack() as stack:
            port = service_port()
            log = self.running.root / "logs" / f"next-{port}.log"
            new = [
                stack.enter_context(self.running.spawn(f"next-{program.name}", program.command, log))
                for program in (
                    programs.web(port),
                    programs.worker(f"inbound-{port}", "inbound", "prefork", 2),
                    programs.worker(f"outbound-{port}", "outbound", "threads", 16),
                    programs.worker(f"media-{port}", "media", "threads", 4),
                    programs.worker(f"background-{port}", "maintenance", "prefork", 1),
                )
            ]
            try:
                self._turn_to(
                    f"http://127.0.0.1:{port}", lambda: log.read_text().count(" ready.") >= len(WORKERS)
                )
                for program in ("web", *WORKERS):
                    self.running.stop_program(program)
                time.sleep(self.rng.uniform(*DOWN_S))
                for program in ("web", *WORKERS):
                    self.running.start_program(program)
                self._turn_to(old, lambda: all(self.running.children(p) for p in ("web", "worker-inbound")))
            finally:
                self.edge.upstream = old
                for process in new:
                    process.terminate()
                for process in new:
                    process.wait(STOP_S)
        ended = time.monotonic()
        # What was asked of the one and answered in time was served, whoever stopped meanwhile.
        refused = {s: n for s, n in self.edge.statuses(began, ended).items() if s != 200}
        if refused:
            self.record.breaks(f"a rolling restart answered webhooks {refused}")
        for asked_at, given_up_at, what in list(self.record.unserved):
            if began <= asked_at and given_up_at <= ended:
                self.record.breaks(f"a rolling restart failed {what}")

    def _turn_to(self, upstream: str, has_workers: Callable[[], bool]) -> None:
        """What a load balancer does: wait until it is healthy, send it all that is new, let the old one end."""

        def answers() -> bool:
            try:
                return requests.get(f"{upstream}/readyz", timeout=5).status_code == 200
            except requests.RequestException:
                return False

        wait_until(lambda: has_workers() and answers(), WHOLE_S, 0.2)
        self.edge.upstream = upstream
        # Requests that had read the old address a moment ago are accepted by now.
        time.sleep(DRAIN_S)

    def _reconcile(self) -> None:
        """Have unread counts compared while they change: it must find nothing, since nothing is wrong."""
        with Celery("chaos", broker=self.broker_url, set_as_current=False) as sender:
            try:
                sender.send_task("maintenance.reconcile_unread", queue="maintenance", retry=False)
            except (OperationalError, redis_client.RedisError):
                return


def _body(value: Any) -> bytes:
    return json.dumps(value).encode()


def _text(wamid: str, sender: str, stamp: int, text: str) -> dict[str, Any]:
    return {"from": sender, "id": wamid, "timestamp": str(stamp), "type": "text", "text": {"body": text}}


def _value(messages: list[Any], customer: str, number: str = NUMBER) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "917755991053", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Hostile"}, "wa_id": customer}],
        "messages": messages,
    }


def _changes(values: list[Any]) -> dict[str, Any]:
    changes = [{"field": "messages", "value": value} for value in values]
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "811978564885194", "changes": changes}],
    }


def _envelope(messages: list[Any], customer: str) -> dict[str, Any]:
    return _changes([_value(messages, customer)])


def hostile_messages(rng: random.Random, customer: str) -> list[Any]:
    """Messages that are wrong in ways that must hurt nobody beside them; their ids are all new."""

    def wamid() -> str:
        return f"wamid.hostile.{uuid.UUID(int=rng.getrandbits(128)).hex}"

    stamp = int(time.time())
    return [
        _text(wamid(), customer, stamp, "nothing\x00here"),
        _text(wamid(), customer, stamp, "half a pair \ud83d"),
        _text(wamid(), customer, stamp, "x" * 100_000),
        {**_text(wamid(), customer, stamp, ""), "text": {"body": ["a", {"list": 1}]}},
        {**_text(wamid(), customer, stamp, ""), "text": "not an object"},
        {**_text(wamid(), customer, stamp, ""), "timestamp": "99999999999999999999"},
        {**_text(wamid(), customer, stamp, ""), "timestamp": None, "type": 7},
        {"id": wamid()},
        {**_text(wamid(), customer, stamp, "who"), "from": {"a": 1}},
        None,
        17,
        [],
    ]


def poison(rng: random.Random) -> Iterator[bytes]:
    """Bodies that are signed and make no sense."""
    mark = uuid.UUID(int=rng.getrandbits(128)).hex
    yield f"not json {mark}".encode()
    yield b"\xff\xfe\x00" + mark.encode()
    yield _body([mark])
    yield _body({"object": mark})
    yield _body({"object": "whatsapp_business_account", "entry": {"0": mark}})
    yield _body({"object": "whatsapp_business_account", "entry": [None, 1, [mark]]})
    yield _body({"object": "whatsapp_business_account", "entry": [{"id": mark, "changes": [{"field": 3}]}]})
    yield _body(_envelope({"not": mark}, "919800000000"))  # type: ignore[arg-type]
    yield b"[" * 5000 + mark.encode()
    yield _body({"object": "whatsapp_business_account", "entry": [{"id": mark + "\x00", "changes": "no"}]})
    # More than Redis is given: it goes to the ledger at once.
    yield _body(_envelope([_text(f"wamid.huge.{mark}", "919800000000", 1, "y" * 300_000)], "919800000000"))


def oversized(rng: random.Random) -> Iterator[bytes]:
    """Bodies that are signed, and more than the database, an index or a parser can take as they are."""
    mark = uuid.UUID(int=rng.getrandbits(128)).hex
    sender = "919800000000"
    stamp = int(time.time())
    yield _body(_changes([_value([{"mark": mark}], sender, f"{n:015}") for n in range(1000)]))
    yield _body(_changes([_value([{"mark": mark}], sender, f"{n:0512}") for n in range(20)]))
    yield _body(_changes([_value([{"mark": mark}], sender, "9" * 600)]))
    yield _body(_envelope(["DEEP"], sender)).replace(b'"DEEP"', b'{"a":' * 2000 + b"1" + b"}" * 2000)
    yield _body(_envelope([_text("w" * 10_000 + mark, sender, stamp, "an id without end")], sender))
    yield _body(_envelope([0] * 100_000, sender) | {"mark": mark})
    many = b",".join(b'{"id":"%x.%s","timestamp":1}' % (n, mark[:8].encode()) for n in range(3000))
    yield _body(_envelope(["MANY"], sender)).replace(b'"MANY"', many)
