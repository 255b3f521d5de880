"""Message templates: what one asks for, whether given values fit it, and how it reads filled in.

Source: Meta's "Template messages", "Template components" and "Error codes" (read September 2026). What is
checked here is what Meta answers with 131008, 132000, 132005, 132012 and 132018: such a send is refused
before it costs a call, with a sentence by field.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from livechat.whatsapp.limits import Findings, degrees, is_filled, units
from livechat.whatsapp.reading import Json, id_or_none, items_of, label, obj

APPROVED = "APPROVED"
DELETED = "DELETED"
AUTHENTICATION, MARKETING, UTILITY = "AUTHENTICATION", "MARKETING", "UTILITY"
# Refused because of the template itself: what we have of it is out of date.
STALE_CODES = frozenset({132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 131062})

_FIELD = "template.components"
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_FORBIDDEN = re.compile(r"[\n\r\t]| {5,}")
_BODY_LIMIT, _HEADER_LIMIT, _SUFFIX_LIMIT, _COUPON_LIMIT, _PAYLOAD_LIMIT = 1024, 60, 2000, 20, 256
_FILES = ("image", "video", "document")
_TEXTS = ("text", "currency", "date_time")
# Buttons that ask for nothing at sending.
_FIXED_BUTTONS = frozenset({"PHONE_NUMBER", "VOICE_CALL", "REQUEST_CONTACT_INFO", "SPM"})
_SUB_TYPES = {"OTP": "url", "URL": "url", "QUICK_REPLY": "quick_reply", "COPY_CODE": "copy_code"}

Component = Literal["header", "body", "button", "limited_time_offer"]


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


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that a send fills in.

    ``index`` counts from 0: the place among the component's values, of a button its place among the buttons.
    ``name`` is the placeholder's where the template names its own. ``card`` is the carousel's card.
    """

    component: Component
    kind: str
    index: int
    name: str | None
    example: Any
    required: bool
    card: int | None = None

    @property
    def key(self) -> str:
        """Unique within the template: ``body.0``, ``button.1``, ``card.2.header.0``."""
        prefix = f"card.{self.card}." if self.card is not None else ""
        return f"{prefix}{self.component}.{self.name or self.index}"


def language_code(given: Any) -> str | None:
    """A language as the API writes it: some webhooks print ``en-US`` for ``en_US``."""
    code = label(given)
    return code.replace("-", "_") if code is not None else None


def read_template(row: Json) -> Template | None:
    """A template of ``GET /{waba_id}/message_templates``; None for a row that names none."""
    name, language = label(row.get("name")), language_code(row.get("language"))
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


# What a template asks for


def parameters_of(template: Template) -> list[Parameter]:
    """Everything that a send of this template fills in, in the order of the template."""
    return [each for part in _parts(template.components) for each in _parameters(template, part, None)] + [
        each
        for card, components in enumerate(_cards(template.components))
        for part in _parts(components)
        for each in _parameters(template, part, card)
    ]


def _parts(components: Sequence[Json]) -> list[Json]:
    return [part for part in components if isinstance(part, dict)]


def _cards(components: Sequence[Json]) -> list[list[Json]]:
    carousel = next((part for part in _parts(components) if _kind(part) == "CAROUSEL"), {})
    return [
        [part for part in items_of(obj(card).get("components")) if isinstance(part, dict)]
        for card in items_of(carousel.get("cards"))
    ]


def _kind(part: Mapping[str, Any]) -> str:
    return (label(part.get("type")) or "").upper()


def _parameters(template: Template, part: Json, card: int | None) -> list[Parameter]:
    match _kind(part):
        case "HEADER":
            return _header_parameters(template, part, card)
        case "BODY":
            return _text_parameters("body", part, template, card)
        case "BUTTONS":
            return [
                found
                for index, button in enumerate(items_of(part.get("buttons")))
                if (found := _button_parameter(obj(button), index, card)) is not None
            ]
        case "LIMITED_TIME_OFFER" if obj(part.get("limited_time_offer")).get("has_expiration"):
            return [Parameter("limited_time_offer", "limited_time_offer", 0, None, None, True, card)]
        case _:
            return []


