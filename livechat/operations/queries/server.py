"""Statements that ask PostgreSQL about itself, for the doctor."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from livechat.core.session import AnySession


@dataclass(frozen=True, slots=True)
class Server:
    """``version_number`` is as PostgreSQL counts (150004 is 15.4); ``now`` is by its clock."""

    version: str
    version_number: int
    has_pg_trgm: bool
    now: datetime


def describe(session: AnySession) -> Server:
    """Version, extension and clock; raises SQLAlchemyError if PostgreSQL does not answer."""
    row = session.execute(
        text(
            "SELECT current_setting('server_version') AS version, "
            "CAST(current_setting('server_version_num') AS int) AS version_number, "
            "EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS has_pg_trgm, "
            "clock_timestamp() AS now"
        )
    ).one()
    return Server(row.version, row.version_number, row.has_pg_trgm, row.now)


def revisions(session: AnySession) -> set[str]:
    """The revisions that the database is migrated to; empty if it was never migrated."""
    try:
        return set(session.execute(text("SELECT version_num FROM alembic_version")).scalars())
    except ProgrammingError:
        session.rollback()
        return set()
