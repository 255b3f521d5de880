"""Side lanes: threads that store parts of a large batch at the same time.

A batch's time is half Python's and half PostgreSQL's, and each waits for the other. Several transactions at a
time fill the gaps. Webhooks that belong together stay in one part, in the order of their arrival: those of
one customer, those of one message, and all news of accounts. So no customer's second message is stored before
their first.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context

from livechat.core.session import AnySession
from livechat.inbound.storing.batch import BatchResult, Webhook
from livechat.inbound.storing.locating import Personal, keys_of, number_of
from livechat.whatsapp.webhook.items import (
    AccountNews,
    Item,
    MessageChange,
    Reaction,
    StatusUpdate,
    ThreadMessage,
)

# With the task's own, that is three transactions at a time, on two cores (docs/performance.md).
SIDE_LANES = 2
# A part needs as many statements as a whole batch: in a smaller batch they cost more than lanes save.
LEAST_WEBHOOKS = 100

Within = Callable[[Callable[[AnySession], BatchResult]], BatchResult]


class SideLanes:
    """Threads that store beside the task's own. ``within`` runs a job there with a session of its own."""

    def __init__(
        self, within: Within, *, count: int = SIDE_LANES, least_webhooks: int = LEAST_WEBHOOKS
    ) -> None:
        self._within = within
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="side-lane")
        self.count = count
        self.least_webhooks = least_webhooks

    def run(self, job: Callable[[AnySession], BatchResult]) -> Future[BatchResult]:
        """Begin ``job`` in a thread. Its log lines name the task that asked for it."""
        return self._threads.submit(copy_context().run, self._within, job)

    def close(self) -> None:
        """End the threads after their jobs are done."""
        self._threads.shutdown()


def apart(webhooks: Sequence[Webhook], count: int) -> list[list[Webhook]]:
    """The webhooks in up to ``count`` lists that have nothing in common, of lengths as equal as possible."""
    groups = _Groups()
    mixed = _numbers_of_unlinked_customers(webhooks)
    firsts = []
    for webhook in webhooks:
        # One body can stand in the stream twice, under one id.
        first: Hashable = webhook.raw.id.int
        for item in webhook.items:
            for key in _shared(item, mixed):
                groups.join(first, key)
        firsts.append(first)
    roots = [groups.root(first) for first in firsts]
    sizes = [0] * count
    lanes: dict[Hashable, int] = {}
    for root, size in Counter(roots).most_common():
        lanes[root] = shortest = sizes.index(min(sizes))
        sizes[shortest] += size
    parts: list[list[Webhook]] = [[] for _ in range(count)]
    for webhook, root in zip(webhooks, roots, strict=True):
        parts[lanes[root]].append(webhook)
    return [part for part in parts if part]


class _Groups:
    """Groups of keys that were joined, directly or through others (a disjoint-set forest)."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def root(self, key: Hashable) -> Hashable:
        """The key that stands for the group of ``key``: it is the same for all keys of one group."""
        above = self._above
        while (parent := above.get(key, key)) != key:
            # Halve the way for the next call.
            above[key] = key = above.get(parent, parent)
        return key

    def join(self, one: Hashable, other: Hashable) -> None:
        first, second = self.root(one), self.root(other)
        if first != second:
            self._above[second] = first


def _numbers_of_unlinked_customers(webhooks: Sequence[Webhook]) -> set[str]:
    """Our numbers for which one webhook names a customer by phone only, and another one by user id only.

    The two may be one person, which only the database knows.
    """
    by_phone: set[str] = set()
    by_user_id: set[str] = set()
    for webhook in webhooks:
        for item in webhook.items:
            if not isinstance(item, Personal):
                continue
            has_phone, has_user_id = item.customer.phone is not None, item.customer.user_id is not None
            if has_phone and not has_user_id:
                by_phone.add(number_of(item))
            elif has_user_id and not has_phone:
                by_user_id.add(number_of(item))
    return by_phone & by_user_id


def _shared(item: Item, mixed: set[str]) -> Iterator[Hashable]:
    """Keys of this item. Items that share a key must not be stored at the same time."""
    if isinstance(item, Personal):
        yield from keys_of(item)
        if mixed and number_of(item) in mixed:
            yield ("customers of", number_of(item))
    if isinstance(item, ThreadMessage | StatusUpdate):
        yield ("message", item.wamid)
    elif isinstance(item, Reaction | MessageChange):
        yield ("message", item.event_wamid)
        yield ("message", item.target_wamid)
    elif isinstance(item, AccountNews):
        yield "accounts"
