"""The doctor's findings, one for each thing that it checked."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The state of a finding; only ``wrong`` makes the whole examination fail."""

    OK = "ok"
    NOTE = "note"
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """``detail`` is what the doctor saw; ``advice`` is a sentence on what to do, None if nothing."""

    check: str
    state: State
    detail: str
    advice: str | None = None


def ok(check: str, detail: str) -> Finding:
    """A finding that all is well."""
    return Finding(check, State.OK, detail)


def note(check: str, detail: str, advice: str | None = None) -> Finding:
    """A finding that is worth knowing and no fault."""
    return Finding(check, State.NOTE, detail, advice)


def unknown(check: str, detail: str, advice: str | None = None) -> Finding:
    """A finding that the check could not be made."""
    return Finding(check, State.UNKNOWN, detail, advice)


def wrong(check: str, detail: str, advice: str) -> Finding:
    """A finding that something must be mended."""
    return Finding(check, State.WRONG, detail, advice)


def judged(is_good: bool, check: str, detail: str, advice: str) -> Finding:
    """``ok`` or ``wrong``; only ``wrong`` gives the advice."""
    return ok(check, detail) if is_good else wrong(check, detail, advice)
