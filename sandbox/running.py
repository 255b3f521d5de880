"""One running sandbox: the world and everything that moves it."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app

from sandbox.customer_voice import CustomerVoice
from sandbox.fault_rules import Faults
from sandbox.keys import KeyRing
from sandbox.kinds.commands import Kinds
from sandbox.lifecycle import Lifecycle
from sandbox.model import Json, Message
from sandbox.outbox import Outbox
from sandbox.recorder import Recorder
from sandbox.sandbox_config import SandboxConfig
from sandbox.scheduler import Scheduler
from sandbox.send_limits import RateLimits
from sandbox.state import StateFile
from sandbox.webhooks.dispatcher import Dispatcher
from sandbox.world import World


def sandbox() -> Sandbox:
    """The sandbox of the running application."""
    found: Sandbox = current_app.extensions["sandbox"]
    return found


class Sandbox:
    """Wires the parts of one sandbox. Flask keeps it in `app.extensions["sandbox"]`."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.world = World(config)
        self.scheduler = Scheduler()
        self.dispatcher = Dispatcher(self.world, self.scheduler)
        self.lifecycle = Lifecycle(self.world, self.scheduler, self.dispatcher)
        self.voice = CustomerVoice(self.world, self.dispatcher)
        self.kinds = Kinds(self.world, self.voice, self.lifecycle)
        self.faults = Faults(self.world.ids)
        self.limits = RateLimits()
        self.recorder = Recorder()
        self.outbox = Outbox()
        self.keys = KeyRing(config)
        self.state = StateFile(config.state_path, self.world) if config.state_path else None
        self.lifecycle.on_delivered = self._answer_for_customer
        if self.state is not None:
            self.state.open()

    def reset(self) -> None:
        """Forget everything but the configuration."""
        self.scheduler.clear()
        self.dispatcher.clear()
        self.world.reset()
        self.lifecycle.clear()
        self.faults.remove()
        self.limits.clear()
        self.recorder.clear()
        self.outbox.clear()
        self.keys.reset()

    def settled(self) -> bool:
        """Whether every planned status has been made and every webhook has had its first attempt."""
        return self.scheduler.waiting == 0 and self.dispatcher.settled()

    def stop(self) -> None:
        """End the background threads."""
        self.scheduler.stop()
        self.dispatcher.stop()
        if self.state is not None:
            self.state.close()

    def _answer_for_customer(self, message: Message) -> None:
        """Have the customer answer what was delivered: by their own script, else by `auto_reply`."""
        behaviour = self.world.behaviour
        scripted = self.world.next_answer(message.customer_key)
        if scripted is not None:
            # Whoever answers has read.
            self._read(message)
            self._later(lambda: self._write(message, {"text": scripted}))
        elif behaviour.auto_reply:
            self._later(lambda: self._write(message, {"text": behaviour.auto_reply_text}))

    def _later(self, act: Callable[[], None]) -> None:
        self.scheduler.after(self.world.behaviour.auto_reply_delay_ms / 1000, act)

    def _read(self, message: Message) -> None:
        customer = self.world.find_customer(message.customer_key)
        if customer is not None:
            self.lifecycle.read_by_customer(message.phone_number_id, customer, None)

    def _write(self, message: Message, command: Json) -> None:
        customer = self.world.find_customer(message.customer_key)
        number = self.world.numbers.get(message.phone_number_id)
        blocked = (message.phone_number_id, message.customer_key) in self.world.blocked
        if customer is not None and number is not None and not blocked:
            self.voice.write(customer, number, command)
