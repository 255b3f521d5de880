"""Whether a database has been migrated. A second start asks this without an import of the product."""

import re
from pathlib import Path

import psycopg

_REVISION = re.compile(r"^revision(?:: str)? = [\"'](\w+)[\"']", re.MULTILINE)
_DOWN_REVISION = re.compile(r"^down_revision(?:: [^=]+)? = [\"'](\w+)[\"']", re.MULTILINE)


def newest_revision(folder: Path) -> str | None:
    """The revision that no other one follows, read from the files. None unless there is exactly one."""
    texts = [file.read_text(encoding="utf-8") for file in folder.glob("versions/*.py")]
    followed = {found for text in texts for found in _DOWN_REVISION.findall(text)}
    heads = {found for text in texts for found in _REVISION.findall(text)} - followed
    return heads.pop() if len(heads) == 1 else None


def is_migrated(database_url: str, folder: Path) -> bool:
    """Whether the database is at the newest revision. False where that is not certain."""
    newest = newest_revision(folder)
    if newest is None:
        return False
    try:
        with psycopg.connect(database_url.replace("+psycopg", "", 1), connect_timeout=5) as connection:
            return connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(newest,)]
    except psycopg.Error:
        return False
