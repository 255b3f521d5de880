"""When to try again: the only file with retry numbers, and the arithmetic that goes with them."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often to try. The n-th wait grows as ``base_s * factor ** (n - 1)`` up to ``cap_s``.

    ``jitter`` True draws each wait evenly from 0 to that ("full jitter"), so that many messages which failed
    together do not come back together.
    """

    max_attempts: int
    base_s: float
    cap_s: float
    factor: float = 2.0
    jitter: bool = True


# Refused before processing (docs/meta/cloud-api.md section 11.2, "yes"): the seven waits sum to at most
# 254 s.
SEND = RetryPolicy(max_attempts=8, base_s=2, cap_s=300)
# Meta's rule for its pair limit: 4^n seconds, n from 0 (docs/meta/cloud-api.md section 9.3). A used-up
# allowance of 45 messages is paid back within 4.5 minutes, and the waits add up to more than that. One
# customer has one message on its way, so there is no crowd for jitter to spread.
PAIR = RetryPolicy(max_attempts=8, base_s=1, cap_s=256, factor=4, jitter=False)
# Meta was not reached at all, so nothing can arrive twice, and the trouble may be our own network. The tries
# go on for about half an hour before an agent is told that a message failed.
CONNECT = RetryPolicy(max_attempts=60, base_s=1, cap_s=60)
# A read receipt is worth little after a minute, and the next reading covers it.
READ_RECEIPT = RetryPolicy(max_attempts=5, base_s=1, cap_s=20)
# A customer's file lies at Meta for seven days, and fetching it twice does no harm: it is tried for as long,
# soon at first, then a few times an hour.
MEDIA_FETCH = RetryPolicy(max_attempts=32_000, base_s=2, cap_s=1800)
# An invitation's mail: who invited sees after the first try that it failed, and may have the link copied.
INVITATION_MAIL = RetryPolicy(max_attempts=8, base_s=10, cap_s=600)

# A wait in the broker must stay far below its visibility time-out, or the task runs twice.
LONGEST_COUNTDOWN_S = 60.0

# A wait that Meta asks for is kept up to this. Instead of a longer one an agent should see a failed message.
LONGEST_RETRY_AFTER_S = 3600.0


def delay_for(
    attempt: int, policy: RetryPolicy, retry_after_s: float | None, rng: random.Random | None = None
) -> float | None:
    """Seconds to wait after attempt number ``attempt`` (from 1) failed; None: that was the last one.

    ``retry_after_s`` is what the server asks for: the wait is never shorter, up to LONGEST_RETRY_AFTER_S.
    """
    if attempt >= policy.max_attempts:
        return None
    # The exponent is bounded before the power is taken: attempt 2000 must not overflow a float.
    wait_s = min(policy.cap_s, policy.base_s * policy.factor ** min(max(attempt - 1, 0), 64))
    if policy.jitter:
        # Jitter is no secret: a predictable generator is fine.
        wait_s = (rng or random).uniform(0, wait_s)
    if retry_after_s is not None and retry_after_s > 0:
        wait_s = max(wait_s, min(retry_after_s, LONGEST_RETRY_AFTER_S))
    return wait_s
