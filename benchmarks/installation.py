"""One tree's product on durable services of its own, driven from outside, over HTTP, PostgreSQL and Redis.

Its web, its worker of the ingest, PostgreSQL and Redis run for as long as it is measured; what each uses is
told apart. Of the product nothing is imported here, so that two commits can be measured in turns.
"""

import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import orjson
import psycopg
from cryptography.fernet import Fernet
from redis import Redis

from benchmarks.estate import OWNER
from benchmarks.load import drive, request
from benchmarks.processes import processor_s
from benchmarks.spawn import Started, answers, spawn, wait_for
from benchmarks.trees import Tree
from local.ports import service_port
from tests.services import EmbeddedServices

STORED_TIMEOUT_S = 240.0
_QUEUES = {"ingest": "inbound", "sends": "outbound"}
PROGRAMS = ("web", "PostgreSQL", "ingest", "Redis")
# Of what comes by itself, nothing falls into one tree's turn and not into the other's.
_UNDISTURBED = ("autovacuum_naptime = '1d'", "checkpoint_timeout = '1d'", "max_wal_size = '64GB'")


class Installation(Started):
    """A tree's product: its servers, and of its programs those named; ``used`` tells each's processor time.

    A worker is named after its queue in ``make run``.
    """

    def __init__(self, tree: Tree, wanted: Sequence[str] = ("web", "ingest"), **environment: str) -> None:
        self.tree, self._wanted, self._more = tree, wanted, environment
        self.app_secret = secrets.token_hex(16)
        self._jwt_secret = secrets.token_hex(32)
        self._encryption_key = Fernet.generate_key()
        self.port = service_port()

    def _start(self) -> None:
        enter = self._exits.enter_context
        folder = Path(enter(tempfile.TemporaryDirectory(prefix="livechat-bench-")))
        (folder / "metrics").mkdir()
        services = enter(EmbeddedServices(durable=True, template_folder=folder / "template"))
        self._database_url = services.database_url.replace("+psycopg", "")
        self.database = enter(psycopg.connect(self._database_url, autocommit=True))
        for setting in _UNDISTURBED:
            self.database.execute(f"ALTER SYSTEM SET {setting}".encode())
        self.database.execute("SELECT pg_reload_conf()")
        self._redis = enter(Redis.from_url(services.redis_url))
        self.environment = self._environment_in(folder, services)
        self._stream, self.programs = self.tree.tell({**self.environment, "LIVECHAT_PORT": str(self.port)})
        self.tree.run([sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"], self.environment)
        self._roots = {"PostgreSQL": services.postgres.pid, "Redis": services.redis.pid}
        for name in self._wanted:
            spawned = self.tree.environment(self.environment)
            program = enter(spawn(self._command(name), self.tree.folder, spawned, folder))
            self._roots[name] = program.pid
            if name == "web":
                program.wait(lambda: answers(self.port))

    def _environment_in(self, folder: Path, services: EmbeddedServices) -> dict[str, str]:
        return {
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "CELERY_BROKER_URL": services.redis_url,
            "WHATSAPP_VERIFY_TOKEN": secrets.token_hex(8),
            "WHATSAPP_APP_SECRET": self.app_secret,
            "SUPABASE_JWT_SECRET": self._jwt_secret,
            "LIVECHAT_ENCRYPTION_KEY": self._encryption_key.decode(),
            # The limits per user are far below what a benchmark asks for; it is still counted.
            "LIVECHAT_RATE_LIMIT_READS": "10000000 per minute",
            "LIVECHAT_RATE_LIMIT_SENDS": "10000000 per minute",
            "LIVECHAT_RATE_LIMIT_SEARCHES": "10000000 per minute",
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
            "LIVECHAT_DATA_DIR": str(folder / "data"),
            "LIVECHAT_SANDBOX": "0",
            "PYTHONUNBUFFERED": "1",
            **self._more,
        }

    def _command(self, name: str) -> list[str]:
        """The web by its name; a worker by its queue, whatever it is called."""
        if name in self.programs:
            return self.programs[name]
        queue = _QUEUES[name]
        workers = [each for each in self.programs.values() if any(queue in part for part in each)]
        if not workers:
            raise RuntimeError(f"{self.tree.name}: no program takes the queue {queue}")
        return workers[0]

    def connect_number(self, number: str, waba: str, owner: UUID = OWNER) -> None:
        """Connect a number, past Meta, in an account that is there or made now."""
        token = Fernet(self._encryption_key).encrypt(b"EAAbenchmark").decode()
        values = {"number": number, "waba": waba, "owner": owner, "token": token}
        known = self.database.execute(
            "SELECT 1 FROM waba_accounts WHERE waba_id = %(waba)s", values
        ).fetchone()
        if known is None:
            self.database.execute(_ACCOUNT, values)
        self.database.execute(_NUMBER, values)

    def add_members(self, users: Sequence[UUID]) -> None:
        """Make these users agents of the owner's workspace."""
        self.database.execute(_MEMBERS, {"users": list(users), "owner": OWNER})

    def scalar(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """One value."""
        row = self.database.execute(statement.encode(), values).fetchone()
        return row[0] if row else None

    def connect(self) -> "psycopg.Connection[Any]":
        """A connection of the caller's."""
        return psycopg.connect(self._database_url, autocommit=True)

    def headers(self, user: UUID = OWNER) -> dict[str, str]:
        """The headers of a request by this user."""
        claims = {"aud": "authenticated", "role": "authenticated", "sub": str(user), "iat": int(time.time())}
        token = jwt.encode({**claims, "exp": int(time.time()) + 36_000}, self._jwt_secret, algorithm="HS256")
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def get(self, path: str, user: UUID = OWNER) -> bytes:
        """A request of the API."""
        return request("GET", f"/api/live-chat{path}", self.headers(user))

    def post(self, path: str, body: dict[str, Any], user: UUID = OWNER) -> bytes:
        """A request of the API with a body."""
        headers = {**self.headers(user), "Content-Type": "application/json"}
        return request("POST", f"/api/live-chat{path}", headers, orjson.dumps(body))

    def ask(self, requests: Sequence[bytes], connections: int = 1, status: int = 200) -> None:
        """Send these, so many at a time; RuntimeError where an answer has another status."""
        drive(self.port, requests, connections).only(status)

    def store(self, webhooks: Sequence[bytes], connections: int = 8) -> None:
        """Post webhooks, and return when the last is stored."""
        self.ask(webhooks, connections)
        self.wait_until_stored()

    def wait_until_stored(self) -> None:
        """Entries leave the stream after their commit."""
        wait_for(lambda: self._redis.xlen(self._stream) == 0, STORED_TIMEOUT_S, 0.005)

    def used(self) -> dict[str, float]:
        """Seconds of processor time of each program so far."""
        return processor_s(self._roots)

    def used_by(self, work: Callable[[], Any]) -> dict[str, float]:
        """What each program uses for this."""
        before = self.used()
        work()
        return {name: after - before[name] for name, after in self.used().items()}


_ACCOUNT = """
    WITH account AS (
        INSERT INTO waba_accounts (id, user_id, waba_id, access_token_encrypted)
        VALUES (gen_random_uuid(), %(owner)s, %(waba)s, %(token)s) RETURNING id
    )
    INSERT INTO account_members (account_id, user_id, role) SELECT id, %(owner)s, 'owner' FROM account
"""
_NUMBER = """
    INSERT INTO phone_numbers (phone_number_id, account_id, display_phone_number, display_digits,
                               verified_name, status, throughput_level)
    SELECT %(number)s, id, %(number)s, %(number)s, 'Benchmark', 'connected', 'HIGH'
    FROM waba_accounts WHERE waba_id = %(waba)s
"""
_MEMBERS = """
    INSERT INTO workspace_members (workspace_id, user_id, role)
    SELECT workspace_id, unnest(%(users)s::uuid[]), 'agent' FROM workspace_members WHERE user_id = %(owner)s
"""
