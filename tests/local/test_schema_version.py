"""A start that finds the newest schema does not migrate again; any doubt migrates."""

from pathlib import Path

import psycopg
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import stamp

from local.schema_version import is_migrated, newest_revision
from tests.services import EmbeddedServices

MIGRATIONS = Path("migrations")


def test_the_newest_revision_is_alembic_s_head() -> None:
    assert [newest_revision(MIGRATIONS)] == ScriptDirectory("migrations").get_heads()


def test_a_migrated_database_is_known_and_anything_else_is_not(
    app: Flask, services: EmbeddedServices, tmp_path: Path
) -> None:
    with app.app_context():
        assert is_migrated(services.database_url, MIGRATIONS)
        stamp(revision="base")
        assert not is_migrated(services.database_url, MIGRATIONS)
        stamp()
    assert not is_migrated(services.database_url, tmp_path)
    assert not is_migrated("postgresql://nobody@127.0.0.1:9/none", MIGRATIONS)
    with psycopg.connect(services.database_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
