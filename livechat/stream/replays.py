"""Renders for replays once for all who come back together: after a restart everybody does, with one gap."""

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

from livechat.live.event_log import LogEntry
from livechat.live.listener import Render
from livechat.live.positions import Position
from livechat.live.subscription import LiveEvent

# No longer than a change of what somebody may see takes to work, since who sees an event is rendered with it.
FRESH_S = 2.0
_KEPT_BYTES = 8 * 1024 * 1024


class KeptRendering:
    """``render``, whose events are kept for a moment. Streams call it from their threads.

    While one renders the others wait: most of them want the same. What was rendered a moment ago stands: a
    change since then has an entry of its own, which comes behind it.
    """

    def __init__(self, render: Render) -> None:
        self._render = render
        self._lock = threading.Lock()
        # (when it was rendered, the event), the oldest first.
        self._kept: OrderedDict[tuple[UUID, Position], tuple[float, LiveEvent]] = OrderedDict()
        self._bytes = 0

    def __call__(self, entries: Sequence[LogEntry]) -> list[LiveEvent]:
        """One event for each entry, in order; raises SourceUnavailableError."""
        with self._lock:
            self._forget(time.monotonic() - FRESH_S)
            missing = [each for each in entries if (each.account_id, each.at) not in self._kept]
            # What is rendered now was not seen by the database before now.
            began = time.monotonic()
            made = list(self._render(missing)) if missing else []
            found = {(event.account_id, event.at): event for event in made}
            for key, event in found.items():
                self._kept[key] = began, event
                self._bytes += len(event.payload)
            events = [
                found.get((each.account_id, each.at)) or self._kept[each.account_id, each.at][1]
                for each in entries
            ]
            while self._bytes > _KEPT_BYTES:
                self._drop_oldest()
            return events

    def _forget(self, before: float) -> None:
        while self._kept and next(iter(self._kept.values()))[0] < before:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, (_, event) = self._kept.popitem(last=False)
        self._bytes -= len(event.payload)
