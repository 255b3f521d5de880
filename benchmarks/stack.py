"""The product as `make run` starts it, on durable services of its own, in a temporary folder."""

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet
from flask_migrate import upgrade
from redis import Redis
from sqlalchemy import text

from benchmarks.estate import OWNER
from benchmarks.spawn import Running, Started, answers, spawn
from benchmarks.webhooks import NUMBER, WABA
from livechat import create_app, init_command_line
from livechat.core.config import Settings
from livechat.core.extensions import db, redis
from livechat.core.tasknames import Queue
from livechat.operations.readiness import WORKER_KEY, silent_queues
from local.ports import service_port
from local.programs import product
from local.settings import LocalSettings
from tests.services import EmbeddedServices

PROJECT = Path(__file__).resolve().parent.parent


class Stack(Started):
    """PostgreSQL and Redis with the product's schema, and its programs when a part asks for them."""

    def __init__(self) -> None:
        self.app_secret = secrets.token_hex(16)
        self.jwt_secret = secrets.token_hex(32)
        self._encryption_key = Fernet.generate_key().decode()
        self.newest_pid = 0

    def _start(self) -> None:
        folder = Path(self._exits.enter_context(tempfile.TemporaryDirectory(prefix="livechat-bench-")))
        self._logs = folder / "logs"
        (folder / "metrics").mkdir()
        self._logs.mkdir()
        services = self._exits.enter_context(
            EmbeddedServices(durable=True, template_folder=folder / "template")
        )
        self.database_url = services.database_url
        self.environment = {
            "DATABASE_URL": services.database_url,
            "REDIS_URL": services.redis_url,
            "CELERY_BROKER_URL": services.redis_url,
            "WHATSAPP_VERIFY_TOKEN": secrets.token_hex(8),
            "WHATSAPP_APP_SECRET": self.app_secret,
            "SUPABASE_JWT_SECRET": self.jwt_secret,
            "LIVECHAT_ENCRYPTION_KEY": self._encryption_key,
            # The limit per user is far below what a benchmark asks for; it is still counted.
            "LIVECHAT_RATE_LIMIT_READS": "10000000 per minute",
            "LIVECHAT_RATE_LIMIT_SEARCHES": "10000000 per minute",
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
            "LIVECHAT_DATA_DIR": str(folder / "data"),
            "PYTHONUNBUFFERED": "1",
        }
        self._exits.enter_context(_changed_environment(self.environment))
        self.app = create_app(Settings.from_env())
        init_command_line(self.app)
        self._exits.enter_context(self.app.app_context())
        self._exits.callback(self._let_go)
        upgrade(directory=str(PROJECT / "migrations"))
        self.clear()

    def _let_go(self) -> None:
        db.session.remove()
        db.engine.dispose()

    @property
    def redis(self) -> Redis:
        """The product's client of this process."""
        return redis.client

    def clear(self) -> None:
        """Empty tables and Redis, and one connected number."""
        db.session.remove()
        tables = ", ".join(table.name for table in db.metadata.sorted_tables)
        with db.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        self.redis.flushall()
        self.connect_number(NUMBER, WABA)

    def connect_number(
        self, phone_number_id: str, waba_id: str, *, token: str = "EAAbenchmark", level: str = "HIGH"
    ) -> None:
        """Connect a number of OWNER, past Meta; by default with the highest throughput that Meta grants."""
        encrypted = Fernet(self._encryption_key).encrypt(token.encode()).decode()
        with db.engine.begin() as connection:
            connection.execute(
                text(
                    """
                    WITH account AS (
                        INSERT INTO waba_accounts (id, user_id, waba_id, access_token_encrypted)
                        VALUES (gen_random_uuid(), :owner, :waba, :token) RETURNING id
                    ), member AS (
                        INSERT INTO account_members (account_id, user_id, role)
                        SELECT id, :owner, 'owner' FROM account
                    )
                    INSERT INTO phone_numbers (phone_number_id, account_id, display_phone_number,
                                               display_digits, verified_name, status, throughput_level)
                    SELECT :number, id, :number, :number, 'Benchmark', 'connected', :level FROM account
                    """
                ),
                {
                    "owner": OWNER,
                    "waba": waba_id,
                    "token": encrypted,
                    "number": phone_number_id,
                    "level": level,
                },
            )

    def keep_copy(self, name: str) -> str:
        """A second database with all that is here now, which ``clear`` leaves alone; its address."""
        db.session.remove()
        db.engine.dispose()
        here, _, present = self.database_url.replace("+psycopg", "").rpartition("/")
        with psycopg.connect(f"{here}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{present}"')
        return f"{self.database_url.rpartition('/')[0]}/{name}"

    def connect(self) -> "psycopg.Connection[Any]":
        """A bare connection, for floors."""
        return psycopg.connect(self.database_url.replace("+psycopg", ""))

    def scalar(self, statement: str, **values: Any) -> Any:
        """One value, outside of any transaction."""
        with db.engine.connect() as connection:
            return connection.execute(text(statement), values).scalar()

    @contextmanager
    def web(self, application: str = "wsgi:server", **environment: str) -> Iterator[int]:
        """The product's server, with its flags, around an application; yields the port once it answers."""
        port = service_port()
        command = [application if part == "wsgi:server" else part for part in self._command("web", port)]
        with self.process(command, **environment) as running:
            running.wait(lambda: answers(port))
            yield port

    @contextmanager
    def worker(self, name: str, application: str = "celery_app", **environment: str) -> Iterator[None]:
        """One of the product's workers by its name in `make run`, once it consumes."""
        queue = {"worker-inbound": Queue.INBOUND, "worker-outbound": Queue.OUTBOUND}[name]
        command = [application if part == "celery_app" else part for part in self._command(name, 0)]
        # What an earlier worker said holds for some seconds after its end.
        self.redis.delete(WORKER_KEY.format(queue=queue.value))
        with self.process(command, **environment) as running:
            running.wait(lambda: queue not in silent_queues(self.redis))
            yield

    def _command(self, name: str, port: int) -> list[str]:
        ports = {"LIVECHAT_PORT": str(port)} if port else {}
        settings = LocalSettings.from_env({**self.environment, **ports, "LIVECHAT_SANDBOX": "0"}, PROJECT)
        return list(next(each.command for each in product(settings).programs if each.name == name))

    @contextmanager
    def process(self, command: list[str], **environment: str) -> Iterator[Running]:
        """A program of ours, ended with its children on leaving."""
        with spawn(command, PROJECT, {**os.environ, **environment}, self._logs) as running:
            self.newest_pid = running.pid
            yield running


@contextmanager
def _changed_environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module with this interpreter."""
    return [sys.executable, "-m", module, *arguments]
