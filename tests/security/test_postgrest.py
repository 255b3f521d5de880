"""Supabase opens its database to browsers (PostgREST): the roles that these have see none of our tables."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from livechat import create_app, init_command_line, use_broker
from livechat.core.config import Settings
from livechat.core.extensions import db
from tests.conftest import environment
from tests.services import EmbeddedServices

ROLES = ("anon", "authenticated")
RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
NAME = "as_supabase_makes_it"


@pytest.fixture
def as_supabase(app: Flask, services: EmbeddedServices, settings: Settings) -> Iterator[Connection]:
    """A database as Supabase makes it: the roles are there, and get every right to each table that is made."""
    with app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
        for role in ROLES:
            server.execute(text(f"CREATE ROLE {role} NOLOGIN"))
        server.execute(text(f'CREATE DATABASE "{NAME}"'))
        base, _, _ = services.database_url.rpartition("/")
        other = create_app(Settings.from_env(environment(services, DATABASE_URL=f"{base}/{NAME}")))
        init_command_line(other)
        with other.app_context():
            with db.engine.begin() as connection:
                for what in ("TABLES", "SEQUENCES", "FUNCTIONS"):
                    grant = f"GRANT ALL ON {what} TO anon, authenticated"
                    connection.execute(text(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public {grant}"))
            upgrade()
            with db.engine.connect() as connection:
                yield connection
            db.session.remove()
            db.engine.dispose()
        use_broker(settings)
        server.execute(text(f'DROP DATABASE "{NAME}"'))
        for role in ROLES:
            server.execute(text(f"DROP ROLE {role}"))


def test_who_comes_through_postgrest_reads_and_writes_nothing(as_supabase: Connection) -> None:
    tables = sorted(table.name for table in db.metadata.sorted_tables)
    assert len(tables) > 30
    granted = [
        (table, role, right)
        for table in tables
        for role in ROLES
        for right in RIGHTS
        if as_supabase.scalar(
            text("SELECT has_table_privilege(:role, :table, :right)"),
            {"role": role, "table": table, "right": right},
        )
    ]
    assert granted == []
    # Should somebody grant a right by hand, there is still no policy that lets a row through.
    is_on = text("SELECT relrowsecurity FROM pg_class WHERE oid = CAST(:table AS regclass)")
    assert [table for table in tables if not as_supabase.scalar(is_on, {"table": table})] == []
    policies = as_supabase.scalar(text("SELECT count(*) FROM pg_policies WHERE schemaname = 'public'"))
    assert policies == 0
    for role in ROLES:
        as_supabase.rollback()
        as_supabase.execute(text(f"SET LOCAL ROLE {role}"))
        with pytest.raises(ProgrammingError, match="permission denied"):
            as_supabase.execute(text("SELECT * FROM workspace_members"))
    as_supabase.rollback()