def _header_parameters(template: Template, part: Json, card: int | None) -> list[Parameter]:
    form = (label(part.get("format")) or "TEXT").lower()
    if form in (*_FILES, "location"):
        handles = items_of(obj(part.get("example")).get("header_handle"))
        return [Parameter("header", form, 0, None, handles[0] if handles else None, True, card)]
    return _text_parameters("header", part, template, card)


def _text_parameters(
    component: Literal["header", "body"], part: Json, template: Template, card: int | None
) -> list[Parameter]:
    names = placeholders(part.get("text"))
    named = template.parameter_format == "NAMED"
    examples = _examples(component, obj(part.get("example")))
    return [
        Parameter(
            component,
            "text",
            index,
            name if named else None,
            examples.get(name if named else str(index + 1)),
            True,
            card,
        )
        for index, name in enumerate(names)
    ]


def placeholders(text: Any) -> list[str]:
    """The names in ``{{…}}``, each once: of positional templates by number, else in order of appearance."""
    names = list(dict.fromkeys(_PLACEHOLDER.findall(text if isinstance(text, str) else "")))
    return sorted(names, key=int) if all(name.isdecimal() for name in names) else names


def _examples(component: str, example: Json) -> dict[str, Any]:
    """Meta's examples: a list (header), a list of lists (body), or objects that name their placeholder."""
    named = {
        str(obj(item).get("param_name")): obj(item).get("example")
        for item in items_of(example.get(f"{component}_text_named_params"))
    }
    rows = items_of(example.get(f"{component}_text"))
    row = rows[0] if rows and isinstance(rows[0], list) else rows
    return named | {str(place): value for place, value in enumerate(row, 1)}


def _button_parameter(button: Json, index: int, card: int | None) -> Parameter | None:
    kind = _kind(button)
    example = button.get("example")
    first = example[0] if isinstance(example, list) and example else example
    match kind:
        case "QUICK_REPLY":
            return Parameter("button", "payload", index, None, None, False, card)
        case "URL" if placeholders(button.get("url")):
            return Parameter("button", "url_suffix", index, None, first, True, card)
        case "OTP":
            return Parameter("button", "url_suffix", index, None, None, True, card)
        case "COPY_CODE":
            return Parameter("button", "coupon_code", index, None, first, True, card)
        case "FLOW":
            return Parameter("button", "flow", index, None, None, False, card)
        case "CATALOG":
            return Parameter("button", "catalog", index, None, None, False, card)
        case "MPM":
            return Parameter("button", "mpm", index, None, None, True, card)
        case _:
            return None


# Whether given values fit


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
    parts = {_kind(part): part for part in reversed(_parts(declared))}
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    _check_header(findings, path, template, header, _only(findings, path, given, "header"))
    _check_text(
        findings, path, "body", template, body, _only(findings, path, given, "body"), limit=_BODY_LIMIT
    )
    _check_buttons(findings, path, items_of(parts.get("BUTTONS", {}).get("buttons")), given)
    _check_offer(findings, path, parts, _only(findings, path, given, "limited_time_offer"))
    cards = _cards(declared)
    place, carousel = _only(findings, path, given, "carousel")
    shown = items_of(carousel.get("cards"))
    if len(shown) != len(cards):
        findings.add(_at(path, place, "cards"), f"Give {len(cards)} cards.")
        return
    for index, (declared_card, card) in enumerate(zip(cards, shown, strict=True)):
        inner = f"{_at(path, place, 'cards')}.{index}.components"
        _check_components(findings, inner, template, declared_card, items_of(obj(card).get("components")))


def _at(path: str, place: int | None, rest: str) -> str:
    """The path into a component that was given; of one that was left out the list itself is wrong."""
    return f"{path}.{place}.{rest}" if place is not None else path


def _only(findings: Findings, path: str, given: list[Any], kind: str) -> tuple[int | None, Json]:
    """The one component of a kind that was given, and its place in the list."""
    found = [
        (place, component)
        for place, component in enumerate(given)
        if isinstance(component, dict) and _kind(component) == kind.upper()
    ]
    if len(found) > 1:
        findings.add(f"{path}.{found[1][0]}", f"Give the {kind} once.")
    return found[0] if found else (None, {})


