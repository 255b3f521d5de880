"""One open stream: filled by the listener, emptied by the thread that writes to the browser."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from livechat.live.positions import Position

# A browser that lags behind by so much fetches afresh: cheaper for it, and bounded for us.
MAX_WAITING = 2_000
MAX_WAITING_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """A rendered entry. ``payload`` is the event's lines without its id, encoded once for all streams.

    ``phone_number_id`` None: for every number of the account. ``payload`` empty: nothing is shown (any more).
    ``personal`` has another payload for users who see something that is theirs alone.
    """

    account_id: UUID
    at: Position
    phone_number_id: str | None
    payload: bytes
    personal: Mapping[UUID, bytes] = field(default_factory=dict)

    def seen_by(self, user_id: UUID) -> "LiveEvent":
        """The event as this user is shown it."""
        own = self.personal.get(user_id)
        return self if own is None else replace(self, payload=own, personal={})


@dataclass(frozen=True, slots=True)
class Reset:
    """Events may have been missed; from these positions on there are none."""

    positions: Mapping[UUID, Position]


@dataclass(frozen=True, slots=True)
class Joined:
    """The user may see one more account: read its log behind ``after`` and not behind ``up_to`` first."""

    account_id: UUID
    after: Position
    up_to: Position


Item = LiveEvent | Reset | Joined


@dataclass(slots=True, eq=False)
class Subscription:
    """Made by ``Listener.subscribe``. ``take`` is for one thread, all else for the listener.

    ``accounts`` and ``checked_ms`` are guarded by the listener's lock.
    """

    user_id: UUID
    phone_number_id: str | None
    epoch: int
    accounts: set[UUID]
    checked_ms: int
    positions: dict[UUID, Position] = field(default_factory=dict)
    _items: deque[Item] = field(default_factory=deque)
    _bytes: int = 0
    _is_poked: bool = False
    _is_ended: bool = False
    _skipped: dict[UUID, Position] | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def offer(self, items: Sequence[Item]) -> None:
        """Hand over what is for this stream; one that does not keep up is ended instead."""
        wanted = [
            item.seen_by(self.user_id) if isinstance(item, LiveEvent) else item
            for item in items
            if not isinstance(item, LiveEvent) or self._wants(item)
        ]
        if not wanted:
            return
        with self._changed:
            if self._is_ended:
                return
            self._items.extend(wanted)
            self._bytes += sum(len(item.payload) for item in wanted if isinstance(item, LiveEvent))
            if len(self._items) > MAX_WAITING or self._bytes > MAX_WAITING_BYTES:
                self._is_ended = True
                self._skipped = {
                    item.account_id: item.at for item in self._items if isinstance(item, LiveEvent)
                }
                self._items.clear()
            self._changed.notify()

    def _wants(self, event: LiveEvent) -> bool:
        return bool(event.payload) and (
            self.phone_number_id is None or event.phone_number_id in (None, self.phone_number_id)
        )

    def poke(self) -> None:
        """Have the stream write a heartbeat now: only a write shows that the browser is gone."""
        with self._changed:
            self._is_poked = True
            self._changed.notify()

    def end(self) -> None:
        """Close the stream after what it has been given; a browser that comes again is looked at afresh."""
        with self._changed:
            self._is_ended = True
            self._changed.notify()

    @property
    def is_ended(self) -> bool:
        """Whether nothing will come any more once ``take`` gives nothing."""
        with self._changed:
            return self._is_ended and not self._items

    @property
    def skipped(self) -> dict[UUID, Position] | None:
        """How far was thrown away for a browser that did not keep up; None where nothing was."""
        with self._changed:
            return self._skipped

    def take(self, limit: int, timeout_s: float) -> list[Item]:
        """Up to ``limit`` items once there are any; empty at the time-out, when poked, or at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._is_poked or self._is_ended, timeout_s)
            self._is_poked = False
            taken = [self._items.popleft() for _ in range(min(limit, len(self._items)))]
            self._bytes -= sum(len(item.payload) for item in taken if isinstance(item, LiveEvent))
            return taken
