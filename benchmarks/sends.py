"""Sends by one worker process of 64 threads: how many, and at the pace that Meta allows."""

import os
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from benchmarks.figures import Figure
from benchmarks.sizes import Sizes
from benchmarks.spawn import START_TIMEOUT_S, wait_for
from benchmarks.stack import Stack, python
from livechat.core.extensions import db
from livechat.outbound.delivery.pace import wake_sender
from local.ports import is_taken, service_port
from sandbox.testing import SandboxServer

TARGET = 500
LATENCY_S = 0.1
# Of many businesses, so that no number's throughput is the limit.
NUMBERS = 20
TIMEOUT_S = 120.0


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """Calls of 100 ms, each message the only one of its conversation; the rate between first and last 5 %."""
    stack.clear()
    for conversation_id, phone_number_id in _fill(stack, sizes.sends):
        wake_sender(stack.redis, phone_number_id, conversation_id)
    port = service_port()
    samples: list[tuple[float, int, float]] = []

    def sample() -> bool:
        sent = int(stack.scalar("SELECT count(*) FROM chat_messages WHERE status = 'sent'"))
        samples.append((time.perf_counter(), sent, _processor_s(stack.newest_pid)))
        return sent == sizes.sends

    with stack.process(python("benchmarks.apps.slow_graph", str(port), str(LATENCY_S))):
        wait_for(lambda: is_taken(port), START_TIMEOUT_S, 0.02)
        with stack.worker("worker-outbound", WHATSAPP_API_URL=f"http://127.0.0.1:{port}"):
            # Each look counts the table, on the same cores: some thirty of them are enough.
            wait_for(sample, TIMEOUT_S, sizes.sends / 16_000)
    first = next(each for each in samples if each[1] >= sizes.sends * 0.05)
    last = next(each for each in samples if each[1] >= sizes.sends * 0.95)
    if last == first:
        return [Figure("sends at 100 ms per call, one worker process", "too few to tell")]
    rate = (last[1] - first[1]) / (last[0] - first[0])
    ideal = 64 / LATENCY_S
    each_ms = (last[2] - first[2]) / (last[1] - first[1]) * 1000
    return [
        Figure(
            "sends at 100 ms per call, one worker process",
            f"{rate:,.0f}/s",
            f"64 threads that only wait {ideal:,.0f}/s",
            f"{rate / ideal:.2f}",
            f">= {TARGET}/s",
            rate >= TARGET,
        ),
        Figure(
            "processor time of the worker for one of these sends",
            f"{each_ms:.2f} ms",
            "",
            "",
            f"<= {1000 / TARGET:.0f} ms",
            each_ms <= 1000 / TARGET,
        ),
    ]


def measure_pace(stack: Stack, sizes: Sizes) -> list[Figure]:
    """A queue to many customers, all at once, against a sandbox that keeps Meta's limits."""
    stack.clear()
    with SandboxServer(subprocess=True) as box:
        box.client.behave(throughput_mps=80, enforce_pair_limit=True, enforce_window="off")
        number = box.client.phone_number_id
        stack.connect_number(number, "pace", token=box.client.access_token, level="STANDARD")
        with db.engine.begin() as connection:
            values = {"number": number, "customers": sizes.paced // 5}
            connection.execute(text(_PACED), values)
            conversations = list(connection.execute(text(_CONVERSATIONS), values).scalars())
        for conversation_id in conversations:
            wake_sender(stack.redis, number, conversation_id)
        with stack.worker("worker-outbound", WHATSAPP_API_URL=box.base_url):
            sent = "SELECT count(*) FROM chat_messages WHERE sent_at IS NOT NULL"
            wait_for(lambda: stack.scalar(sent) == sizes.paced, TIMEOUT_S, 0.05)
    seconds = float(stack.scalar("SELECT extract(epoch FROM max(sent_at) - min(sent_at)) FROM chat_messages"))
    refused = int(stack.scalar("SELECT sum(attempts) - count(*) FROM chat_messages"))
    ideal = sizes.paced / 80
    what = f"{sizes.paced:,} queued messages to {sizes.paced // 5} customers at 80/s"
    return [
        Figure(
            what,
            f"{seconds:.1f} s",
            f"80/s exactly {ideal:.1f} s",
            f"{seconds / ideal:.2f}",
            "<= 1.25",
            seconds <= ideal * 1.25,
        ),
        Figure("refusals for the rate among these", str(refused), "", "", "0", refused == 0),
    ]


def _processor_s(pid: int) -> float:
    """User and system time of a process, all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
_CONVERSATIONS = "SELECT id FROM chat_conversations WHERE phone_number_id = :number"
_PACED = """
    WITH conversation AS (
        INSERT INTO chat_conversations (id, user_id, phone_number_id, customer_phone, last_message_time,
                                        last_inbound_at)
        SELECT gen_random_uuid(), a.user_id, p.phone_number_id, (918800000000 + n)::text, now(), now()
        FROM generate_series(1, :customers) AS n
            JOIN phone_numbers p ON p.phone_number_id = :number
            JOIN waba_accounts a ON a.id = p.account_id
        RETURNING id, phone_number_id, user_id
    )
    INSERT INTO chat_messages (id, conversation_id, phone_number_id, direction, origin, message_type, text,
                               content, status, status_rank, timestamp, sent_by, next_attempt_at)
    SELECT gen_random_uuid(), id, phone_number_id, 'outbound', 'livechat', 'text', 'On its way.',
           '{"text": {"body": "On its way."}}', 'queued', 0, now(), user_id, now()
    FROM conversation, generate_series(1, 5)
"""
