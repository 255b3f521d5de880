"""What happens to a message after Meta has accepted it: sent, delivered, read, or failed."""

from __future__ import annotations

import time
from collections.abc import Callable

from sandbox.errors import ControlError, webhook_error
from sandbox.model import STATUS_RANK, Customer, Json, Message, Template
from sandbox.scheduler import Scheduler
from sandbox.webhooks.dispatcher import Dispatcher
from sandbox.webhooks.shapes import Update, status_entry, status_update
from sandbox.world import World


class Lifecycle:
    """Moves outbound messages from status to status, and tells the callback."""

    def __init__(self, world: World, scheduler: Scheduler, dispatcher: Dispatcher) -> None:
        self._world = world
        self._scheduler = scheduler
        self._dispatcher = dispatcher
        self._categories: dict[str, str] = {}
        # Called for each message that is delivered without a command.
        self.on_delivered: Callable[[Message], None] = lambda message: None

    def clear(self) -> None:
        """Forget the categories of sent templates."""
        self._categories.clear()

    def accepted(
        self, message: Message, customer: Customer, template: Template | None, failure: int | None
    ) -> None:
        """Plan the statuses of a message that was just accepted; `failure` is the code it will fail with."""
        behaviour = self._world.behaviour
        if template is not None:
            self._categories[message.wamid] = template.category
        if not behaviour.auto_deliver:
            return
        delay = behaviour.sent_delay_ms / 1000
        if failure is not None:
            self._scheduler.after(delay, lambda: self._quietly(message, "failed", failure))
            return
        if template is not None and template.pacing == "held_for_quality_assessment":
            return
        self._scheduler.after(delay, lambda: self._quietly(message, "sent"))
        # A reaction gets no status but `sent` (Meta, "Reaction messages").
        if message.type == "reaction" or not customer.on_whatsapp:
            return
        delay += behaviour.delivered_delay_ms / 1000
        self._scheduler.after(delay, lambda: self._quietly(message, "delivered"))
        if behaviour.auto_read and customer.read_receipts:
            delay += behaviour.read_delay_ms / 1000
            self._scheduler.after(delay, lambda: self._quietly(message, "read"))

    def _quietly(self, message: Message, status: str, code: int | None = None) -> None:
        update = self.advance(message, status, code=code)
        if update is not None:
            self._dispatcher.submit([update])
            if status == "delivered":
                self.on_delivered(message)

    def advance(
        self,
        message: Message,
        status: str,
        *,
        code: int | None = None,
        at: float | None = None,
        force: bool = False,
    ) -> Update | None:
        """Record the status and return its webhook. None means that the message has this or a later one.

        `force` also makes the webhooks that Meta would not send: of a repeated or an earlier status.
        """
        if status not in STATUS_RANK and not force:
            raise ControlError(f"unknown status {status!r}; known: {', '.join(STATUS_RANK)}")
        world = self._world
        with world.lock:
            number = world.numbers.get(message.phone_number_id)
            customer = world.customers.get(message.customer_key)
            if number is None or customer is None or message.wamid not in world.messages:
                return None
            rank = STATUS_RANK.get(status, 0)
            if not force and any(STATUS_RANK.get(s["status"], 0) >= rank for s in message.statuses):
                return None
            timestamp = int(at if at is not None else time.time())
            errors = [webhook_error(code or 131000)] if status == "failed" or code else None
            # Meta tells the price in `sent`, and in the first of `delivered` and `read`.
            priced = status == "sent" or (
                status in {"delivered", "read"}
                and not any(s["status"] in {"delivered", "read"} for s in message.statuses)
            )
            entry = status_entry(
                message,
                customer,
                status,
                timestamp,
                category=self._categories.get(message.wamid),
                errors=errors,
                with_pricing=priced,
            )
            noted: Json = {"status": status, "timestamp": timestamp}
            if errors:
                noted["code"] = errors[0]["code"]
            message.statuses.append(noted)
            world.touch("message", message.wamid)
            return status_update(number, customer, entry)

    def read_by_customer(self, phone_number_id: str, customer: Customer, wamid: str | None) -> list[Message]:
        """The customer opens the chat, and reads all messages or those up to `wamid`.

        Returns the messages whose status changed. They only become delivered where the customer sends no read
        receipts.
        """
        newly_read: list[Message] = []
        for message in self._world.thread(phone_number_id, customer):
            if message.direction == "outbound" and message.type != "reaction" and message.status != "failed":
                # Meta skips `delivered` where the chat is open; `read` may come alone.
                update = self.advance(message, "read" if customer.read_receipts else "delivered")
                if update is not None:
                    newly_read.append(message)
                    self._dispatcher.submit([update])
            if message.wamid == wamid:
                break
        return newly_read
