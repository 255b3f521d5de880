"""How fast Meta lets us send: the only file with numbers of pace.

Source: docs/meta/cloud-api.md sections 9.2 and 9.3.
"""

from dataclasses import dataclass

# Messages a second and number, by the ``throughput.level`` that Meta reports.
MPS = {"STANDARD": 80, "HIGH": 1000}
# Of a number that is also used in the WhatsApp Business app on a phone ("coexistence"), whatever its level.
ON_PHONE_MPS = 20


@dataclass(frozen=True, slots=True)
class PaceRules:
    """The limits that the buckets keep. ``default_mps``, with no burst, until a number's own rate is told.

    ``share`` of a number's throughput is used: Meta counts messages in and out together, so something is left
    for what customers write. ``burst_s``: for how long a number that was idle may exceed its rate. Meta
    itself allows a second of it; calls that leave evenly may arrive in heaps.
    ``pair_burst`` is one below Meta's 45, which is six seconds of room for calls that take unequally long.
    """

    default_mps: float = ON_PHONE_MPS
    share: float = 0.9
    burst_s: float = 0.5
    pair_interval_s: float = 6.0
    pair_burst: int = 44
    # After 130429: nothing for a second, then half the rate, and back to all of it within ten minutes. Once a
    # second at most, since the calls that were on their way then meet the same limit; never below a tenth.
    slow_factor: float = 0.5
    slow_least: float = 0.1
    slow_wait_s: float = 1.0
    recovery_s: float = 600.0
    # While Redis is away nobody knows what the other processes send.
    alone_mps: float = 5.0


RULES = PaceRules()


def mps_of(throughput_level: str | None, *, on_business_app: bool = False) -> int:
    """Messages a second that a number may send and receive; 80 where Meta says nothing of its level."""
    if on_business_app:
        return ON_PHONE_MPS
    return MPS.get((throughput_level or "").upper(), MPS["STANDARD"])
