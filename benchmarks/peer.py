"""django-meta-whatsapp beside us: the same server, PostgreSQL and bodies: `python -m benchmarks peer`.

It is installed into a virtual environment of its own, from the registry that pip is set up with, and is gone
afterwards. Where it cannot be had, the benchmark says so.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlsplit

from benchmarks import mix, peer_site
from benchmarks.estate import OWNER
from benchmarks.figures import Figure, rate, ratio, spread
from benchmarks.installation import Installation
from benchmarks.load import Result, drive, request
from benchmarks.processes import processor_s
from benchmarks.sizes import Sizes
from benchmarks.spawn import START_TIMEOUT_S, Started, answers, spawn, wait_for
from benchmarks.trees import HERE, Tree
from benchmarks.webhooks import CUSTOMERS, NUMBER, WABA, bodies, signed
from local.ports import is_taken, service_port
from tests.services import EmbeddedServices

NAME = f"{peer_site.PACKAGE} {peer_site.VERSION}"
META_S = 0.1
INSTALL_TIMEOUT_S = 300
THREADS = "16"
# Of the thread that is read; our page has fifty, theirs has all.
IN_A_THREAD = 50
SENT_TIMEOUT_S = 120.0
_BEHIND_OTHERS = 10_000_000
Pair = tuple[list[float], list[float]]


class NotToBeHadError(Exception):
    """The peer cannot be installed here; its text says why."""


def measure(sizes: Sizes, before: Tree | None = None) -> list[Figure]:
    """Both run all the time, and have their turns. Another commit of ours has no part in it."""
    del before
    graph = service_port()
    with ExitStack() as exits:
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="livechat-peer-")))
        try:
            python = _install(folder)
        except NotToBeHadError as error:
            return [Figure(f"beside {NAME}", f"not measured: it cannot be installed here: {error}")]
        command = [sys.executable, "-m", "benchmarks.apps.slow_graph", str(graph), str(META_S)]
        exits.enter_context(spawn(command, HERE, os.environ, folder))
        wait_for(lambda: is_taken(graph), START_TIMEOUT_S, 0.02)
        address = f"http://127.0.0.1:{graph}"
        theirs = exits.enter_context(Peer(python, folder, address))
        ours = exits.enter_context(Installation(Tree(), ("web", "ingest", "sends"), WHATSAPP_API_URL=address))
        ours.connect_number(NUMBER, WABA)
        return [*_webhooks(ours, theirs, sizes), *_reads(ours, theirs, sizes), *_sends(ours, theirs, sizes)]


def _install(folder: Path) -> Path:
    """The interpreter that has the peer, and our server and driver of PostgreSQL at our versions."""
    python = folder / "venv" / "bin" / "python"
    ours = [f"{name}=={version(name)}" for name in ("granian", "psycopg", "psycopg-binary")]
    # Where there is no network, that is soon found out.
    options = ["--disable-pip-version-check", "--no-input", "--quiet", "--retries", "1", "--timeout", "10"]
    options += ["--only-binary", ":all:"]
    wanted = [f"{peer_site.PACKAGE}=={peer_site.VERSION}", *ours]
    for command in (
        [sys.executable, "-m", "venv", str(python.parent.parent)],
        [str(python), "-m", "pip", "install", *options, *wanted],
    ):
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotToBeHadError(type(error).__name__) from error
        if ended.returncode:
            raise NotToBeHadError((ended.stderr.strip().splitlines() or ["no reason is told"])[-1][:200])
    return python


class Peer(Started):
    """The peer on a PostgreSQL of its own, behind the server that we have, with two processes as ours."""

    def __init__(self, python: Path, folder: Path, graph: str) -> None:
        self._python, self._folder, self._graph = python, folder, graph
        self.port = service_port()

    def _start(self) -> None:
        services = self._exits.enter_context(
            EmbeddedServices(durable=True, template_folder=self._folder / "template")
        )
        for name, text in peer_site.FILES.items():
            (self._folder / f"{name}.py").write_text(text, encoding="utf-8")
        self._environment = self._environment_of(services)
        self._run("-m", "django", "migrate", "--verbosity", "0")
        self.api_key, self.session = self._run("-c", peer_site.SEED).split()
        command = [
            *(str(self._python), "-m", "granian", "--interface", "wsgi", "--http", "1", "--workers", "2"),
            *("--blocking-threads", THREADS, "--backlog", "2048", "--no-ws", "--no-access-log"),
            *("--host", "127.0.0.1", "--port", str(self.port), f"{peer_site.SERVER}:application"),
        ]
        web = self._exits.enter_context(spawn(command, self._folder, self._environment, self._folder))
        self._roots = {"web": web.pid, "PostgreSQL": services.postgres.pid}
        web.wait(lambda: answers(self.port))

    def _environment_of(self, services: EmbeddedServices) -> dict[str, str]:
        database = urlsplit(services.database_url)
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(self._folder),
            "DJANGO_SETTINGS_MODULE": peer_site.SETTINGS,
            "PEER_SECRET": secrets.token_hex(32),
            "PEER_HOST": database.hostname or "",
            "PEER_PORT": str(database.port),
            "PEER_USER": database.username or "",
            "PEER_PASSWORD": unquote(database.password or ""),
            "PEER_DATABASE": database.path.lstrip("/"),
            "PEER_GRAPH": f"{self._graph}/v21.0",
            "PEER_NUMBER": NUMBER,
            "PEER_WABA": WABA,
        }

    def _run(self, *arguments: str) -> str:
        ended = subprocess.run(
            [str(self._python), *arguments],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )
        if ended.returncode:
            raise RuntimeError(f"{NAME}: {arguments[:3]} failed: {ended.stderr[-1000:]}")
        return ended.stdout

    def used_s(self) -> float:
        """Seconds of processor time of all its programs."""
        return sum(processor_s(self._roots).values())

    def get(self, path: str) -> bytes:
        """A request of somebody who has signed in, with a key of the API."""
        return request("GET", f"/whatsapp{path}", self._headers())

    def post(self, path: str, form: str) -> bytes:
        """A form that somebody who has signed in sends."""
        headers = {**self._headers(), "Content-Type": "application/x-www-form-urlencoded"}
        return request("POST", f"/whatsapp{path}", headers, form.encode())

    def webhook(self, body: bytes) -> bytes:
        """It looks at no signature."""
        return request("POST", "/whatsapp/webhook/", {"Content-Type": "application/json"}, body)

    def _headers(self) -> dict[str, str]:
        return {"X-API-Key": self.api_key, "Cookie": f"sessionid={self.session}"}


def _webhooks(ours: Installation, theirs: Peer, sizes: Sizes) -> list[Figure]:
    """One message each, from many customers; then each of them once more, right behind itself."""
    rates: Pair = ([], [])
    costs: Pair = ([], [])
    count, first = sizes.peer_webhooks, 0
    refused = [0, 0]
    for turn in range(min(sizes.rounds, 3) + 1):
        plain = bodies(count, first)
        first += count
        # The first turn warms up.
        results = _stored(ours, theirs, plain, sizes.connections)
        for side, (result, seconds, used) in enumerate(results):
            stored = result.statuses.get(200, 0)
            if turn:
                rates[side].append(stored / seconds)
                costs[side].append(used / stored)
    plain = bodies(count, first)
    twice = [body for body in plain for _ in range(2)]
    for side, (result, _, _) in enumerate(_stored(ours, theirs, twice, sizes.connections)):
        refused[side] = sum(many for status, many in result.statuses.items() if status != 200)
    times = [mine / its for mine, its in zip(*rates, strict=True)]
    of_cost = [mine / its for mine, its in zip(*costs, strict=True)]
    return [
        Figure("webhooks stored", rate(rates[0]), f"{NAME}: {rate(rates[1])}", ratio(times, 1, "x")),
        _beside("processor time of a webhook", costs, of_cost),
        Figure(
            f"answers other than 200 to {count:,} repeats",
            f"{refused[0] / count:.0%}",
            f"{NAME}: {refused[1] / count:.0%}",
            "",
            "none",
            refused[0] == 0,
        ),
    ]


def _stored(
    ours: Installation, theirs: Peer, plain: Sequence[bytes], connections: int
) -> list[tuple[Result, float, float]]:
    """(answers, seconds until the last is stored, processor time) of ours and of theirs."""
    found = []
    for side in (ours, theirs):
        if isinstance(side, Peer):
            requests = [side.webhook(body) for body in plain]
        else:
            requests = [signed(side.app_secret, body) for body in plain]
        began, before = time.perf_counter(), _used_s(side)
        result = drive(side.port, requests, connections)
        if isinstance(side, Installation):
            side.wait_until_stored()
        found.append((result, time.perf_counter() - began, _used_s(side) - before))
    return found


def _reads(ours: Installation, theirs: Peer, sizes: Sizes) -> list[Figure]:
    """The newest fifty conversations, and a thread of fifty messages: JSON here, a whole page there."""
    phone = "919999999999"
    now = int(time.time())
    serials = range(_BEHIND_OTHERS, _BEHIND_OTHERS + IN_A_THREAD)
    thread = [mix.body([mix.message(serial, now, customer=phone)]) for serial in serials]
    ours.store([signed(ours.app_secret, body) for body in thread], 1)
    drive(theirs.port, [theirs.webhook(body) for body in thread], 1).only(200)
    id_ = ours.scalar("SELECT id FROM chat_conversations WHERE customer_phone = %s", [phone])
    asked = {
        "processor time of a list of 50 conversations": (
            ours.get("/conversations?limit=50"),
            theirs.get("/api/chats/"),
        ),
        "processor time of a thread's 50 messages": (
            ours.get(f"/messages?conversation_id={id_}"),
            theirs.get(f"/inbox/{phone}/"),
        ),
    }
    count = sizes.cost_requests
    sides: tuple[Installation | Peer, ...] = (ours, theirs)
    figures = []
    for what, pair in asked.items():
        costs: Pair = ([], [])
        for turn in range(min(sizes.rounds, 3) + 1):
            for number, side in enumerate(sides):
                before = _used_s(side)
                drive(side.port, [pair[number]] * (count if turn else 16), 1 if turn else 8).only(200)
                if turn:
                    costs[number].append((_used_s(side) - before) / count)
        figures.append(_beside(what, costs, [mine / its for mine, its in zip(*costs, strict=True)]))
    return figures


def _sends(ours: Installation, theirs: Peer, sizes: Sizes) -> list[Figure]:
    """A text to each of many customers, until Meta has all: ours are queued, the peer's request sends."""
    # These have written by now.
    phones = [mix.customer_of(n) for n in range(min(sizes.peer_sends, sizes.peer_webhooks, CUSTOMERS))]
    queued = [
        ours.post("/send-message", {"phone_number_id": NUMBER, "to": each, "message": "On its way."}, OWNER)
        for each in phones
    ]
    before, began = _used_s(ours), time.perf_counter()
    answered = drive(ours.port, queued, sizes.connections).only(202)
    wanted = "SELECT count(*) FROM chat_messages WHERE direction = 'outbound' AND status = 'sent'"
    wait_for(lambda: ours.scalar(wanted) == len(phones), SENT_TIMEOUT_S, 0.05)
    mine, took = (_used_s(ours) - before) / len(phones), time.perf_counter() - began
    forms = [theirs.post(f"/inbox/{each}/send/", "body=On+its+way.") for each in phones]
    before, began = _used_s(theirs), time.perf_counter()
    waited = drive(theirs.port, forms, sizes.connections).only(302)
    its, took_them = (_used_s(theirs) - before) / len(phones), time.perf_counter() - began
    return [
        Figure(
            f"{len(phones):,} sends, {META_S * 1000:.0f} ms at Meta",
            f"{len(phones) / took:,.0f}/s; the agent waits {answered.quantile(0.5) * 1000:.0f} ms",
            f"{NAME}: {len(phones) / took_them:,.0f}/s; {waited.quantile(0.5) * 1000:.0f} ms",
            f"{took_them / took:.1f}x",
        ),
        _beside("processor time of a send", ([mine], [its]), [mine / its]),
    ]


def _used_s(side: Installation | Peer) -> float:
    return side.used_s() if isinstance(side, Peer) else sum(side.used().values())


def _beside(what: str, costs: Pair, times: list[float]) -> Figure:
    mine, its = (f"{spread(each)[1] * 1000:.2f} ms" for each in costs)
    return Figure(what, mine, f"{NAME}: {its}", ratio(times, 3))
