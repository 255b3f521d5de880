"""Large installations: what an operator asks for does not grow with numbers and messages as they do."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from livechat.accounts.crypto import encrypt_token
from livechat.conversations.queries import unread
from livechat.core.config import Settings
from livechat.domain import clock
from livechat.operations.doctor import meta_connection
from livechat.operations.doctor.findings import State
from livechat.operations.queries import waiting_counts
from livechat.operations.queries.activity_rows import habits
from livechat.whatsapp.graph.client import PhoneNumberInfo, SubscribedApp
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError
from tests.conftest import ENCRYPTION_KEY
from tests.factories import make_account, make_conversation, make_message, make_number

AnySession = scoped_session[Session]
ACCOUNTS, NUMBERS = 8, 6


class Graph:
    """Meta, whose calls are counted; ``fails`` is what the listing of numbers raises."""

    def __init__(self, listed: Callable[[str], list[str]], fails: GraphError | None = None) -> None:
        self._listed, self._fails = listed, fails
        self.calls: Counter[str] = Counter()

    def phone_numbers(self, waba_id: str, token: str) -> list[PhoneNumberInfo]:
        self.calls["list"] += 1
        if self._fails:
            raise self._fails
        return [PhoneNumberInfo(each, None, None, "GREEN", None) for each in self._listed(waba_id)]

    def phone_number(self, phone_number_id: str, token: str) -> PhoneNumberInfo:
        self.calls["number"] += 1
        if self._fails and self._fails.disposition is Disposition.UNKNOWN:
            raise self._fails
        return PhoneNumberInfo(phone_number_id, None, None, "RED", None)

    def subscriptions(self, waba_id: str, token: str) -> list[SubscribedApp]:
        self.calls["webhooks"] += 1
        if self._fails:
            raise self._fails
        return [SubscribedApp("1", "Chat", None)]


def test_the_doctor_asks_once_for_all_numbers_of_an_account(session: AnySession, settings: Settings) -> None:
    numbers: dict[str, list[str]] = {}
    for _ in range(ACCOUNTS):
        account = make_account(session, access_token_encrypted=encrypt_token("EAA", [ENCRYPTION_KEY]))
        made = [make_number(session, account).phone_number_id for _ in range(NUMBERS)]
        numbers[account.waba_id] = made
    session.commit()

    def ask(graph: Any) -> tuple[dict[str, int], dict[State, int]]:
        found = list(meta_connection.check(session, settings, graph))
        told = [each for each in found if each.check.startswith(("token for number", "webhooks of account"))]
        assert len({each.check for each in told}) == ACCOUNTS * (NUMBERS + 1)
        return dict(graph.calls), dict(Counter(each.state for each in told))

    every = ACCOUNTS * (NUMBERS + 1)
    assert ask(Graph(numbers.__getitem__)) == ({"list": ACCOUNTS, "webhooks": ACCOUNTS}, {State.OK: every})
    # One that the list lacks is asked about by itself, and so is each where the token may not list.
    calls, states = ask(Graph(lambda waba_id: numbers[waba_id][1:]))
    assert (calls, states) == (
        {"list": ACCOUNTS, "number": ACCOUNTS, "webhooks": ACCOUNTS},
        {State.OK: every},
    )
    # A token that has ended has ended for all numbers.
    ended = GraphError(190, "Expired", disposition=Disposition.PAUSE, http_status=401)
    assert ask(Graph(numbers.__getitem__, ended)) == (
        {"list": ACCOUNTS, "webhooks": ACCOUNTS},
        {State.WRONG: every},
    )
    # Where nobody answers nobody waits for hundreds of time-outs.
    away = GraphError(None, "WhatsApp did not answer", disposition=Disposition.UNKNOWN)
    calls, states = ask(Graph(numbers.__getitem__, away))
    assert sum(calls.values()) <= meta_connection.MOST_UNANSWERED + meta_connection.CALLS_AT_ONCE
    assert states[State.UNKNOWN] >= every - sum(calls.values())
    assert states[State.WRONG] >= 1


def test_a_look_at_unread_counts_reads_a_share_of_the_table(
    session: AnySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = make_number(session)
    chats = [make_conversation(session, number) for _ in range(60)]
    long = "SELECT string_agg(md5(c.id::text || n), '') FROM generate_series(1, 30) n"
    session.execute(text(f"UPDATE chat_conversations c SET customer_name = ({long})"))
    pages = unread._pages(session)
    assert pages >= 10
    monkeypatch.setattr(unread, "SHARE_PAGES", 2)
    monkeypatch.setattr(unread, "UNREAD_TIMES", 2)
    shares = [unread.share_of(session, turn) for turn in range(unread.share_of(session, 0).of)]
    assert len(shares) == -(-pages // 2)
    for statement in ("counted_total = 7", "unread_count = 1"):
        session.execute(text(f"UPDATE chat_conversations SET {statement}"))
        found = [drift.conversation_id for share in shares for drift in unread.repair(session, share)]
        assert sorted(found) == sorted(chat.id for chat in chats)
    # A conversation that hides what is unread is found in its turn, and one that shows some in every look.
    make_message(session, chats[0])
    session.execute(text("UPDATE chat_conversations SET unread_count = 0"))
    of_unread = shares[0].of_unread.of
    assert 1 < of_unread < len(shares)
    assert sum(unread.drifted(session, share) for share in shares[:of_unread]) == 1
    session.execute(
        text("UPDATE chat_conversations SET unread_count = 2 WHERE id = :id"), {"id": chats[0].id}
    )
    assert {unread.drifted(session, share) for share in shares} == {1}
    # Neither the table nor an index of all is gone through.
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = session.execute(text(f"EXPLAIN {unread._CANDIDATES}"), unread._places(shares[0])).scalars().all()
    assert "\n".join(plan).count("Tid Range Scan on chat_conversations c") == 2, plan
    assert "Seq Scan on chat_conversations" not in "\n".join(plan)
    session.rollback()


def test_alarms_look_closer_at_silent_numbers_alone_and_the_ledger_is_counted_by_its_indexes(
    session: AnySession,
) -> None:
    numbers = [make_number(session).phone_number_id for _ in range(3)]
    this_hour = clock.now().replace(minute=0, second=0, microsecond=0)
    for number, minutes in zip(numbers, (1, 20, 200), strict=True):
        at = clock.now() - timedelta(minutes=minutes)
        hour = at.replace(minute=0, second=0, microsecond=0)
        session.execute(
            text(
                "INSERT INTO webhook_counts (phone_number_id, hour, outcome, reason, items, last_received_at) "
                "VALUES (:number, :hour, 'stored', '', 5, :at), "
                "(:number, :day, 'stored', '', 7, :day), (:number, :hour_before, 'stored', '', 9, :hour_before)"
            ),
            {
                "number": number,
                "hour": hour,
                "at": at,
                "day": this_hour - timedelta(days=1),
                "hour_before": this_hour - timedelta(days=1, hours=1),
            },
        )
    given: dict[str, Any] = {
        "silent_since": clock.now() - timedelta(minutes=10),
        "hour": this_hour,
        "days": 7,
    }
    found = {row.number: list(row.usual.values()) for row in habits(session, **given)}
    assert found == {numbers[1]: [7], numbers[2]: [9]}
    assert [row.number for row in habits(session, number=numbers[2], **given)] == [numbers[2]]
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(session.execute(text(f"EXPLAIN {waiting_counts.LEDGER}")).scalars())
    assert "ix_webhook_events_waiting" in plan or "ix_webhook_events_to_try" in plan, plan
    assert "ix_webhook_events_failed" in plan, plan
