"""A database connection that is lost after the work was done and answered, or while nobody used it."""

import time

from flask import Flask
from sqlalchemy import text

from livechat.core.database import IDLE_BEFORE_PING_S
from livechat.core.extensions import db


def _lose_connection() -> None:
    own = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": own})


def test_a_request_whose_connection_is_lost_at_its_end_stands_as_it_was_answered(app: Flask) -> None:
    with app.app_context():
        _lose_connection()
    # What it leaves behind serves the next one.
    with app.app_context():
        assert db.session.execute(text("SELECT 1")).scalar_one() == 1


def test_a_connection_that_died_in_the_pool_is_replaced_and_nobody_notices(app: Flask) -> None:
    own = text("SELECT pg_backend_pid()")
    with app.app_context():
        with db.engine.connect() as other:
            with db.engine.connect() as connection:
                dead = connection.execute(own).scalar_one()
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": dead})
        # No event is waited for: that it lies there so long is the case that is tested.
        time.sleep(IDLE_BEFORE_PING_S)
        with db.engine.connect() as first, db.engine.connect() as second:
            assert dead not in {first.execute(own).scalar_one(), second.execute(own).scalar_one()}
