"""What every query takes first: a session, or Flask-SQLAlchemy's registry of them."""

from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

AnySession = Session | scoped_session[Any]


def ping(session: AnySession) -> None:
    """Ask the database for nothing; raises SQLAlchemyError where it does not answer."""
    session.execute(text("SELECT 1"))


def as_json(rows: Any) -> str:
    """The one ``jsonb`` parameter that a batch travels in: measured 2.5 times faster than arrays."""
    return orjson.dumps(rows).decode()
