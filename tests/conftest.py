"""Real PostgreSQL, real Redis, real commits: one pair of servers and one migrated database a test process."""

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
import structlog
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from redis import Redis
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session, scoped_session
from xdist.scheduler.loadfile import LoadFileScheduling

from livechat import create_app, init_command_line, use_broker
from livechat.core.config import Settings
from livechat.core.extensions import db, redis
from tests.services import EmbeddedServices

# What goes first, in this order; the rest follows as it is found. The longest test begins, beside those that mind
# no load; then two processes have the browser, where the newcomer comes first, and another what starts products
# of its own.
_ORDER = (
    *("chaos/test_chaos.py", "architecture", "whatsapp", "api", "ingest"),
    *("e2e/test_journeys.py", "e2e", "benchmarks", "system"),
)
# Files of this folder share one product and one browser, so a process runs half of them: those before this name.
_TOGETHER, _SECOND_HALF = "tests/e2e/", "tests/e2e/test_p"
JWT_SECRET = "a secret of the tests, long enough for HS256"
APP_SECRET = "test-app-secret"
VERIFY_TOKEN = "verify-me"
ENCRYPTION_KEY = Fernet.generate_key().decode()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Four thousand tests stay to the end: garbage collections would walk them again and again, and find nothing."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.enable()
    return collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by ``_ORDER``."""
    here = Path(__file__).parent

    def rank(item: pytest.Item) -> int:
        path = item.path.relative_to(here).as_posix()
        return next((at for at, start in enumerate(_ORDER) if path.startswith(start)), len(_ORDER))

    items.sort(key=rank)


def pytest_xdist_auto_num_workers() -> int | None:
    """One process more than there are processors: many tests wait for other processes, or for time to pass."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    return len(os.sched_getaffinity(0)) + 1


class _Files(LoadFileScheduling):
    """A file to a process, as it is free, in the order of collection; the browser's files to two processes."""

    def _split_scope(self, nodeid: str) -> str:
        if not nodeid.startswith(_TOGETHER):
            return super()._split_scope(nodeid)
        return _TOGETHER if nodeid < _SECOND_HALF else _SECOND_HALF


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Ours for ``--dist loadfile``."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return _Files(config, log)


@pytest.fixture(scope="session")
def services() -> Iterator[EmbeddedServices]:
    """PostgreSQL and Redis of this test process. Tests that kill them take a pair of their own."""
    with EmbeddedServices() as running:
        yield running


def environment(services: EmbeddedServices, **more: str) -> dict[str, str]:
    """The variables of a product process on these services, as an operator would set them."""
    return {
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "WHATSAPP_API_URL": "http://127.0.0.1:9",
        "SUPABASE_JWT_SECRET": JWT_SECRET,
        "LIVECHAT_ENCRYPTION_KEY": ENCRYPTION_KEY,
        "LIVECHAT_MEDIA_DIR": str(services.folder / "media"),
        **more,
    }


def said_by_a_process(services: EmbeddedServices, program: str) -> Any:
    """What this Python program prints last, as JSON, in a process of the product of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parent.parent,
        env=environment(services),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def settings(services: EmbeddedServices) -> Settings:
    return Settings.from_env(environment(services))


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The application on a migrated database. Tasks it enqueues stay in Redis until a test runs a worker."""
    application = create_app(settings)
    init_command_line(application)
    application.config["TESTING"] = True
    with application.app_context():
        upgrade()
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def clean(app: Flask) -> Iterator[None]:
    """Empty tables and an empty Redis, before and after."""
    # The test before has emptied them, but for one that goes without this. To look takes a fifth of the time.
    if not is_empty(app):
        empty(app)
    yield
    empty(app)


