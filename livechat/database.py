"""How the engine is set up: JSON by orjson, pools sized for many small transactions."""

from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import scoped_session

from livechat.config import Settings

log = structlog.get_logger(__name__)

# Supabase's transaction pooler: a prepared statement may meet another server connection there.
TRANSACTION_POOLER_PORT = 6543


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
        "pool_pre_ping": True,
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
