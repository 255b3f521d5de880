"""Who has a customer that waits hears of it before the customer's window shuts: once, and no longer than it is so."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from livechat.core.extensions import db
from livechat.domain.clock import now
from livechat.inbox.tell_closing import tell_closing
from livechat.models import Conversation, ConversationWatcher
from tests.factories import make_conversation, make_message
from tests.team.conftest import DbSession, Team

Call = Callable[..., Any]
SOON = timedelta(hours=22, minutes=30)


def _waits(session: DbSession, team: Team, since: timedelta = SOON, **columns: Any) -> Conversation:
    """The customer has written so long ago, and nobody has answered."""
    heard = now() - since
    made = make_conversation(
        session, team.numbers[0], last_inbound_at=heard, **{"waiting_since": heard} | columns
    )
    make_message(session, made)
    session.commit()
    return made


def _told(call: Call, user: UUID) -> list[tuple[str, bool]]:
    """(conversation, whether that is done), the newest first."""
    told = call(user, "GET", "/notifications").json["notifications"]
    assert {each["kind"] for each in told} <= {"window_closing"}
    return [(each["conversation_id"], each["done_at"] is not None) for each in told]


def test_owner_and_followers_are_told_once_until_it_is_not_so_any_more(
    session: DbSession, team: Team, call: Call
) -> None:
    ines, otto, dora = team.member(), team.member(), team.member("viewer")
    chat = _waits(session, team, assignee_id=ines)
    session.add(ConversationWatcher(conversation_id=chat.id, user_id=otto))
    for other in (
        {"since": timedelta(hours=21)},
        {"since": timedelta(hours=25)},
        {"waiting_since": None},
        {"status": "resolved"},
        {"window_refused_at": now() - timedelta(hours=1)},
    ):
        _waits(session, team, assignee_id=ines, **other)
    # Nobody's: the list and its count of closing ones show it.
    _waits(session, team)
    assert [tell_closing(session), tell_closing(session)] == [2, 0]
    here = str(chat.id)
    assert (_told(call, ines), _told(call, otto), _told(call, dora)) == ([(here, False)], [(here, False)], [])
    # Whose it is not any more has nothing to do; whose it is now is told.
    session.execute(db.update(Conversation).where(Conversation.id == chat.id).values(assignee_id=dora))
    session.commit()
    assert tell_closing(session) == 1
    assert (_told(call, ines), _told(call, dora)) == ([(here, True)], [(here, False)])
    # Somebody answers.
    session.execute(db.update(Conversation).where(Conversation.id == chat.id).values(waiting_since=None))
    session.commit()
    assert tell_closing(session) == 0
    assert _told(call, otto) == _told(call, dora) == [(here, True)]


@pytest.mark.parametrize(("heard", "done"), [(timedelta(hours=25), False), (timedelta(0), True)])
def test_a_closed_window_still_waits_and_a_new_message_opens_another(
    session: DbSession, team: Team, call: Call, heard: timedelta, done: bool
) -> None:
    chat = _waits(session, team, assignee_id=team.owner)
    tell_closing(session)
    _heard(session, chat.id, now() - heard)
    tell_closing(session)
    assert _told(call, team.owner) == [(str(chat.id), done)]
    if done:
        make_message(session, chat)
        _heard(session, chat.id, now() - SOON)
        tell_closing(session)
        assert _told(call, team.owner) == [(str(chat.id), False), (str(chat.id), True)]


def test_two_at_once_tell_nobody_twice(app: Flask, session: DbSession, team: Team, call: Call) -> None:
    for _ in range(20):
        _waits(session, team, assignee_id=team.owner)

    def sweep(_: int) -> None:
        with app.app_context():
            tell_closing(db.session)
            db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, range(8)))
    assert len(_told(call, team.owner)) == 20


def _heard(session: DbSession, chat: UUID, at: datetime) -> None:
    session.execute(db.update(Conversation).where(Conversation.id == chat).values(last_inbound_at=at))
    session.commit()
