"""Phone numbers have one canonical form here: digits only, country code first."""

import re

_DECORATION = re.compile(r"[\s\-().\u00a0\u2010-\u2015]")
_DIGITS = re.compile(r"[0-9]{5,20}")


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
