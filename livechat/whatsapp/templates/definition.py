"""Message templates as Meta describes them: how they are read, told apart and taken to pieces.

Beside this file, ``parameters`` says what a template asks for, ``values`` whether given values fit it, and
``rendering`` how it reads filled in. Source of all four: Meta's "Template messages", "Template components"
and "Error codes" (read September 2026).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from livechat.whatsapp.reading import Json, id_or_none, items_of, label, obj

APPROVED = "APPROVED"
DELETED = "DELETED"
AUTHENTICATION, MARKETING, UTILITY = "AUTHENTICATION", "MARKETING", "UTILITY"
# Refused because of the template itself: what we have of it is out of date.
STALE_CODES = frozenset({132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 131062})
# The formats of a header that is a file.
FILES = ("image", "video", "document")
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A template as Meta describes it, ``components`` under Meta's own names."""

    name: str
    language: str
    status: str
    category: str | None
    parameter_format: str
    components: list[Json] = field(default_factory=list)
    meta_id: str | None = None
    sub_category: str | None = None
    quality: str | None = None
    rejected_reason: str | None = None


def language_code(given: Any) -> str | None:
    """A language as the API writes it: some webhooks print ``en-US`` for ``en_US``."""
    code = label(given)
    return code.replace("-", "_") if code is not None else None


def read_template(row: Json) -> Template | None:
    """A template of ``GET /{waba_id}/message_templates``; None for a row that names none."""
    # Both are parts of a unique index: one row that it cannot hold must not cost the whole list.
    name, language = id_or_none(label(row.get("name"))), id_or_none(language_code(row.get("language")))
    if name is None or language is None:
        return None
    return Template(
        name=name,
        language=language,
        status=(label(row.get("status")) or "UNKNOWN").upper(),
        category=_upper(row.get("category")),
        parameter_format=_upper(row.get("parameter_format")) or "POSITIONAL",
        components=[item for item in items_of(row.get("components")) if isinstance(item, dict)],
        meta_id=id_or_none(row.get("id")),
        sub_category=_upper(row.get("sub_category")),
        quality=_upper(obj(row.get("quality_score")).get("score") or row.get("quality_score")),
        rejected_reason=reason_or_none(row.get("rejected_reason")),
    )


def _upper(value: Any) -> str | None:
    text = label(value)
    return text.upper() if text is not None else None


def reason_or_none(value: Any) -> str | None:
    """Meta writes NONE where there is no reason."""
    reason = _upper(value)
    return None if reason == "NONE" else reason


def needs_phone_number(template: Template) -> bool:
    """Whether Meta refuses it (131062) for a customer known only by a business-scoped id."""
    return template.category == AUTHENTICATION


def is_marketing(template: Template) -> bool:
    """Whether a customer who stopped marketing messages must not get it (131050)."""
    return template.category == MARKETING


# Its pieces


def parts_of(components: Sequence[Json]) -> list[Json]:
    """The components that are objects; the others cannot be read and are left out."""
    return [part for part in components if isinstance(part, dict)]


def cards_of(components: Sequence[Json]) -> list[list[Json]]:
    """The components of each card of a carousel; none where there is no carousel."""
    carousel = next((part for part in parts_of(components) if kind_of(part) == "CAROUSEL"), {})
    return [
        [part for part in items_of(obj(card).get("components")) if isinstance(part, dict)]
        for card in items_of(carousel.get("cards"))
    ]


def kind_of(part: Mapping[str, Any]) -> str:
    """A component's or button's type in capitals: Meta writes both ways."""
    return (label(part.get("type")) or "").upper()


def given_component(given: Sequence[Any], kind: str) -> list[tuple[int, Json]]:
    """The components of a kind among those that a send gives, with their places; there should be one."""
    return [
        (place, component)
        for place, component in enumerate(given)
        if isinstance(component, dict) and kind_of(component) == kind.upper()
    ]


def placeholders(text: Any) -> list[str]:
    """The names in ``{{…}}``, each once: of positional templates by number, else in order of appearance."""
    names = list(dict.fromkeys(PLACEHOLDER.findall(text if isinstance(text, str) else "")))
    return sorted(names, key=int) if all(name.isdecimal() for name in names) else names
