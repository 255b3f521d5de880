"""Phone numbers that are written in two ways. Meta accepts both, and answers with its own."""

from __future__ import annotations


def own_writing(digits: str) -> str:
    """How Meta writes this number.

    Meta writes Mexico's mobile numbers with a 1 after the country code, and Argentina's with a 9. It writes
    Brazil's with the ninth digit in the areas 11 to 28, and without it in all others.
    """
    if digits.startswith("52") and len(digits) == 12:
        return f"521{digits[2:]}"
    if digits.startswith("54") and len(digits) == 12:
        return f"549{digits[2:]}"
    if digits.startswith("55") and len(digits) in (12, 13):
        return _brazilian(digits)
    return digits


def _brazilian(digits: str) -> str:
    area, local = digits[2:4], digits[4:]
    has_ninth = len(local) == 9 and local[0] == "9"
    is_mobile = has_ninth or (len(local) == 8 and local[0] in "6789")
    if not is_mobile:
        return digits
    eight = local[1:] if has_ninth else local
    return f"55{area}9{eight}" if area <= "28" else f"55{area}{eight}"
