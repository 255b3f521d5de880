"""Sends by one worker process of 64 threads, to a Graph API that takes 100 ms for each call."""

import time
from uuid import UUID

from sqlalchemy import text

from benchmarks.figures import Figure
from benchmarks.sizes import Sizes
from benchmarks.stack import START_TIMEOUT_S, Stack, python, wait_for
from livechat.extensions import db
from livechat.services.pace import wake_sender
from local.ports import is_taken, service_port

TARGET = 500
LATENCY_S = 0.1
# Of many businesses, so that no number's throughput is the limit.
NUMBERS = 20
TIMEOUT_S = 120.0


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """Each message is the only one of its conversation; the rate is that between the first and last 5 %."""
    stack.clear()
    for conversation_id, phone_number_id in _fill(stack, sizes.sends):
        wake_sender(stack.redis, phone_number_id, conversation_id)
    port = service_port()
    samples: list[tuple[float, int]] = []

    def sample() -> bool:
        sent = int(stack.scalar("SELECT count(*) FROM chat_messages WHERE status = 'sent'"))
        samples.append((time.perf_counter(), sent))
        return sent == sizes.sends

    with stack.process(python("benchmarks.apps.slow_graph", str(port), str(LATENCY_S))):
        wait_for(lambda: is_taken(port), START_TIMEOUT_S, 0.02)
        with stack.worker("worker-outbound", WHATSAPP_API_URL=f"http://127.0.0.1:{port}"):
            wait_for(sample, TIMEOUT_S, 0.05)
    first = next(each for each in samples if each[1] >= sizes.sends * 0.05)
    last = next(each for each in samples if each[1] >= sizes.sends * 0.95)
    if last == first:
        return [Figure("sends at 100 ms per call, one worker process", "too few to tell")]
    rate = (last[1] - first[1]) / (last[0] - first[0])
    ideal = 64 / LATENCY_S
    return [
        Figure(
            "sends at 100 ms per call, one worker process",
            f"{rate:,.0f}/s",
            f"64 threads that only wait {ideal:,.0f}/s",
            f"{rate / ideal:.2f}",
            f">= {TARGET}/s",
            rate >= TARGET,
        )
    ]


def _fill(stack: Stack, count: int) -> list[tuple[UUID, str]]:
    for serial in range(NUMBERS):
        stack.connect_number(f"bench{serial:04d}", f"waba{serial:04d}")
    with db.engine.begin() as connection:
        rows = connection.execute(text(_QUEUED), {"count": count, "numbers": NUMBERS})
        queued = [(row.conversation_id, row.phone_number_id) for row in rows]
    with db.engine.begin() as connection:
        # As autovacuum does it in a table that has grown; the planner knows nothing of rows just filled in.
        connection.execute(text("ANALYZE"))
    return queued


_QUEUED = """
    WITH conversation AS (
        INSERT INTO chat_conversations (id, user_id, phone_number_id, customer_phone, last_message_time,
                                        last_inbound_at)
        SELECT gen_random_uuid(), a.user_id, p.phone_number_id, (918800000000 + n)::text, now(), now()
        FROM generate_series(1, :count) AS n
            JOIN phone_numbers p ON p.phone_number_id = 'bench' || lpad((n % :numbers)::text, 4, '0')
            JOIN waba_accounts a ON a.id = p.account_id
        RETURNING id, phone_number_id, user_id
    )
    INSERT INTO chat_messages (id, conversation_id, phone_number_id, direction, origin, message_type, text,
                               content, status, status_rank, timestamp, sent_by, next_attempt_at)
    SELECT gen_random_uuid(), id, phone_number_id, 'outbound', 'livechat', 'text', 'On its way.',
           '{"text": {"body": "On its way."}}', 'queued', 0, now(), user_id, now()
    FROM conversation
    RETURNING conversation_id, phone_number_id
"""
