"""Troubles of the servers that tests bring about and end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text

from livechat.core.extensions import db
from tests.conftest import wait_until


@contextmanager
def read_only() -> Iterator[None]:
    """Every transaction that begins from now on only reads, in sessions that are open too, as after a failover."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ALTER SYSTEM SET default_transaction_read_only = on"))
        _reloaded(connection)
        try:
            yield
        finally:
            connection.execute(text("ALTER SYSTEM RESET default_transaction_read_only"))
            _reloaded(connection)


def _reloaded(connection: Any) -> None:
    """Wait until the sessions have the new setting: ours is one of them."""
    before = connection.execute(text("SHOW default_transaction_read_only")).scalar_one()
    connection.execute(text("SELECT pg_reload_conf()"))
    wait_until(lambda: connection.execute(text("SHOW default_transaction_read_only")).scalar_one() != before)
