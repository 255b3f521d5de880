"""Each webhook counts once, whatever Meta repeats, shuffles or batches."""

import random
from collections import Counter

import pytest

from tests.ingest.conftest import ASHA, PAYLOADS, Meta, make_text_body, payload

ALL = sorted(path.stem for path in PAYLOADS.glob("*.json"))

SNAPSHOT = """
    SELECT 'message' AS kind, wamid AS key, message_type || ':' || status || ':' || COALESCE(text, '') AS value
    FROM chat_messages
    UNION ALL
    SELECT 'status', wamid || status || timestamp || participant, '' FROM message_statuses
    UNION ALL
    SELECT 'reaction', wamid || actor, COALESCE(emoji, '-') FROM message_reactions
    UNION ALL
    SELECT 'change', event_wamid, kind FROM message_changes
    UNION ALL
    SELECT 'account', digest, field FROM account_events
    UNION ALL
    SELECT 'conversation', CAST(id AS text), unread_count || ':' || COALESCE(CAST(last_message_id AS text), '') || ':'
        || COALESCE(CAST(last_inbound_at AS text), '') FROM chat_conversations
    ORDER BY 1, 2
"""


def test_the_catalogue_is_complete() -> None:
    assert len(ALL) == 90


@pytest.mark.parametrize("name", ALL)
def test_a_body_posted_twice_leaves_what_it_left_once(meta: Meta, name: str) -> None:
    assert meta.post(payload(name)) == 200
    first = meta.ingest()
    before = meta.rows(SNAPSHOT)
    assert meta.post(payload(name)) == 200
    second = meta.ingest()
    assert meta.rows(SNAPSHOT) == before
    assert not second.created_messages
    assert {outcome for outcome, _ in second.outcomes} <= {"duplicate", "ignored"}
    assert sum(first.outcomes.values()) == sum(second.outcomes.values())
    assert "failed" not in {outcome for outcome, _ in first.outcomes}


@pytest.mark.parametrize("seed", range(4))
def test_all_bodies_twice_in_random_order(meta: Meta, seed: int) -> None:
    order = ALL * 2
    random.Random(seed).shuffle(order)
    for start in range(0, len(order), 25):
        for name in order[start : start + 25]:
            assert meta.post(payload(name)) == 200
        meta.ingest()
    assert meta.rows("SELECT count(*) AS n FROM webhook_events WHERE state <> 'done'") == [{"n": 0}]
    wamids = Counter(message["wamid"] for message in meta.messages())
    assert max(wamids.values()) == 1
    drift = meta.rows(
        "SELECT c.id FROM chat_conversations c WHERE unread_count <> (SELECT count(*) FROM chat_messages m "
        "WHERE m.conversation_id = c.id AND m.counts_unread AND m.seq > c.read_seq)"
    )
    assert drift == []
    accounted = meta.rows(
        "SELECT count(*) AS bodies, bool_and(stored + duplicate + ignored + failed = jsonb_array_length(items)) "
        "AS complete FROM webhook_events"
    )
    assert accounted == [{"bodies": 180, "complete": True}]


def test_a_message_repeated_within_one_body_is_one(meta: Meta) -> None:
    stored = meta.deliver("batch-duplicate-message")
    assert stored.outcomes == {("stored", ""): 1, ("duplicate", ""): 1}
    assert meta.conversation()["unread_count"] == 1


def test_a_redelivered_stream_entry_is_not_accounted_twice(meta: Meta) -> None:
    """The worker died after its commit and before its acknowledgement."""
    from livechat.inbound.door import arrivals
    from livechat.inbound.run import ingest_raw

    meta.post(payload("msg-text"))
    events = arrivals.take(meta.redis, "test:0", 10)
    ingest_raw(meta.session, events)
    meta.ingest()
    assert meta.rows("SELECT count(*) AS n, sum(stored) AS stored FROM webhook_events") == [
        {"n": 1, "stored": 1}
    ]
    assert meta.redis.xlen(arrivals.STREAM) == 0


def test_messages_of_a_batch_arrive_in_the_order_they_stand_in(meta: Meta) -> None:
    bodies = [make_text_body(f"wamid.{n}", body=str(n)) for n in range(60)]
    meta.deliver_body(*bodies)
    assert [message["text"] for message in meta.messages()] == [str(n) for n in range(60)]
    assert meta.conversation()["unread_count"] == 60
    assert meta.conversation()["customer_phone"] == ASHA
