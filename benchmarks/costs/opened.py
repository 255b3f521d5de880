"""A customer's message while pages are open, one message at a time."""

import time

from benchmarks.costs.site import Site
from benchmarks.pages import Page, Streams

Used = dict[str, float]
# What a message brings after the last that is waited for has ended by then.
SETTLE_S = 0.3


def one_page_that_reads(site: Site) -> Used:
    """One page with the conversation open: it shows the message, reads it and asks what it must."""
    headers = site.product.headers()
    asks = site.product.tree.page_asks_for_numbers()
    with Page(site.product.port, headers, asks_for_numbers=asks) as page:

        def play(count: int) -> None:
            for _ in range(count):
                site.product.ask([site.write(0)])
                page.read_next()
            time.sleep(SETTLE_S)

        play(_warm_up(site))
        return site.per_unit(site.sizes.stream_messages, lambda: play(site.sizes.stream_messages))


def one_stream(site: Site) -> Used:
    """One member has the inbox open."""
    return _streams(site, 1)


def all_streams(site: Site) -> Used:
    """All members of the workspace have it open."""
    return _streams(site, site.sizes.streams)


def _streams(site: Site, count: int) -> Used:
    with Streams(site.product.port, [site.product.headers(each) for each in site.users[:count]]) as streams:

        def play(messages: int) -> None:
            for n in range(messages):
                site.product.ask([site.write(n)])
                streams.wait_for_message()
            time.sleep(SETTLE_S)

        play(_warm_up(site))
        return site.per_unit(site.sizes.stream_messages, lambda: play(site.sizes.stream_messages))


def _warm_up(site: Site) -> int:
    # The first ones after a start or a pause pay for caches.
    return max(2, site.sizes.stream_messages // 10)
