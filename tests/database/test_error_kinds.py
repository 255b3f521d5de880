"""What an error of the database says, decided by SQLSTATE: errors as a real server and a real driver raise them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session

from livechat.core.database import is_outage, is_passing, sqlstate_of

# Raised by the server itself, by PL/pgSQL, so that driver and SQLAlchemy wrap each as they do in life.
OUTAGES = (
    *("08000", "08003", "08006"),
    *("53000", "53100", "53200", "53300", "53400"),
    *("57P01", "57P02", "57P03", "57P04", "57P05"),
    *("58000", "58030", "58P01"),
    *("25006", "25P03"),
)
PASSING = ("40001", "40P01", "55P03")
# Too long for an index, out of range, not UTF-8, no such text, a constraint, too deep, a query cancelled for
# its length, a file of an index that is damaged, a fault of the server's own.
THE_DATAS_FAULT = (
    *("54000", "54001", "54011", "54023"),
    *("22001", "22003", "22007", "22021", "22P02", "22P05"),
    *("23502", "23505", "23514"),
    *("57014", "42601", "42P01", "0A000", "P0001", "XX000", "XX001", "40002", "25P02", "55000"),
)


def _raised(session: scoped_session[Session], state: str) -> SQLAlchemyError:
    with pytest.raises(SQLAlchemyError) as caught:
        session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'told' USING ERRCODE = '{state}'; END $$"))
    session.rollback()
    return caught.value


@pytest.mark.parametrize("state", OUTAGES)
def test_what_passes_without_us_is_an_outage(session: scoped_session[Session], state: str) -> None:
    error = _raised(session, state)
    assert (sqlstate_of(error), is_outage(error), is_passing(error)) == (state, True, False)


@pytest.mark.parametrize("state", PASSING)
def test_what_another_try_may_mend_is_passing(session: scoped_session[Session], state: str) -> None:
    error = _raised(session, state)
    assert (is_outage(error), is_passing(error)) == (False, True)


@pytest.mark.parametrize("state", THE_DATAS_FAULT)
def test_everything_else_is_neither(session: scoped_session[Session], state: str) -> None:
    error = _raised(session, state)
    assert (is_outage(error), is_passing(error)) == (False, False)


def _ended_from_outside(session: scoped_session[Session]) -> None:
    session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def _read_only(session: scoped_session[Session]) -> None:
    session.execute(text("SET TRANSACTION READ ONLY"))
    session.execute(text("CREATE TABLE cannot_be_made (id int)"))


def _too_long_for_an_index(session: scoped_session[Session]) -> None:
    session.execute(text("CREATE TEMPORARY TABLE long_keys (key text PRIMARY KEY) ON COMMIT DROP"))
    session.execute(
        text("INSERT INTO long_keys SELECT string_agg(md5(n::text), '') FROM generate_series(1, 4000) n")
    )


def _a_zero_byte(session: scoped_session[Session]) -> None:
    session.execute(text("SELECT CAST(:value AS text)"), {"value": "a\x00b"})


def _too_deep(session: scoped_session[Session]) -> None:
    session.execute(text("SELECT CAST(repeat('[', 100000) AS jsonb)"))


@pytest.mark.parametrize(
    ("break_it", "outage"),
    [
        (_ended_from_outside, True),
        (_read_only, True),
        (_too_long_for_an_index, False),
        (_a_zero_byte, False),
        (_too_deep, False),
    ],
)
def test_as_they_happen(
    session: scoped_session[Session], break_it: Callable[[Any], None], outage: bool
) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        break_it(session)
    session.rollback()
    assert is_outage(caught.value) is outage
    assert not is_passing(caught.value)


def test_a_pool_without_a_free_connection_is_an_outage(session: scoped_session[Session]) -> None:
    engine = create_engine(session.get_bind().engine.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    with engine.connect(), pytest.raises(SQLAlchemyError) as caught:
        engine.connect()
    engine.dispose()
    assert is_outage(caught.value)


def test_a_server_that_is_not_there_is_an_outage() -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:9/none")
    with pytest.raises(SQLAlchemyError) as caught:
        engine.connect()
    assert is_outage(caught.value)


@pytest.mark.parametrize("error", [ValueError("none"), KeyError("x"), OSError("disk")])
def test_what_is_not_the_databases_is_neither(error: Exception) -> None:
    assert not is_outage(error)
    assert not is_passing(error)
