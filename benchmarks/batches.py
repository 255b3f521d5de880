"""Messages stored in batches by one process, beside raw COPY and INSERT of the same rows and tables."""

import gc
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.figures import Figure, rate, ratio, spread
from benchmarks.sizes import Sizes
from benchmarks.stack import Stack
from benchmarks.webhooks import bodies
from livechat.core.extensions import db
from livechat.inbound.door.arrivals import Arrivals
from livechat.inbound.draining import BATCH_WEBHOOKS, drain
from livechat.inbound.tasks import make_side_lanes, report

TARGET = 0.33
# In this order: messages refer to conversations.
TABLES = ("chat_conversations", "chat_messages", "webhook_events")
Load = Callable[["psycopg.Connection[Any]", str, list[Any]], None]


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """The stream is filled first; the floors commit as often as the product does, on the same rows."""
    ours: list[float] = []
    copied: list[float] = []
    inserted: list[float] = []
    for turn in range(min(sizes.rounds, 3)):
        stack.clear()
        ours.append(_drained(stack, sizes.batch_messages, turn))
        with stack.connect() as connection:
            copied.append(_floor(connection, sizes.batch_messages, _lines, _copy))
            inserted.append(_floor(connection, sizes.batch_messages, _values, _insert))
    by_copy = [one / other for one, other in zip(ours, copied, strict=True)]
    by_insert = [one / other for one, other in zip(ours, inserted, strict=True)]
    return [
        Figure(
            "messages stored in batches",
            rate(ours),
            f"COPY of the same rows {rate(copied)}",
            ratio(by_copy),
            f">= {TARGET:.2f}",
            spread(by_copy)[1] >= TARGET,
        ),
        Figure("…", rate(ours), f"multi-row INSERT {rate(inserted)}", ratio(by_insert)),
    ]


def _drained(stack: Stack, count: int, turn: int) -> float:
    """Messages per second, of bodies that wait in the stream, one message each."""
    arrivals = Arrivals(stack.redis)
    for body in bodies(count, turn * count):
        arrivals.put(db.session, arrivals.received(body))
    # As in the worker (celery_app.py): what is loaded once is left out of the collector's rounds.
    gc.collect()
    gc.freeze()
    side = make_side_lanes(stack.app)
    start = time.perf_counter()
    drain(stack.redis, db.session, "benchmark:0", report, side)
    elapsed = time.perf_counter() - start
    db.session.remove()
    stored = stack.scalar("SELECT count(*) FROM chat_messages")
    if stored != count:
        raise RuntimeError(f"{stored} messages are stored, not {count}")
    return count / elapsed


def _floor(
    connection: "psycopg.Connection[Any]",
    count: int,
    read: Callable[["psycopg.Connection[Any]", str], list[Any]],
    load: Load,
) -> float:
    """Messages per second when the rows that the drain left are loaded again, in batches of its size."""
    rows = {table: read(connection, table) for table in TABLES}
    connection.execute("TRUNCATE " + ", ".join(TABLES) + " CASCADE")
    connection.commit()
    start = time.perf_counter()
    load(connection, TABLES[0], rows[TABLES[0]])
    for at in range(0, count, BATCH_WEBHOOKS):
        for table in TABLES[1:]:
            load(connection, table, rows[table][at : at + BATCH_WEBHOOKS])
        connection.commit()
    return count / (time.perf_counter() - start)


def _lines(connection: "psycopg.Connection[Any]", table: str) -> list[Any]:
    query = sql.SQL("COPY (SELECT * FROM {} ORDER BY id) TO STDOUT").format(sql.Identifier(table))
    with connection.cursor().copy(query) as rows:
        return b"".join(bytes(part) for part in rows).splitlines(keepends=True)


def _copy(connection: "psycopg.Connection[Any]", table: str, lines: list[Any]) -> None:
    query = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
    with connection.cursor().copy(query) as rows:
        rows.write(b"".join(lines))


def _values(connection: "psycopg.Connection[Any]", table: str) -> list[Any]:
    """Rows as texts, which PostgreSQL reads as the columns' types."""
    names = sql.SQL(", ").join(sql.SQL("{}::text").format(name) for name in _columns(connection, table))
    query = sql.SQL("SELECT {} FROM {} ORDER BY id").format(names, sql.Identifier(table))
    return connection.execute(query).fetchall()


def _insert(connection: "psycopg.Connection[Any]", table: str, rows: list[Any]) -> None:
    # A statement has at most 65,535 parameters.
    columns = _columns(connection, table)
    at_once = 60_000 // len(columns)
    row = sql.SQL("({})").format(sql.SQL(", ").join(sql.Placeholder() * len(columns)))
    for at in range(0, len(rows), at_once):
        part = rows[at : at + at_once]
        query = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES {}").format(
            sql.Identifier(table), sql.SQL(", ").join(columns), sql.SQL(", ").join([row] * len(part))
        )
        connection.execute(query, [value for each in part for value in each])


def _columns(connection: "psycopg.Connection[Any]", table: str) -> list[sql.Identifier]:
    names = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "ORDER BY attnum",
        [table],
    ).fetchall()
    return [sql.Identifier(name) for (name,) in names]
