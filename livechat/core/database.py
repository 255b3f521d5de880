"""How the engine is set up, and what a database error means: an outage, a passing conflict, or bad data."""

import time
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.pool import ConnectionPoolEntry

from livechat.core.config import Settings

log = structlog.get_logger(__name__)

# The port of Supabase's transaction pooler, where a prepared statement may meet another server connection.
TRANSACTION_POOLER_PORT = 6543
# SQLAlchemy's own ``pool_pre_ping`` costs every transaction one more round trip, a quarter of what a short
# one takes. A server that restarts is away for longer than this.
IDLE_BEFORE_PING_S = 0.5
_SINCE = "livechat_idle_since"

# PostgreSQL's SQLSTATEs (https://www.postgresql.org/docs/15/errcodes-appendix.html); a class is its first
# characters. 08: connection lost. 53: no memory, disk or connections. 57P: shut down or starting. 58: the
# system beneath (I/O). 25006: read-only, as a standby is. 25P03: ended for idling in a transaction.
OUTAGE_CLASSES = ("08", "53", "57P", "58")
OUTAGE_STATES = frozenset({"25006", "25P03"})
# A serialization failure, a deadlock, a lock that took too long: the same transaction may pass next time.
PASSING_STATES = frozenset({"40001", "40P01", "55P03"})


def sqlstate_of(error: BaseException) -> str | None:
    """The SQLSTATE that PostgreSQL gave ``error``; None where the driver or the pool raised it."""
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None)
    return state if isinstance(state, str) else None


def is_outage(error: BaseException) -> bool:
    """Whether the database is away, full, read-only or out of connections: the same work can succeed later.

    The SQLSTATE decides, not the class: psycopg calls a row that an index cannot hold (54000) an
    OperationalError, and a read-only server (25006) an InternalError. An error without one comes from the
    driver, which lost the connection, or from the pool, which had none. A value that the driver cannot write
    is a DataError and no outage.
    """
    if isinstance(error, PoolTimeoutError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = sqlstate_of(error)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return state.startswith(OUTAGE_CLASSES) or state in OUTAGE_STATES


def is_passing(error: BaseException) -> bool:
    """Whether the same transaction may pass if it is tried again at once: others were in its way."""
    return sqlstate_of(error) in PASSING_STATES


def engine_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments of ``create_engine`` for these settings."""
    connect_args: dict[str, Any] = {
        "connect_timeout": 5,
        "application_name": "livechat",
        "options": "-c timezone=UTC -c lock_timeout=15000 -c idle_in_transaction_session_timeout=60000",
    }
    if urlsplit(settings.database_url).port == TRANSACTION_POOLER_PORT:
        connect_args["prepare_threshold"] = None
    return {
        "pool_size": settings.database_pool_size,
        "max_overflow": settings.database_pool_size,
        "pool_timeout": 10,
        "pool_recycle": 1800,
        # Parameters hold what customers wrote; an error that quotes them would carry it into the logs.
        "hide_parameters": True,
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        "connect_args": connect_args,
    }


def redact_errors(engine: Engine) -> None:
    """Cut PostgreSQL's DETAIL and CONTEXT off every error of ``engine``.

    They quote the row ("Failing row contains …"), and an error's text gets into logs, tracebacks and, where a
    task fails, Flower. The primary message and the constraint's name stay.
    """

    @event.listens_for(engine, "handle_error")
    def _redact(context: ExceptionContext) -> None:
        original = context.original_exception
        primary = getattr(getattr(original, "diag", None), "message_primary", None)
        if primary is None:
            return
        original.args = (primary,)
        if context.sqlalchemy_exception is not None:
            kind = f"{type(original).__module__}.{type(original).__name__}"
            context.sqlalchemy_exception.args = (f"({kind}) {primary}",)


def ping_when_idle(engine: Engine) -> None:
    """Test a connection that lay in the pool for a while before it is used again.

    A dead one is replaced, and with it all that are as old. Whoever asks for a connection notices nothing.
    """

    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ping(connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        since = entry.info.get(_SINCE)
        if since is None or time.monotonic() - since < IDLE_BEFORE_PING_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def each_by_itself(session: Session | scoped_session[Any]) -> Session:
    """Another session of the same database, in which each statement is a transaction of its own.

    Its ``commit`` sends nothing to the server, but runs what waits for a commit. A transaction around one
    statement would cost two round trips more.
    """
    engine = session.get_bind().engine
    return Session(engine.execution_options(isolation_level="AUTOCOMMIT"))


def return_session(session: scoped_session[Any]) -> None:
    """Give the session's connection back to the pool, also one that was lost with a transaction open.

    By then the work is done and answered. A transaction that the server has ended already must not turn a
    success into an error.
    """
    try:
        session.remove()
    except DBAPIError as error:
        log.warning("connection_lost_at_the_end", error=type(error.orig).__name__)
        session().invalidate()
        session.remove()
