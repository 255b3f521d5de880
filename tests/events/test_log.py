"""The log and its bookmarks: nothing is missed unnoticed."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from livechat.live import event_log as logs
from livechat.live.event_log import Change, Kind
from livechat.live.positions import START, Bookmark, parse_position, position_text

ENDLESS = (2**63, 0)
POSITIONS = st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))


@given(st.integers(0, 2**63), st.dictionaries(st.uuids(), POSITIONS, max_size=8))
def test_a_bookmark_comes_back_as_it_was(epoch: int, positions: dict[UUID, tuple[int, int]]) -> None:
    encoded = Bookmark(epoch, positions).encode()
    assert Bookmark.decode(encoded) == Bookmark(epoch, positions)
    assert encoded.isascii()
    assert "\n" not in encoded


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_anything_else_is_not_understood_and_harmless(given_id: str) -> None:
    decoded = Bookmark.decode(given_id)
    assert decoded is None or Bookmark.decode(decoded.encode()) == decoded


@pytest.mark.parametrize("wrong", ["", "0", "1795341600-0", "é", "A" * 30_000, "====", "AAAAAAAAAAAAA"])
def test_ids_of_others_are_not_understood(wrong: str) -> None:
    assert Bookmark.decode(wrong) is None


def written(redis: Redis, account: UUID, count: int) -> list[Change]:
    changes = [Change(Kind.MESSAGE_CREATED, uuid4()) for _ in range(count)]
    logs.append(redis, {account: changes})
    return changes


def read(redis: Redis, account: UUID, after: tuple[int, int]) -> logs.Slice:
    return logs.read_slice(redis, account, after, ENDLESS, 100_000)


def test_what_is_written_is_read_in_order_from_anywhere(redis_client: Redis) -> None:
    account = uuid4()
    tail = logs.tails(redis_client, [account])[account]
    changes = written(redis_client, account, 20)
    found = read(redis_client, account, tail)
    assert found.is_gapless
    assert [entry.change for entry in found.entries] == changes
    middle = read(redis_client, account, found.entries[9].at)
    assert ([entry.change for entry in middle.entries], middle.is_gapless) == (changes[10:], True)
    assert logs.tails(redis_client, [account])[account] == found.entries[-1].at


def test_a_gap_is_noticed_where_the_log_was_trimmed(redis_client: Redis) -> None:
    account = uuid4()
    tail = logs.tails(redis_client, [account])[account]
    written(redis_client, account, 50)
    early = read(redis_client, account, tail).entries[0].at
    written(redis_client, account, logs.MAX_ENTRIES + 500)
    length = redis_client.xlen(logs.stream_key(account))
    assert logs.MAX_ENTRIES <= length <= logs.MAX_ENTRIES + 200
    for after in (tail, early, START):
        assert not read(redis_client, account, after).is_gapless
    raw = redis_client.xrange(logs.stream_key(account), count=1)
    assert read(redis_client, account, parse_position(raw[0][0])).is_gapless


def test_a_position_beyond_the_end_means_that_redis_lost_something(redis_client: Redis) -> None:
    account = uuid4()
    written(redis_client, account, 3)
    last = logs.tails(redis_client, [account])[account]
    assert read(redis_client, account, last).is_gapless
    assert not read(redis_client, account, (last[0] + 5000, 0)).is_gapless


def test_a_log_that_never_was_has_no_gap_unless_the_position_is_old(redis_client: Redis) -> None:
    account = uuid4()
    now = logs.now_ms(redis_client)
    assert read(redis_client, account, (now - 1000, 0)).is_gapless
    assert not read(redis_client, account, (now - logs.KEEP_S * 1000 - 1, 0)).is_gapless
    assert redis_client.ttl(logs.stream_key(account)) == -2
    written(redis_client, account, 1)
    assert 0 < redis_client.ttl(logs.stream_key(account)) <= logs.KEEP_S


def test_the_epoch_stays_until_redis_has_lost_everything(redis_client: Redis) -> None:
    epoch = logs.epoch(redis_client)
    assert logs.epoch(redis_client) == epoch
    redis_client.flushall()
    assert logs.epoch(redis_client) != epoch


def test_an_entry_of_a_newer_version_is_a_reset(redis_client: Redis) -> None:
    account = uuid4()
    redis_client.xadd(logs.stream_key(account), {"c": b"something new"})
    assert [entry.change for entry in read(redis_client, account, START).entries] == [logs.RESET]


def test_positions_compare_as_redis_compares() -> None:
    assert parse_position(b"12-3") < parse_position("12-10") < parse_position("100-0")
    assert position_text((12, 3)) == "12-3"
