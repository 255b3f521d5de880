"""How far a client has read each account's event log, as one opaque id that fits a header line."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from livechat.web import base64url

# (milliseconds, sequence), as Redis numbers the entries of a stream.
Position = tuple[int, int]
START: Position = (0, 0)

_HEAD = struct.Struct(">BQ")
_PART = struct.Struct(">16sQQ")
_VERSION = 1
# The id of a user with 500 accounts is shorter; a longer text is not one of our ids.
_MAX_CHARS = 24_000


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Positions by account, and the ``epoch`` (``event_log.epoch``) of the Redis that they belong to."""

    epoch: int
    positions: Mapping[UUID, Position] = field(default_factory=dict)

    def encode(self) -> str:
        """The id as clients see it: URL-safe characters, about 43 for each account."""
        return _encoded(self.epoch, tuple(self.positions.items()))

    @classmethod
    def decode(cls, text: str) -> "Bookmark | None":
        """The bookmark that ``encode`` was called on; None for any other text."""
        if not text or len(text) > _MAX_CHARS:
            return None
        try:
            raw = base64url.decode(text)
        except ValueError:
            return None
        body = raw[_HEAD.size :]
        if len(raw) < _HEAD.size or len(body) % _PART.size:
            return None
        version, epoch = _HEAD.unpack_from(raw)
        if version != _VERSION:
            return None
        positions = {UUID(bytes=account): (ms, seq) for account, ms, seq in _PART.iter_unpack(body)}
        return cls(epoch, positions)


@lru_cache(maxsize=256)
def _encoded(epoch: int, positions: tuple[tuple[UUID, Position], ...]) -> str:
    """Kept for a while: all who follow the same accounts get the same id with an event."""
    parts = [_PART.pack(account.bytes, *at) for account, at in sorted(positions)]
    raw = _HEAD.pack(_VERSION, epoch) + b"".join(parts)
    return base64url.encode(raw)


def parse_position(entry_id: bytes | str) -> Position:
    """Redis's ``ms-seq`` as two numbers, which compare as Redis compares them."""
    ms, _, seq = (entry_id.decode() if isinstance(entry_id, bytes) else entry_id).partition("-")
    return int(ms), int(seq)


def position_text(at: Position) -> str:
    """A position as Redis spells it: ``ms-seq``."""
    return f"{at[0]}-{at[1]}"
