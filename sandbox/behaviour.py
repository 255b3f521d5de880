"""The switches of the sandbox, and the one way in which the control API changes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, TypeVar

from sandbox.errors import ControlError
from sandbox.send_limits import PAIR_BURST, PAIR_INTERVAL_S

WINDOW_MODES = ("off", "sync", "async")
STRANGER_MODES = ("deliver", "no_whatsapp", "enforce")

# Meta, "Throughput": 80 messages a second for each number.
STRICT_THROUGHPUT_MPS = 80.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How Meta and the customers act. Delays count from the state before; rates of 0 mean "no limit".

    `enforce_window`: `off`, `sync` (131047 in the answer) or `async` (a failed status, as Meta mostly does).
    `strangers` are recipients that nobody declared. `deliver` exempts them from the window, since the sandbox
    cannot know when they wrote to the product. `no_whatsapp` fails them with 131026. `enforce` treats them
    like everybody else.
    """

    auto_deliver: bool = True
    auto_read: bool = False
    sent_delay_ms: int = 20
    delivered_delay_ms: int = 120
    read_delay_ms: int = 1500
    auto_reply: bool = False
    auto_reply_text: str = "Thanks, got it 👍"
    auto_reply_delay_ms: int = 900
    enforce_window: str = "async"
    strangers: str = "deliver"
    enforce_pair_limit: bool = False
    pair_interval_s: float = PAIR_INTERVAL_S
    pair_burst: int = PAIR_BURST
    throughput_mps: float = 0.0
    graph_delay_ms: int = 0
    strict_media: bool = True
    require_subscription: bool = False
    allowed_recipients: list[str] | None = None


@dataclass(frozen=True, slots=True)
class DeliveryMode:
    """How webhooks reach the callback. Retries double from `retry_base_ms` up to `retry_cap_ms`.

    While more updates than `batch_when_behind` wait, a POST carries up to 100 of them, as Meta's do under
    load. 0 turns that off.
    """

    hold: bool = False
    delay_ms: int = 0
    jitter_ms: int = 0
    shuffle: bool = False
    shuffle_ms: int = 250
    batch: int = 1
    batch_wait_ms: int = 100
    batch_when_behind: int = 20
    duplicate: int = 0
    duplicate_probability: float = 1.0
    max_attempts: int = 40
    retry_base_ms: int = 500
    retry_cap_ms: int = 15_000


Switches = TypeVar("Switches", Behaviour, DeliveryMode)


def changed(current: Switches, changes: Mapping[str, Any]) -> Switches:
    """A copy of the switches with the changes applied.

    Raises ControlError for an unknown name or a wrong type.
    """
    known = {field.name: getattr(type(current)(), field.name) for field in fields(current)}
    accepted: dict[str, Any] = {}
    for name, value in changes.items():
        if name == "strict" and isinstance(current, Behaviour):
            accepted |= _strict(value)
            continue
        if name not in known:
            raise ControlError(f"unknown setting {name!r}; known: {', '.join(sorted(known))}")
        accepted[name] = _checked(name, known[name], value)
    return replace(current, **accepted)


def as_json(switches: Behaviour | DeliveryMode) -> dict[str, Any]:
    """The switches as the control API shows them."""
    return asdict(switches)


def _strict(value: Any) -> dict[str, Any]:
    if not isinstance(value, bool):
        raise ControlError("strict must be true or false")
    return {
        "enforce_window": "async",
        "strangers": "enforce" if value else "deliver",
        "enforce_pair_limit": value,
        "throughput_mps": STRICT_THROUGHPUT_MPS if value else 0.0,
        "require_subscription": value,
    }


def _checked(name: str, default: Any, value: Any) -> Any:
    if name == "enforce_window":
        value = {True: "async", False: "off"}.get(value, value) if isinstance(value, bool) else value
        if value not in WINDOW_MODES:
            raise ControlError(f"enforce_window must be one of {', '.join(WINDOW_MODES)}, true or false")
        return value
    if name == "strangers" and value not in STRANGER_MODES:
        raise ControlError(f"strangers must be one of {', '.join(STRANGER_MODES)}")
    if name == "allowed_recipients":
        if value is not None and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            raise ControlError("allowed_recipients must be null or a list of digits")
        return value
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise ControlError(f"{name} must be true or false")
    elif isinstance(default, str):
        if not isinstance(value, str):
            raise ControlError(f"{name} must be text")
    elif isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ControlError(f"{name} must be a number, not negative")
    elif isinstance(default, int):
        value = int(value)
    if name in {"batch", "max_attempts"} and value < 1:
        raise ControlError(f"{name} must be at least 1")
    return value
