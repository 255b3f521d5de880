"""Waiting is the team's: it begins with what a customer writes, and ends with what a person answers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from livechat.conversations.mark_read import mark_read, mark_unread
from livechat.conversations.queries import unread
from livechat.core.extensions import db
from livechat.models import WorkspaceMember
from livechat.outbound.delivery.deliver import Outcome, record_all
from livechat.outbound.queries.claims import claim_heads, expire_claims
from livechat.whatsapp.graph.client import Accepted
from livechat.whatsapp.graph.graph_errors import Disposition, GraphError
from tests.conftest import wait_until
from tests.ingest.conftest import (
    ASHA,
    DISPLAY,
    NUMBER,
    OWNER,
    Meta,
    envelope,
    make_status_body,
    make_text_body,
    meta,
)

__all__ = ["meta"]
Call = Callable[..., Any]
NOW = int(datetime.now(UTC).timestamp())
_serial = count(1)


def _refused(disposition: Disposition = Disposition.REJECT, code: int = 131026) -> GraphError:
    return GraphError(code, "Refused", disposition=disposition, http_status=400)


class Chat:
    """One customer, and what the team does about them."""

    def __init__(self, meta: Meta, call: Call, phone: str = ASHA) -> None:
        self.meta, self.call, self.phone, self.clock = meta, call, phone, NOW
        self.writes()
        [self.id] = meta.session.scalars(
            text("SELECT id FROM chat_conversations WHERE customer_phone = :phone"), {"phone": phone}
        )
        meta.session.rollback()

    def writes(self, **more: Any) -> None:
        self.clock += 1
        self.meta.deliver_body(make_text_body(phone=self.phone, timestamp=self.clock, **more))

    def answers(self) -> str:
        """An answer is accepted: its id."""
        body = {
            "phone_number_id": NUMBER,
            "conversation_id": str(self.id),
            "message_type": "text",
            "message": f"Hello {next(_serial)}",
        }
        answer = self.call(OWNER, "POST", "/send-message", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json["message"]["id"])

    def is_told(self, outcome: Outcome | None = None) -> str:
        """Meta answers the oldest send, as the dispatcher writes it down: the wamid."""
        session, wamid = self.meta.session, f"wamid.out{next(_serial)}"
        [claim] = claim_heads(session, [self.id], 60, claimed_by="test")
        session.commit()
        record_all(session, [(claim, outcome or Accepted(wamid, None, None, None))])
        session.commit()
        return wamid

    def hears(self, wamid: str, status: str) -> None:
        errors = {"errors": [{"code": 131026, "title": "Undeliverable"}]} if status == "failed" else {}
        self.meta.deliver_body(make_status_body(wamid, status, self.clock, **errors))

    def echoes(self, at: int | None = None) -> None:
        """Somebody has answered in the phone app."""
        self.clock += 1
        said = {
            "from": DISPLAY,
            "to": self.phone,
            "id": f"wamid.echo{next(_serial)}",
            "timestamp": str(at or self.clock),
            "type": "text",
            "text": {"body": "From the phone"},
        }
        body = envelope({"message_echoes": [said]})
        body["entry"][0]["changes"][0]["field"] = "smb_message_echoes"
        self.meta.deliver_body(body)

    @property
    def since(self) -> str | None:
        shown: str | None = self.call(OWNER, "GET", f"/conversations/{self.id}").json["waiting_since"]
        return shown


@pytest.fixture
def chat(meta: Meta, call: Call) -> Chat:
    return Chat(meta, call)


def test_the_first_message_after_an_answer_begins_it_and_the_next_does_not_move_it(chat: Chat) -> None:
    first = chat.since
    assert first is not None
    chat.writes()
    assert chat.since == first
    chat.answers()
    assert chat.since is None
    chat.is_told()
    assert chat.since is None
    chat.writes()
    assert chat.since is not None
    assert chat.since > first
    chat.echoes()
    assert chat.since is None


def test_what_no_person_answers_and_what_is_older_ends_nothing(chat: Chat, meta: Meta) -> None:
    first = chat.since
    # An echo from before the customer's message that was held up on its way.
    chat.echoes(at=NOW - 60)
    meta.deliver("coex-history-threads", "standby-text", "msg-reaction")
    assert chat.since == first
    message = meta.rows("SELECT id FROM chat_messages WHERE conversation_id = :id ORDER BY seq", id=chat.id)[
        0
    ]
    part = {"message_id": str(message["id"]), "emoji": "👍"}
    body = {
        "phone_number_id": NUMBER,
        "conversation_id": str(chat.id),
        "message_type": "reaction",
        "reaction": part,
    }
    assert chat.call(OWNER, "POST", "/send-message", json=body).status_code == 202
    assert chat.since == first


def _by_meta_at_once(chat: Chat) -> None:
    chat.is_told(_refused())


def _by_a_status(chat: Chat) -> None:
    chat.hears(chat.is_told(), "failed")


def _by_a_status_before_the_answer(chat: Chat) -> None:
    wamid = f"wamid.early{next(_serial)}"
    chat.hears(wamid, "failed")
    chat.is_told(Accepted(wamid, None, None, None))


FAILURES = [_by_meta_at_once, _by_a_status, _by_a_status_before_the_answer]


@pytest.mark.parametrize("fails", FAILURES)
def test_an_answer_that_fails_for_good_brings_the_old_time_back(
    chat: Chat, fails: Callable[[Chat], None]
) -> None:
    """G8."""
    first = chat.since
    chat.answers()
    assert chat.since is None
    fails(chat)
    assert chat.since == first
    # By the customer's next message it is no younger, and by the next answer it ends.
    chat.writes()
    assert chat.since == first
    chat.answers()
    assert chat.since is None


def _told(call: Call, user: UUID = OWNER) -> list[tuple[str, str, bool]]:
    """(kind, cause, whether it is done) of all that they are told of."""
    found = call(user, "GET", "/notifications").json["notifications"]
    return [(each["kind"], each["cause_id"], each["done_at"] is not None) for each in found]


@pytest.mark.parametrize("fails", FAILURES[:2])
def test_whose_answer_fails_where_nobody_looks_any_more_is_told(
    chat: Chat, fails: Callable[[Chat], None], call: Call
) -> None:
    """No status opens what is resolved; who is owed an answer is not forgotten."""
    chat.answers()
    fails(chat)
    assert _told(call) == []
    chat.writes()
    answer = chat.answers()
    path = f"/conversations/{chat.id}/status"
    assert call(OWNER, "PUT", path, json={"status": "resolved"}).status_code == 200
    fails(chat)
    assert call(OWNER, "GET", f"/conversations/{chat.id}").json["status"] == "resolved"
    assert _told(call) == [("reminder", answer, False)]
    # Another answer is what they were told to give; what fails before one that stands is no matter.
    chat.answers()
    assert _told(call) == [("reminder", answer, True)]
    chat.echoes()
    fails(chat)
    assert _told(call) == [("reminder", answer, True)]


def test_who_was_told_of_one_that_arrives_all_the_same_is_told_no_more(chat: Chat, call: Call) -> None:
    answer = chat.answers()
    wamid = chat.is_told()
    path = f"/conversations/{chat.id}/status"
    assert call(OWNER, "PUT", path, json={"status": "resolved"}).status_code == 200
    chat.hears(wamid, "failed")
    assert _told(call) == [("reminder", answer, False)]
    chat.hears(wamid, "delivered")
    assert _told(call) == [("reminder", answer, True)]


@pytest.mark.parametrize("fails", FAILURES)
def test_not_where_an_answer_came_after_it(chat: Chat, fails: Callable[[Chat], None]) -> None:
    chat.answers()
    chat.echoes()
    fails(chat)
    assert chat.since is None


def test_of_two_that_fail_the_last_brings_it_back_and_once(chat: Chat) -> None:
    first = chat.since
    chat.answers()
    chat.answers()
    chat.is_told(_refused())
    assert chat.since is None
    chat.is_told(_refused())
    assert chat.since == first
    # What was waived meanwhile is not owed again by those that failed before.
    chat.meta.session.execute(text("UPDATE chat_conversations SET waiting_since = NULL"))
    chat.meta.session.commit()
    chat.writes()
    second = chat.since
    chat.answers()
    chat.is_told(_refused())
    assert chat.since == second != first


def test_what_is_tried_again_or_unknown_keeps_it_ended(chat: Chat) -> None:
    chat.answers()
    chat.is_told(_refused(Disposition.RETRY))
    assert chat.since is None
    chat.meta.session.execute(text("UPDATE chat_messages SET next_attempt_at = now()"))
    claim_heads(chat.meta.session, [chat.id], -1)
    assert (
        len(expire_claims(chat.meta.session, {"code": None, "title": "?", "detail": "?", "retryable": True}))
        == 1
    )
    chat.meta.session.commit()
    assert chat.since is None


def test_one_that_failed_and_arrives_all_the_same_ends_it(chat: Chat) -> None:
    chat.answers()
    wamid = chat.is_told()
    chat.hears(wamid, "failed")
    assert chat.since is not None
    chat.hears(wamid, "delivered")
    assert chat.since is None
    chat.answers()
    other = chat.is_told()
    chat.writes()
    since = chat.since
    chat.hears(other, "failed")
    assert chat.since is not None
    chat.hears(other, "read")
    assert chat.since is not None
    assert since is not None
    assert chat.since[:19] >= since[:19]


def test_resolving_waives_it_and_opening_again_brings_back_what_has_no_answer(chat: Chat) -> None:
    def puts(status: str, **more: str) -> str | None:
        path = f"/conversations/{chat.id}/status"
        answer = chat.call(OWNER, "PUT", path, json={"status": status, **more})
        assert answer.status_code == 200, answer.text
        since: str | None = answer.json["waiting_since"]
        return since

    first = chat.since
    assert first is not None
    assert puts("snoozed", snooze_kind="reply") == first
    assert puts("resolved") is None
    assert (puts("open") or "") >= first
    chat.answers()
    assert puts("resolved") is None
    assert puts("open") is None
    puts("resolved")
    chat.writes()
    assert chat.since is not None


def test_of_two_that_merge_the_longer_wait_stays(meta: Meta, call: Call) -> None:
    meta.deliver_body(make_text_body(phone=None, user_id="IN.13491208655302741918"))
    meta.deliver_body(make_text_body())
    older, younger = (row["waiting_since"] for row in meta.conversations())
    # The older of the two is kept. It is the other one whose customer waits longer.
    meta.session.execute(
        text(
            "UPDATE chat_conversations SET waiting_since = now() + interval '1 hour' WHERE waiting_since = :at"
        ),
        {"at": min(older, younger)},
    )
    meta.session.commit()
    meta.deliver_body(make_text_body(user_id="IN.13491208655302741918"))
    assert meta.conversation()["waiting_since"] == max(older, younger)


def test_random_histories_agree_with_a_plain_model(meta: Meta, call: Call) -> None:
    rng = Random(13)
    for n in range(2):
        _play(rng, Chat(meta, call, phone=f"91990000000{n}"))
    assert unread.drifted(meta.session) == 0


def _play(rng: Random, chat: Chat) -> None:
    readers = [uuid4(), uuid4()]
    workspace = chat.meta.session.scalars(
        text("SELECT workspace_id FROM waba_accounts WHERE user_id = :owner"), {"owner": OWNER}
    ).one()
    chat.meta.session.add_all(
        WorkspaceMember(workspace_id=workspace, user_id=each, role="viewer") for each in readers
    )
    chat.meta.session.commit()
    # All counted messages in order of arrival; each reader's place among them.
    counted, places = 1, dict.fromkeys(readers, 0)
    since, unsaid, pending = chat.since, list[str](), list[str | None]()
    for _ in range(25):
        act = rng.choice(("writes", "writes", "reads", "unreads", "answers", "taken", "refused", "echoes"))
        if act == "writes":
            chat.writes()
            counted += 1
            since = since or chat.since
        elif act in ("reads", "unreads"):
            reader, upto = rng.choice(readers), rng.randint(1, counted)
            ids = chat.meta.rows(
                "SELECT id FROM chat_messages WHERE conversation_id = :id AND counts_unread ORDER BY seq",
                id=chat.id,
            )
            session, named = chat.meta.session, str(ids[upto - 1]["id"])
            if act == "reads":
                mark_read(session, chat.id, named, by=reader, for_team=rng.random() < 0.5)
                places[reader] = max(places[reader], upto)
            else:
                mark_unread(session, chat.id, named, by=reader)
                places[reader] = min(places[reader], upto - 1)
            session.commit()
        elif act == "answers":
            chat.answers()
            pending.append(since)
            since = None
        elif act == "echoes":
            chat.echoes()
            since, unsaid = None, []
            # Those before it bring nothing back any more.
            pending = [None] * len(pending)
        elif pending and act == "taken":
            chat.is_told()
            pending.pop(0)
            unsaid = []
        elif pending:
            chat.is_told(_refused())
            ended = pending.pop(0)
            unsaid += [ended] if ended is not None else []
            if not pending and unsaid:
                since, unsaid = min([*unsaid, *([since] if since else [])]), []
        assert chat.since == since
        assert [_unread(chat, reader) for reader in readers] == [counted - places[each] for each in readers]


def _unread(chat: Chat, reader: UUID) -> int:
    mine: int = chat.call(reader, "GET", f"/conversations/{chat.id}").json["my_unread_count"]
    return mine


def test_what_came_before_metas_answer_is_settled_behind_the_conversation(chat: Chat, app: Flask) -> None:
    """Storing webhooks locks the conversation and then messages: the other way round would be a circle."""
    chat.answers()
    session, wamid = chat.meta.session, f"wamid.out{next(_serial)}"
    [claim] = claim_heads(session, [chat.id], 60, claimed_by="test")
    session.commit()
    chat.hears(wamid, "delivered")

    def record() -> None:
        with app.app_context():
            record_all(db.session, [(claim, Accepted(wamid, None, None, None))])
            db.session.commit()
            db.session.remove()

    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with ThreadPoolExecutor(1) as thread, db.engine.connect() as ingest, db.engine.connect() as onlooker:
        ingest.execute(text("SELECT FROM chat_conversations WHERE id = :id FOR UPDATE"), {"id": chat.id})
        recorded = thread.submit(record)

        def waits() -> bool:
            found = onlooker.execute(waiting).scalar_one()
            onlooker.rollback()
            return bool(found) or recorded.done()

        wait_until(waits)
        ingest.execute(
            text("SELECT FROM chat_messages WHERE id = :id FOR UPDATE NOWAIT"), {"id": claim.message_id}
        )
        ingest.commit()
        recorded.result()
    row = session.execute(text("SELECT status FROM chat_messages WHERE id = :id"), {"id": claim.message_id})
    assert row.scalar_one() == "delivered"
