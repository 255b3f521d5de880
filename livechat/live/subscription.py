"""The queue of one open stream: the listener fills it, whoever writes to the browser empties it."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from livechat.domain.visibility import Audience, Sight
from livechat.live.positions import Position

# A browser that lags behind by so much must fetch afresh: this is cheaper for it, and bounds our memory.
MAX_WAITING = 2_000
MAX_WAITING_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """A rendered log entry. ``payload`` is the event's lines without its id, encoded once for all streams.

    ``phone_number_id`` None: for every number of the account. An empty ``payload`` shows nothing.
    ``personal`` has the payloads for users who see something of their own, like a draft. ``audience`` decides
    who sees the event; None: everybody who may use the number. ``unless`` leaves out those who see that too:
    an event about what went out of sight is for nobody who still sees it. ``users`` None: anybody of these.
    """

    account_id: UUID
    at: Position
    phone_number_id: str | None
    payload: bytes
    personal: Mapping[UUID, bytes] = field(default_factory=dict)
    audience: Audience | None = None
    unless: Audience | None = None
    users: frozenset[UUID] | None = None
    # Its lines with their id, by the epoch: alike for all streams that follow this account alone.
    numbered: dict[int, bytes] = field(default_factory=dict, compare=False, repr=False)

    def seen_by(self, user_id: UUID) -> "LiveEvent":
        """The event with the payload that this user sees."""
        own = self.personal.get(user_id) if self.personal else None
        return self if own is None else replace(self, payload=own, personal={}, numbered={})


@dataclass(frozen=True, slots=True)
class Reset:
    """Events may have been missed before these positions; none is missed after them."""

    positions: Mapping[UUID, Position]


@dataclass(frozen=True, slots=True)
class Joined:
    """The user may see one more account: first read its log from ``after`` (not included) to ``up_to``."""

    account_id: UUID
    after: Position
    up_to: Position


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """The lines of an event without an id: it is shown in its turn, and no position moves."""

    payload: bytes


Item = LiveEvent | Reset | Joined | Unnumbered


@dataclass(slots=True, eq=False)
class Subscription:
    """One stream's items; made by ``Listener.subscribe``. One thread calls ``take``, the listener the rest.

    The listener's lock guards ``accounts`` and ``checked_ms``. ``sights`` says what the user sees of each
    account; one that is not in it is seen whole. ``workspaces`` says it of those that the accounts are in.
    """

    user_id: UUID
    phone_number_id: str | None
    epoch: int
    accounts: set[UUID]
    checked_ms: int
    positions: dict[UUID, Position] = field(default_factory=dict)
    sights: Mapping[UUID, Sight] = field(default_factory=dict)
    workspaces: Mapping[UUID, Sight] = field(default_factory=dict)
    has_second_factor: bool = True
    # {account: its workspace and the numbers that are seen}, and the numbers on which something was shown
    # since counts were told.
    homes: Mapping[UUID, tuple[UUID, Set[str]]] = field(default_factory=dict)
    _recount: set[str] = field(default_factory=set)
    _items: deque[Item] = field(default_factory=deque)
    _bytes: int = 0
    _is_poked: bool = False
    _is_ended: bool = False
    _skipped: dict[UUID, Position] | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)
    # Where nobody waits in ``take``: ``waker`` has every ``resume`` that it is given called, soon, elsewhere.
    waker: Callable[[Iterable[Callable[[], None]]], None] | None = None
    resume: Callable[[], None] = lambda: None

    def offer(self, items: Sequence[Item]) -> bool:
        """Queue the items that are for this stream; a stream that does not keep up is ended instead.

        Whether anything has changed: the caller then tells by ``tell``, when it holds no lock any more.
        """
        wanted = [
            item.seen_by(self.user_id) if isinstance(item, LiveEvent) else item
            for item in items
            if not isinstance(item, LiveEvent) or self.wants(item)
        ]
        if not wanted:
            return False
        with self._changed:
            if self._is_ended:
                return False
            for item in wanted:
                # Only what belongs to a conversation has an audience.
                if isinstance(item, LiveEvent) and item.audience is not None:
                    self._recount.add(item.audience.phone_number_id)
                self._bytes += _size(item)
            self._items.extend(wanted)
            if len(self._items) > MAX_WAITING or self._bytes > MAX_WAITING_BYTES:
                self._is_ended = True
                self._skipped = {
                    item.account_id: item.at for item in self._items if isinstance(item, LiveEvent)
                }
                self._items.clear()
        return True

    def tell(self) -> None:
        """Wake whoever writes to the browser."""
        tell_all([self])

    def notify(self) -> None:
        """Wake the thread that waits in ``take``."""
        with self._changed:
            self._changed.notify()

    def recount(self, numbers: Set[str] | None = None) -> None:
        """Have counts told of these numbers; None: of all that the stream shows.

        A stream that resumes does not know how much it was told of what it shows again.
        """
        if numbers is None:
            numbers = frozenset().union(*(seen for _, seen in self.homes.values()))
        with self._changed:
            self._recount |= numbers

    def take_recount(self) -> dict[UUID, frozenset[str]]:
        """{workspace: numbers} of which counts are to be told now: something was shown since it was asked."""
        with self._changed:
            recount, self._recount = self._recount, set()
        if self.phone_number_id is not None:
            recount &= {self.phone_number_id}
        taken: dict[UUID, frozenset[str]] = {}
        for workspace_id, seen in self.homes.values() if recount else ():
            shown = seen & recount
            if shown and workspace_id in self.workspaces:
                taken[workspace_id] = taken.get(workspace_id, frozenset()) | shown
        return taken

    def wants(self, event: LiveEvent) -> bool:
        """Whether this stream is to show the event: it has something to show, on its number, in its sight."""
        if not event.payload or (event.users is not None and self.user_id not in event.users):
            return False
        if self.phone_number_id is not None and event.phone_number_id not in (None, self.phone_number_id):
            return False
        sight = self.sights.get(event.account_id)
        if sight is None or event.audience is None:
            # Who sees the account whole loses nothing of it.
            return event.unless is None
        return sight.sees(event.audience) and not (event.unless is not None and sight.sees(event.unless))

    def poke(self) -> None:
        """Have the stream write a heartbeat now: only a write can show that the browser is gone."""
        with self._changed:
            self._is_poked = True
        self.tell()

    def end(self) -> None:
        """End the stream after the items it has; a browser that reconnects is checked afresh."""
        with self._changed:
            self._is_ended = True
        self.tell()

    @property
    def is_ended(self) -> bool:
        """Whether the stream was ended and ``take`` has given all its items."""
        with self._changed:
            return self._is_ended and not self._items

    @property
    def skipped(self) -> dict[UUID, Position] | None:
        """Up to which positions items were thrown away because the browser lagged; None if none were."""
        with self._changed:
            return self._skipped

    def take_at_once(self, limit: int) -> "list[LiveEvent | Reset | Unnumbered] | None":
        """Up to ``limit`` items, if there are any; None if what is to be done may wait: ``take`` it then."""
        with self._changed:
            if self._is_poked or self._is_ended:
                return None
            if len(self._items) == 1 and not isinstance(self._items[0], Joined):
                # As mostly: what has come was written in the moment in which it came.
                self._bytes = 0
                return [self._items.popleft()]  # type: ignore[list-item]  # it is none, as was seen
            taken: list[LiveEvent | Reset | Unnumbered] = []
            while self._items and len(taken) < limit:
                item = self._items[0]
                if isinstance(item, Joined):
                    if not taken:
                        return None
                    break
                taken.append(item)
                self._items.popleft()
            self._bytes -= sum(map(_size, taken))
            return taken

    def take(self, limit: int, timeout_s: float) -> list[Item]:
        """Up to ``limit`` items, once there are any; empty at the time-out, if poked, or at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._is_poked or self._is_ended, timeout_s)
            self._is_poked = False
            taken = [self._items.popleft() for _ in range(min(limit, len(self._items)))]
            self._bytes -= sum(map(_size, taken))
            return taken


def tell_all(subscriptions: Iterable[Subscription]) -> None:
    """Wake whoever writes to these browsers: those of one event loop by one call."""
    resumes: dict[Any, list[Callable[[], None]]] = {}
    for each in subscriptions:
        if each.waker is not None:
            resumes.setdefault(each.waker, []).append(each.resume)
        else:
            each.notify()
    for waker, of_loop in resumes.items():
        waker(of_loop)


def _size(item: Item) -> int:
    return len(item.payload) if isinstance(item, LiveEvent | Unnumbered) else 0
