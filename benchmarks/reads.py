"""The three reads that the page lives on, over HTTP, one at a time, with a small and with a large table."""

import time
from itertools import chain
from random import Random
from urllib.parse import urlencode

import jwt
from sqlalchemy import text

from benchmarks.figures import Figure
from benchmarks.load import Result, drive, request
from benchmarks.sizes import Sizes
from benchmarks.stack import OWNER, Stack
from benchmarks.webhooks import NUMBER
from livechat.core.extensions import db

TARGET = 1.2
MESSAGES_EACH = 50
NAMES = ("GET /phone-numbers", "GET /conversations", "GET /messages")
# The header's selector adds up unread counts, so only the two pages are promised to be flat.
FLAT = NAMES[1:]


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """p50 and p99 of each read; with ``big_messages`` also beside the small table."""
    small = _at(stack, sizes, sizes.small_messages)
    figures = [
        Figure(f"{name}, {sizes.small_messages:,} messages", _quantiles(small[name])) for name in NAMES
    ]
    if not sizes.big_messages:
        return figures
    big = _at(stack, sizes, sizes.big_messages)
    for name in NAMES:
        times = big[name].quantile(0.5) / small[name].quantile(0.5)
        is_flat = name in FLAT
        figures.append(
            Figure(
                f"{name}, {sizes.big_messages:,} messages",
                _quantiles(big[name]),
                f"at {sizes.small_messages:,} messages p50 {_ms(small[name].quantile(0.5))}",
                f"{times:.2f}x",
                f"<= {TARGET}x" if is_flat else "",
                times <= TARGET if is_flat else None,
            )
        )
    return figures


def _quantiles(result: Result) -> str:
    return f"p50 {_ms(result.quantile(0.5))}, p99 {_ms(result.quantile(0.99))}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _at(stack: Stack, sizes: Sizes, messages: int) -> dict[str, Result]:
    stack.clear()
    fill(messages)
    requests = _requests(stack, sizes.reads)
    with stack.web() as port:
        # Interleaved, so that a neighbour's noise falls on all three.
        every = list(chain.from_iterable(zip(*requests.values(), strict=True)))
        drive(port, every[: len(every) // 3], 1).only(200)
        parts = {name: [drive(port, some, 1) for some in _split(requests[name])] for name in NAMES}
    return {name: _merged(results) for name, results in parts.items()}


def _split(requests: list[bytes]) -> list[list[bytes]]:
    size = max(1, len(requests) // 5)
    return [requests[at : at + size] for at in range(0, len(requests), size)]


def _merged(results: list[Result]) -> Result:
    for result in results:
        result.only(200)
    latencies = sorted(chain.from_iterable(result.latencies for result in results))
    return Result(sum(result.seconds for result in results), {200: len(latencies)}, latencies)


def _requests(stack: Stack, count: int) -> dict[str, list[bytes]]:
    now = int(time.time())
    claims = {
        "aud": "authenticated",
        "role": "authenticated",
        "sub": str(OWNER),
        "iat": now,
        "exp": now + 36_000,
    }
    token = jwt.encode(claims, stack.jwt_secret, algorithm="HS256")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    with db.engine.connect() as connection:
        ids = list(connection.execute(text("SELECT id FROM chat_conversations ORDER BY id")).scalars())
    chosen = Random(7).choices(ids, k=count)

    def get(path: str, **query: str) -> bytes:
        return request("GET", f"/api/live-chat{path}?{urlencode(query)}", headers)

    return {
        NAMES[0]: [get("/phone-numbers")] * count,
        NAMES[1]: [get("/conversations", phone_number_id=NUMBER)] * count,
        NAMES[2]: [get("/messages", conversation_id=str(each)) for each in chosen],
    }


def fill(messages: int) -> None:
    """``messages`` texts in threads of 50, one thread in twenty with three unread; analysed and vacuumed.

    Secondary indexes are dropped and made again: filling them row by row takes several times as long.
    """
    conversations = max(1, messages // MESSAGES_EACH)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        indexes = connection.execute(text(_INDEXES)).all()
        for index in indexes:
            connection.execute(text(f'DROP INDEX "{index.name}"'))
        connection.execute(text(_CONVERSATIONS), {"owner": OWNER, "number": NUMBER, "count": conversations})
        connection.execute(text(_MESSAGES), {"number": NUMBER, "each": MESSAGES_EACH})
        for index in indexes:
            # A colon in a definition is a cast, no parameter.
            connection.exec_driver_sql(index.definition)
        connection.execute(text("VACUUM ANALYZE chat_conversations, chat_messages"))
        connection.execute(text("CHECKPOINT"))
        db.session.remove()


_INDEXES = """
    SELECT i.indexname AS name, i.indexdef AS definition
    FROM pg_indexes i
    WHERE i.schemaname = current_schema() AND i.tablename = 'chat_messages'
        AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)
"""
_CONVERSATIONS = """
    INSERT INTO chat_conversations (id, user_id, phone_number_id, customer_phone, customer_name,
                                    last_message_id, last_message_time, last_message_seq, unread_count,
                                    read_seq, last_inbound_at)
    SELECT gen_random_uuid(), :owner, :number, (918800000000 + n)::text, 'Customer ' || n,
           gen_random_uuid(), now() - n * interval '7 seconds', 0,
           CASE WHEN n % 20 = 0 THEN 3 ELSE 0 END, 0, now() - n * interval '7 seconds'
    FROM generate_series(1, :count) AS n
"""
# The newest message of a thread gets the id that its conversation names as the last.
_MESSAGES = """
    INSERT INTO chat_messages (id, conversation_id, phone_number_id, wamid, direction, origin, message_type,
                               text, content, status, status_rank, counts_unread, timestamp)
    SELECT CASE WHEN k = 0 THEN c.last_message_id ELSE gen_random_uuid() END, c.id, :number,
           'wamid.' || c.customer_phone || lpad(k::text, 4, '0'),
           'inbound', 'customer', 'text', body, jsonb_build_object('text', jsonb_build_object('body', body)),
           'received', 0, k < c.unread_count, c.last_message_time - k * interval '10 minutes'
    FROM chat_conversations c CROSS JOIN generate_series(0, :each - 1) AS k
        CROSS JOIN LATERAL (
            SELECT 'Message ' || k || ' about order ' || right(c.customer_phone, 6) || ', at five?' AS body
        ) AS t
    ORDER BY c.last_message_time DESC, k DESC
"""
