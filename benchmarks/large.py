"""What runs beside the inbox in a large installation, with few messages and with many: it must not grow.

300 numbers in 50 accounts; /metrics, each of beat's tasks, the alarms, /activity, and the doctor with a Meta
that takes a fifth of a second for each answer. As much is open and unread at both sizes.
"""

import json
import resource
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from benchmarks import estate
from benchmarks.figures import Figure
from benchmarks.installation import Installation
from benchmarks.reads import MESSAGES_EACH, fill
from benchmarks.sizes import Sizes
from benchmarks.spawn import START_TIMEOUT_S, spawn, wait_for
from benchmarks.trees import HERE, Tree
from local.ports import is_taken, service_port

META_S = 0.2
DOCTOR_S = 10.0
# As much work at so many times the messages; what takes a few milliseconds is told apart by chance. What
# looks at a part of the tables at a time may reach its bound in the large one alone.
AS_MUCH, CHANCE_S, BOUND_S = 1.5, 0.005, 0.1
OPEN, UNREAD = 200, 20
# A webhook is kept for so many messages: bodies of ten, and a month of messages beside years of them.
MESSAGES_A_WEBHOOK = 20
DOCTOR = "the doctor"
Taken = dict[str, "Took"]


@dataclass(frozen=True, slots=True)
class Took:
    """``used_s``: processor time of the program and of PostgreSQL. ``statements`` None: not counted."""

    seconds: float
    used_s: float
    statements: int | None = None


def measure(sizes: Sizes, before: Tree | None = None) -> list[Figure]:
    """Each size in turn, in each tree."""
    trees = [Tree(), *([before] if before else [])]
    counts = (sizes.small_messages, sizes.big_messages or sizes.large_messages)
    found: list[dict[int, Taken]] = []
    graph = service_port()
    with ExitStack() as exits:
        logs = Path(exits.enter_context(TemporaryDirectory(prefix="livechat-graph-")))
        command = [sys.executable, "-m", "benchmarks.apps.slow_graph", str(graph), str(META_S)]
        exits.enter_context(spawn(command, HERE, trees[0].environment({}), logs))
        wait_for(lambda: is_taken(graph), START_TIMEOUT_S, 0.02)
        for tree in trees:
            with Installation(tree, (), WHATSAPP_API_URL=f"http://127.0.0.1:{graph}") as product:
                found.append({count: _at(product, count) for count in counts})
    return _figures(counts, found, before)


