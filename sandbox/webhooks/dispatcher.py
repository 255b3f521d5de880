"""Delivers webhooks in the background: signed, repeated until accepted, and out of order on command."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import urllib3

from sandbox.behaviour import DeliveryMode
from sandbox.model import Json
from sandbox.scheduler import Scheduler
from sandbox.webhooks.encoding import SIGNATURE_HEADER, encode, sign
from sandbox.webhooks.shapes import Update, envelope
from sandbox.world import World

MAX_LOGGED = 5000
MAX_LOGGED_BODY = 64 * 1024
WORKERS = 8
STOP_TIMEOUT_S = 2.0
_BEHIND_BATCH = 100


@dataclass(slots=True)
class Delivery:
    """One POST to the callback, with all attempts. `state` is pending, retrying, delivered or failed."""

    id: int
    url: str
    body: bytes = field(repr=False)
    labels: list[str]
    created_at: float
    signature: str | None = None
    state: str = "pending"
    attempts: list[Json] = field(default_factory=list)
    repeat_of: int | None = None
    done: threading.Event = field(default_factory=threading.Event, repr=False)

    def as_json(self, *, with_body: bool = False) -> Json:
        """The delivery as `GET /sandbox/deliveries` shows it."""
        shown: Json = {
            "id": self.id,
            "url": self.url,
            "labels": self.labels,
            "created_at": self.created_at,
            "state": self.state,
            "attempts": list(self.attempts),
            "bytes": len(self.body),
            "signature": self.signature,
            "repeat_of": self.repeat_of,
        }
        if with_body:
            shown["body"] = self.body[:MAX_LOGGED_BODY].decode("utf-8", "replace")
        return shown


class Dispatcher:
    """A small pool of threads between the world and the callback. Connections are kept alive."""

    def __init__(self, world: World, scheduler: Scheduler) -> None:
        self.world = world
        self._scheduler = scheduler
        self._wake = threading.Condition()
        self._ready: deque[tuple[float, Update]] = deque()
        self._again: deque[Delivery] = deque()
        self._log: deque[Delivery] = deque(maxlen=MAX_LOGGED)
        self._ids = itertools.count(1)
        self._busy = 0
        self._later = 0
        self._generation = 0
        self._stopping = False
        self._threads: list[threading.Thread] = []
        # The log shows every try, so urllib3 must neither retry by itself nor follow a redirect.
        self._http = urllib3.PoolManager(maxsize=WORKERS * 2, retries=False)

    # Taking updates

    def submit(self, updates: Sequence[Update]) -> None:
        """Deliver the updates in the background, by the present delivery mode."""
        for update in updates:
            if self.world.behaviour.require_subscription and update.waba_id not in self.world.subscriptions:
                continue
            delay = self._delay_s(self.world.delivery)
            if delay > 0:
                with self._wake:
                    self._later += 1
                generation = self._generation
                self._scheduler.after(delay, lambda u=update, g=generation: self._arrive(u, g))  # type: ignore[misc]
            else:
                with self._wake:
                    self._enqueue(update)

    def post_now(self, updates: Sequence[Update]) -> Delivery:
        """Deliver one POST in this thread, whatever the mode, and wait for the callback's first answer."""
        url = self.world.callback_for(updates[0].waba_id, updates[0].phone_number_id)
        delivery = self._record(url, encode(envelope(list(updates))), [u.label for u in updates])
        self._attempt(delivery)
        return delivery

    def post_raw(
        self, body: bytes, *, signature: str | None, headers: dict[str, str], url: str
    ) -> tuple[Delivery, Json]:
        """Deliver exactly these bytes, once. `signature` None signs them properly, "" leaves the header out.

        Returns the delivery and the callback's answer `{status, body, headers}` (or `{error}`).
        """
        delivery = self._record(url, body, ["raw"])
        return delivery, self._attempt(delivery, signature=signature, headers=headers, retry=False)

    def redeliver(self, delivery_id: int) -> Delivery | None:
        """Send the bytes of an earlier delivery again, as a new delivery. None where it is unknown."""
        with self._wake:
            old = next((d for d in self._log if d.id == delivery_id), None)
        if old is None:
            return None
        copy = self._record(old.url, old.body, old.labels, repeat_of=old.id)
        self._enqueue_again(copy)
        return copy

    # Views

    def deliveries(self, *, after: int = 0, limit: int = 100, state: str | None = None) -> list[Delivery]:
        """The newest `limit` deliveries with an id above `after`, oldest first."""
        with self._wake:
            chosen = [d for d in self._log if d.id > after and (state is None or d.state == state)]
        return chosen[-limit:] if limit else []

    def depth(self) -> Json:
        """The numbers of updates and deliveries on their way: `{waiting, retrying, busy}`."""
        with self._wake:
            retrying = sum(1 for d in self._log if d.state == "retrying")
            return {"waiting": len(self._ready) + self._later, "retrying": retrying, "busy": self._busy}

    def settled(self) -> bool:
        """Whether nothing waits for its first attempt."""
        with self._wake:
            return not self._ready and not self._again and not self._busy and not self._later

    # Control

    def mode_changed(self) -> None:
        """Apply a changed delivery mode to what waits."""
        with self._wake:
            self._wake.notify_all()

    def clear(self) -> None:
        """Forget what waits, and the log."""
        with self._wake:
            self._generation += 1
            self._ready.clear()
            self._again.clear()
            self._log.clear()
            self._later = 0

    def stop(self) -> None:
        """End the threads. What waits is not delivered."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        # A callback that hangs must not keep the process from ending. The threads are daemons.
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))
        self._http.clear()

    # Delivery

    def _delay_s(self, mode: DeliveryMode) -> float:
        delay = mode.delay_ms
        if mode.jitter_ms:
            delay += int(self.world.ids.chance() * mode.jitter_ms)
        if mode.shuffle:
            # Every update waits for a random time, so that later ones may overtake it.
            delay += int(self.world.ids.chance() * mode.shuffle_ms)
        return delay / 1000

    def _arrive(self, update: Update, generation: int) -> None:
        with self._wake:
            if generation == self._generation:
                self._later -= 1
                self._enqueue(update)

    def _enqueue(self, update: Update) -> None:
        self._ready.append((time.monotonic(), update))
        self._start_threads()
        self._wake.notify()

    def _enqueue_again(self, delivery: Delivery) -> None:
        with self._wake:
            self._again.append(delivery)
            self._start_threads()
            self._wake.notify()

    def _start_threads(self) -> None:
        if len(self._threads) < WORKERS and not self._stopping:
            thread = threading.Thread(target=self._work, name=f"webhooks-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._stopping and (wait := self._wait_s()) != 0:
                    self._wake.wait(wait)
                if self._stopping:
                    return
                delivery = self._again.popleft() if self._again else None
                updates = [] if delivery else self._take()
                self._busy += 1
            try:
                self._send(delivery, updates)
            finally:
                with self._wake:
                    self._busy -= 1

    def _send(self, delivery: Delivery | None, updates: list[Update]) -> None:
        if delivery is not None:
            self._attempt(delivery)
            return
        by_url: dict[str, list[Update]] = {}
        for update in updates:
            url = self.world.callback_for(update.waba_id, update.phone_number_id)
            by_url.setdefault(url, []).append(update)
        for url, group in by_url.items():
            delivery = self._record(url, encode(envelope(group)), [update.label for update in group])
            self._attempt(delivery)
            self._repeat(delivery)

    def _wait_s(self) -> float | None:
        """Seconds until there is something to do. 0 means now, None until somebody notifies."""
        mode = self.world.delivery
        if mode.hold:
            return None
        if self._again:
            return 0
        if not self._ready:
            return None
        if len(self._ready) >= mode.batch:
            return 0
        return max(self._ready[0][0] + mode.batch_wait_ms / 1000 - time.monotonic(), 0)

    def _take(self) -> list[Update]:
        mode = self.world.delivery
        size = mode.batch
        if mode.batch_when_behind and len(self._ready) > mode.batch_when_behind:
            size = max(size, _BEHIND_BATCH)
        return [self._ready.popleft()[1] for _ in range(min(size, len(self._ready)))]

    def _record(self, url: str, body: bytes, labels: list[str], repeat_of: int | None = None) -> Delivery:
        delivery = Delivery(next(self._ids), url, body, labels, time.time(), repeat_of=repeat_of)
        with self._wake:
            self._log.append(delivery)
        return delivery

    def _repeat(self, delivery: Delivery) -> None:
        mode = self.world.delivery
        if mode.duplicate and self.world.ids.chance() < mode.duplicate_probability:
            for _ in range(mode.duplicate):
                self._enqueue_again(self._record(delivery.url, delivery.body, delivery.labels, delivery.id))

    def _attempt(
        self,
        delivery: Delivery,
        *,
        signature: str | None = None,
        headers: dict[str, str] | None = None,
        retry: bool = True,
    ) -> Json:
        """Post once and record the outcome. Plan the next try where it failed."""
        started = time.monotonic()
        delivery.signature = (
            sign(delivery.body, self.world.config.app_secret) if signature is None else signature
        )
        sent_headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "Accept": "*/*",
        }
        if delivery.signature:
            sent_headers[SIGNATURE_HEADER] = delivery.signature
        sent_headers |= headers or {}
        answer: Json
        timeout = urllib3.Timeout(self.world.config.webhook_timeout_s)
        try:
            response = self._http.request(
                "POST",
                delivery.url,
                body=delivery.body,
                headers=sent_headers,
                timeout=timeout,
                redirect=False,
            )
            answer = {
                "status": response.status,
                "body": response.data[:MAX_LOGGED_BODY].decode("utf-8", "replace"),
                "headers": dict(response.headers),
            }
        except urllib3.exceptions.HTTPError as error:
            answer = {"status": None, "error": type(error).__name__}
        outcome: dict[str, Any] = {
            "at": time.time(),
            "status": answer["status"],
            "ms": round((time.monotonic() - started) * 1000, 1),
        }
        if "error" in answer:
            outcome["error"] = answer["error"]
        delivery.attempts.append(outcome)
        if answer["status"] == 200:
            delivery.state = "delivered"
        elif retry and len(delivery.attempts) < self.world.delivery.max_attempts:
            delivery.state = "retrying"
            self._scheduler.after(self._backoff_s(delivery), lambda: self._enqueue_again(delivery))
        else:
            delivery.state = "failed"
        delivery.done.set()
        self.world.version += 1
        return answer

    def _backoff_s(self, delivery: Delivery) -> float:
        mode = self.world.delivery
        exponent = min(len(delivery.attempts) - 1, 20)
        return float(min(mode.retry_base_ms * 2**exponent, mode.retry_cap_ms)) / 1000
