"""Phone numbers have one canonical form here: digits only, country code first."""

import re

_DECORATION = re.compile(r"[\s\-().\u00a0\u2010-\u2015]")
_DIGITS = re.compile(r"[0-9]{5,20}")
_META_LENGTH = 32


class InvalidPhoneError(ValueError):
    """What was given is no phone number in international form."""


def canonical_phone(given: str) -> str:
    """The digits of a number written with or without ``+``, spaces, dots, dashes or brackets.

    Raises InvalidPhoneError for anything else. E.164 allows 15 digits; WhatsApp's own ids are a few longer.
    """
    bare = _DECORATION.sub("", given).removeprefix("+")
    if not _DIGITS.fullmatch(bare):
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
    bare = _DECORATION.sub("", given).removeprefix("+")
    return bare if bare.isascii() and bare.isdigit() and len(bare) <= _META_LENGTH else None
