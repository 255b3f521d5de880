"""Runs the doctor's checks in order, and says which of them could not be made."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from livechat.core.config import Settings
from livechat.core.session import AnySession
from livechat.operations.doctor import (
    backlog,
    configuration,
    files,
    mail,
    meta_connection,
    postgresql,
    queues,
    redis_durability,
)
from livechat.operations.doctor.findings import Finding, unknown
from livechat.whatsapp.graph.client import GraphClient


@dataclass(frozen=True, slots=True)
class Examination:
    """All that the doctor needs. If ``graph`` is None, Meta is not asked."""

    settings: Settings
    session: AnySession
    redis: Redis
    migrations: Path
    graph: GraphClient | None = field(default=None)


def examine(given: Examination) -> Iterator[Finding]:
    """Findings one by one, so that a slow answer of Meta's delays none before it. Changes nothing."""
    sections: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("configuration", lambda: configuration.check(given.settings)),
        ("postgresql", lambda: postgresql.check(given.session, given.migrations)),
        ("redis", lambda: redis_durability.check(given.redis, given.settings)),
        ("queues", lambda: queues.check(given.redis, given.settings)),
        ("files", lambda: files.check(given.settings)),
        ("mail", lambda: mail.check(given.settings, is_asked=given.graph is not None)),
        ("tokens", lambda: meta_connection.check(given.session, given.settings, given.graph)),
        ("backlog", lambda: backlog.check(given.session, given.redis)),
    ]
    for name, section in sections:
        try:
            yield from section()
        except SQLAlchemyError as error:
            yield unknown(name, f"PostgreSQL refused the question ({type(error).__name__})")
        except RedisError as error:
            yield unknown(name, f"Redis does not answer ({type(error).__name__})")
        finally:
            _end_transaction(given.session)


def _end_transaction(session: AnySession) -> None:
    try:
        session.rollback()
    except SQLAlchemyError:
        # The connection is lost and nothing was written: the next query opens another.
        session.close()
