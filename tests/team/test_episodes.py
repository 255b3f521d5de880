"""Episodes: the visits within one endless thread follow its status, whoever writes that."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from livechat.conversations.merging import merge_conversation
from livechat.core.extensions import db
from livechat.domain.clock import now
from livechat.domain.team.conversation_status import EPISODE_GRACE
from livechat.models import Conversation, Episode
from tests.conftest import make_token
from tests.factories import make_conversation
from tests.ingest.conftest import Meta, make_text_body, meta
from tests.ingest.test_merging import PREVIOUS_MERGE
from tests.team.conftest import API, DbSession, Team

__all__ = ["meta"]
HOUR = timedelta(hours=1)


def _put(session: DbSession, chat: UUID, status: str) -> None:
    """Whoever writes the status, it is an UPDATE."""
    kind = "reply" if status == "snoozed" else None
    session.execute(
        update(Conversation).where(Conversation.id == chat).values(status=status, snooze_kind=kind)
    )
    session.commit()


def _let_pass(session: DbSession, span: timedelta) -> None:
    session.execute(
        update(Episode).values(opened_at=Episode.opened_at - span, resolved_at=Episode.resolved_at - span)
    )
    session.commit()


def _episodes(session: DbSession, chat: UUID) -> list[tuple[int, bool]]:
    """(how often each was reopened, whether it is open), from the first on."""
    session.rollback()
    rows = session.query(Episode).filter_by(conversation_id=chat).order_by(Episode.opened_at)
    return [(row.reopens, row.resolved_at is None) for row in rows]


def test_a_new_conversation_begins_one_without_a_look_for_others(team: Team, session: DbSession) -> None:
    looked = (
        "SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables WHERE relname = 'episodes'"
    )
    session.commit()
    before = session.execute(text(looked)).scalar_one()
    chat = make_conversation(session, team.numbers[0])
    assert session.execute(text(looked)).scalar_one() == before
    session.commit()
    assert _episodes(session, chat.id) == [(0, True)]


def test_who_writes_soon_after_a_resolve_goes_on_and_who_writes_later_begins_anew(meta: Meta) -> None:
    """C5."""
    meta.deliver_body(make_text_body())
    chat = meta.conversation()["id"]
    [begun] = meta.rows("SELECT *, xmin FROM episodes")
    # An ordinary message touches no episode.
    meta.deliver_body(make_text_body())
    assert meta.rows("SELECT *, xmin FROM episodes") == [begun]
    _put(meta.session, chat, "resolved")
    assert _episodes(meta.session, chat) == [(0, False)]
    _let_pass(meta.session, HOUR)
    meta.deliver_body(make_text_body())
    assert _episodes(meta.session, chat) == [(1, True)]
    _put(meta.session, chat, "resolved")
    _let_pass(meta.session, 13 * HOUR)
    meta.deliver_body(make_text_body())
    assert _episodes(meta.session, chat) == [(1, False), (0, True)]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_open_or_snoozed_has_one_that_is_open(session: DbSession, team: Team, seed: int) -> None:
    """A random history of the status beside what it should come to."""
    dice = random.Random(seed)
    status = dice.choice(["open", "resolved"])
    chat = make_conversation(session, team.numbers[0], status=status).id
    session.commit()
    reopens, age = ([] if status == "resolved" else [0]), 100 * HOUR
    for _ in range(25):
        passed = dice.choice([timedelta(0), HOUR, EPISODE_GRACE - HOUR, EPISODE_GRACE + timedelta(minutes=1)])
        _let_pass(session, passed)
        was, status = status, dice.choice(["open", "snoozed", "resolved"])
        _put(session, chat, status)
        age += passed
        if status == "resolved" and was != "resolved":
            age = timedelta(0)
        elif was == "resolved" and status != "resolved":
            if reopens and age < EPISODE_GRACE:
                reopens[-1] += 1
            else:
                reopens.append(0)
        awake = [False] * len(reopens)
        if status != "resolved":
            awake[-1] = True
        assert _episodes(session, chat) == list(zip(reopens, awake, strict=True))


def test_who_resolves_or_opens_at_once_counts_once(app: Flask, session: DbSession, team: Team) -> None:
    chat = make_conversation(session, team.numbers[0]).id
    session.commit()
    headers = {"Authorization": f"Bearer {make_token(team.owner)}"}

    def ask(status: str) -> int:
        path = f"{API}/conversations/{chat}/status"
        return app.test_client().put(path, headers=headers, json={"status": status}).status_code

    with ThreadPoolExecutor(2) as threads:
        for n in range(1, 6):
            assert list(threads.map(ask, ["resolved"] * 2)) == [200, 200]
            assert _episodes(session, chat) == [(n - 1, False)]
            assert list(threads.map(ask, ["open"] * 2)) == [200, 200]
            assert _episodes(session, chat) == [(n, True)]


def _merged_by_the_previous_release(session: DbSession, loser: UUID, winner: UUID) -> None:
    for statement in PREVIOUS_MERGE:
        session.execute(text(statement), {"loser": loser, "winner": winner})


@pytest.mark.parametrize("merge", [merge_conversation, _merged_by_the_previous_release])
@pytest.mark.parametrize("older", ["winner", "loser"])
@pytest.mark.parametrize(
    ("winner_is", "loser_is"), [("open", "snoozed"), ("resolved", "open"), ("open", "resolved")]
)
def test_a_merge_keeps_the_episodes_of_both_and_one_is_open(
    session: DbSession,
    team: Team,
    merge: Callable[..., Any],
    older: str,
    winner_is: str,
    loser_is: str,
) -> None:
    winner, loser = (make_conversation(session, team.numbers[0]).id for _ in range(2))
    session.commit()
    _put(session, winner, winner_is)
    _put(session, loser, loser_is)
    first = {"winner": winner, "loser": loser}[older]
    session.execute(
        update(Episode).where(Episode.conversation_id == first).values(opened_at=now() - 30 * HOUR)
    )
    session.commit()
    merge(session, loser, winner)
    session.commit()
    kept = session.get_one(Conversation, winner, populate_existing=True)
    episodes = _episodes(session, winner)
    assert session.query(Episode).count() == len(episodes) == 2
    assert sum(is_open for _, is_open in episodes) == (kept.status != "resolved")
    if "resolved" not in (winner_is, loser_is):
        assert episodes[0] == (0, True)


def test_a_second_open_one_cannot_be(session: DbSession, team: Team) -> None:
    chat = make_conversation(session, team.numbers[0]).id
    session.commit()
    session.add(Episode(conversation_id=chat))
    with pytest.raises(IntegrityError, match="uq_episodes_open"):
        session.flush()
    session.rollback()


def test_what_was_there_before_is_in_an_episode_unless_it_is_resolved(session: DbSession, team: Team) -> None:
    began = now() - 100 * HOUR
    made = [
        make_conversation(session, team.numbers[0], created_at=began, **standing).id
        for standing in ({}, {"status": "snoozed", "snooze_kind": "reply"}, {"status": "resolved"})
    ]
    session.query(Episode).delete()
    session.commit()
    migration = ScriptDirectory("migrations").get_revision("0037").module
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # Interrupted and run again, it goes on.
        for _ in range(2):
            connection.execute(text(migration._OPEN))
    rows = session.query(Episode).all()
    assert {row.conversation_id for row in rows} == set(made[:2])
    assert {(row.opened_at, row.resolved_at, row.reopens) for row in rows} == {(began, None, 0)}
