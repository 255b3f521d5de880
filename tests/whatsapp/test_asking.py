"""Messages that ask for something: what can be sent, and what is wrong, by field."""

from typing import Any

import pytest

from livechat.whatsapp.sending.outgoing import files_of, text_of, validate
from tests.kinds.asking import ASKING, CAROUSEL, LEFT_OUT, WRONG, carousel, changed, order
from tests.whatsapp.test_robustness import paths, replaced

ODD = (None, True, 0, -1, 1.5, 2**80, "", "x", "__proto__", [], [None], {}, {"constructor": 1})


@pytest.mark.parametrize("name", ASKING)
def test_it_can_be_sent_and_a_list_shows_its_body(name: str) -> None:
    assert validate("interactive", ASKING[name]) == {}
    assert text_of("interactive", ASKING[name]) == ASKING[name]["body"]["text"]


@pytest.mark.parametrize(("name", "path", "value", "field", "_"), WRONG)
def test_what_is_wrong_is_named(name: str, path: tuple[Any, ...], value: Any, field: str, _: int) -> None:
    errors = validate("interactive", changed(name, path, value))
    assert f"interactive.{field}" in errors
    assert all(sentences for sentences in errors.values())


@pytest.mark.parametrize("name", ASKING)
def test_no_value_of_another_type_is_more_than_wrong(name: str) -> None:
    for path in paths(ASKING[name]):
        for odd in ODD:
            errors = validate("interactive", replaced(ASKING[name], path, odd))
            assert all(isinstance(sentence, str) for each in errors.values() for sentence in each)
        if path:
            validate("interactive", changed(name, path, LEFT_OUT))


def test_the_sums_are_told_where_they_are_wrong() -> None:
    part = order()
    part["action"]["parameters"]["total_amount"]["value"] = 1
    errors = validate("interactive", part)
    assert errors == {
        "interactive.action.parameters.total_amount.value": [
            "Subtotal, tax and shipping less the discount make 21500."
        ]
    }
    part["action"]["parameters"]["order"]["items"][0]["quantity"] = 3
    assert validate("interactive", part)["interactive.action.parameters.order.subtotal.value"] == [
        "The items make 31000."
    ]


def test_every_card_names_its_file() -> None:
    found = files_of("interactive", CAROUSEL)
    assert [path for path, _, _ in found] == [f"interactive.action.cards.{n}.header.image" for n in range(10)]
    assert files_of("interactive", carousel({}, {"header": 5})) == []
