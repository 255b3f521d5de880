"""Searches over HTTP, one at a time: a rare word, the most frequent one, their next pages, names.

The floor is what a page of the same length costs where nothing is searched: a thread's newest messages.
And how long after its webhook a message is found.
"""

import json
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from itertools import chain
from random import Random
from typing import Any
from urllib.parse import urlencode

from benchmarks.estate import OWNER
from benchmarks.figures import Figure
from benchmarks.load import HOST, Result, drive, request
from benchmarks.reads import MESSAGES_EACH, fill, headers_of
from benchmarks.sizes import Sizes
from benchmarks.stack import Stack
from benchmarks.webhooks import signed_requests

RARE_S, FREQUENT_S, FOUND_S = 0.05, 0.15, 1.0
PATIENCE_S = 60.0
PAGES = 5
TURNS = 10
FLOOR = "GET /messages"
# {what: (how the query is made of a serial, the limit of time)}; the texts are those of ``reads.fill``.
WORDS: dict[str, tuple[Callable[[int], str], float]] = {
    "a rare word": (lambda n: f"order {n % 1_000_000:06d}", RARE_S),
    "a word that nobody wrote": (lambda n: f"zebra{n}", RARE_S),
    "the most frequent word": (lambda _: "message", FREQUENT_S),
    "a word of one message in fifty": (lambda n: f"message {n % 50} about", FREQUENT_S),
    "the most frequent name": (lambda _: "customer", FREQUENT_S),
}


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """p50 and p95 of each search over people, messages and notes; and of pages further back."""
    count = sizes.big_messages or sizes.small_messages
    began = time.monotonic()
    stack.clear()
    fill(stack, count)
    print(f"{count:,} messages: filled in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    with stack.web() as port:
        requests = _requests(stack, port, count // MESSAGES_EACH, max(TURNS, sizes.reads // 6))
        every = list(chain.from_iterable(zip(*requests.values(), strict=True)))
        drive(port, every[: len(every) // 5], 1).only(200)
        measured = {name: _in_turns(port, name, requests) for name in requests}
        with stack.worker("worker-inbound"):
            arrival = _arrival(stack, port, count, max(TURNS, sizes.reads // 6))
    floor = measured.pop(FLOOR)
    return [*(_figure(name, count, result, floor) for name, result in measured.items()), arrival]


def _arrival(stack: Stack, port: int, count: int, messages: int) -> Figure:
    """From the first byte of a webhook to a search that finds it; asked again as soon as it was answered."""
    headers = headers_of(stack, OWNER)
    took: list[float] = []
    for serial, webhook in enumerate(signed_requests(stack.app_secret, messages)):
        query = urlencode({"q": f"my order {serial} ready", "in": "messages", "limit": 1})
        began = time.perf_counter()
        drive(port, [webhook], 1).only(200)
        while not _answer(port, f"/search?{query}", headers)["messages"]:
            if time.perf_counter() - began > PATIENCE_S:
                raise RuntimeError("a message was not found")
        took.append(time.perf_counter() - began)
    # The first ones after a start pay for caches.
    found = Result(sum(took), {200: messages}, sorted(took[messages // 5 :]))
    at_95 = found.quantile(0.95)
    return Figure(
        f"found by its words after its webhook, {count:,} messages",
        f"p50 {_ms(found.quantile(0.5))}, p95 {_ms(at_95)}",
        target=f"p95 < {_ms(FOUND_S)}",
        reached=at_95 < FOUND_S,
    )


def _answer(port: int, path: str, headers: dict[str, str]) -> Any:
    connection = HTTPConnection(HOST, port, timeout=60)
    connection.request("GET", f"/api/live-chat{path}", headers=headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def _figure(name: str, count: int, result: Result, floor: Result) -> Figure:
    limit = next(limit for word, (_, limit) in WORDS.items() if name.startswith(word))
    at_95 = result.quantile(0.95)
    return Figure(
        f"GET /search, {name}, {count:,} messages",
        f"p50 {_ms(result.quantile(0.5))}, p95 {_ms(at_95)}",
        f"{FLOOR} p50 {_ms(floor.quantile(0.5))}, p95 {_ms(floor.quantile(0.95))}",
        f"{result.quantile(0.5) / floor.quantile(0.5):.1f}x",
        f"p95 < {_ms(limit)}",
        at_95 < limit,
    )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _in_turns(port: int, name: str, requests: dict[str, list[bytes]]) -> Result:
    """Each search a few at a time, with the floor's between, so that a neighbour's noise falls on both."""
    parts = []
    for turn in range(TURNS):
        drive(port, requests[FLOOR][turn::TURNS], 1).only(200)
        parts.append(drive(port, requests[name][turn::TURNS], 1).only(200))
    latencies = sorted(chain.from_iterable(part.latencies for part in parts))
    return Result(sum(part.seconds for part in parts), {200: len(latencies)}, latencies)


def _requests(stack: Stack, port: int, threads: int, count: int) -> dict[str, list[bytes]]:
    headers = headers_of(stack, OWNER)
    chosen = Random(7).choices(range(1, threads + 1), k=count)

    def get(path: str, **query: str) -> bytes:
        return request("GET", f"/api/live-chat{path}?{urlencode(query)}", headers)

    ids = stack.scalar(
        "SELECT array_agg(id::text) FROM (SELECT id FROM chat_conversations LIMIT 1000) AS few"
    )
    found = {FLOOR: [get("/messages", conversation_id=ids[n % len(ids)]) for n in chosen]}
    for what, (word, _) in WORDS.items():
        found[what] = [get("/search", q=word(n)) for n in chosen]
        query = {"q": word(chosen[0])}
        cursors = _cursors(port, headers, query)
        if cursors:
            found[f"{what}, next pages"] = [
                get("/search", **query, cursor=cursors[n % len(cursors)]) for n in range(count)
            ]
    return found


def _cursors(port: int, headers: dict[str, str], query: dict[str, str]) -> list[str]:
    """Where the pages behind the first begin."""
    cursors: list[str] = []
    connection = HTTPConnection(HOST, port, timeout=60)
    for _ in range(PAGES):
        more = {"cursor": cursors[-1]} if cursors else {}
        connection.request("GET", f"/api/live-chat/search?{urlencode(query | more)}", headers=headers)
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        if answer["next_cursor"] is None:
            break
        cursors.append(answer["next_cursor"])
    connection.close()
    return cursors