def _check_header(
    findings: Findings, path: str, template: Template, header: Json, given: tuple[int | None, Json]
) -> None:
    form = (label(header.get("format")) or "TEXT").lower()
    if form not in (*_FILES, "location"):
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
    if names and units(_filled(declared.get("text"), template, values)) > limit:
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
        if not isinstance(component, dict) or _kind(component) != "BUTTON":
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
        parameter = _button_parameter(obj(button), index, None)
        if parameter is not None and parameter.required and index not in seen:
            findings.add(path, f"The template's button {index + 1} needs a value ({parameter.kind}).")


def _check_button(findings: Findings, where: str, declared: Json, given: Json) -> None:
    kind = _kind(declared)
    sub_type = str(given.get("sub_type") or "").lower()
    wanted = _SUB_TYPES.get(kind, kind.lower())
    if sub_type != wanted:
        findings.add(f"{where}.sub_type", f"This button of the template is of type {wanted}.")
        return
    parameter = _button_parameter(declared, 0, None)
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


# How it reads filled in


def render(template: Template, given: Any) -> Json:
    """What the customer sees: ``{header, body, footer, buttons}``, and ``cards`` of a carousel.

    ``header`` is null or ``{"type": "text", "text"}`` or a file or place under its type. ``buttons`` are
    ``{type, text}`` with ``url``, ``phone_number``, ``coupon_code`` or ``payload``. The values fit
    (``check_values``).
    """
    return _rendered(template, template.components, items_of(given))


def _rendered(template: Template, declared: Sequence[Json], given: list[Any]) -> Json:
    parts = {_kind(part): part for part in reversed(_parts(declared))}
    quiet = Findings()
    header, body = parts.get("HEADER"), parts.get("BODY")
    shown: Json = {
        "header": None,
        "body": None,
        "footer": label(parts.get("FOOTER", {}).get("text")),
        "buttons": _rendered_buttons(items_of(parts.get("BUTTONS", {}).get("buttons")), given),
    }
    if header is not None:
        values = items_of(_only(quiet, "", given, "header")[1].get("parameters"))
        shown["header"] = _rendered_header(template, header, [obj(value) for value in values])
    if body is not None:
        values = items_of(_only(quiet, "", given, "body")[1].get("parameters"))
        shown["body"] = _filled(body.get("text"), template, [obj(value) for value in values])
    cards = _cards(declared)
    if cards:
        filled = items_of(_only(quiet, "", given, "carousel")[1].get("cards"))
        shown["cards"] = [
            _rendered(template, card, items_of(obj(filled[index]).get("components")) if filled else [])
            for index, card in enumerate(cards)
        ]
    return shown


def _rendered_header(template: Template, header: Json, values: list[Json]) -> Json:
    form = (label(header.get("format")) or "TEXT").lower()
    if form == "text":
        return {"type": "text", "text": _filled(header.get("text"), template, values)}
    return {"type": form, form: values[0].get(form) if values else None}


def _filled(text: Any, template: Template, values: list[Json]) -> str:
    """The text with its placeholders replaced; the values are never looked through for placeholders."""
    named = template.parameter_format == "NAMED"
    names = placeholders(text)
    by_name = {
        (str(value.get("parameter_name")) if named else names[index]): _value_text(value)
        for index, value in enumerate(values)
        if named or index < len(names)
    }
    return _PLACEHOLDER.sub(
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
        if isinstance(component, dict) and _kind(component) == "BUTTON"
    }
    shown = []
    for index, button in enumerate(map(obj, declared)):
        kind, value = _kind(button), by_index.get(str(index), {})
        row: Json = {"type": kind.lower(), "text": label(button.get("text"))}
        suffix = value.get("text")
        if kind == "URL":
            url = button.get("url") if isinstance(button.get("url"), str) else ""
            row["url"] = _PLACEHOLDER.sub(lambda _, s=suffix: s if isinstance(s, str) else "", url or "")
        elif kind == "PHONE_NUMBER":
            row["phone_number"] = label(button.get("phone_number"))
        elif kind == "COPY_CODE":
            row["coupon_code"] = label(value.get("coupon_code"))
        elif kind == "QUICK_REPLY":
            row["payload"] = label(value.get("payload"))
        shown.append(row)
    return shown


def is_marketing(template: Template) -> bool:
    """Whether a customer who stopped marketing messages must not get it (131050)."""
    return template.category == MARKETING


def filled_text(rendered: Json) -> str | None:
    """What a list shows of a template that was sent: its body."""
    body = rendered.get("body")
    return body if is_filled(body) else None
