"""The arithmetic of waiting."""

import random
from itertools import pairwise

import pytest

from livechat.domain.retry import (
    CONNECT,
    LONGEST_RETRY_AFTER_S,
    PAIR,
    READ_RECEIPT,
    SEND,
    RetryPolicy,
    delay_for,
)


def test_pair_limit_waits_four_to_the_power_of_n() -> None:
    assert [delay_for(attempt, PAIR, None) for attempt in range(1, 6)] == [1, 4, 16, 64, 256]


@pytest.mark.parametrize("policy", [SEND, PAIR, CONNECT, READ_RECEIPT])
def test_every_policy_ends(policy: RetryPolicy) -> None:
    waits = [delay_for(attempt, policy, None) for attempt in range(1, policy.max_attempts + 2)]
    assert waits[-2:] == [None, None]
    assert all(wait is not None and 0 <= wait <= policy.cap_s for wait in waits[:-2])


def test_full_jitter_draws_from_zero_to_the_cap_of_the_attempt() -> None:
    rng = random.Random(7)
    for attempt, longest in ((1, 2), (2, 4), (3, 8), (7, 128)):
        waits = [delay_for(attempt, SEND, None, rng) or 0.0 for _ in range(400)]
        assert 0 <= min(waits) < longest * 0.1
        assert longest * 0.9 < max(waits) <= longest


def test_the_seven_waits_of_a_send_sum_to_at_most_254_s() -> None:
    longest = [SEND.base_s * SEND.factor ** (attempt - 1) for attempt in range(1, SEND.max_attempts)]
    assert sum(longest) == 254
    assert all(second > first for first, second in pairwise(longest))


def test_retry_after_is_the_least_wait_and_has_a_limit() -> None:
    assert delay_for(1, PAIR, 30) == 30
    assert delay_for(4, PAIR, 30) == 64
    assert delay_for(1, PAIR, -1) == 1
    assert delay_for(1, PAIR, 10**9) == LONGEST_RETRY_AFTER_S


def test_a_wait_far_beyond_the_last_attempt_does_not_overflow() -> None:
    endless = RetryPolicy(max_attempts=10**6, base_s=1, cap_s=60, jitter=False)
    assert delay_for(99_999, endless, None) == 60
