"""How much each part does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much, and of ``costs`` only those that have ``only`` in their name; the floor is always measured.

    ``connections``: requests at a time. ``big_messages`` 0 leaves the large table out.
    """

    rounds: int = 5
    connections: int = 32
    acknowledge_s: float = 3.0
    webhooks: int = 9_000
    naive_webhooks: int = 900
    batch_messages: int = 20_000
    reads: int = 600
    small_messages: int = 10_000
    big_messages: int = 0
    sends: int = 4_000
    paced: int = 1_000
    crowd: int = 2_000
    crowd_webhooks: int = 500
    streams: int = 100
    stream_messages: int = 40
    threads: int = 100
    in_a_thread: int = 50
    floor_requests: int = 1_600
    cost_requests: int = 200
    mix_messages: int = 1_200
    large_messages: int = 200_000
    peer_webhooks: int = 2_000
    peer_sends: int = 500
    rest_settle_s: float = 30
    rest_s: float = 60
    only: str = ""
    agents: int = 500
    queue: int = 5_000


QUICK = Sizes(
    rounds=1,
    connections=4,
    acknowledge_s=0.3,
    webhooks=100,
    naive_webhooks=20,
    batch_messages=600,
    reads=10,
    small_messages=500,
    sends=100,
    paced=20,
    crowd=50,
    crowd_webhooks=5,
    streams=5,
    stream_messages=3,
    threads=5,
    in_a_thread=4,
    floor_requests=20,
    cost_requests=10,
    mix_messages=20,
    large_messages=2_000,
    peer_webhooks=50,
    peer_sends=20,
    rest_settle_s=0,
    rest_s=1,
    agents=5,
    queue=20,
)
BIG_MESSAGES = 5_000_000
