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


@dataclass(frozen=True, slots=True)
class Stop:
    """Sends stop: Meta's code for it, its title and a sentence. ``matter`` is the notice that tells of it."""

    code: int
    title: str
    sentence: str
    matter: str | None = None


@dataclass(frozen=True, slots=True)
class GoOn:
    """Pauses with this code are over; ``matter`` is the notice that is settled by it."""

    code: int
    matter: str


# What stops sends, and the notice that tells of it: who says that the one is over, says so of the other.
MATTERS: dict[int, tuple[str, ...]] = {
    GONE: ("account_deleted",),
    NOT_REGISTERED: ("account_offboarded",),
    NO_PERMISSION: ("partner_removed",),
    LOCKED: ("account_disabled",),
    BLOCKED: ("restricted_customer_initiated_messaging",),
}


@dataclass(slots=True)
class News:
    """All that one value says.

    ``names_number``: it is about one number alone, by id or by digits; both None where it cannot be told
    which, and then it is about none of ours. Else it is about the whole account. ``facts`` are columns of the
    number. ``refresh`` asks for what Meta says of the number now.
    """

    waba_id: str | None = None
    phone_number_id: str | None = None
    digits: str | None = None
    names_number: bool = False
    notices: list[Notice] = field(default_factory=list)
    facts: Json = field(default_factory=dict)
    templates: list[TemplateNews] = field(default_factory=list)
    pause: Stop | None = None
    resume: GoOn | None = None
    refresh: bool = False


def words_of(value: Any) -> str:
    """Meta's constant as words: PRIMARY_INACTIVITY, primary inactivity."""
    return (label(value) or "").replace("_", " ").lower()
