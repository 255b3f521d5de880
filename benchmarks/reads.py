"""The reads that the page lives on, over HTTP, one at a time, with a small and with a large table.

A large table also has more that is open and unread, which counts and badges add up. So the small one is made
a second time, with as much of both as the large one has: what is left between these two is history.
"""

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import chain
from random import Random
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

import jwt
import psycopg
from sqlalchemy import text

from benchmarks import inboxes
from benchmarks.estate import OWNER
from benchmarks.figures import Figure
from benchmarks.load import Result, drive, request
from benchmarks.sizes import Sizes
from benchmarks.stack import Stack
from benchmarks.webhooks import NUMBER
from livechat.core.extensions import db

TARGET = 1.2
MESSAGES_EACH = 50
# Each size has its turn so often.
TURNS = 20
BADGES = "GET /phone-numbers"
NAMES = (BADGES, "GET /conversations", "GET /messages", *inboxes.NAMES)
# What adds up, and the list that takes more from more numbers.
BY_QUEUE = (BADGES, inboxes.COUNTS, inboxes.list_name("waiting longest"))
# One thread in so many has unread messages.
UNREAD_IN = 20


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """p50 and p99 of each read; with ``big_messages`` also of the large table, in turns with the small."""
    _fill(stack, sizes.small_messages)
    requests = [_requests(stack, sizes.reads)]
    with ExitStack() as exits:
        if sizes.big_messages:
            small = stack.keep_copy("small")
            _fill_with_queue_of(stack, sizes)
            queue = {name: each for name, each in _requests(stack, sizes.reads).items() if name in BY_QUEUE}
            small_with_queue = stack.keep_copy("queue")
            _fill(stack, sizes.big_messages)
            requests += [_requests(stack, sizes.reads), queue]
            databases = [{"DATABASE_URL": small}, {}, {"DATABASE_URL": small_with_queue}]
            ports = [exits.enter_context(stack.web(**each)) for each in databases]
        else:
            ports = [exits.enter_context(stack.web())]
        measured = _in_turns(ports, requests)
    what = [f"{name}, {sizes.small_messages:,} messages" for name in NAMES]
    figures = [Figure(each, _quantiles(measured[0][name])) for each, name in zip(what, NAMES, strict=True)]
    if sizes.big_messages:
        small_, big, queued = measured
        figures += [_beside(name, small_[name], big[name], sizes) for name in NAMES]
        figures += [_beside(name, queued[name], big[name], sizes, ", as much open") for name in BY_QUEUE]
    return figures


def _beside(name: str, small: Result, big: Result, sizes: Sizes, how: str = "") -> Figure:
    floor = small.quantile(0.5)
    times = big.quantile(0.5) / floor
    return Figure(
        f"{name}, {sizes.big_messages:,} messages",
        _quantiles(big),
        f"at {sizes.small_messages:,} messages{how} p50 {_ms(floor)}",
        f"{times:.2f}x",
        f"<= {TARGET}x",
        times <= TARGET,
    )


