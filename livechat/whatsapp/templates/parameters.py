"""What a template asks for: every value that a send of it fills in."""

from dataclasses import dataclass
from typing import Any, Literal

from livechat.whatsapp.reading import Json, items_of, label, obj
from livechat.whatsapp.templates.definition import FILES, Template, cards_of, kind_of, parts_of, placeholders

Component = Literal["header", "body", "button", "limited_time_offer"]


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


def parameters_of(template: Template) -> list[Parameter]:
    """Everything that a send of this template fills in, in the order of the template."""
    return [each for part in parts_of(template.components) for each in _parameters(template, part, None)] + [
        each
        for card, components in enumerate(cards_of(template.components))
        for part in parts_of(components)
        for each in _parameters(template, part, card)
    ]


def _parameters(template: Template, part: Json, card: int | None) -> list[Parameter]:
    match kind_of(part):
        case "HEADER":
            return _header_parameters(template, part, card)
        case "BODY":
            return _text_parameters("body", part, template, card)
        case "BUTTONS":
            return [
                found
                for index, button in enumerate(items_of(part.get("buttons")))
                if (found := button_parameter(obj(button), index, card)) is not None
            ]
        case "LIMITED_TIME_OFFER" if obj(part.get("limited_time_offer")).get("has_expiration"):
            return [Parameter("limited_time_offer", "limited_time_offer", 0, None, None, True, card)]
        case _:
            return []


def _header_parameters(template: Template, part: Json, card: int | None) -> list[Parameter]:
    form = (label(part.get("format")) or "TEXT").lower()
    if form in (*FILES, "location"):
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


def _examples(component: str, example: Json) -> dict[str, Any]:
    """Meta's examples: a list (header), a list of lists (body), or objects that name their placeholder."""
    named = {
        str(obj(item).get("param_name")): obj(item).get("example")
        for item in items_of(example.get(f"{component}_text_named_params"))
    }
    rows = items_of(example.get(f"{component}_text"))
    row = rows[0] if rows and isinstance(rows[0], list) else rows
    return named | {str(place): value for place, value in enumerate(row, 1)}


def button_parameter(button: Json, index: int, card: int | None) -> Parameter | None:
    """What the button in this place asks for; None where it asks for nothing."""
    kind = kind_of(button)
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
