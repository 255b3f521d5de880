"""Whether given values fit a template.

A send that Meta would answer with 131008, 132000, 132005, 132012 or 132018 is refused here before it costs a
call, with a sentence by field.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from livechat.whatsapp.reading import Json, items_of, label, obj
from livechat.whatsapp.sending.checks import Findings, degrees, units
from livechat.whatsapp.templates.definition import (
    FILES,
    Template,
    cards_of,
    given_component,
    kind_of,
    parts_of,
    placeholders,
)
from livechat.whatsapp.templates.parameters import button_parameter
from livechat.whatsapp.templates.rendering import filled_in

_FIELD = "template.components"
_FORBIDDEN = re.compile(r"[\n\r\t]| {5,}")
_BODY_LIMIT, _HEADER_LIMIT, _SUFFIX_LIMIT, _COUPON_LIMIT, _PAYLOAD_LIMIT = 1024, 60, 2000, 20, 256
_TEXTS = ("text", "currency", "date_time")
# Buttons that ask for nothing at sending.
_FIXED_BUTTONS = frozenset({"PHONE_NUMBER", "VOICE_CALL", "REQUEST_CONTACT_INFO", "SPM"})
_SUB_TYPES = {"OTP": "url", "URL": "url", "QUICK_REPLY": "quick_reply", "COPY_CODE": "copy_code"}


def check_values(template: Template, given: Any) -> dict[str, list[str]]:
    """What is wrong with the ``components`` of a send of this template, by field; empty where they fit.

    ``given`` has passed the check of its shape (``validation``): a list of components or None.
    """
    findings = Findings()
    _check_components(findings, _FIELD, template, template.components, items_of(given))
    return findings.errors


def _check_components(
    findings: Findings, path: str, template: Template, declared: Sequence[Json], given: list[Any]
) -> None:
    parts = {kind_of(part): part for part in reversed(parts_of(declared))}
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    _check_header(findings, path, template, header, _only(findings, path, given, "header"))
    _check_text(
        findings, path, "body", template, body, _only(findings, path, given, "body"), limit=_BODY_LIMIT
    )
    _check_buttons(findings, path, items_of(parts.get("BUTTONS", {}).get("buttons")), given)
    _check_offer(findings, path, parts, _only(findings, path, given, "limited_time_offer"))
    cards = cards_of(declared)
    place, carousel = _only(findings, path, given, "carousel")
    shown = items_of(carousel.get("cards"))
    if len(shown) != len(cards):
        findings.add(_at(path, place, "cards"), f"Give {len(cards)} cards.")
        return
    for index, (declared_card, card) in enumerate(zip(cards, shown, strict=True)):
        inner = f"{_at(path, place, 'cards')}.{index}.components"
        _check_components(findings, inner, template, declared_card, items_of(obj(card).get("components")))


def _at(path: str, place: int | None, rest: str) -> str:
    """The path into a component that was given. Where it was left out, the path of the list."""
    return f"{path}.{place}.{rest}" if place is not None else path


def _only(findings: Findings, path: str, given: list[Any], kind: str) -> tuple[int | None, Json]:
    """The one component of a kind that was given, and its place in the list."""
    found = given_component(given, kind)
    if len(found) > 1:
        findings.add(f"{path}.{found[1][0]}", f"Give the {kind} once.")
    return found[0] if found else (None, {})


def _check_header(
    findings: Findings, path: str, template: Template, header: Json, given: tuple[int | None, Json]
) -> None:
    form = (label(header.get("format")) or "TEXT").lower()
    if form not in (*FILES, "location"):
        _check_text(findings, path, "header", template, header, given, limit=_HEADER_LIMIT)
        return
    place, component = given
    where = _at(path, place, "parameters")
    values = items_of(component.get("parameters"))
    if len(values) != 1:
        findings.add(where, f"The template's header takes one {form}.")
        return
    value, inner = obj(values[0]), f"{where}.0"
    if value.get("type") != form:
        findings.add(f"{inner}.type", f"The template's header takes type {form}.")
    elif form == "location":
        _check_location(findings, f"{inner}.location", value.get("location"))
    else:
        findings.file(f"{inner}.{form}", value.get(form))


def _check_location(findings: Findings, field_: str, value: Any) -> None:
    for key, limit in (("latitude", 90), ("longitude", 180)):
        found = degrees(obj(value).get(key))
        if found is None or not -limit <= found <= limit:
            findings.add(f"{field_}.{key}", f"Give degrees between -{limit} and {limit}.")
    for key in ("name", "address"):
        findings.text(f"{field_}.{key}", obj(value).get(key))


def _check_text(
    findings: Findings,
    path: str,
    component: str,
    template: Template,
    declared: Json,
    given: tuple[int | None, Json],
    *,
    limit: int,
) -> None:
    place, part = given
    names = placeholders(declared.get("text"))
    values = [obj(value) for value in items_of(part.get("parameters"))]
    where = _at(path, place, "parameters")
    if len(values) != len(names):
        findings.add(where, _count_sentence(component, len(names), len(values)))
        return
    if template.parameter_format == "NAMED":
        for index, value in enumerate(values):
            if value.get("parameter_name") not in names:
                findings.add(f"{where}.{index}.parameter_name", f"Give one of {', '.join(names)}.")
        findings.unique(where, [value.get("parameter_name") for value in values], "parameter_name")
    for index, value in enumerate(values):
        _check_value(findings, f"{where}.{index}", value)
    if names and units(filled_in(declared.get("text"), template, values)) > limit:
        findings.add(where, f"The {component} filled in has at most {limit:,} characters.")


def _count_sentence(component: str, wanted: int, given: int) -> str:
    takes = "no values" if wanted == 0 else "1 value" if wanted == 1 else f"{wanted} values"
    return f"The template's {component} takes {takes}; {given} given."


def _check_value(findings: Findings, where: str, value: Json) -> None:
    kind = value.get("type")
    if kind not in _TEXTS:
        findings.add(f"{where}.type", f"Give one of {', '.join(_TEXTS)}.")
        return
    field_, text = f"{where}.{kind}", value.get("text")
    if kind != "text":
        inner = obj(value.get(str(kind)))
        field_, text = f"{field_}.fallback_value", inner.get("fallback_value")
        if kind == "currency":
            findings.text(f"{where}.currency.code", inner.get("code"), 3)
            if not isinstance(inner.get("amount_1000"), int) or isinstance(inner.get("amount_1000"), bool):
                findings.add(f"{where}.currency.amount_1000", "Give the amount times 1,000, a whole number.")
    findings.text(field_, text)
    if isinstance(text, str) and _FORBIDDEN.search(text):
        findings.add(field_, "No line breaks, tabs or more than four spaces in a row.")


def _check_buttons(findings: Findings, path: str, declared: list[Any], given: list[Any]) -> None:
    seen: set[int] = set()
    for place, component in enumerate(given):
        if not isinstance(component, dict) or kind_of(component) != "BUTTON":
            continue
        where = f"{path}.{place}"
        given_index = str(component.get("index"))
        if not given_index.isdecimal() or int(given_index) >= len(declared):
            findings.add(f"{where}.index", "The template has no button in this place.")
            continue
        chosen = int(given_index)
        if chosen in seen:
            findings.add(f"{where}.index", "Give each button once.")
            continue
        seen.add(chosen)
        _check_button(findings, where, obj(declared[chosen]), component)
    for index, button in enumerate(declared):
        parameter = button_parameter(obj(button), index, None)
        if parameter is not None and parameter.required and index not in seen:
            findings.add(path, f"The template's button {index + 1} needs a value ({parameter.kind}).")


def _check_button(findings: Findings, where: str, declared: Json, given: Json) -> None:
    kind = kind_of(declared)
    sub_type = str(given.get("sub_type") or "").lower()
    wanted = _SUB_TYPES.get(kind, kind.lower())
    if sub_type != wanted:
        findings.add(f"{where}.sub_type", f"This button of the template is of type {wanted}.")
        return
    parameter = button_parameter(declared, 0, None)
    if parameter is None:
        if kind not in _FIXED_BUTTONS or given.get("parameters"):
            findings.add(f"{where}.parameters", "This button takes no value.")
        return
    values = items_of(given.get("parameters"))
    if len(values) != 1:
        findings.add(f"{where}.parameters", "Give one value.")
        return
    value, inner = obj(values[0]), f"{where}.parameters.0"
    match parameter.kind:
        case "payload":
            _one(findings, inner, value, "payload", "payload", _PAYLOAD_LIMIT)
        case "url_suffix":
            _one(findings, inner, value, "text", "text", _SUFFIX_LIMIT)
            if isinstance(value.get("text"), str) and re.search(r"\s", value["text"]):
                findings.add(f"{inner}.text", "No spaces or line breaks in an address.")
        case "coupon_code":
            _one(findings, inner, value, "coupon_code", "coupon_code", _COUPON_LIMIT)
        case _:
            if value.get("type") != "action" or not isinstance(value.get("action"), dict):
                findings.add(f"{inner}.action", "Give type action and the object action.")
            elif parameter.kind == "mpm":
                findings.objects(f"{inner}.action.sections", value["action"].get("sections"), 1, 10)


def _one(findings: Findings, where: str, value: Json, kind: str, key: str, limit: int) -> None:
    if value.get("type") != kind:
        findings.add(f"{where}.type", f"Give type {kind}.")
    findings.text(f"{where}.{key}", value.get(key), limit)


def _check_offer(
    findings: Findings, path: str, declared: Mapping[str, Json], given: tuple[int | None, Json]
) -> None:
    place, component = given
    offer = declared.get("LIMITED_TIME_OFFER")
    wants = bool(offer and obj(offer.get("limited_time_offer")).get("has_expiration"))
    values = items_of(component.get("parameters"))
    where = _at(path, place, "parameters")
    if not wants:
        if place is not None and values:
            findings.add(where, "The template has no offer that ends.")
        return
    expires = obj(obj(values[0]).get("limited_time_offer")).get("expiration_time_ms") if values else None
    if len(values) != 1 or not isinstance(expires, int) or isinstance(expires, bool):
        findings.add(where, "Give when the offer ends: limited_time_offer.expiration_time_ms.")
