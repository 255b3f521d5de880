"""The event log: what has changed in an account, in order, as ids in a Redis stream.

A reader of an entry renders what the database holds *at that moment*. So entries may be written twice, or in
another order than their transactions were committed: the last one a reader sees still shows the newest state.
Redis holds no message text, and publishing costs the writer no rendering (docs/decisions/live-events.md).
"""

import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast
from uuid import UUID

from redis import Redis
from redis.exceptions import ResponseError

from livechat.live.positions import START, Position, parse_position, position_text

# Entries kept per account. Redis trims whole nodes of a hundred entries, so there may be a few more.
MAX_ENTRIES = 10_000
# The log of an account in which nothing changes expires after this; an older position gets a reset.
KEEP_S = 7 * 24 * 3600
# A log that does not exist yet is followed from this long ago: Redis's clock may step back a little.
CLOCK_STEP_MS = 1000
_EPOCH = "livechat:events:epoch"
# The control stream names users whose accounts may have changed, or whose dead streams must be found now.
CONTROL = "livechat:events:control"
_CONTROL_ENTRIES = 1000


# One script for a whole batch: five hundred single commands would cost the writer ten times as much. Each
# record stands behind its length.
_APPEND = """
local i = 1
while i <= #ARGV[1] do
  local last = i + string.byte(ARGV[1], i)
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'c', string.sub(ARGV[1], i + 1, last))
  i = last + 1
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
"""


class Kind(Enum):
    """What has changed; the value is its byte in Redis."""

    MESSAGE_CREATED = b"c"
    MESSAGE_UPDATED = b"u"
    CONVERSATION_UPDATED = b"v"
    NOTE_CREATED = b"n"
    # Edited or deleted.
    NOTE_UPDATED = b"e"
    # What one member is told of, by its id: nobody else hears of it.
    NOTIFICATION_CREATED = b"t"
    NOTIFICATION_DONE = b"d"
    # Of a workspace, by its id: its name, its members or its teams. Each of its accounts is told.
    MEMBERS_UPDATED = b"m"
    # A line of what was changed of a conversation; the id is the change's.
    CHANGE_CREATED = b"h"
    # One of a workspace's catalogues, with its version in place of an id (``Catalog.change``).
    CATALOG_UPDATED = b"g"
    # How far a bulk action is; the id is the job's, and who started it alone is told.
    JOB_UPDATED = b"j"
    # Some may have lost sight of a conversation; the id is that of the change that took it from them.
    CONVERSATION_LEFT = b"l"
    # One user has read more or less of a conversation; the id is the conversation's.
    READ_UPDATED = b"o"
    # Something changed that no event can tell (a number paused, two conversations merged): fetch again.
    RESET = b"r"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``id`` is that of the object that its kind names; None for a reset.

    ``user_id`` is whom READ_UPDATED is about, and alone for.
    """

    kind: Kind
    id: UUID | None = None
    user_id: UUID | None = None

    def pack(self) -> bytes:
        """The change as Redis keeps it: one byte for the kind, sixteen for the id, and for a user if any."""
        id_ = self.id.bytes if self.id is not None else bytes(16)
        return self.kind.value + id_ + (self.user_id.bytes if self.user_id is not None else b"")

    @classmethod
    def unpack(cls, record: bytes) -> "Change":
        """The change that ``pack`` was called on; a reset for any other record, as a newer version's."""
        try:
            kind, found = Kind(record[:1]), UUID(bytes=record[1:17])
            user = UUID(bytes=record[17:]) if kind is Kind.READ_UPDATED or len(record) > 17 else None
        except ValueError:
            return RESET
        return RESET if kind is Kind.RESET else cls(kind, found, user)


RESET = Change(Kind.RESET)


class Catalog(Enum):
    """What a workspace has that pages fetch whole, by its name in the API. The log counts in this order."""

    LABELS = "labels"
    TEAMS = "teams"
    CANNED_REPLIES = "canned_replies"
    VIEWS = "views"
    ATTRIBUTES = "attributes"
    MACROS = "macros"

    def change(self) -> Change:
        """That it has changed now. The version tells one change from the next, whichever log tells of it."""
        version = time.time_ns() // 1000
        return Change(Kind.CATALOG_UPDATED, UUID(int=list(Catalog).index(self) << 64 | version))

    @staticmethod
    def of(change_id: UUID) -> "tuple[Catalog, int] | None":
        """The catalogue and version of such a change; None for a catalogue of a newer release."""
        catalogs, number = list(Catalog), change_id.int >> 64
        return (catalogs[number], change_id.int & (1 << 64) - 1) if number < len(catalogs) else None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A change in an account's log, and its position there."""

    account_id: UUID
    at: Position
    change: Change


@dataclass(frozen=True, slots=True)
class Slice:
    """Entries in order. ``is_gapless`` is False if some of those asked for were trimmed or lost."""

    entries: list[LogEntry]
    is_gapless: bool


