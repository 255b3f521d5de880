"""Checks that the send of a template fits the template: counts, names and formats, with Meta's codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox.errors import GraphError
from sandbox.graph import checks
from sandbox.model import Json, Template

MediaCheck = Callable[[Json, str, str], None]
FindTemplate = Callable[[str, str], Template | None]

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_FORBIDDEN = re.compile(r"[\n\r\t]| {5,}")
MAX_FILLED_BODY = 1024


def check_template(body: Json, find: FindTemplate, check_media: MediaCheck, *, by_user_id: bool) -> Template:
    """The template that the request sends. Raises GraphError (132000, 132001, 132005, 132012, 132015, …)."""
    part = checks.part(body, "template", "template")
    name = checks.text(part, "name", "template['name']", limit=512)
    language = checks.part(part, "language", "template['language']")
    code = checks.text(language, "code", "template['language']['code']", limit=15)
    template = find(name, code)
    if template is None or template.status in {
        "PENDING",
        "REJECTED",
        "IN_APPEAL",
        "DELETED",
        "PENDING_DELETION",
    }:
        raise GraphError(132001, details=f"template name ({name}) does not exist in {code}")
    if template.status == "PAUSED":
        raise GraphError(132015)
    if template.status == "DISABLED":
        raise GraphError(132016)
    if by_user_id and template.category == "AUTHENTICATION":
        raise GraphError(131062)
    given = part.get("components") or []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise checks.invalid("template['components']", "must be an array of JSON objects.")
    _check_components(template, given, check_media)
    _check_cards(template, given, check_media)
    return template


def _check_components(template: Template, given: list[Json], check_media: MediaCheck) -> None:
    _check_header(template, _component(given, "header"), check_media)
    _check_body(template, _component(given, "body"))
    _check_buttons(template, [c for c in given if str(c.get("type", "")).lower() == "button"])


def _check_cards(template: Template, given: list[Json], check_media: MediaCheck) -> None:
    """Check the cards of a carousel. All of them must be sent, each like a template of its own."""
    declared = _declared(template, "CAROUSEL").get("cards", [])
    carousel = next((c for c in given if str(c.get("type", "")).lower() == "carousel"), {})
    cards = checks.items(carousel, "cards", "template['components'][carousel]['cards']") if carousel else []
    if len(cards) != len(declared):
        raise _count_error("carousel", len(cards), len(declared))
    for card, of in zip(cards, declared, strict=True):
        components = checks.items(
            card, "components", "template['components'][carousel]['cards']['components']"
        )
        _check_components(replace(template, components=of["components"]), components, check_media)


def _component(given: list[Json], kind: str) -> list[Json]:
    for component in given:
        if str(component.get("type", "")).lower() == kind:
            return checks.items(component, "parameters", f"template['components']['{kind}']['parameters']")
    return []


def _declared(template: Template, kind: str) -> Json:
    return next((c for c in template.components if c.get("type") == kind), {})


def _count_error(where: str, given: int, expected: int) -> GraphError:
    return GraphError(
        132000,
        details=f"{where}: number of localizable_params ({given}) does not match the expected number of "
        f"params ({expected})",
    )


def _check_header(template: Template, parameters: list[Json], check_media: MediaCheck) -> None:
    header = _declared(template, "HEADER")
    wanted = str(header.get("format", "")).lower()
    if wanted in {"image", "video", "document", "location"}:
        if len(parameters) != 1:
            raise _count_error("header", len(parameters), 1)
        kind = parameters[0].get("type")
        if kind != wanted:
            raise GraphError(
                132012, details=f"header: Format mismatch, expected {wanted.upper()}, received {kind}"
            )
        if wanted != "location":
            check_media(parameters[0], wanted, f"template['components'][header]['{wanted}']")
        return
    names = _PLACEHOLDER.findall(str(header.get("text", "")))
    _check_texts(template, "header", names, parameters)


def _check_body(template: Template, parameters: list[Json]) -> None:
    text = str(_declared(template, "BODY").get("text", ""))
    filled = _check_texts(template, "body", _PLACEHOLDER.findall(text), parameters)
    if (
        checks.utf16_length(_PLACEHOLDER.sub("", text)) + sum(map(checks.utf16_length, filled))
        > MAX_FILLED_BODY
    ):
        raise GraphError(132005, details=f"body: the filled text is longer than {MAX_FILLED_BODY} characters")


def _check_texts(template: Template, where: str, names: list[str], parameters: list[Json]) -> list[str]:
    wanted = list(dict.fromkeys(names))
    if len(parameters) != len(wanted):
        raise _count_error(where, len(parameters), len(wanted))
    if template.parameter_format == "NAMED":
        given = {parameter.get("parameter_name") for parameter in parameters}
        if given != set(wanted):
            raise GraphError(
                100, "(#100) Invalid parameter", details=f"{where}: Parameter name is missing or empty"
            )
    return [_parameter_text(where, index, parameter) for index, parameter in enumerate(parameters)]


def _parameter_text(where: str, index: int, parameter: Json) -> str:
    kind = parameter.get("type")
    value: Any = None
    if kind == "text":
        value = parameter.get("text")
    elif kind in {"currency", "date_time"} and isinstance(parameter.get(kind), dict):
        value = parameter[kind].get("fallback_value")
    if not isinstance(value, str) or not value:
        raise GraphError(
            132012, details=f"{where}: parameter at index {index} of type text is missing text value"
        )
    if _FORBIDDEN.search(value):
        raise GraphError(
            132018,
            details=f"{where}: Param text cannot have new-line/tab characters or more than 4 "
            "consecutive spaces",
        )
    return value


def _check_buttons(template: Template, given: list[Json]) -> None:
    declared = _declared(template, "BUTTONS").get("buttons", [])
    by_index: dict[int, Json] = {}
    for component in given:
        try:
            by_index[int(component.get("index", -1))] = component
        except (TypeError, ValueError):
            raise checks.invalid("template['components'][button]['index']", "must be a number.") from None
    for index, component in by_index.items():
        if not 0 <= index < len(declared):
            raise GraphError(
                132018, details=f"buttons: Button at index {index} does not exist in the template"
            )
        sub_type = str(component.get("sub_type", "")).lower()
        kind = declared[index]["type"].lower()
        if sub_type != {"otp": "url"}.get(kind, kind):
            raise GraphError(132018, details=f"buttons: Button at index {index} is not of type {sub_type}")
    for index, button in enumerate(declared):
        if button["type"] == "URL" and "{{" in str(button.get("url", "")):
            parameters = by_index.get(index, {}).get("parameters") or []
            if len(parameters) != 1 or not parameters[0].get("text"):
                raise GraphError(
                    131008, details=f"buttons: Button at index {index} of type Url requires a parameter"
                )
        if button["type"] == "COPY_CODE":
            parameters = by_index.get(index, {}).get("parameters") or []
            if len(parameters) != 1 or not parameters[0].get("coupon_code"):
                raise GraphError(
                    131008, details=f"buttons: Button at index {index} of type Copy Code requires a parameter"
                )
