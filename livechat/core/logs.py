"""JSON log lines: a constant event name, ids as fields; never text, tokens or full phone numbers."""

import logging
import sys
from typing import Any, TextIO

import orjson
import structlog

# Libraries that log more than we want, or what our own lines say better.
_QUIET = {
    # Both would print request URLs at INFO, which hold ids of customers.
    "urllib3": logging.WARNING,
    "werkzeug": logging.WARNING,
    # ``workers.instruments`` logs one line a task, with its ids as fields; these put them in the text.
    "celery.worker.strategy": logging.WARNING,
    "celery.app.trace": logging.CRITICAL,
    "celery.beat": logging.WARNING,
    # It logs each of its plugins at import, and a command with --json writes to the same stdout.
    "alembic.runtime.plugins": logging.WARNING,
}


def configure_logging(level: int = logging.INFO, *, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's loggers to ``stream`` (stdout), one JSON object a line."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(serializer=_dumps),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quiet_level in _QUIET.items():
        logging.getLogger(name).setLevel(quiet_level)
    # The web server's logger in its worker processes comes with a handler of its own, which writes no JSON.
    server = logging.getLogger("_granian")
    server.handlers.clear()
    server.propagate = True
    logging.captureWarnings(True)


def _dumps(value: Any, **_: Any) -> str:
    return orjson.dumps(value, default=str).decode()
