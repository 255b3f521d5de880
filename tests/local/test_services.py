"""EmbeddedServices: real servers for tests, which may be killed and come back with what was acknowledged."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.local.support import wait_until
from tests.services import EmbeddedServices


def dsn(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


@pytest.fixture(scope="module")
def services() -> Iterator[EmbeddedServices]:
    with EmbeddedServices() as running:
        yield running


def test_both_answer_at_the_addresses_they_name(services):
    with psycopg.connect(dsn(services.database_url)) as connection:
        encoding, name = connection.execute("SHOW server_encoding").fetchone(), connection.info.dbname
    assert (encoding, name) == (("UTF8",), "livechat")
    with redis.Redis.from_url(services.redis_url) as client:
        assert client.ping()


def test_letters_of_every_script_count_as_letters(services):
    with psycopg.connect(dsn(services.database_url)) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute("SELECT similarity('Привет', 'ПРИВЕТ'), lower('ÄЖ')").fetchone()
    assert row == (1.0, "äж")


def test_postgres_killed_comes_back_with_what_was_committed(services):
    with psycopg.connect(dsn(services.database_url), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    address = services.database_url
    services.postgres.kill()
    assert not services.postgres.is_running()
    services.postgres.start()
    assert services.database_url == address
    with psycopg.connect(dsn(address)) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)


def test_redis_killed_comes_back_with_what_was_acknowledged(services):
    with redis.Redis.from_url(services.redis_url) as client:
        client.set("kept", "7")
    services.redis.kill()
    services.redis.start()
    with redis.Redis.from_url(services.redis_url) as client:
        assert client.get("kept") == b"7"


def test_durable_services_are_set_as_in_production():
    with EmbeddedServices(durable=True) as services:
        with redis.Redis.from_url(services.redis_url) as client:
            found = {**client.config_get("append*"), **client.config_get("maxmemory-policy")}
        with psycopg.connect(dsn(services.database_url)) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
    assert found["appendonly"] == "yes"
    assert found["appendfsync"] == "always"
    assert found["maxmemory-policy"] == "noeviction"


def test_errors_reach_the_log_without_rows_or_statements(services):
    twice = "INSERT INTO said VALUES ('a private sentence'), ('a private sentence')"
    with psycopg.connect(dsn(services.database_url), autocommit=True) as connection:
        connection.execute("CREATE TABLE said (body text PRIMARY KEY)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(twice)
    assert "said_pkey" in services.postgres.log()
    assert "private" not in services.postgres.log()


def test_servers_die_with_the_process_that_started_them():
    script = textwrap.dedent("""
        import signal
        from tests.services import EmbeddedServices
        services = EmbeddedServices().start()
        print(services.folder, services.postgres.pid, services.redis.pid, flush=True)
        signal.pause()
    """)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as owner:
        folder, *pids = owner.stdout.readline().split()
        owner.kill()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))
    subprocess.run(["rm", "-rf", folder], check=True)
