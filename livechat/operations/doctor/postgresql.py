"""Checks PostgreSQL: it is reachable, new enough, migrated, and its clock agrees with ours."""

import time
from collections.abc import Iterator
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from livechat.core.session import AnySession
from livechat.domain import clock
from livechat.operations.doctor.findings import Finding, judged, wrong
from livechat.operations.queries import server

OLDEST_VERSION = 15
# The ends of tokens and service windows and the times of retries are compared across clocks.
CLOCK_TOLERANCE_S = 2.0


def check(session: AnySession, migrations: Path) -> Iterator[Finding]:
    """Findings about the database; ``migrations`` is the folder of this release's migrations."""
    started, asked_at = time.monotonic(), clock.now()
    try:
        found = server.describe(session)
    except SQLAlchemyError as error:
        yield wrong(
            "postgresql",
            f"does not answer ({type(error).__name__})",
            "See that the server of DATABASE_URL runs, takes this user and is reachable from here.",
        )
        return
    took_s = time.monotonic() - started
    yield judged(
        found.version_number >= OLDEST_VERSION * 10_000,
        "postgresql",
        f"version {found.version} answers",
        f"Move to PostgreSQL {OLDEST_VERSION} or newer.",
    )
    yield judged(
        found.has_pg_trgm,
        "postgresql pg_trgm",
        "installed" if found.has_pg_trgm else "not installed",
        "Run “CREATE EXTENSION pg_trgm” as a superuser, or switch it on in Supabase's dashboard.",
    )
    ahead_s = (found.now - asked_at).total_seconds()
    # PostgreSQL read its clock at some time between our question and now.
    difference_s = max(0.0, ahead_s - took_s, -ahead_s)
    yield judged(
        difference_s <= CLOCK_TOLERANCE_S,
        "postgresql clock",
        f"{difference_s:.1f} s from ours" if difference_s >= 0.1 else "agrees with ours",
        "Let NTP set the clock of this machine and of the database's.",
    )
    yield _migrated(session, migrations)


def _migrated(session: AnySession, migrations: Path) -> Finding:
    heads = set(ScriptDirectory(str(migrations)).get_heads())
    at = server.revisions(session)
    names = ", ".join(sorted(at)) or "none"
    if at == heads:
        return judged(True, "postgresql migrations", f"at the newest, {names}", "")
    return wrong(
        "postgresql migrations",
        f"at {names}; this release needs {', '.join(sorted(heads))}",
        "Run “flask --app wsgi db upgrade”; if the database is ahead, this release is older than its data.",
    )
