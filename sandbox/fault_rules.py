"""Faults on command: rules say which call goes wrong, how, and how often."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Any

from sandbox.errors import ControlError, GraphError
from sandbox.meta_ids import Ids
from sandbox.model import Json

KINDS = {
    "error",
    "delay",
    "drop_before",
    "drop_after_accept",
    "http_html",
    "empty",
    "no_id",
    "status_before_response",
    # The rest apply to downloads of files only.
    "expired_url",
    "wrong_bytes",
    "cut_short",
    "trickle",
    "redirect",
}
_PARAMETERS = {
    "code": int,
    "http_status": int,
    "subcode": int,
    "retry_after": (int, float),
    "message": str,
    "details": str,
    "seconds": (int, float),
    "when": str,
    "accept": bool,
    "reset": bool,
    "location": str,
}
_MATCHERS = {"endpoint", "method", "phone_number_id", "to"}


@dataclass(slots=True)
class Fault:
    """One rule. `left` is the number of uses that remain (None: no limit). `probability` decides each use."""

    id: int
    kind: str
    match: dict[str, str]
    left: int | None
    probability: float
    parameters: Json = field(default_factory=dict)
    hits: int = 0

    def as_json(self) -> Json:
        """The rule as the control API shows it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "match": self.match,
            "times_left": self.left,
            "probability": self.probability,
            "hits": self.hits,
            **self.parameters,
        }

    def error(self) -> GraphError:
        """The refusal that an `error` rule asks for."""
        given = self.parameters
        return GraphError(
            given.get("code", 131000),
            given.get("message"),
            details=given.get("details"),
            http_status=given.get("http_status"),
            subcode=given.get("subcode"),
            retry_after_s=given.get("retry_after"),
        )


class Faults:
    """The rules in force. A call meets every matching delay and the first other rule that matches."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._lock = threading.Lock()
        self._rules: list[Fault] = []
        self._numbers = itertools.count(1)

    def add(self, asked: Json) -> Fault:
        """Put a rule in force. Raises ControlError where it is not understood."""
        kind = asked.get("kind")
        if kind not in KINDS:
            raise ControlError(f"kind must be one of {', '.join(sorted(KINDS))}")
        match = asked.get("match") or {}
        if not isinstance(match, dict) or set(match) - _MATCHERS:
            raise ControlError(f"match may hold {', '.join(sorted(_MATCHERS))}")
        times = asked.get("times")
        probability = asked.get("probability", 1.0)
        if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
            raise ControlError("times must be a whole number of at least 1")
        if not isinstance(probability, int | float) or not 0 <= probability <= 1:
            raise ControlError("probability must be between 0 and 1")
        parameters = {
            name: asked[name] for name in asked if name not in {"kind", "match", "times", "probability"}
        }
        for name, value in parameters.items():
            _check_parameter(name, value)
        if kind == "error" and not {"code", "http_status"} & set(parameters):
            raise ControlError("an error needs a code")
        if kind == "delay" and "seconds" not in parameters:
            raise ControlError("a delay needs seconds")
        if kind == "redirect" and "location" not in parameters:
            raise ControlError("a redirect needs a location")
        words = {name: str(value).lstrip("+") for name, value in match.items()}
        with self._lock:
            fault = Fault(next(self._numbers), kind, words, times, float(probability), parameters)
            self._rules.append(fault)
        return fault

    def remove(self, fault_id: int | None = None) -> int:
        """Remove one rule, or all of them. Returns how many were removed."""
        with self._lock:
            kept = [] if fault_id is None else [rule for rule in self._rules if rule.id != fault_id]
            removed = len(self._rules) - len(kept)
            self._rules = kept
        return removed

    def listed(self) -> list[Fault]:
        """The rules in force, oldest first."""
        with self._lock:
            return list(self._rules)

    def strike(self, call: dict[str, str | None]) -> list[Fault]:
        """The rules that apply to this call. Each of them is counted as used."""
        if not self._rules:
            return []
        with self._lock:
            met: list[Fault] = []
            for rule in self._rules:
                if not all((call.get(name) or "") == value for name, value in rule.match.items()):
                    continue
                if rule.kind != "delay" and any(fault.kind != "delay" for fault in met):
                    continue
                if rule.probability < 1 and self._ids.chance() >= rule.probability:
                    continue
                rule.hits += 1
                if rule.left is not None:
                    rule.left -= 1
                met.append(rule)
            self._rules = [rule for rule in self._rules if rule.left is None or rule.left > 0]
            return met


def _check_parameter(name: str, value: Any) -> None:
    expected: Any = _PARAMETERS.get(name)
    if expected is None:
        raise ControlError(f"unknown parameter {name!r}; known: {', '.join(sorted(_PARAMETERS))}")
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise ControlError(f"{name} has the wrong type")
    if name == "when" and value not in {"before", "after"}:
        raise ControlError("when must be before or after")
    if name == "seconds" and not 0 <= value <= 600:
        raise ControlError("seconds must be between 0 and 600")
