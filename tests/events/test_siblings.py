"""Processes of one server render an entry once; whoever gets no answer renders for itself."""

import socket
import threading
from collections.abc import Iterator, Sequence
from uuid import UUID, uuid4

import pytest

from livechat.domain.visibility import Audience
from livechat.live.event_log import Change, Kind, LogEntry
from livechat.live.listener import SourceUnavailableError
from livechat.live.subscription import LiveEvent
from livechat.stream import siblings
from livechat.stream.siblings import SharedRendering

ACCOUNT, USER, TEAM = uuid4(), uuid4(), uuid4()


class Renderer:
    """Renders, and remembers what."""

    def __init__(self) -> None:
        self.rendered: list[LogEntry] = []
        self.error: Exception | None = None

    def __call__(self, entries: Sequence[LogEntry]) -> list[LiveEvent]:
        if self.error is not None:
            raise self.error
        self.rendered += entries
        return [event_of(each) for each in entries]


def event_of(entry: LogEntry) -> LiveEvent:
    audience = Audience("1", USER, None, frozenset({USER}))
    own = {USER: b"event: x\ndata: own\n\n"}
    return LiveEvent(
        entry.account_id,
        entry.at,
        "1",
        f"event: x\ndata: {entry.at} é\n\n".encode(),
        own,
        audience,
        Audience("2", None, TEAM),
        frozenset({USER}),
    )


def entries(*serials: int, account: UUID = ACCOUNT) -> list[LogEntry]:
    return [LogEntry(account, (1, n), Change(Kind.MESSAGE_CREATED, uuid4())) for n in serials]


class Family:
    def __init__(self, url: str) -> None:
        self.renderers = [Renderer() for _ in range(3)]
        self.members = [SharedRendering(each, url) for each in self.renderers]


@pytest.fixture
def family() -> Iterator[Family]:
    made = Family(f"postgresql://{uuid4()}")
    yield made
    for each in made.members:
        each.close()


def test_an_entry_is_rendered_once_for_all(family: Family) -> None:
    asked = entries(1, 2, 3)
    expected = [event_of(each) for each in asked]
    for member in family.members:
        assert member(asked) == expected
    later = entries(3, 4)
    assert family.members[2](later) == [event_of(each) for each in later]
    assert [len(each.rendered) for each in family.renderers] == [4, 0, 0]


def test_all_at_once_get_the_same(family: Family) -> None:
    family.members[0](entries(0))
    wanted = [entries(*range(n, n + 20)) for n in range(1, 200, 20)]
    found: dict[int, list[LiveEvent]] = {}

    def read(number: int) -> None:
        found[number] = [event for batch in wanted for event in family.members[number](batch)]

    threads = [threading.Thread(target=read, args=(n,)) for n in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 200
    assert [len(each.rendered) for each in family.renderers] == [201, 0, 0]


def test_when_it_ends_another_takes_its_place(family: Family) -> None:
    first, second, third = family.members
    for member in family.members:
        member(entries(1))
    first.close()
    # What it had asked gets no answer: it renders for itself, and next time for all.
    assert second(entries(2)) == [event_of(each) for each in entries(2)]
    second(entries(3))
    third(entries(4))
    third(entries(5))
    assert [len(each.rendered) for each in family.renderers] == [1, 3, 1]


def test_who_does_not_answer_is_left_alone(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siblings, "PATIENCE_S", 0.1)
    stuck = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with stuck:
        stuck.bind(family.members[0]._name)
        stuck.listen()
        for n in range(3):
            family.members[0](entries(n))
        # It was asked once, and then no more.
        stuck.accept()[0].close()
        stuck.setblocking(False)
        with pytest.raises(BlockingIOError):
            stuck.accept()
    assert len(family.renderers[0].rendered) == 3


def test_an_outage_is_the_same_for_all_and_passes(family: Family) -> None:
    first, second, _ = family.members
    first(entries(1))
    family.renderers[0].error = SourceUnavailableError()
    with pytest.raises(SourceUnavailableError):
        second(entries(2))
    family.renderers[0].error = None
    assert second(entries(2)) == [event_of(each) for each in entries(2)]
    assert family.renderers[1].rendered == []


def test_another_user_or_another_database_is_no_sibling(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = SharedRendering(Renderer(), "postgresql://another")
    assert stranger._name != family.members[0]._name
    first, second, _ = family.members
    first(entries(1))
    monkeypatch.setattr(siblings, "_is_ours", lambda peer: False)
    second(entries(2))
    assert [len(each.rendered) for each in family.renderers] == [1, 1, 0]


def test_what_is_kept_is_bounded(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siblings, "_KEPT", 10)
    first, second, _ = family.members
    first(entries(*range(50)))
    assert len(first._kept) == 10
    assert second(entries(*range(50)))[0] == event_of(entries(0)[0])
    monkeypatch.setattr(siblings, "_KEPT_BYTES", 100)
    first(entries(51))
    assert first._kept_bytes <= 100
