"""Parts of a batch, stored side by side: what waits for PostgreSQL in one leaves Python to the others.

A batch's time is half Python's and half PostgreSQL's, and each waits for the other; several transactions at
a time fill the gaps. What belongs together stays together: a customer, a message and the news of accounts
are each in one part, in the order of their arrival, so that no customer's second message is stored before
his first.
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

# Beside the task's own: with it three transactions at a time, on two cores (docs/performance.md).
SIDE_LANES = 2
# A part has the statements of a whole: below this they cost more than they save.
LEAST_WEBHOOKS = 100

Within = Callable[[Callable[[AnySession], BatchResult]], BatchResult]


class SideLanes:
    """Threads to store in beside one's own. ``within`` runs a job there with a session of its own."""

    def __init__(
        self, within: Within, *, count: int = SIDE_LANES, least_webhooks: int = LEAST_WEBHOOKS
    ) -> None:
        self._within = within
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="side-lane")
        self.count = count
        self.least_webhooks = least_webhooks

    def run(self, job: Callable[[AnySession], BatchResult]) -> Future[BatchResult]:
        """Begin ``job``; what the log says of it names the task that asked for it."""
        return self._threads.submit(copy_context().run, self._within, job)

    def close(self) -> None:
        """End the threads, when their jobs are done."""
        self._threads.shutdown()


def apart(webhooks: Sequence[Webhook], count: int) -> list[list[Webhook]]:
    """The webhooks in up to ``count`` lists that have nothing in common, as equal as that allows."""
    groups = _Groups()
    mixed = _numbers_of_unlinked_customers(webhooks)
    firsts = []
    for webhook in webhooks:
        # The same body can stand in the stream twice, under one id.
        first: Hashable = webhook.event.id.int
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
    """Keys that were joined, directly or over others (a disjoint-set forest)."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def root(self, key: Hashable) -> Hashable:
        """The same for all keys of one group."""
        above = self._above
        while (parent := above.get(key, key)) != key:
            # Halve the way for whoever comes next.
            above[key] = key = above.get(parent, parent)
        return key

    def join(self, one: Hashable, other: Hashable) -> None:
        first, second = self.root(one), self.root(other)
        if first != second:
            self._above[second] = first


def _numbers_of_unlinked_customers(webhooks: Sequence[Webhook]) -> set[str]:
    """Numbers with customers here of whom one webhook tells the phone only, and another the user id only.

    They may be one person, which only the database knows.
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
    """What this item has in common with others: they must not be stored at the same time."""
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
