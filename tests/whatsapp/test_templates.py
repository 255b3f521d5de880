"""Templates: what they ask for, what fits, and how they read filled in."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livechat.whatsapp.sending.validation import validate
from livechat.whatsapp.templates.definition import Template, placeholders, read_template
from livechat.whatsapp.templates.parameters import parameters_of
from livechat.whatsapp.templates.rendering import filled_text, render
from livechat.whatsapp.templates.values import check_values
from tests.whatsapp.catalogue import ODD

# A busy machine is no fault of the code.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def template(*components: dict[str, Any], **more: Any) -> Template:
    keys = {
        "name": "order",
        "language": "en_US",
        "status": "APPROVED",
        "category": "UTILITY",
        "parameter_format": "POSITIONAL",
        "components": list(components),
    }
    return Template(**(keys | more))


BODY = {
    "type": "BODY",
    "text": "Thank you, {{1}}! Order {{2}}, yes {{2}}.",
    "example": {"body_text": [["Asha", "1043"]]},
}
HEADER = {"type": "HEADER", "format": "TEXT", "text": "For {{1}}", "example": {"header_text": ["Asha"]}}
IMAGE = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}}
FOOTER = {"type": "FOOTER", "text": "The bakery"}
BUTTONS = {
    "type": "BUTTONS",
    "buttons": [
        {"type": "QUICK_REPLY", "text": "Help"},
        {"type": "URL", "text": "Track", "url": "https://e.com/{{1}}", "example": ["https://e.com/1"]},
        {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550001"},
        {"type": "URL", "text": "Shop", "url": "https://e.com/shop"},
        {"type": "COPY_CODE", "text": "Copy code", "example": "SAVE5"},
    ],
}
NAMED = template(
    {
        "type": "BODY",
        "text": "Table for {{guests}} on {{day}}.",
        "example": {"body_text_named_params": [{"param_name": "day", "example": "Saturday"}]},
    },
    parameter_format="NAMED",
)
LOCATION = {"type": "HEADER", "format": "LOCATION"}
PLACE = {"latitude": "18.5", "longitude": 73.8, "name": "Bakery", "address": "MG Road"}


def texts(*values: str, component: str = "body") -> dict[str, Any]:
    return {"type": component, "parameters": [{"type": "text", "text": value} for value in values]}


def named(**values: str) -> dict[str, Any]:
    return {
        "type": "body",
        "parameters": [{"type": "text", "parameter_name": n, "text": v} for n, v in values.items()],
    }


def button(index: Any, sub_type: str, **value: Any) -> dict[str, Any]:
    return {"type": "button", "sub_type": sub_type, "index": index, "parameters": [value]}


def image(**file: Any) -> dict[str, Any]:
    return {"type": "header", "parameters": [{"type": "image", "image": file}]}


SUFFIX = button("1", "url", type="text", text="1043")
COUPON = button(4, "copy_code", type="coupon_code", coupon_code="SAVE5")
FULL = template(IMAGE, BODY, FOOTER, BUTTONS)
CARDS = template(
    {"type": "BODY", "text": "Look, {{1}}:"},
    {
        "type": "CAROUSEL",
        "cards": [
            {"components": [IMAGE, {"type": "BODY", "text": "Loaf {{1}}"}]},
            {"components": [IMAGE, {"type": "BODY", "text": "Cake"}]},
        ],
    },
)


def test_a_template_says_what_it_asks_for() -> None:
    assert [
        (p.key, p.component, p.kind, p.index, p.name, p.example, p.required) for p in parameters_of(FULL)
    ] == [
        ("header.0", "header", "image", 0, None, "4::x", True),
        ("body.0", "body", "text", 0, None, "Asha", True),
        ("body.1", "body", "text", 1, None, "1043", True),
        ("button.0", "button", "payload", 0, None, None, False),
        ("button.1", "button", "url_suffix", 1, None, "https://e.com/1", True),
        ("button.4", "button", "coupon_code", 4, None, "SAVE5", True),
    ]
    assert [(p.key, p.name, p.example) for p in parameters_of(NAMED)] == [
        ("body.guests", "guests", None),
        ("body.day", "day", "Saturday"),
    ]
    first = parameters_of(template(HEADER, BODY))[0]
    assert (first.key, first.example) == ("header.0", "Asha")
    assert [p.key for p in parameters_of(CARDS)] == [
        "body.0",
        "card.0.header.0",
        "card.0.body.0",
        "card.1.header.0",
    ]


def test_positional_placeholders_are_filled_by_number_not_by_place() -> None:
    assert placeholders("{{2}} before {{ 1 }} and {{2}}") == ["1", "2"]
    turned = template({"type": "BODY", "text": "{{2}} before {{1}}"})
    assert render(turned, [texts("one", "two")])["body"] == "two before one"


@pytest.mark.parametrize(
    ("fits", "components"),
    [
        (FULL, [image(id="1"), texts("Asha", "1043"), SUFFIX, COUPON]),
        (FULL, [image(link="https://e.com/a.png"), texts("a", "b"), SUFFIX, COUPON]),
        (
            FULL,
            [
                image(media_id="ours"),
                texts("a", "b"),
                SUFFIX,
                COUPON,
                button(0, "quick_reply", type="payload", payload="p"),
            ],
        ),
        (template(FOOTER, {"type": "BODY", "text": "Hello"}), None),
        (template(HEADER, BODY), [texts("A", component="HEADER"), texts("a    b", "c")]),
        (NAMED, [named(day="Sunday", guests="4")]),
        (template(LOCATION), [{"type": "header", "parameters": [{"type": "location", "location": PLACE}]}]),
        (
            template(BODY),
            [
                {
                    "type": "body",
                    "parameters": [
                        {
                            "type": "currency",
                            "currency": {"fallback_value": "₹5", "code": "INR", "amount_1000": 5000},
                        },
                        {"type": "date_time", "date_time": {"fallback_value": "Sunday"}},
                    ],
                }
            ],
        ),
        (
            CARDS,
            [
                texts("Asha"),
                {
                    "type": "carousel",
                    "cards": [
                        {"card_index": 0, "components": [image(id="1"), texts("rye")]},
                        {"card_index": 1, "components": [image(id="2")]},
                    ],
                },
            ],
        ),
    ],
)
def test_what_fits_is_not_refused(fits: Template, components: Any) -> None:
    assert check_values(fits, components) == {}
    part = {"name": "order", "language": {"code": "en_US"}, "components": components}
    assert validate("template", part) == {}


GOOD = [image(id="1"), texts("Asha", "1043"), SUFFIX, COUPON]


@pytest.mark.parametrize(
    ("components", "field"),
    [
        # 132000: too few, too many, or none where some are needed.
        ([image(id="1"), texts("Asha"), SUFFIX, COUPON], "template.components.1.parameters"),
        ([image(id="1"), texts("a", "b", "c"), SUFFIX, COUPON], "template.components.1.parameters"),
        (None, "template.components"),
        ([texts("a", "b"), SUFFIX, COUPON], "template.components"),
        # 132012: another kind of header, or a value of no text.
        (
            [{"type": "header", "parameters": [{"type": "video", "video": {"id": "1"}}]}, *GOOD[1:]],
            "template.components.0.parameters.0.type",
        ),
        ([image(id="1", link="https://e.com/a"), *GOOD[1:]], "template.components.0.parameters.0.image"),
        ([image(id="1"), texts("a", ""), SUFFIX, COUPON], "template.components.1.parameters.1.text"),
        # 132018: line breaks, tabs, more than four spaces.
        ([image(id="1"), texts("a\nb", "c"), SUFFIX, COUPON], "template.components.1.parameters.0.text"),
        ([image(id="1"), texts("a", "b\tc"), SUFFIX, COUPON], "template.components.1.parameters.1.text"),
        ([image(id="1"), texts("a", "b     c"), SUFFIX, COUPON], "template.components.1.parameters.1.text"),
        # 132005
        ([image(id="1"), texts("a" * 1000, "c"), SUFFIX, COUPON], "template.components.1.parameters"),
        # Buttons: missing, of another type, not there, without a value to take, twice.
        ([*GOOD[:2], COUPON], "template.components"),
        ([*GOOD[:2], SUFFIX], "template.components"),
        ([*GOOD, button(0, "url", type="text", text="x")], "template.components.4.sub_type"),
        ([*GOOD, button(7, "url", type="text", text="x")], "template.components.4.index"),
        ([*GOOD, button(3, "url", type="text", text="x")], "template.components.4.parameters"),
        ([*GOOD, SUFFIX], "template.components.4.index"),
        (
            [*GOOD[:3], button(4, "copy_code", type="text", text="x")],
            "template.components.3.parameters.0.type",
        ),
        (
            [*GOOD[:2], button(1, "url", type="text", text="a b"), COUPON],
            "template.components.2.parameters.0.text",
        ),
        ([*GOOD, texts("a", "b")], "template.components.4"),
    ],
)
def test_what_meta_would_refuse_is_an_error_of_its_field(components: Any, field: str) -> None:
    assert field in check_values(FULL, components)


def test_named_values_carry_their_names() -> None:
    assert check_values(NAMED, [texts("4", "Saturday")]).keys() == {
        "template.components.0.parameters.0.parameter_name",
        "template.components.0.parameters.1.parameter_name",
    }
    twice = named(day="a")["parameters"] * 2
    assert check_values(NAMED, [{"type": "body", "parameters": twice}]).keys() == {
        "template.components.0.parameters"
    }


def test_what_the_customer_sees() -> None:
    shown = render(FULL, [*GOOD, button(0, "quick_reply", type="payload", payload="help")])
    assert shown == {
        "header": {"type": "image", "image": {"id": "1"}},
        "body": "Thank you, Asha! Order 1043, yes 1043.",
        "footer": "The bakery",
        "buttons": [
            {"type": "quick_reply", "text": "Help", "payload": "help"},
            {"type": "url", "text": "Track", "url": "https://e.com/1043"},
            {"type": "phone_number", "text": "Call", "phone_number": "+15550001"},
            {"type": "url", "text": "Shop", "url": "https://e.com/shop"},
            {"type": "copy_code", "text": "Copy code", "coupon_code": "SAVE5"},
        ],
    }
    assert filled_text(shown) == "Thank you, Asha! Order 1043, yes 1043."
    assert render(NAMED, [named(day="Sunday", guests="{{day}}")])["body"] == "Table for {{day}} on Sunday."
    assert render(template(HEADER, BODY), [texts("A", component="header"), texts("a", "b")])["header"] == {
        "type": "text",
        "text": "For A",
    }


@UNHURRIED
@given(
    st.lists(
        ODD
        | st.fixed_dictionaries(
            {
                "type": st.sampled_from(["header", "body", "button", "carousel", "limited_time_offer"]) | ODD,
                "parameters": st.lists(
                    ODD | st.dictionaries(st.sampled_from(["type", "text", "image"]), ODD), max_size=3
                )
                | ODD,
                "index": ODD,
                "sub_type": ODD,
                "cards": ODD,
            }
        ),
        max_size=4,
    )
    | ODD,
)
def test_no_values_make_the_check_raise(components: Any) -> None:
    for kind in (FULL, NAMED, CARDS, template(LOCATION, BODY, BUTTONS)):
        part = {"name": "order", "language": {"code": "en_US"}, "components": components}
        if not validate("template", part) and not check_values(kind, components):
            render(kind, components)


@UNHURRIED
@given(
    ODD | st.dictionaries(st.sampled_from(["name", "language", "components", "quality_score", "status"]), ODD)
)
def test_no_row_of_metas_makes_reading_raise(row: Any) -> None:
    found = read_template(row if isinstance(row, dict) else {})
    if found is not None:
        parameters_of(found)


@UNHURRIED
@given(st.lists(ODD, max_size=3), st.sampled_from(["HEADER", "BODY", "BUTTONS", "CAROUSEL"]), ODD)
def test_no_template_makes_the_list_raise(items: Any, kind: str, odd: Any) -> None:
    odd_template = template(
        {"type": kind, "buttons": items, "cards": items, "text": odd, "example": odd, "format": odd}
    )
    parameters_of(odd_template)
    render(odd_template, items)
