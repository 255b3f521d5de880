"""What a phone shows of a template: its text filled in, its header, its buttons, its cards."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sandbox.bubbles import pieces
from sandbox.model import Json, Message, Template
from sandbox.world import World

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def template_content(world: World, message: Message, part: Json) -> Json:
    """What differs from an empty bubble in a template's; its name alone where it is not known."""
    number = world.numbers.get(message.phone_number_id)
    language = (part.get("language") or {}).get("code", "")
    template = world.find_template(number.waba_id if number else "", str(part.get("name")), language)
    if template is None:
        return {"text": f"[template {part.get('name')}]"}
    shown = _filled_template(world, template, part.get("components") or [])
    declared = _component(template, "CAROUSEL").get("cards", [])
    given: Json = next(
        (c for c in part.get("components") or [] if str(c.get("type")).lower() == "carousel"), {}
    )
    shown["cards_shown"] = [
        pieces.empty()
        | _filled_template(world, replace(template, components=of["components"]), card["components"])
        for of, card in zip(declared, given.get("cards") or [], strict=False)
    ]
    return shown


def _filled_template(world: World, template: Template, given: list[Json]) -> Json:
    buttons = _component(template, "BUTTONS").get("buttons", [])
    return {
        **_template_header(world, template, given),
        "text": _fill(_component(template, "BODY").get("text", ""), _given(given, "body")),
        "footer": _component(template, "FOOTER").get("text", ""),
        "buttons": [_template_button(button, _button_value(given, i)) for i, button in enumerate(buttons)],
    }


def _template_header(world: World, template: Template, given: list[Json]) -> Json:
    header, values = _component(template, "HEADER"), _given(given, "header")
    if str(header.get("format", "TEXT")).upper() == "TEXT":
        return {"title": _fill(header.get("text", ""), values)}
    return (
        pieces.header(world, values[0]) if values else {"title": pieces.named(str(header["format"]).lower())}
    )


def _template_button(button: Json, value: Json) -> Json:
    kind, title = str(button.get("type", "")).upper(), button.get("text", "")
    if kind == "QUICK_REPLY":
        return pieces.button(
            "reply", title, {"type": "button", "text": title, "payload": value.get("payload") or title}
        )
    if kind == "URL":
        return pieces.link(
            title, _PLACEHOLDER.sub(lambda _: str(value.get("text", "")), button.get("url", ""))
        )
    if kind == "COPY_CODE":
        return pieces.button("copy", title or "Copy code") | {"detail": str(value.get("coupon_code") or "")}
    if kind == "PHONE_NUMBER":
        return pieces.button("call", title) | {"detail": str(button.get("phone_number") or "")}
    if kind == "FLOW":
        return pieces.button("form", title, {"type": "flow_reply"})
    if kind == "REQUEST_CONTACT_INFO":
        return pieces.button("reply", title or "Share phone number", {"type": "share_contact"})
    return pieces.button("other", title or pieces.named(kind.lower()))


def _component(template: Template, kind: str) -> Json:
    return next((c for c in template.components if c.get("type") == kind), {})


def _given(components: list[Json], kind: str) -> list[Json]:
    found: list[Json] = next(
        (c.get("parameters") or [] for c in components if str(c.get("type")).lower() == kind), []
    )
    return found


def _fill(text: str, parameters: list[Json]) -> str:
    values: dict[str, str] = {}
    for index, parameter in enumerate(parameters, 1):
        fallback: Any = parameter.get(str(parameter.get("type"))) or {}
        value = parameter.get("text") or (
            fallback.get("fallback_value") if isinstance(fallback, dict) else ""
        )
        values[str(parameter.get("parameter_name") or index)] = str(value)
    return _PLACEHOLDER.sub(lambda match: values.get(match.group(1), match.group(0)), text)


def _button_value(components: list[Json], index: int) -> Json:
    for component in components:
        if str(component.get("type")).lower() == "button" and str(component.get("index")) == str(index):
            return dict((component.get("parameters") or [{}])[0])
    return {}