def _quantiles(result: Result) -> str:
    return f"p50 {_ms(result.quantile(0.5))}, p99 {_ms(result.quantile(0.99))}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _fill(stack: Stack, messages: int) -> None:
    began = time.monotonic()
    stack.clear()
    fill(stack, messages)
    inboxes.spread()
    print(f"{messages:,} messages: filled in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def _fill_with_queue_of(stack: Stack, sizes: Sizes) -> None:
    """The small table once more, in shorter threads, with as many open and unread ones as the large has."""
    threads = max(1, sizes.big_messages // MESSAGES_EACH)
    unread = max(1, threads // UNREAD_IN)
    each = max(1, min(sizes.small_messages // unread, MESSAGES_EACH))
    share = sizes.small_messages // each / threads
    stack.clear()
    fill(stack, sizes.small_messages, each=each, unread_in=max(1, round(UNREAD_IN * share)))
    inboxes.spread(open_in=max(1, round(inboxes.OPEN_IN * share)))


def _in_turns(ports: list[int], requests: list[dict[str, list[bytes]]]) -> list[dict[str, Result]]:
    """By port, what each read took. They have turns, so that a neighbour's noise falls on all of them."""
    for port, of_port in zip(ports, requests, strict=True):
        every = list(chain.from_iterable(zip(*of_port.values(), strict=True)))
        drive(port, every[: len(every) // 8], 1).only(200)
    parts: list[dict[str, list[Result]]] = [{name: [] for name in NAMES} for _ in ports]
    count = min(map(len, requests[0].values()))
    for turn in range(min(TURNS, count)):
        for name in NAMES:
            for port, of_port, into in zip(ports, requests, parts, strict=True):
                if name in of_port:
                    into[name].append(drive(port, of_port[name][turn::TURNS], 1).only(200))
    return [{name: _merged(results) for name, results in of_port.items() if results} for of_port in parts]


def _merged(results: list[Result]) -> Result:
    latencies = sorted(chain.from_iterable(result.latencies for result in results))
    return Result(sum(result.seconds for result in results), {200: len(latencies)}, latencies)


def _requests(stack: Stack, count: int) -> dict[str, list[bytes]]:
    with db.engine.connect() as connection:
        ids = list(connection.execute(text("SELECT id FROM chat_conversations ORDER BY id")).scalars())
    chosen = Random(7).choices(ids, k=count)
    headers = {each: headers_of(stack, each) for each in (OWNER, inboxes.user(1), inboxes.user(2))}

    def get(path: str, user: UUID = OWNER, **query: str) -> bytes:
        return request("GET", f"/api/live-chat{path}?{urlencode(query)}", headers[user])

    lists = {
        name: [get(path, user, **query) for user, path, query in asked]
        for name, asked in inboxes.asked(count).items()
    }
    return {
        BADGES: [get("/phone-numbers")] * count,
        NAMES[1]: [get("/conversations", phone_number_id=NUMBER)] * count,
        NAMES[2]: [get("/messages", conversation_id=str(each)) for each in chosen],
        **lists,
    }


def headers_of(stack: Stack, user: UUID) -> dict[str, str]:
    """The headers of a request by this user."""
    now = int(time.time())
    claims = {
        "aud": "authenticated",
        "role": "authenticated",
        "sub": str(user),
        "iat": now,
        "exp": now + 36_000,
    }
    token = jwt.encode(claims, stack.jwt_secret, algorithm="HS256")
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


class Database(Protocol):
    """What there is to connect to."""

    def connect(self) -> "psycopg.Connection[Any]":
        """A connection of the caller's."""


def fill(
    stack: Database,
    messages: int,
    *,
    each: int = MESSAGES_EACH,
    unread_in: int = UNREAD_IN,
    numbers: Sequence[str] = (NUMBER,),
) -> None:
    """``messages`` texts in threads of 50, one thread in twenty with three unread; analysed and vacuumed.

    Secondary indexes are dropped and made again: filling them row by row takes several times as long. What
    the rows name is there, so no foreign key is looked up. Five million take some 90 seconds of two cores.
    """
    values = {"owner": OWNER, "numbers": list(numbers), "each": each, "unread_in": unread_in}
    with stack.connect() as connection:
        connection.autocommit = True
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        connection.execute(_QUICKLY)
        connection.execute(_CONVERSATIONS, {**values, "count": max(1, messages // each)})
        connection.execute(_EPISODES)
    # Each core has its half of the threads, and of the indexes.
    _at_once(stack, [(_MESSAGES, {**values, "half": half}) for half in range(2)])
    _at_once(stack, [(definition, None) for _, definition in indexes])
    with stack.connect() as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE chat_conversations, chat_messages, episodes")
        connection.execute("CHECKPOINT")


def _at_once(stack: Database, statements: Sequence[tuple[str, dict[str, Any] | None]]) -> None:
    def run(statement: str, values: dict[str, Any] | None) -> None:
        with stack.connect() as connection:
            connection.execute(_QUICKLY)
            connection.execute(statement, values)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, *zip(*statements, strict=True)))


# A table that is being filled for a benchmark may be lost, and its rows name what is there.
_QUICKLY = """
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    SET maintenance_work_mem = '512MB';
"""
_INDEXES = """
    SELECT i.indexname AS name, i.indexdef AS definition
    FROM pg_indexes i
    WHERE i.schemaname = current_schema() AND i.tablename IN ('chat_conversations', 'chat_messages')
        AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)
"""
# Ids of messages rise with their threads, so that the newest of each is known, and an index grows at its end.
_CONVERSATIONS = """
    INSERT INTO chat_conversations (id, user_id, phone_number_id, customer_phone, customer_name,
                                    last_message_id, last_message_time, last_message_seq, unread_count,
                                    read_seq, last_inbound_at)
    SELECT gen_random_uuid(), %(owner)s, (%(numbers)s::text[])[1 + n %% cardinality(%(numbers)s::text[])],
           (918800000000 + n)::text, 'Customer ' || n,
           lpad(to_hex(n * %(each)s), 32, '0')::uuid, now() - n * interval '7 seconds', 0,
           CASE WHEN n %% %(unread_in)s = 0 THEN least(3, %(each)s) ELSE 0 END, 0,
           now() - n * interval '7 seconds'
    FROM generate_series(1, %(count)s) AS n
"""
# What a trigger does for each, in one statement.
_EPISODES = "INSERT INTO episodes (conversation_id) SELECT id FROM chat_conversations"
_MESSAGES = """
    INSERT INTO chat_messages (id, conversation_id, phone_number_id, wamid, direction, origin, message_type,
                               text, content, status, status_rank, counts_unread, timestamp, search)
    SELECT lpad(to_hex(n * %(each)s - k), 32, '0')::uuid, id, phone_number_id,
           'wamid.' || customer_phone || lpad(k::text, 4, '0'),
           'inbound', 'customer', 'text', body, jsonb_build_object('text', jsonb_build_object('body', body)),
           'received', 0, k < unread_count, last_message_time - k * interval '10 minutes',
           -- The words that the product keeps of these texts.
           strip(to_tsvector('simple', body))
    FROM (
        SELECT *, customer_phone::bigint - 918800000000 AS n FROM chat_conversations ORDER BY n OFFSET 0
    ) AS c
        CROSS JOIN generate_series(%(each)s - 1, 0, -1) AS k
        CROSS JOIN LATERAL (
            SELECT 'Message ' || k || ' about order ' || right(customer_phone, 6) || ', at five?' AS body
        ) AS t
    WHERE n %% 2 = %(half)s
"""
