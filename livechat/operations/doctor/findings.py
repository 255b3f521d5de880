"""What the doctor says: one finding for each thing that was looked at."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Only ``wrong`` makes the whole examination fail."""

    OK = "ok"
    NOTE = "note"
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """``detail`` is what was seen; ``advice`` what to do, a sentence, where something is to be done."""

    check: str
    state: State
    detail: str
    advice: str | None = None


def ok(check: str, detail: str) -> Finding:
    """As it must be."""
    return Finding(check, State.OK, detail)


def note(check: str, detail: str, advice: str | None = None) -> Finding:
    """Worth knowing, and no fault."""
    return Finding(check, State.NOTE, detail, advice)


def unknown(check: str, detail: str, advice: str | None = None) -> Finding:
    """It could not be looked at."""
    return Finding(check, State.UNKNOWN, detail, advice)


def wrong(check: str, detail: str, advice: str) -> Finding:
    """To be mended."""
    return Finding(check, State.WRONG, detail, advice)


def judged(is_good: bool, check: str, detail: str, advice: str) -> Finding:
    """``ok`` or ``wrong``; the advice is given only where it is needed."""
    return ok(check, detail) if is_good else wrong(check, detail, advice)