def _at(product: Installation, messages: int) -> Taken:
    began = time.monotonic()
    _fill(product, messages)
    print(f"{messages:,} messages: filled in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    number, owner = estate.numbers_of("waba0000")[0], estate.accounts()[0][1]
    taken: Taken = {}
    with Probe(product, owner) as probe:
        wanted = {
            "GET /metrics": "get /metrics",
            "GET /activity": f"get /api/live-chat/activity?phone_number_id={number}",
            "alarms": "alarms",
            **{f"beat: {name}": f"task {name}" for name in probe.tasks},
        }
        for name, line in wanted.items():
            # The first pays for what is loaded late, and does what had gathered.
            probe.run(line)
            taken[name] = min((probe.run(line) for _ in range(3)), key=lambda took: took.used_s)
    taken[DOCTOR] = _doctor(product)
    return taken


def _doctor(product: Installation) -> Took:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "livechat", "doctor", "--json"]

    def run() -> None:
        ended = subprocess.run(
            command,
            cwd=product.tree.folder,
            env=product.tree.environment(product.environment),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        # It finds that no worker runs, which is so.
        checks = {each["check"] for each in json.loads(ended.stdout)["checks"]}
        missing = [each for each in estate.numbers() if f"token for number {each}" not in checks]
        if missing:
            raise RuntimeError(f"the doctor says nothing of {len(missing)} numbers: {ended.stderr[-500:]}")

    before, began = _ended_s(), time.perf_counter()
    used = product.used_by(run)
    return Took(time.perf_counter() - began, _ended_s() - before + used["PostgreSQL"])


def _ended_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Probe:
    """A process of the product that runs what it is told (`benchmarks.apps.probe`)."""

    def __init__(self, product: Installation, user: Any) -> None:
        self._product = product
        token = product.headers(user)["Authorization"].removeprefix("Bearer ")
        self._environment = {**product.environment, "PROBE_TOKEN": token}

    def __enter__(self) -> Self:
        text = (HERE / "benchmarks" / "apps" / "probe.py").read_text(encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-c", text],
            cwd=self._product.tree.folder,
            env=self._product.tree.environment(self._environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.tasks: list[str] = self._heard()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self, line: str) -> Took:
        """Have it do one thing, and hear what that took."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        told: dict[str, Any] = {}

        def ask() -> None:
            assert self._process.stdin is not None
            self._process.stdin.flush()
            told.update(self._heard(line))

        used = self._product.used_by(ask)
        return Took(told["s"], told["used_s"] + used["PostgreSQL"], told["statements"])

    def _heard(self, line: str = "its start") -> Any:
        assert self._process.stdout is not None
        # What a program logs to its output is no answer.
        while heard := self._process.stdout.readline():
            if heard.startswith(('{"s"', "[")):
                return json.loads(heard)
        raise RuntimeError(f"{self._product.tree.name}: the probe ended at {line}")


def _fill(product: Installation, messages: int) -> None:
    threads = max(1, messages // MESSAGES_EACH)
    known = product.scalar("SELECT count(*) FROM phone_numbers")
    if not known:
        for waba, owner in estate.accounts():
            for number in estate.numbers_of(waba):
                product.connect_number(number, waba, owner)
    for statement in _EMPTY:
        product.database.execute(statement.encode())
    fill(product, messages, unread_in=max(1, threads // UNREAD), numbers=estate.numbers())
    with product.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(_RESOLVED, {"open": OPEN})
        connection.execute(_WEBHOOKS, {"count": messages // MESSAGES_A_WEBHOOK, "numbers": estate.numbers()})
        connection.execute(_COUNTS, {"numbers": estate.numbers()})
        connection.execute("VACUUM ANALYZE")


def _figures(counts: tuple[int, int], found: list[dict[int, Taken]], before: Tree | None) -> list[Figure]:
    small, big = (found[0][count] for count in counts)
    figures = [_figure(name, took, small[name], counts) for name, took in big.items() if _is_told(name, took)]
    beat = [name for name in big if name.startswith("beat: ")]
    if before is not None:
        for name in (*(each for each in big if each not in beat), "beat"):
            mine, theirs = (
                sum(side[counts[1]][each].used_s for each in (beat if name == "beat" else [name]))
                for side in found
            )
            what = "all of beat's tasks, once" if name == "beat" else name
            beside = f"{before.name}: {_ms(theirs)} of processor time"
            figures.append(Figure(f"… {what}", _ms(mine), beside, f"{mine / theirs:.2f}"))
    return figures


def _is_told(name: str, took: Took) -> bool:
    return not name.startswith("beat: ") or took.used_s > CHANCE_S


def _figure(name: str, big: Took, small: Took, counts: tuple[int, int]) -> Figure:
    reached = big.used_s <= max(small.used_s * AS_MUCH + CHANCE_S, BOUND_S)
    target = f"<= {AS_MUCH}x, or {_ms(BOUND_S)}"
    if name == DOCTOR:
        target, reached = f"<= {AS_MUCH}x, {DOCTOR_S:.0f} s", reached and big.seconds <= DOCTOR_S
    return Figure(
        f"{name}, {counts[1]:,} messages",
        _shown(big),
        f"at {counts[0]:,}: {_shown(small)}",
        f"{big.used_s / small.used_s:.1f}x",
        target,
        reached,
    )


def _shown(took: Took) -> str:
    statements = "" if took.statements is None else f", {took.statements} statements"
    return f"{_ms(took.seconds)}, processor time {_ms(took.used_s)}{statements}"


def _ms(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


_EMPTY = (
    "TRUNCATE chat_conversations, webhook_events, webhook_counts CASCADE",
    "CHECKPOINT",
)
# As with a team that is at work: what is older is resolved.
_RESOLVED = """
    UPDATE chat_conversations SET status = 'resolved'
    WHERE id NOT IN (SELECT id FROM chat_conversations ORDER BY last_message_time DESC LIMIT %(open)s)
"""
_WEBHOOKS = """
    INSERT INTO webhook_events (id, received_at, processed_at, state, body, phone_number_ids, items, stored)
    SELECT gen_random_uuid(), at, at, 'done', decode(repeat(md5(n::text), 12), 'hex'), ARRAY[number],
           jsonb_build_array(jsonb_build_object('n', 0, 'kind', 'message', 'field', 'messages',
                                                'number', number, 'outcome', 'stored')), 1
    FROM generate_series(1, %(count)s) AS n
        CROSS JOIN LATERAL (SELECT now() - n * interval '5 days' / %(count)s AS at,
            (%(numbers)s::text[])[1 + n %% cardinality(%(numbers)s::text[])] AS number) AS each
"""
# Eight days, hour by hour.
_COUNTS = """
    INSERT INTO webhook_counts (phone_number_id, hour, outcome, reason, items, last_received_at, is_sum)
    SELECT number, hour, 'stored', '', 40, hour + interval '59 minutes', true
    FROM unnest(%(numbers)s::text[]) AS number
        CROSS JOIN generate_series(date_trunc('hour', now()) - interval '8 days', now() - interval '1 hour',
                                   interval '1 hour') AS hour
"""