# What the tables may keep of rows that are gone, before their files are made anew.
_MOST_BYTES_KEPT = 262_144
_BYTES_KEPT = """
    SELECT sum(pg_relation_size(oid) + coalesce(pg_relation_size(nullif(reltoastrelid, 0)), 0))
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""
_HAS_COUNTED = (
    "SELECT EXISTS (SELECT FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL)"
)
_BEGIN_COUNTERS_ANEW = """
    SELECT setval(format('%I', sequencename), start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""


def is_empty(app: Flask) -> bool:
    """Whether nothing is there, and no counter has moved: what ``empty`` leaves."""
    rows = " OR ".join(f"EXISTS (SELECT FROM {table.name})" for table in db.metadata.sorted_tables)
    with app.app_context():
        with db.engine.begin() as connection:
            if connection.execute(text(f"SELECT ({rows}) OR ({_HAS_COUNTED})")).scalar_one():
                return False
        return int(redis.client.dbsize()) == 0


def empty(app: Flask) -> None:
    """Empty every table, with its counter at the start, and Redis."""
    with app.app_context():
        db.session.remove()
        with db.engine.begin() as connection:
            empty_tables(connection, [table.name for table in db.metadata.sorted_tables])
        redis.client.flushall()


def empty_tables(connection: Connection, names: list[str]) -> None:
    """TRUNCATE makes the files of every table and index anew, which takes longer than most tests do.

    So the few rows that a test leaves are deleted, until what they leave behind is worth a truncation.
    """
    # As TRUNCATE does: whoever still writes is waited for, so that nothing comes afterwards.
    connection.execute(text(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"))
    if connection.execute(text(_BYTES_KEPT)).scalar_one() > _MOST_BYTES_KEPT:
        connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
        return
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names)
    deletes = [f"DELETE FROM {name}" for name in connection.execute(text(filled)).scalars()]
    # Neither foreign keys nor triggers have a say, so that the order does not matter.
    for statement in ("SET LOCAL session_replication_role = replica", *deletes) if deletes else ():
        connection.execute(text(statement))
    connection.execute(text(_BEGIN_COUNTERS_ANEW))


@pytest.fixture
def session(app: Flask, clean: None) -> Iterator[scoped_session[Session]]:
    """The session of an application context that lasts as long as the test. Commit to let others see."""
    with app.app_context():
        yield db.session
        db.session.remove()


@pytest.fixture
def client(app: Flask, clean: None) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def redis_client(app: Flask, clean: None) -> Redis:
    with app.app_context():
        return redis.client


@pytest.fixture
def another_app(app: Flask, settings: Settings) -> Iterator[Callable[[EmbeddedServices], Flask]]:
    """``another_app(services)``: a migrated application on servers that the test may kill."""
    made: list[Flask] = []

    def make(own: EmbeddedServices) -> Flask:
        other = create_app(Settings.from_env(environment(own)))
        init_command_line(other)
        with other.app_context():
            upgrade()
        made.append(other)
        return other

    yield make
    for other in made:
        with other.app_context():
            db.session.remove()
            db.engine.dispose()
    # Celery is one in a process: give it back the broker of the other tests.
    use_broker(settings)


@pytest.fixture
def token() -> Callable[..., str]:
    """``token(user_id, **claims)``: a Supabase access token by HS256; a claim given as None is left out."""
    return make_token


def make_token(user_id: UUID | None = None, *, secret: str = JWT_SECRET, **claims: Any) -> str:
    now = int(time.time())
    payload = {
        "aud": "authenticated",
        "role": "authenticated",
        "sub": str(user_id or uuid4()),
        "iat": now,
        "exp": now + 3600,
        "email": "agent@example.com",
        "session_id": str(uuid4()),
        "is_anonymous": False,
    } | claims
    return jwt.encode({k: v for k, v in payload.items() if v is not None}, secret, algorithm="HS256")


@pytest.fixture
def auth() -> Callable[[UUID], dict[str, str]]:
    """``auth(user_id)``: the header of a signed-in user."""
    return lambda user_id: {"Authorization": f"Bearer {make_token(user_id)}"}


def wait_until(condition: Callable[[], Any], timeout_s: float = 20.0, interval_s: float = 0.02) -> Any:
    """The first true answer of ``condition``; AssertionError when none came in time."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not so within {timeout_s} s: {condition}")
        time.sleep(interval_s)


@pytest.fixture(autouse=True, scope="session")
def _plain_tracebacks() -> None:
    """Where rich is installed, structlog would print each local variable of each frame: seconds for a batch."""
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


@pytest.fixture(autouse=True, scope="session")
def _no_leaking_environment() -> None:
    """A developer's own settings must not reach the tests."""
    for name in list(os.environ):
        if name.startswith(("LIVECHAT_", "WHATSAPP_", "SUPABASE_")) or name in ("DATABASE_URL", "REDIS_URL"):
            del os.environ[name]
