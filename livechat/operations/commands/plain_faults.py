"""Ends a command with one sentence, not with a traceback, if PostgreSQL or Redis fails."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from redis.exceptions import RedisError
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from livechat.core.database import is_outage

P = ParamSpec("P")
R = TypeVar("R")


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """``command``, raising a ClickException for errors of PostgreSQL and Redis.

    That is exit status 1 and a sentence on stderr.
    """

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ProgrammingError as error:
            raise click.ClickException(
                "The database is not migrated: run “flask --app wsgi db upgrade”."
            ) from error
        except SQLAlchemyError as error:
            if is_outage(error):
                raise click.ClickException(
                    "PostgreSQL does not answer: see that the server of DATABASE_URL runs and is reachable."
                ) from error
            raise click.ClickException(
                f"PostgreSQL refused the question ({type(error).__name__})."
            ) from error
        except RedisError as error:
            raise click.ClickException(
                "Redis does not answer: see that the server of REDIS_URL runs and is reachable."
            ) from error

    return wrapped
