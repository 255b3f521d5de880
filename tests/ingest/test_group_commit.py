"""Threads that share a write: everyone gets his own outcome, and none waits for ever."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from livechat.inbound.door.group_commit import GROUP_SIZE, GroupCommit


class Store:
    """Doubles what it is given; holds its first write until it is let go."""

    def __init__(self) -> None:
        self.writes: list[list[int]] = []
        self.began = threading.Event()
        self.may_end = threading.Event()
        self.at_work = threading.Semaphore(1)

    def write(self, works: Sequence[int]) -> list[int]:
        assert self.at_work.acquire(blocking=False), "two writes at once"
        self.writes.append(list(works))
        self.began.set()
        assert self.may_end.wait(10)
        self.at_work.release()
        if 13 in works:
            raise ValueError("unlucky")
        return [work * 2 for work in works]


def wait_for_waiters(commit: GroupCommit[int, int], count: int) -> None:
    deadline = time.monotonic() + 10
    while len(commit._waiting) < count:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_those_who_come_during_a_write_share_the_next() -> None:
    commit: GroupCommit[int, int] = GroupCommit()
    store = Store()
    with ThreadPoolExecutor(2 * GROUP_SIZE) as threads:
        first = threads.submit(commit.run, 0, store.write)
        assert store.began.wait(10)
        others = [threads.submit(commit.run, n, store.write) for n in range(100, 100 + GROUP_SIZE + 5)]
        wait_for_waiters(commit, len(others))
        store.may_end.set()
        assert first.result(10) == 0
        assert [each.result(10) for each in others] == [2 * n for n in range(100, 100 + GROUP_SIZE + 5)]
    assert [len(works) for works in store.writes] == [1, GROUP_SIZE, 5]


def test_what_a_write_raises_reaches_each_of_its_group_and_the_next_goes_on() -> None:
    commit: GroupCommit[int, int] = GroupCommit()
    store = Store()
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(commit.run, 13, store.write)
        assert store.began.wait(10)
        second = threads.submit(commit.run, 2, store.write)
        wait_for_waiters(commit, 1)
        store.may_end.set()
        with pytest.raises(ValueError, match="unlucky"):
            first.result(10)
        assert second.result(10) == 4
    assert commit.run(3, store.write) == 6


def test_many_threads_for_a_while_lose_nothing() -> None:
    commit: GroupCommit[int, int] = GroupCommit()
    written: list[int] = []

    def write(works: Sequence[int]) -> list[int]:
        written.extend(works)
        return list(works)

    with ThreadPoolExecutor(32) as threads:
        assert list(threads.map(lambda n: commit.run(n, write), range(5000))) == list(range(5000))
    assert sorted(written) == list(range(5000))


def test_after_a_write_for_several_the_next_writer_lingers_for_more() -> None:
    commit: GroupCommit[int, int] = GroupCommit(linger_s=2)
    store = Store()
    with ThreadPoolExecutor(4) as threads:
        for several in ([0], [1, 2]):
            at_once = [threads.submit(commit.run, n, store.write) for n in several]
            assert store.began.wait(10)
        wait_for_waiters(commit, 2)
        store.may_end.set()
        assert [each.result(10) for each in at_once] == [2, 4]
        third = threads.submit(commit.run, 3, store.write)
        wait_for_waiters(commit, 1)
        fourth = threads.submit(commit.run, 4, store.write)
        assert (third.result(10), fourth.result(10)) == (6, 8)
    assert [len(works) for works in store.writes] == [1, 2, 2]
