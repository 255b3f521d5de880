"""The schema: models and migrations say the same, and every migration goes both ways."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from livechat import create_app, init_command_line
from livechat.core.config import Settings
from livechat.core.extensions import db
from tests.conftest import environment
from tests.services import EmbeddedServices


def _on_new_database(services: EmbeddedServices, name: str, app: Flask) -> Flask:
    with app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    base, _, _ = services.database_url.rpartition("/")
    other = create_app(Settings.from_env(environment(services, DATABASE_URL=f"{base}/{name}")))
    init_command_line(other)
    return other


def test_models_and_migrations_describe_the_same_tables(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory("migrations").get_heads()) == 1


def test_migrations_go_up_down_and_up_again(services: EmbeddedServices, app: Flask) -> None:
    other = _on_new_database(services, "up_and_down", app)
    with other.app_context():
        upgrade()
        tables = set(inspect(db.engine).get_table_names())
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        upgrade()
        assert set(inspect(db.engine).get_table_names()) == tables
        db.engine.dispose()


def test_on_supabase_every_table_has_row_level_security(services: EmbeddedServices, app: Flask) -> None:
    other = _on_new_database(services, "like_supabase", app)
    with other.app_context():
        with db.engine.begin() as connection:
            connection.execute(text("CREATE ROLE authenticated"))
        try:
            upgrade()
            with db.engine.begin() as connection:
                open_tables = connection.execute(
                    text(
                        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
                        "WHERE nspname = 'public' AND relkind = 'r' AND NOT relrowsecurity"
                    )
                ).all()
            assert open_tables == []
        finally:
            with db.engine.begin() as connection:
                connection.execute(text("DROP ROLE authenticated"))
            db.engine.dispose()
