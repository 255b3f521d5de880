"""Phone numbers are read in one way; the page reads them by the same vectors (frontend/src/lib/phone.test.ts)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livechat.domain.phone import (
    InvalidPhoneError,
    canonical_phone,
    digits_or_none,
    phone_key,
    typed_digits,
    writings,
)

VECTORS = json.loads((Path(__file__).parent.parent / "phone_numbers.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["read"], ids=lambda vector: ascii(vector["given"]))
def test_a_number_as_people_write_it(vector: dict[str, Any]) -> None:
    assert canonical_phone(vector["given"]) == vector["digits"]
    assert typed_digits(vector["given"]) == vector["digits"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: ascii(vector["given"]))
def test_what_is_no_number_says_why(vector: dict[str, Any]) -> None:
    with pytest.raises(InvalidPhoneError) as caught:
        canonical_phone(vector["given"])
    assert ("leading 0" in str(caught.value)) is (vector["why"] == "leading_zero")
    assert "country code" in str(caught.value)


@given(st.text(max_size=40))
def test_whatever_is_given_is_digits_or_refused(given_text: str) -> None:
    try:
        digits = canonical_phone(given_text)
    except InvalidPhoneError:
        return
    assert digits.isascii()
    assert digits.isdigit()
    assert not digits.startswith("0")
    assert canonical_phone(f"+{digits}") == digits == digits_or_none(digits)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5541988887777", "554188887777"),
        ("5215512345678", "525512345678"),
        ("5491123456789", "541123456789"),
        ("2290190123456", "22990123456"),
    ],
)
def test_both_writings_lead_to_each_other(one: str, other: str) -> None:
    assert writings(one) == (one, other)
    assert writings(other) == (other, one)


@pytest.mark.parametrize("number", ["554133334444", "917755991051", "16505550001", "12345", "551133334444"])
def test_other_numbers_have_one_writing(number: str) -> None:
    assert writings(number) == (number,)


# What is put between the two parts of a number, by country.
ADDED = {"55": "9", "52": "1", "54": "9", "229": "01"}


@given(st.from_regex(r"(55|52|54|229|1|44|91|521|549|22901)[0-9]{4,12}", fullmatch=True))
def test_writings_join_one_number_of_one_country_and_nothing_else(number: str) -> None:
    """Whichever is asked they agree, and of what is joined one is the other with its country's digits."""
    written = writings(number)
    short, long = min(written, key=len), max(written, key=len)
    assert written[0] == number
    assert {each for other in written for each in writings(other)} == set(written)
    assert {phone_key(each) for each in written} == {short}
    assert phone_key(short) == short
    if short != long:
        [added] = [digits for country, digits in ADDED.items() if number.startswith(country)]
        cut = 4 if number.startswith("55") else 3 if number.startswith("229") else 2
        assert long == short[:cut] + added + short[cut:]


@given(st.lists(st.from_regex(r"(55|52|54|229|1)[0-9]{6,11}", fullmatch=True), min_size=2, max_size=2))
def test_a_key_is_shared_by_writings_alone(numbers: list[str]) -> None:
    one, other = numbers
    assert (phone_key(one) == phone_key(other)) == (other in writings(one))
