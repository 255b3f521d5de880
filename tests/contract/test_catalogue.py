"""All that Meta can say ends in one state, whatever the order, the batch and the repetitions."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from flask import Flask

from livechat.domain.clock import from_unix
from livechat.domain.status import RANK, MessageStatus
from livechat.models import PhoneNumber
from tests.conftest import empty
from tests.factories import make_conversation, make_message
from tests.ingest.conftest import ASHA, NUMBER, PAYLOADS, Meta, connect_catalogue, meta, payload

__all__ = ["meta"]

# A customer who writes from a number that was left before is somebody else, so that with these three the order
# is part of what is said: tests/ingest/test_people.py.
CHANGES_OF_IDENTITY = {
    "msg-system-number-changed",
    "msg-system-number-changed-bsuid",
    "msg-system-user-id-changed",
}
ALL = sorted({path.stem for path in PAYLOADS.glob("*.json")} - CHANGES_OF_IDENTITY)
# The id that status-with-callback-data brings back, of a send that got no answer.
OURS = UUID("8f0c2b5e-6f0a-4a58-9a3f-2f4f3f6b1c77")
MIDNIGHT = from_unix(1795305600)

TABLES = {
    "messages": """
        SELECT wamid, direction, origin, message_type, text, content #- '{media,id}' AS content, status,
            status_rank, error, sent_at, delivered_at, read_at, failed_at, timestamp, counts_unread,
            reply_to_wamid FROM chat_messages ORDER BY wamid
        """,
    "conversations": """
        SELECT phone_number_id, customer_phone, customer_user_id, customer_parent_user_id, customer_username,
            customer_name, group_id, unread_count, last_inbound_at, last_message_time, window_refused_at,
            marketing_opt_out, marketing_opt_at, is_blocked,
            (SELECT wamid FROM chat_messages m WHERE m.id = last_message_id) AS last_message
        FROM chat_conversations ORDER BY phone_number_id, customer_phone, group_id
        """,
    "reactions": "SELECT wamid, actor, emoji FROM message_reactions ORDER BY wamid, actor",
    "statuses": "SELECT wamid, status, timestamp FROM message_statuses ORDER BY wamid, status, timestamp",
    "earlier texts": "SELECT event_wamid, kind, previous FROM message_changes ORDER BY event_wamid",
    "news": "SELECT field, count(*) FROM account_events GROUP BY field ORDER BY field",
    "numbers": "SELECT phone_number_id, status, throughput_level FROM phone_numbers ORDER BY phone_number_id",
}


def statuses(name: str) -> Iterator[str]:
    for entry in orjson.loads(payload(name))["entry"]:
        for change in entry["changes"]:
            if change["field"] == "messages":
                yield from (str(status["id"]) for status in change["value"].get("statuses", ()))


def send_what_statuses_are_about(meta: Meta) -> None:
    """Sends of midnight, before everything that the catalogue tells; one of them got no answer."""
    number = meta.session.get_one(PhoneNumber, NUMBER)
    conversation = make_conversation(
        meta.session, number, customer_phone=ASHA, last_inbound_at=None, last_message_time=MIDNIGHT
    )
    unanswered = set(statuses("status-with-callback-data"))
    unheard_of = set(statuses("status-unknown-message"))
    wamids = {each for name in ALL for each in statuses(name)} - unanswered - unheard_of
    for n, wamid in enumerate(sorted(wamids)):
        make_message(
            meta.session,
            conversation,
            direction="outbound",
            wamid=wamid,
            status=MessageStatus.QUEUED,
            status_rank=RANK[MessageStatus.QUEUED],
            timestamp=MIDNIGHT + timedelta(seconds=n),
        )
    make_message(
        meta.session,
        conversation,
        direction="outbound",
        id=OURS,
        wamid=None,
        status=MessageStatus.UNKNOWN,
        status_rank=RANK[MessageStatus.UNKNOWN],
        timestamp=MIDNIGHT,
    )
    meta.session.commit()


def state_after(meta: Meta, app: Flask, batches: Sequence[Sequence[str]]) -> dict[str, list[dict[str, Any]]]:
    meta.session.rollback()
    empty(app)
    connect_catalogue(meta.session)
    send_what_statuses_are_about(meta)
    for batch in batches:
        assert "failed" not in {outcome for outcome, _ in meta.deliver(*batch).outcomes}
    return {name: meta.rows(sql) for name, sql in TABLES.items()}


def shuffled_twice(seed: int) -> list[list[str]]:
    names = ALL * 2
    random.Random(seed).shuffle(names)
    return [names[start : start + 12] for start in range(0, len(names), 12)]


def test_any_order_and_any_batch_of_all_bodies_ends_in_one_state(meta: Meta, app: Flask) -> None:
    assert len(ALL) == 90 - len(CHANGES_OF_IDENTITY)
    at_once = state_after(meta, app, [ALL])
    assert len(at_once["messages"]) > 60
    (settled,) = [
        row for row in at_once["messages"] if row["wamid"] in set(statuses("status-with-callback-data"))
    ]
    assert settled["status"] == "sent"
    orders = {
        "one by one, backwards": [[name] for name in reversed(ALL)],
        **{f"seed {seed}": shuffled_twice(seed) for seed in (1,)},
    }
    for order, batches in orders.items():
        state = state_after(meta, app, batches)
        for table, rows in state.items():
            differing = [row for row in rows if row not in at_once[table]]
            missing = [row for row in at_once[table] if row not in rows]
            assert (order, table, differing, missing) == (order, table, [], [])
