"""What news of an account or a number are made of."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from livechat.whatsapp.reading import Json, label

Severity = Literal["info", "warning", "critical"]

# News that tell of no end are shown for so long.
SHOWN_FOR = timedelta(days=7)
# Meta's codes for the states that stop a number, so that a pause by webhook and by a refused send are one.
LOCKED, NOT_REGISTERED, NO_PERMISSION, GONE, BLOCKED = 131031, 133010, 200, 33, 368


@dataclass(frozen=True, slots=True)
class Notice:
    """A matter's newest word; ``severity`` None settles it. ``detail`` is one sentence for the agent."""

    code: str
    severity: Severity | None
    title: str = ""
    detail: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TemplateNews:
    """What a webhook says of one template; None where it says nothing. The list itself is read again."""

    meta_id: str | None
    name: str
    language: str
    status: str | None = None
    category: str | None = None
    quality: str | None = None
    rejected_reason: str | None = None


@dataclass(slots=True)
class News:
    """All that one value says. ``number`` names the number by id or digits, both None: the whole account.

    ``pause`` is (Meta's code, reason) and ``resume`` the codes of pauses that are over. ``facts`` are columns
    of the number. ``refresh`` asks for what Meta says of the number now.
    """

    waba_id: str | None = None
    phone_number_id: str | None = None
    digits: str | None = None
    notices: list[Notice] = field(default_factory=list)
    facts: Json = field(default_factory=dict)
    templates: list[TemplateNews] = field(default_factory=list)
    pause: tuple[int, str] | None = None
    resume: frozenset[int] = frozenset()
    refresh: bool = False


def words_of(value: Any) -> str:
    """Meta's constant as words: PRIMARY_INACTIVITY, primary inactivity."""
    return (label(value) or "").replace("_", " ").lower()
