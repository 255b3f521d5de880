"""How a template reads filled in: what the customer sees of a send."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from livechat.whatsapp.reading import Json, items_of, label, obj
from livechat.whatsapp.sending.checks import is_filled
from livechat.whatsapp.templates.definition import (
    PLACEHOLDER,
    Template,
    cards_of,
    given_component,
    kind_of,
    parts_of,
    placeholders,
)


def render(template: Template, given: Any) -> Json:
    """What the customer sees: ``{header, body, footer, buttons}``, and ``cards`` of a carousel.

    ``header`` is null or ``{"type": "text", "text"}`` or a file or place under its type. ``buttons`` are
    ``{type, text}`` with ``url``, ``phone_number``, ``coupon_code`` or ``payload``. The values must fit
    (``check_values``).
    """
    return _rendered(template, template.components, items_of(given))


def _rendered(template: Template, declared: Sequence[Json], given: list[Any]) -> Json:
    parts = {kind_of(part): part for part in reversed(parts_of(declared))}
    header, body = parts.get("HEADER"), parts.get("BODY")
    shown: Json = {
        "header": None,
        "body": None,
        "footer": label(parts.get("FOOTER", {}).get("text")),
        "buttons": _rendered_buttons(items_of(parts.get("BUTTONS", {}).get("buttons")), given),
    }
    if header is not None:
        values = items_of(_given(given, "header").get("parameters"))
        shown["header"] = _rendered_header(template, header, [obj(value) for value in values])
    if body is not None:
        values = items_of(_given(given, "body").get("parameters"))
        shown["body"] = filled_in(body.get("text"), template, [obj(value) for value in values])
    cards = cards_of(declared)
    if cards:
        filled = items_of(_given(given, "carousel").get("cards"))
        shown["cards"] = [
            _rendered(template, card, items_of(obj(given_card).get("components")))
            for card, given_card in zip_longest(cards, filled[: len(cards)])
        ]
    return shown


def _given(given: list[Any], kind: str) -> Json:
    found = given_component(given, kind)
    return found[0][1] if found else {}


def _rendered_header(template: Template, header: Json, values: list[Json]) -> Json:
    form = (label(header.get("format")) or "TEXT").lower()
    if form == "text":
        return {"type": "text", "text": filled_in(header.get("text"), template, values)}
    return {"type": form, form: values[0].get(form) if values else None}


def filled_in(text: Any, template: Template, values: list[Json]) -> str:
    """The text with its placeholders replaced. Placeholders inside the values stay as they are."""
    named = template.parameter_format == "NAMED"
    names = placeholders(text)
    by_name = {
        (str(value.get("parameter_name")) if named else names[index]): _value_text(value)
        for index, value in enumerate(values)
        if named or index < len(names)
    }
    return PLACEHOLDER.sub(
        lambda found: by_name.get(found[1], found[0]), text if isinstance(text, str) else ""
    )


def _value_text(value: Json) -> str:
    kind = value.get("type")
    text = value.get("text") if kind == "text" else obj(value.get(str(kind))).get("fallback_value")
    return text if isinstance(text, str) else ""


def _rendered_buttons(declared: list[Any], given: list[Any]) -> list[Json]:
    by_index = {
        str(component.get("index")): obj((items_of(component.get("parameters")) or [None])[0])
        for component in given
        if isinstance(component, dict) and kind_of(component) == "BUTTON"
    }
    shown = []
    for index, button in enumerate(map(obj, declared)):
        kind, value = kind_of(button), by_index.get(str(index), {})
        row: Json = {"type": kind.lower(), "text": label(button.get("text"))}
        suffix = value.get("text")
        if kind == "URL":
            url = button.get("url") if isinstance(button.get("url"), str) else ""
            row["url"] = PLACEHOLDER.sub(lambda _, s=suffix: s if isinstance(s, str) else "", url or "")
        elif kind == "PHONE_NUMBER":
            row["phone_number"] = label(button.get("phone_number"))
        elif kind == "COPY_CODE":
            row["coupon_code"] = label(value.get("coupon_code"))
        elif kind == "QUICK_REPLY":
            row["payload"] = label(value.get("payload"))
        shown.append(row)
    return shown


def filled_text(rendered: Json) -> str | None:
    """What a list shows of a template that was sent: its body."""
    body = rendered.get("body")
    return body if is_filled(body) else None
