"""Variables in a canned reply: ``{{contact.first_name|there}}``. No template engine: no code, no loops.

What is filled in is never read again, so that a customer who is called ``{{agent.name}}`` stays called so.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

VARIABLES = ("contact.first_name", "contact.name", "agent.name", "number.name", "today")
# How the names of what a workspace writes down of its customers begin; then the attribute's key.
OF_CUSTOMERS = "contact."
_PLACE = re.compile(r"\{\{([^{}|]*)(?:\|([^{}]*))?\}\}")


def unknown_in(given: Any, known: Collection[str] = VARIABLES) -> list[str]:
    """The names of variables in these texts, in their order, that are not ``known``."""
    names = (match[1].strip() for text in _texts(given) for match in _PLACE.finditer(text))
    return list(dict.fromkeys(name for name in names if name not in known))


def asks_of_customers(given: Any) -> bool:
    """Whether something is to be filled in there that a workspace writes down of its customers."""
    return any(name.startswith(OF_CUSTOMERS) for name in unknown_in(given))


def filled(given: Any, values: Mapping[str, str | None]) -> tuple[Any, list[str]]:
    """The same text, or object of texts, with its variables filled, and the names of those that could not be.

    One without a value takes its fallback, which may be empty; one without both stays as it is written.
    """
    unfilled: dict[str, None] = {}

    def fill(match: re.Match[str]) -> str:
        name, fallback = match[1].strip(), match[2]
        value = values.get(name) or fallback
        if value is None:
            unfilled[name] = None
            return match[0]
        return value.strip()

    return _mapped(given, lambda text: _PLACE.sub(fill, text)), list(unfilled)


def _texts(given: Any) -> list[str]:
    """Every text in it, however deep."""
    if isinstance(given, str):
        return [given]
    inside = given.values() if isinstance(given, dict) else given if isinstance(given, list) else ()
    return [text for each in inside for text in _texts(each)]


def _mapped(given: Any, change: Callable[[str], str]) -> Any:
    if isinstance(given, str):
        return change(given)
    if isinstance(given, dict):
        return {key: _mapped(value, change) for key, value in given.items()}
    if isinstance(given, list):
        return [_mapped(value, change) for value in given]
    return given
