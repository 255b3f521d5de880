"""Phone numbers are read in one way; the page reads them by the same vectors (frontend/src/lib/phone.test.ts)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livechat.domain.phone import InvalidPhoneError, canonical_phone, digits_or_none, typed_digits, writings

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


@given(st.from_regex(r"(55|52|54|229|1|44)[0-9]{4,12}", fullmatch=True))
def test_writings_agree_whichever_is_asked(number: str) -> None:
    for written in writings(number):
        assert set(writings(written)) == set(writings(number))
