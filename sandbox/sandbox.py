"""One running sandbox: the world and everything that moves it."""

from __future__ import annotations

from sandbox.config import SandboxConfig
from sandbox.customers import CustomerVoice
from sandbox.faults import Faults
from sandbox.keys import KeyRing
from sandbox.lifecycle import Lifecycle
from sandbox.limits import RateLimits
from sandbox.recorder import Recorder
from sandbox.scheduler import Scheduler
from sandbox.webhooks.dispatcher import Dispatcher
from sandbox.world import World


class Sandbox:
    """Wires the parts. Flask keeps one of these in `app.extensions["sandbox"]`."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.world = World(config)
        self.scheduler = Scheduler()
        self.dispatcher = Dispatcher(self.world, self.scheduler)
        self.lifecycle = Lifecycle(self.world, self.scheduler, self.dispatcher)
        self.voice = CustomerVoice(self.world, self.dispatcher)
        self.faults = Faults(self.world.ids)
        self.limits = RateLimits()
        self.recorder = Recorder()
        self.keys = KeyRing(config)

    def reset(self) -> None:
        """Forget everything but the configuration."""
        self.scheduler.clear()
        self.dispatcher.clear()
        self.world.reset()
        self.lifecycle.clear()
        self.faults.remove()
        self.limits.clear()
        self.recorder.clear()
        self.keys.reset()

    def settled(self) -> bool:
        """True when every planned status has been made and every webhook has had its first attempt."""
        return self.scheduler.waiting == 0 and self.dispatcher.settled()

    def stop(self) -> None:
        """End the background threads."""
        self.scheduler.stop()
        self.dispatcher.stop()
