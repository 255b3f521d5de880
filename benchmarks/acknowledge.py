"""A webhook acknowledged (signature, stream, lease), beside an empty Flask view on the same server."""

from benchmarks.figures import Figure, rate, ratio, spread
from benchmarks.load import Generator
from benchmarks.sizes import Sizes
from benchmarks.stack import Stack
from benchmarks.webhooks import signed_requests
from livechat.inbound.door.arrivals import STREAM

TARGET = 0.40
# As many as make repeats rare; a repeated body costs this side nothing less.
DIFFERENT = 5_000


def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    """Both servers get the same bytes, in turns; no worker runs, so that the cores are theirs."""
    ours: list[float] = []
    empty: list[float] = []
    with (
        Generator(signed_requests, stack.app_secret, DIFFERENT) as load,
        stack.web() as product,
        stack.web("benchmarks.apps.empty:server") as floor,
    ):
        for port in (product, floor):
            load.run(port, sizes.connections, sizes.acknowledge_s / 3).only(200)
        for turn in range(sizes.rounds):
            for port, rates in ((product, ours), (floor, empty))[:: -1 if turn % 2 else 1]:
                rates.append(load.run(port, sizes.connections, sizes.acknowledge_s).only(200).rate)
                stack.redis.delete(STREAM)
    ratios = [one / other for one, other in zip(ours, empty, strict=True)]
    return [
        Figure(
            "webhooks acknowledged",
            rate(ours),
            f"empty Flask view {rate(empty)}",
            ratio(ratios),
            f">= {TARGET:.2f}",
            spread(ratios)[1] >= TARGET,
        )
    ]
