"""What every query takes first: a session, or Flask-SQLAlchemy's registry of them."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

AnySession = Session | scoped_session[Any]


def ping(session: AnySession) -> None:
    """Ask the database for nothing; raises SQLAlchemyError where it does not answer."""
    session.execute(text("SELECT 1"))
