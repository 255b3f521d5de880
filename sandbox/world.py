"""The state of the sandbox: numbers, customers, threads, templates, tokens.

Every method may be called from any thread.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any

from sandbox import defaults
from sandbox.behaviour import Behaviour, DeliveryMode
from sandbox.errors import ControlError
from sandbox.meta_ids import Ids
from sandbox.model import AccessToken, Customer, Group, Json, Media, Message, PhoneNumber, Template
from sandbox.sandbox_config import SandboxConfig
from sandbox.writings import own_writing

# A load test of several minutes fits. Beyond this the oldest messages are forgotten, which bounds the memory.
MAX_MESSAGES = 250_000
WINDOW_S = 24 * 3600

Pair = tuple[str, str]


class World:
    """Everything that Meta knows. Its lock is held for work on dictionaries only, never over I/O or sleep."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.ids = Ids(config.seed)
        self.lock = threading.RLock()
        self.on_change: Callable[[str, str], None] = lambda kind, key: None
        self.reset()

    def reset(self) -> None:
        """Return to the default world. The configuration stays."""
        with self.lock:
            self.ids.reseed(self.config.seed)
            self.behaviour = Behaviour()
            self.delivery = DeliveryMode()
            self.numbers: dict[str, PhoneNumber] = {}
            self.customers: dict[str, Customer] = {}
            self.by_user_id: dict[str, Customer] = {}
            self.by_writing: dict[str, Customer] = {}
            self.templates: dict[str, Template] = {}
            self.tokens: dict[str, AccessToken] = {}
            self.media: dict[str, Media] = {}
            self.messages: dict[str, Message] = {}
            self.threads: dict[Pair, deque[Message]] = defaultdict(deque)
            self.last_inbound: dict[Pair, float] = {}
            self.blocked: set[Pair] = set()
            self.typing_until: dict[Pair, float] = {}
            self.subscriptions: dict[str, str] = {}
            # The state of an order's payment, by number and reference.
            self.payments: dict[tuple[str, str], str] = {}
            self.groups: dict[str, Group] = {}
            # Who answers in place of the business, by conversation.
            self.thread_owners: dict[Pair, str] = {}
            # The business's calls: number, customer, time.
            self.calls: list[tuple[str, str, float]] = []
            # Unfinished uploads by the node of their session, and the types of finished ones by their handle.
            self.upload_sessions: dict[str, Any] = {}
            self.file_handles: dict[str, str] = {}
            self.synchronized: set[tuple[str, str]] = set()
            self.seq = 0
            self.version = 0
            for number in defaults.phone_numbers():
                self.numbers[number.phone_number_id] = number
            for customer in defaults.customers():
                self._file(customer)
            for group in defaults.groups():
                self.groups[group.group_id] = group
            for template in defaults.templates():
                self.templates[template.template_id] = template
            self.tokens[self.config.access_token] = AccessToken(self.config.access_token)
            self.on_change("reset", "")

    def touch(self, kind: str, key: str) -> None:
        """Record that a thing has changed. The page polls the version; the state file follows the keys."""
        self.version += 1
        self.on_change(kind, key)

    # Numbers and customers

    def number(self, phone_number_id: str | None) -> PhoneNumber:
        """The business number of that id, or the first one where the id is left out.

        Raises ControlError with status 404.
        """
        with self.lock:
            if phone_number_id is None:
                return next(iter(self.numbers.values()))
            number = self.numbers.get(str(phone_number_id))
        if number is None:
            raise ControlError(f"unknown phone_number_id {phone_number_id}", 404)
        return number

    def add_number(self, number: PhoneNumber) -> None:
        """Add a business number, or replace the one of that id."""
        with self.lock:
            self.numbers[number.phone_number_id] = number
            self.touch("number", number.phone_number_id)

    def find_customer(self, ref: str) -> Customer | None:
        """A customer by phone number (digits in any writing, `+` allowed) or business-scoped id."""
        digits = ref.lstrip("+")
        with self.lock:
            found = self.customers.get(digits) or self.by_user_id.get(ref)
            if found is not None or not digits.isdigit():
                return found
            found = self.by_writing.get(digits) or self.by_writing.get(own_writing(digits))
            is_theirs = found is not None and found.wa_id is not None and found.wa_id in self.customers
            return found if is_theirs else None

    def customer(self, ref: str | None) -> Customer:
        """As `find_customer`, or the first customer without a `ref`. Raises ControlError with status 404."""
        with self.lock:
            if ref is None:
                return next(iter(self.customers.values()))
            found = self.find_customer(ref)
        if found is None:
            raise ControlError(f"unknown customer {ref}", 404)
        return found

    def speaker(self, ref: str | None) -> Customer:
        """As `customer`, but an unknown phone number becomes a new customer, since anybody may write."""
        with self.lock:
            if ref is not None and self.find_customer(ref) is None and ref.isdigit() and 7 <= len(ref) <= 15:
                return self.add_customer(Customer(self.ids.user_id(), ref, f"Customer {ref[-4:]}"))
            return self.customer(ref)

    def add_customer(self, customer: Customer) -> Customer:
        """Make a person known. They replace whoever has the same number or business-scoped id."""
        with self.lock:
            self._file(customer)
            self.touch("customer", customer.key)
            return customer

    def next_answer(self, key: str) -> str | None:
        """The next line of the customer's script, which they then have said. None: they have none."""
        with self.lock:
            customer = self.customers.get(key)
            if customer is None or not customer.answers:
                return None
            said = customer.answers.pop(0)
            self.touch("customer", key)
            return said

    def recipient(self, ref: str, *, by_user_id: bool) -> Customer:
        """The person whom a send is for. Somebody unknown becomes a stranger."""
        with self.lock:
            found = self.find_customer(ref)
            if found is None:
                user_id = ref if by_user_id else self.ids.user_id()
                found = Customer(user_id, None if by_user_id else own_writing(ref), declared=False)
                self.add_customer(found)
            return found

    def rekey_customer(self, customer: Customer, *, wa_id: str | None, user_id: str | None) -> None:
        """Give a person another number or business-scoped id, and move their threads along."""
        with self.lock:
            old_key = customer.key
            if wa_id is not None:
                self.free_number(wa_id, but=customer)
            self.customers.pop(old_key, None)
            self.by_user_id.pop(customer.user_id, None)
            customer.wa_id = wa_id if wa_id is not None else customer.wa_id
            customer.user_id = user_id or customer.user_id
            self._file(customer)
            if customer.key != old_key:
                self.touch("customer", old_key)
                for pair in [pair for pair in self.threads if pair[1] == old_key]:
                    moved = self.threads.pop(pair)
                    for message in moved:
                        message.customer_key = customer.key
                        self.on_change("message", message.wamid)
                    self.threads[(pair[0], customer.key)].extend(moved)
                    if pair in self.last_inbound:
                        self.last_inbound[(pair[0], customer.key)] = self.last_inbound.pop(pair)
                        self.touch("window", "|".join(pair))
                        self.touch("window", f"{pair[0]}|{customer.key}")
            self.touch("customer", customer.key)

    def free_number(self, wa_id: str, *, but: Customer | None = None) -> None:
        """Take this number from whoever has it. They keep their business-scoped id and their threads."""
        with self.lock:
            holder = self.customers.get(wa_id)
            if holder is None or holder is but:
                return
            del self.customers[wa_id]
            holder.wa_id = None
            self._file(holder)
            for pair in [pair for pair in self.threads if pair[1] == wa_id]:
                moved = self.threads.pop(pair)
                for message in moved:
                    message.customer_key = holder.key
                self.threads[(pair[0], holder.key)].extend(moved)
                if pair in self.last_inbound:
                    self.last_inbound[(pair[0], holder.key)] = self.last_inbound.pop(pair)
            self.touch("customer", wa_id)
            self.touch("customer", holder.key)

    def _file(self, customer: Customer) -> None:
        self.customers[customer.key] = customer
        self.by_user_id[customer.user_id] = customer
        if customer.wa_id is not None:
            for writing in (own_writing(customer.wa_id), *customer.also_written):
                self.by_writing[writing] = customer

    # Messages

    def add_message(self, **values: Any) -> Message:
        """Store a message at the end of its thread."""
        with self.lock:
            self.seq += 1
            message = Message(seq=self.seq, **values)
            self.messages[message.wamid] = message
            self.threads[(message.phone_number_id, message.customer_key)].append(message)
            if len(self.messages) > MAX_MESSAGES:
                self._forget(next(iter(self.messages.values())))
            self.touch("message", message.wamid)
            return message

    def _forget(self, oldest: Message) -> None:
        del self.messages[oldest.wamid]
        thread = self.threads[(oldest.phone_number_id, oldest.customer_key)]
        if thread and thread[0] is oldest:
            thread.popleft()
        self.on_change("message", oldest.wamid)

    def thread(self, phone_number_id: str, customer: Customer) -> list[Message]:
        """The messages between a number and a customer, oldest first."""
        with self.lock:
            return list(self.threads.get((phone_number_id, customer.key), ()))

    def listed(self, keep: Callable[[Message], bool], *, limit: int, after: int = 0) -> list[Message]:
        """The first `limit` messages that pass `keep`, in order of acceptance, with a `seq` above `after`."""
        with self.lock:
            if after:
                # Whoever follows along wants a few of the newest messages, so the search begins at the end.
                newest = itertools.takewhile(lambda m: m.seq > after, reversed(self.messages.values()))
                later: Iterable[Message] = list(newest)[::-1]
            else:
                later = list(self.messages.values())
        return list(itertools.islice(filter(keep, later), limit))

    def customer_wrote(self, pair: Pair, at: float) -> None:
        """Open or extend the customer service window. An older message never shortens it."""
        with self.lock:
            self.last_inbound[pair] = max(at, self.last_inbound.get(pair, 0.0))
            self.touch("window", "|".join(pair))

    def is_window_open(self, pair: Pair) -> bool:
        """Whether free-form messages are allowed: 24 h after the customer's last message."""
        with self.lock:
            return time.time() < self.last_inbound.get(pair, 0.0) + WINDOW_S

    # Media, templates, tokens

    def add_media(self, media: Media) -> Media:
        """Keep a file, and fill in its digest and time."""
        digest = hashlib.sha256()
        for piece in media.pieces():
            digest.update(piece)
        media.sha256_hex = digest.hexdigest()
        media.created_at = media.created_at or time.time()
        with self.lock:
            self.media[media.media_id] = media
            self.touch("media", media.media_id)
        return media

    def find_template(self, waba_id: str, name: str, language: str) -> Template | None:
        """The template of that name and language, in whatever state."""
        with self.lock:
            for template in self.templates.values():
                if (template.waba_id, template.name, template.language) == (waba_id, name, language):
                    return template
        return None

    def templates_of(self, waba_id: str) -> Iterable[Template]:
        """The account's templates, newest id last."""
        with self.lock:
            return [t for t in self.templates.values() if t.waba_id == waba_id]

    def waba_ids(self) -> set[str]:
        """Every account that has a number."""
        with self.lock:
            return {number.waba_id for number in self.numbers.values()}

    def callback_for(self, waba_id: str, phone_number_id: str | None) -> str:
        """The address of a webhook: the number's override, else the account's, else the app's callback."""
        with self.lock:
            number = self.numbers.get(phone_number_id or "")
            override = (number.override_callback_url if number else "") or self.subscriptions.get(waba_id, "")
            return override or self.config.callback_url

    def snapshot(self, phone_number_id: str, customer: Customer) -> Json:
        """What the page shows of a thread beside its messages."""
        pair = (phone_number_id, customer.key)
        with self.lock:
            last = self.last_inbound.get(pair)
            return {
                "window_open": self.is_window_open(pair),
                "window_expires_at": last + WINDOW_S if last else None,
                "typing": self.typing_until.get(pair, 0.0) > time.time(),
                "blocked": pair in self.blocked,
            }
