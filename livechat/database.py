"""How the engine is set up: JSON by orjson, pools sized for many small transactions."""

import time
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.pool import ConnectionPoolEntry

from livechat.config import Settings

log = structlog.get_logger(__name__)

# Supabase's transaction pooler: a prepared statement may meet another server connection there.
TRANSACTION_POOLER_PORT = 6543
# SQLAlchemy's own ``pool_pre_ping`` asks every time: a round trip more for each transaction, a quarter of
# what a short one takes. A server that was started again was away for longer than this.
IDLE_BEFORE_PING_S = 0.5
_SINCE = "livechat_idle_since"


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

    They quote the row ("Failing row contains …"), and an error's text travels: into logs, tracebacks, and to
    Flower where a task fails. The primary message and the constraint's name are left.
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
    """Have a connection that lay in the pool for a while asked whether it lives, before it is used.

    One that does not is replaced, and with it all that are as old: nobody who asks for one notices.
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

    ``commit`` sends nothing then; what is to happen after a commit happens there all the same. A transaction
    of one statement costs two round trips more.
    """
    engine = session.get_bind().engine
    return Session(engine.execution_options(isolation_level="AUTOCOMMIT"))


def return_session(session: scoped_session[Any]) -> None:
    """Give the session's connection back to the pool, also one that was lost with a transaction open.

    By then the work is done and answered: that its transaction cannot be ended in order, since the server
    has ended it, must not turn a success into an error.
    """
    try:
        session.remove()
    except DBAPIError as error:
        log.warning("connection_lost_at_the_end", error=type(error.orig).__name__)
        session().invalidate()
        session.remove()
