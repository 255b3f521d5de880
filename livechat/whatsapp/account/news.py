"""The values that news of an account or a number is read into."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from livechat.whatsapp.reading import Json, label

Severity = Literal["info", "warning", "critical"]

# How long a notice is shown whose news names no end.
SHOWN_FOR = timedelta(days=7)
# Meta's codes for the states that stop a number. A pause by a webhook and one by a refused send share them.
LOCKED, NOT_REGISTERED, NO_PERMISSION, GONE, BLOCKED = 131031, 133010, 200, 33, 368


@dataclass(frozen=True, slots=True)
class Notice:
    """What stands under ``code``; ``severity`` None settles it. ``detail`` is one sentence for the agent."""

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
    """Sends stop, for Meta's ``code``; ``notice_code`` is of the notice that tells of it."""

    code: int
    title: str
    sentence: str
    notice_code: str | None = None


@dataclass(frozen=True, slots=True)
class GoOn:
    """Pauses with this code are over; ``notice_code`` is of the notice that is settled with them."""

    code: int
    notice_code: str


# Codes that stop sends, and the notices that tell of them: whoever ends the stop settles the notices as well.
STOP_NOTICES: dict[int, tuple[str, ...]] = {
    GONE: ("account_deleted",),
    NOT_REGISTERED: ("account_offboarded",),
    NO_PERMISSION: ("partner_removed",),
    LOCKED: ("account_disabled",),
    BLOCKED: ("restricted_customer_initiated_messaging",),
}


@dataclass(slots=True)
class News:
    """All that one value says.

    With ``names_number`` it is about one number alone, by id or by digits. Where both are None it cannot be
    told which, and it is about none of ours. Without ``names_number`` it is about the whole account.
    ``facts`` are columns of the number. ``refresh`` says that the number is to be read from Meta again.
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
