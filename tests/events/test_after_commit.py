"""What follows from a commit follows from the commit itself, savepoints or not."""

from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.outbox import after_commit

AnySession = scoped_session[Session]


def test_the_release_of_a_savepoint_is_no_commit(session: AnySession) -> None:
    done: list[str] = []
    session.execute(text("SELECT 1"))
    after_commit(session, lambda: done.append("before"))
    with session.begin_nested():
        after_commit(session, lambda: done.append("inside"))
    assert done == []
    session.commit()
    assert done == ["before", "inside"]


def test_a_savepoint_takes_back_what_was_done_in_it_and_no_more(session: AnySession) -> None:
    done: list[str] = []
    after_commit(session, lambda: done.append("before"))
    savepoint = session.begin_nested()
    after_commit(session, lambda: done.append("inside"))
    savepoint.rollback()
    session.commit()
    assert done == ["before"]


def test_a_rollback_takes_back_all(session: AnySession) -> None:
    done: list[str] = []
    after_commit(session, lambda: done.append("never"))
    session.execute(text("SELECT 1"))
    session.rollback()
    session.commit()
    assert done == []
