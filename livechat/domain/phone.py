"""Phone numbers have one canonical form here: digits only, country code first.

``frontend/src/lib/phone.ts`` reads what people type by the same rules; both are tested by the vectors in
``tests/phone_numbers.json``.
"""

import re
import unicodedata
from typing import NamedTuple

_DIGITS = re.compile(r"[0-9]{5,20}")
_META_LENGTH = 32
# Format characters (U+202A and the like come along when a number is copied), dashes, spaces, brackets.
_DECORATION = frozenset({"Cf", "Pd", "Zs", "Zl", "Zp"})
_OPENING, _CLOSING = "Ps", "Pe"
# Full stops, middle dots, slashes and the minus sign have no category of their own; white space is Cc.
_MARKS = frozenset("./\u00b7\u2022\u2027\u2212\u2044\t\n\r\v\f\u0085")
_TRUNK_ZERO = re.compile(r"(?<=[0-9])\(0\)")
_EXIT_CODE = "00"


class InvalidPhoneError(ValueError):
    """What was given is no phone number in international form."""


def canonical_phone(given: str) -> str:
    """The digits of a number as people write it: ``+`` or ``00`` in front or nothing, and any decoration.

    ``(0)``, which Europeans write between country code and area, is left out. Raises InvalidPhoneError for
    another leading zero, since nobody can tell which country it was written in, and for what is no number.
    E.164 allows 15 digits; WhatsApp's own ids are a few longer.
    """
    bare = _international(given)
    if bare is not None and bare.startswith("0"):
        raise InvalidPhoneError(
            "Write the country code in place of the leading 0, for example +917755991051."
        )
    if bare is None or not _DIGITS.fullmatch(bare):
        raise InvalidPhoneError("Give the number with its country code, for example +917755991051.")
    return bare


def masked(phone: str | None) -> str:
    """The last three digits, for logs, where a full number is personal data."""
    return f"…{phone[-3:]}" if phone else "…"


def digits_or_none(given: object) -> str | None:
    """The digits of a number as Meta writes it, with or without ``+`` and decoration; None for what is none.

    Lenient where ``canonical_phone`` is strict, since Meta's ids are taken as they come: up to 32 digits, and
    short ones too (test numbers).
    """
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given) if 0 < given < 10**18 else ""
    if not isinstance(given, str):
        return None
    if given.isascii() and given.isdigit():
        return given if len(given) <= _META_LENGTH else None
    bare = _international(given)
    return bare if bare and bare.isdigit() and len(bare) <= _META_LENGTH else None


def typed_digits(given: str) -> str | None:
    """The digits of what may be a part of a number, for searching; None where it is something else.

    ``00`` before other digits stands for ``+``, as people type a whole number.
    """
    if given.isascii() and given.isdigit() and not given.startswith(_EXIT_CODE):
        return given
    bare = _international(given)
    return bare if bare and bare.isdigit() else None


def _international(given: str) -> str | None:
    """Digits without decoration, ``+``, ``00`` and ``(0)``; None where another character is among them."""
    known: list[str] = []
    for character in given:
        if "0" <= character <= "9":
            known.append(character)
            continue
        category = unicodedata.category(character)
        if category == "Nd":
            known.append(str(unicodedata.decimal(character)))
        elif category == _OPENING:
            known.append("(")
        elif category == _CLOSING:
            known.append(")")
        elif unicodedata.normalize("NFKC", character) == "+":
            known.append("+")
        elif category not in _DECORATION and unicodedata.normalize("NFKC", character) not in _MARKS:
            return None
    text = _TRUNK_ZERO.sub("", "".join(known)).replace("(", "").replace(")", "")
    text = text.removeprefix("+").removeprefix(_EXIT_CODE)
    return None if "+" in text else text


class _Added(NamedTuple):
    """Digits that a country put into its mobile numbers: between what ``before`` and ``after`` match."""

    before: str
    digits: str
    after: str


# Meta's ids, its answers and what people type disagree about these (docs/meta/cloud-api.md sections 3, 7.1).
_ADDED = (
    # Brazil, behind the area code. Other than mobile numbers, which begin with 6 to 9, have none.
    _Added("55[0-9]{2}", "9", "[6-9][0-9]{7}"),
    # Mexico.
    _Added("52", "1", "[0-9]{10}"),
    # Argentina.
    _Added("54", "9", "[0-9]{10}"),
    # Benin, since November 2024.
    _Added("229", "01", "[0-9]{8}"),
)
# By how they begin, since this is asked for each number of each webhook: the digits, and what matches with
# and without them.
_BY_START = {
    added.before[:2]: (
        added.digits,
        re.compile(f"({added.before}){added.digits}({added.after})"),
        re.compile(f"({added.before})({added.after})"),
    )
    for added in _ADDED
}


def writings(phone: str) -> tuple[str, ...]:
    """All ways in which WhatsApp writes this number, the given one first."""
    rule = _BY_START.get(phone[:2])
    if rule is not None:
        digits, with_them, without = rule
        if found := with_them.fullmatch(phone):
            return phone, found[1] + found[2]
        if found := without.fullmatch(phone):
            return phone, found[1] + digits + found[2]
    return (phone,)


def phone_key(phone: str) -> str:
    """The one writing by which a number is known among people's ids: the shortest.

    ``livechat_phone_key`` of the migrations is the same in SQL; a test compares them.
    """
    return min(writings(phone), key=len)
