"""How fast Meta lets us send: the only file with numbers of pace.

Source: docs/meta/cloud-api.md sections 9.2 and 9.3.
"""

from dataclasses import dataclass

# Messages a second for each number, by the ``throughput.level`` that Meta reports.
MPS = {"STANDARD": 80, "HIGH": 1000}
# The same for a number that is also used in the WhatsApp Business app on a phone ("coexistence").
ON_PHONE_MPS = 20


@dataclass(frozen=True, slots=True)
class PaceRules:
    """The limits that the token buckets keep.

    ``default_mps`` holds, with no burst, until a number's own rate is known.
    ``share`` of a number's throughput is used: Meta counts messages in and out together, so something is left
    for what customers write. ``burst_s`` is how long a number that was idle may exceed its rate. Meta allows
    one second; less is used, since calls that leave evenly may arrive in heaps. ``pair_burst`` is one below
    Meta's 45, which gives six seconds to calls that take unequally long.
    """

    default_mps: float = ON_PHONE_MPS
    share: float = 0.9
    burst_s: float = 0.5
    pair_interval_s: float = 6.0
    pair_burst: int = 44
    # After 130429 the number sends nothing for a second, then at half its rate, and is back at all of it
    # within ten minutes. The rate is halved once a second at most, since calls that were on their way meet
    # the same limit. It never falls below a tenth.
    slow_factor: float = 0.5
    slow_least: float = 0.1
    slow_wait_s: float = 1.0
    recovery_s: float = 600.0
    # The rate of each process while Redis is away, since nobody knows then what the others send.
    alone_mps: float = 5.0


RULES = PaceRules()


def mps_of(throughput_level: str | None, *, on_business_app: bool = False) -> int:
    """Messages a second that a number may send and receive; 80 where Meta says nothing of its level."""
    if on_business_app:
        return ON_PHONE_MPS
    return MPS.get((throughput_level or "").upper(), MPS["STANDARD"])
