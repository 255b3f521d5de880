"""Statements that are put together once, and give plain tuples: for what is read all day.

A statement of the ORM is put together anew for each request, which costs more than running it, and each row
becomes an object that is made to be changed. What is only shown needs neither (docs/decisions/plain-rows.md).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Session, scoped_session

from livechat.core.session import AnySession

Rows = list[tuple[Any, ...]]
_DIALECT: Any = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class Prepared:
    """A statement with named parameters (``bindparam``), as text that is the same each time.

    So the driver has the server prepare it, and a plan is made for a connection and not for a request.
    Columns come as the driver gives them, so none may be of a type that SQLAlchemy translates.
    """

    def __init__(self, statement: Any) -> None:
        compiled: Any = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        for column in compiled._result_columns:
            if column.type._cached_result_processor(_DIALECT, None) is not None:
                raise TypeError(f"SQLAlchemy would translate {column.name}")
        self.sql = str(compiled)
        translate: Mapping[str, Callable[[Any], Any]] = compiled._bind_processors
        given = {name for name, value in compiled.params.items() if value is None}
        self._translate = {name: each for name, each in translate.items() if name in given}
        self.fixed: Mapping[str, Any] = {
            name: translate[name](value) if name in translate else value
            for name, value in compiled.params.items()
            if name not in given
        }
        self._alone = _numbered(self.sql)

    def rows(self, session: AnySession, **values: Any) -> Rows:
        """All rows, in the session's transaction; where it has none, in one that ends with the statement.

        Nothing may be waiting in the session to be flushed that this should see.
        """
        engine = _engine_of_idle(session)
        if engine is not None:
            found = run_alone(engine, *self._alone, self._parameters(values))
            if found is not None:
                return found
        return self.rows_within(session, **values)

    def rows_within(self, session: AnySession, **values: Any) -> Rows:
        """The same in the session's transaction, which it begins: for what locks or writes."""
        return run_within(session, self.sql, self._parameters(values))

    def _parameters(self, values: Mapping[str, Any]) -> dict[str, Any]:
        parameters = {**self.fixed, **values}
        for name, translate in self._translate.items():
            parameters[name] = translate(parameters[name])
        return parameters


def run_within(session: AnySession, sql: str, parameters: Mapping[str, Any]) -> Rows:
    """The rows of a text as the driver takes it (``%(name)s``), in the session's transaction."""
    result = session.connection().exec_driver_sql(sql, dict(parameters))
    return [tuple(row) for row in result]


def run_alone(engine: Engine, sql: str, names: Sequence[str], parameters: Mapping[str, Any]) -> Rows | None:
    """The rows by one round trip, without BEGIN and ROLLBACK; None where that failed.

    Then SQLAlchemy runs it once more, whose errors all others understand: a statement that only reads may be
    run twice. A connection that was lost is not given back to the pool.
    """
    given = [parameters[name] for name in names]
    try:
        lent = engine.raw_connection()
    except psycopg.Error:
        return None
    connection: Any = lent.driver_connection
    try:
        connection.autocommit = True
        try:
            rows: Rows = psycopg.RawCursor(connection).execute(sql, given).fetchall()
        finally:
            # Whoever has it next begins a transaction.
            connection.autocommit = False
    except psycopg.Error:
        if connection.closed:
            lent.invalidate()
        return None
    except BaseException:
        lent.invalidate()
        raise
    finally:
        lent.close()
    return rows


def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """The text with parameters as PostgreSQL has them, and their names: else it is read at each run."""
    names: dict[str, int] = {}

    def number(match: "re.Match[str]") -> str:
        return "%" if match[0] == "%%" else f"${names.setdefault(match[1], len(names) + 1)}"

    return re.sub(r"%\((\w+)\)s|%%", number, sql), tuple(names)


def _engine_of_idle(session: AnySession) -> Engine | None:
    """The session's engine, where no transaction of it is open; None: there is one, and it sees more."""
    real: Session = session() if isinstance(session, scoped_session) else session
    bind = None if real.in_transaction() else real.get_bind()
    return bind if isinstance(bind, Engine) else None