def stream_key(account_id: UUID) -> str:
    """The Redis key of an account's log."""
    return f"livechat:events:{account_id}"


def append(redis: Redis, changes: Mapping[UUID, Sequence[Change]], touched: Collection[UUID] = ()) -> None:
    """Write each account's changes in order, in one round trip; raises RedisError.

    The users in ``touched`` are touched as by ``touch``.
    """
    with redis.pipeline(transaction=False) as pipeline:
        for account_id, items in changes.items():
            records = b"".join(bytes([len(each)]) + each for each in (change.pack() for change in items))
            pipeline.eval(_APPEND, 1, stream_key(account_id), records, MAX_ENTRIES, KEEP_S)
        for user_id in touched:
            pipeline.xadd(CONTROL, {"u": user_id.bytes}, maxlen=_CONTROL_ENTRIES, approximate=True)
        pipeline.execute()


def touch(redis: Redis, user_id: UUID) -> None:
    """Have every process look again at what this user may see, and write a heartbeat to their streams."""
    append(redis, {}, [user_id])


def parse(account_id: UUID, raw: Any) -> list[LogEntry]:
    """Log entries from the rows that redis-py gives."""
    return [
        LogEntry(account_id, parse_position(entry_id), Change.unpack(fields.get(b"c", b"")))
        for entry_id, fields in raw
    ]


def touched_users(raw: Any) -> set[UUID]:
    """The users that rows of the control stream name."""
    return {UUID(bytes=fields[b"u"]) for _, fields in raw if len(fields.get(b"u", b"")) == 16}


def epoch(redis: Redis) -> int:
    """A number that changes when Redis has lost everything: older positions then mean nothing."""
    value = redis.get(_EPOCH)
    if value is None:
        redis.set(_EPOCH, secrets.randbits(63), nx=True)
        value = redis.get(_EPOCH)
    return int(cast(bytes, value))


def tails(redis: Redis, accounts: Sequence[UUID]) -> dict[UUID, Position]:
    """Where each log ends now: every later entry stands behind it."""
    if not accounts:
        return {}
    with redis.pipeline(transaction=False) as pipeline:
        for account_id in accounts:
            pipeline.xinfo_stream(stream_key(account_id))
        pipeline.time()
        *infos, clock = pipeline.execute(raise_on_error=False)
    before = (_milliseconds(clock) - CLOCK_STEP_MS, 0)
    return {
        account_id: before if (stream := _existing(info)) is None else stream.last
        for account_id, info in zip(accounts, infos, strict=True)
    }


def now_ms(redis: Redis) -> int:
    """Unix milliseconds by Redis's clock, which numbers the entries."""
    return _milliseconds(redis.time())


def read_slice(redis: Redis, account_id: UUID, after: Position, up_to: Position, count: int) -> Slice:
    """Up to ``count`` entries after ``after`` and up to ``up_to``."""
    key = stream_key(account_id)
    # One transaction: a trim between the two commands could throw away entries that were not read yet.
    with redis.pipeline(transaction=True) as pipeline:
        pipeline.xrange(key, "(" + position_text(after), position_text(up_to), count=count)
        pipeline.xinfo_stream(key)
        pipeline.time()
        raw, info, clock = pipeline.execute(raise_on_error=False)
    return Slice(parse(account_id, raw), _is_gapless(_existing(info), after, _milliseconds(clock)))


def is_gapless(redis: Redis, account_id: UUID, after: Position) -> bool:
    """Whether every entry that was ever written after ``after`` is still there."""
    return read_slice(redis, account_id, after, START, 1).is_gapless


@dataclass(frozen=True, slots=True)
class _Stream:
    first: Position
    last: Position
    was_trimmed: bool


def _existing(info: Any) -> _Stream | None:
    if isinstance(info, ResponseError) and "no such key" in str(info):
        # Nothing has changed in this account for KEEP_S, or ever.
        return None
    if isinstance(info, Exception):
        raise info
    last = parse_position(info["last-generated-id"])
    first = parse_position(info["first-entry"][0]) if info["first-entry"] else (last[0], last[1] + 1)
    return _Stream(first, last, info["entries-added"] > info["length"])


def _is_gapless(stream: _Stream | None, after: Position, now: int) -> bool:
    # A log expires only if nothing was written for KEEP_S: a reader with a younger position missed nothing.
    is_recent = after[0] >= now - KEEP_S * 1000
    if stream is None:
        return is_recent
    if after > stream.last:
        # Redis lost its last entries, as in a restart.
        return False
    if after >= stream.first:
        return True
    return not stream.was_trimmed and is_recent


def _milliseconds(clock: Any) -> int:
    if isinstance(clock, Exception):
        raise clock
    seconds, micros = clock
    return int(seconds) * 1000 + int(micros) // 1000
