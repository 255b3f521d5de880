"""Who comes back after the same gap is shown the same: it is rendered once, and for a moment."""

import threading
import time
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from livechat.live.event_log import RESET, LogEntry
from livechat.live.listener import SourceUnavailableError
from livechat.live.positions import Position
from livechat.live.subscription import LiveEvent, Subscription
from livechat.stream import replays
from livechat.stream.api import EventStream
from livechat.stream.replays import KeptRendering

ACCOUNT = uuid4()


def entries(*serials: int) -> list[LogEntry]:
    return [LogEntry(ACCOUNT, (1, n), RESET) for n in serials]


def event_of(entry: LogEntry) -> LiveEvent:
    return LiveEvent(entry.account_id, entry.at, None, f"event: x\ndata: {entry.at}\n\n".encode())


def test_all_who_come_back_at_once_share_a_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[LogEntry] = []
    may_go_on = threading.Event()

    def render(missing: Sequence[LogEntry]) -> list[LiveEvent]:
        may_go_on.wait(10)
        rendered.extend(missing)
        return [event_of(each) for each in missing]

    kept = KeptRendering(render)
    asked = [entries(*range(n, 20)) for n in range(5)]
    found: dict[int, list[LiveEvent]] = {}
    threads = [
        threading.Thread(target=lambda n=n: found.update({n: kept(asked[n])})) for n in range(len(asked))
    ]
    for each in threads:
        each.start()
    may_go_on.set()
    for each in threads:
        each.join(10)
    assert found == {n: [event_of(each) for each in those] for n, those in enumerate(asked)}
    assert len(rendered) == len({each.at for each in rendered}) == 20
    # Not for longer than what somebody may see takes to change.
    monkeypatch.setattr(time, "monotonic", lambda now=time.monotonic: now() + replays.FRESH_S)
    kept(entries(3))
    assert len(rendered) == 21
    monkeypatch.setattr(replays, "_KEPT_BYTES", 50)
    assert kept(entries(*range(30, 40))) == [event_of(each) for each in entries(*range(30, 40))]
    assert kept._bytes <= 50


def test_an_outage_leaves_nothing_behind() -> None:
    def render(_missing: Sequence[LogEntry]) -> list[LiveEvent]:
        raise SourceUnavailableError

    kept = KeptRendering(render)
    for _ in range(2):
        with pytest.raises(SourceUnavailableError):
            kept(entries(1))


def test_streams_of_one_account_are_written_the_same_bytes() -> None:
    """An id is of the accounts that a stream follows, and of Redis's life: of one account it is made once."""
    other = uuid4()
    event = event_of(*entries(7))

    def written(epoch: int, *accounts: UUID) -> bytes:
        places: dict[UUID, Position] = dict.fromkeys(accounts, (1, 1))
        stream = Subscription(uuid4(), None, epoch, set(places), 0, positions=places)
        body = EventStream(
            stream,
            None,  # type: ignore[arg-type]
            lambda missing: [],
            last_event_id=None,
            seconds=60,
            on_close=lambda: None,
            renew=lambda: None,
        )
        body._is_live = True
        stream.offer([event])
        lines = body.ready()
        assert lines is not None
        return lines

    first = written(1, ACCOUNT)
    assert written(1, ACCOUNT) is first
    assert len({first, written(2, ACCOUNT), written(1, ACCOUNT, other)}) == 3
    assert all(each.endswith(event.payload) for each in (first, written(1, ACCOUNT, other)))
