"""Between tests nothing is left, whether the rows were deleted or the tables made anew."""

from random import Random

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.core.extensions import db, redis
from tests.conftest import empty, is_empty
from tests.factories import make_message


# Many, and such as cannot be compressed.
@pytest.mark.parametrize("words", ["few", Random(1).randbytes(300_000).hex()], ids=["few", "many"])
def test_every_table_is_empty_and_every_counter_at_its_start(
    app: Flask, session: scoped_session[Session], words: str
) -> None:
    for _ in range(2):
        message = make_message(session, text=words, content={"text": {"body": words}})
        session.commit()
        assert message.seq == 1
        session.rollback()
        assert not is_empty(app)
        empty(app)
        assert is_empty(app)
        redis.client.set("a key", "is left")
        assert not is_empty(app)
        empty(app)
        assert is_empty(app)
        assert redis.client.keys() == []
        for table in db.metadata.sorted_tables:
            assert session.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one() == 0, table.name
        session.rollback()


def test_a_counter_that_moved_is_not_empty(app: Flask, session: scoped_session[Session]) -> None:
    make_message(session)
    session.rollback()
    assert not is_empty(app)
