"""Keeps the world in a file, so that a restart of the sandbox does not forget what the product remembers.

Without it, a restart would shut a customer's window that the product knows to be open. Switches, faults, logs
and webhooks under way are not kept: a restarted sandbox behaves as by default.
"""

from __future__ import annotations

import base64
import dataclasses
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from sandbox.model import AccessToken, Customer, Group, Json, Media, Message, PhoneNumber, Template
from sandbox.world import World

log = logging.getLogger(__name__)

SAVE_EVERY_S = 1.0
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS thing (kind TEXT, key TEXT, value BLOB NOT NULL, PRIMARY KEY (kind, key))"
)


class StateFile:
    """Follows the changes of one world, and writes them once a second in one transaction."""

    def __init__(self, path: str, world: World) -> None:
        self._world = world
        self._path = Path(path)
        self._lock = threading.Lock()
        # A dictionary, since a set does not keep the order.
        self._dirty: dict[tuple[str, str], None] = {}
        self._everything = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Load what the file holds, then follow the world."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # The file holds access tokens, so only its owner may read it, from its first byte on.
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        with self._connect() as connection:
            connection.execute(_SCHEMA)
            # The order must stay: a command that names no number or customer means the first one.
            rows = connection.execute("SELECT kind, key, value FROM thing ORDER BY rowid").fetchall()
        if rows:
            self._load([(kind, key, orjson.loads(value)) for kind, key, value in rows])
        self._everything = not rows
        self._world.on_change = self._note
        self._thread = threading.Thread(target=self._run, name="state", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following the world, and write what is left."""
        self._world.on_change = lambda kind, key: None
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(10)
        self.save()

    def save(self) -> None:
        """Write what has changed since the last time."""
        with self._lock:
            dirty, self._dirty = list(self._dirty), {}
            everything, self._everything = self._everything, False
        if not dirty and not everything:
            return
        with self._world.lock:
            if everything:
                dirty = self._all_keys()
            changes = [(kind, key, self._value(kind, key)) for kind, key in dirty]
        with self._connect() as connection:
            if everything:
                connection.execute("DELETE FROM thing")
            gone = [(kind, key) for kind, key, value in changes if value is None]
            kept = [(kind, key, orjson.dumps(value)) for kind, key, value in changes if value is not None]
            connection.executemany("DELETE FROM thing WHERE kind = ? AND key = ?", gone)
            # REPLACE would move a changed row to the end.
            connection.executemany(
                "INSERT INTO thing VALUES (?, ?, ?) "
                "ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
                kept,
            )

    def _note(self, kind: str, key: str) -> None:
        with self._lock:
            if kind == "reset":
                self._everything = True
            else:
                self._dirty[kind, key] = None

    def _run(self) -> None:
        while not self._stopping.wait(SAVE_EVERY_S):
            try:
                self.save()
            except sqlite3.Error:
                # A full disk must not end the sandbox. The next second tries again, and writes everything.
                log.exception("state.save_failed")
                with self._lock:
                    self._everything = True

    def _connect(self) -> _Transaction:
        return _Transaction(self._path)

    def _value(self, kind: str, key: str) -> Any:
        world = self._world
        if kind == "window":
            return world.last_inbound.get(_pair(key))
        if kind == "blocked":
            return True if _pair(key) in world.blocked else None
        if kind == "subscription":
            return world.subscriptions.get(key)
        thing: Any = getattr(world, _TABLES[kind]).get(key)
        if thing is None:
            return None
        if isinstance(thing, Media):
            shown: Json = {f.name: getattr(thing, f.name) for f in dataclasses.fields(thing)}
            return shown | {"data": base64.b64encode(thing.data).decode()}
        return dataclasses.asdict(thing)

    def _all_keys(self) -> list[tuple[str, str]]:
        world = self._world
        keys = [(kind, key) for kind, table in _TABLES.items() for key in getattr(world, table)]
        keys += [("window", "|".join(pair)) for pair in world.last_inbound]
        keys += [("blocked", "|".join(pair)) for pair in world.blocked]
        return keys + [("subscription", key) for key in world.subscriptions]

    def _load(self, rows: list[tuple[str, str, Any]]) -> None:
        world = self._world
        with world.lock:
            # With the seed, the ids of the run before would come again, and new messages overwrite old ones.
            world.ids.reseed(None)
            for table in _TABLES.values():
                getattr(world, table).clear()
            world.by_user_id.clear()
            # The configured token may have changed since the file was written, and is valid in any case.
            world.tokens[world.config.access_token] = AccessToken(world.config.access_token)
            messages: list[Message] = []
            for kind, key, value in rows:
                if kind == "message":
                    messages.append(Message(**value))
                elif kind == "customer":
                    world.customers[key] = Customer(**value)
                    world.by_user_id[value["user_id"]] = world.customers[key]
                elif kind == "window":
                    world.last_inbound[_pair(key)] = value
                elif kind == "blocked":
                    world.blocked.add(_pair(key))
                elif kind == "subscription":
                    world.subscriptions[key] = value
                elif kind == "media":
                    world.media[key] = Media(**value | {"data": base64.b64decode(value["data"])})
                elif kind in _MAKERS:
                    getattr(world, _TABLES[kind])[key] = _MAKERS[kind](**value)
            for message in sorted(messages, key=lambda message: message.seq):
                world.messages[message.wamid] = message
                world.threads[(message.phone_number_id, message.customer_key)].append(message)
                world.seq = message.seq


class _Transaction:
    """A connection for one transaction. sqlite3's own context manager would leave it open at the end."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, timeout=10)

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        try:
            if kind is None:
                self._connection.commit()
        finally:
            self._connection.close()


_TABLES = {
    "number": "numbers",
    "customer": "customers",
    "message": "messages",
    "media": "media",
    "template": "templates",
    "token": "tokens",
    "group": "groups",
}
_MAKERS: dict[str, Callable[..., Any]] = {
    "number": PhoneNumber,
    "template": Template,
    "token": AccessToken,
    "group": Group,
}


def _pair(key: str) -> tuple[str, str]:
    first, _, second = key.partition("|")
    return first, second
