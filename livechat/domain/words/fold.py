"""Texts as they are compared when people search: without case, accents, widths and ways of composing.

Names are folded so in the database too (``fold_name``, migration 0016), with the same marks and letters.
"""

import unicodedata
from collections.abc import Iterator

# Combining marks of alphabets (Latin, Cyrillic, Hebrew and Arabic points, hamza above and below), the Arabic
# stretch, what is written and not seen. Vowel signs of Indic scripts, of Thai and its neighbours, and the
# voicing of kana are marks too, but another word without them: they stay.
_DROPPED = (
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05C7),
    (0x0610, 0x061A),
    (0x0640, 0x0640),
    (0x064B, 0x065F),
    (0x0670, 0x0670),
    (0x06D6, 0x06ED),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
    (0x00AD, 0x00AD),
    (0x061C, 0x061C),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x2069),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xE0100, 0xE01EF),
)
# Letters that have no decomposition, and are typed as their neighbours.
_LETTERS = dict(zip("ıłøđðħŧςٱةىکیہھۀ", "iloddhtσاهيكيههه", strict=True)) | {"æ": "ae", "œ": "oe", "þ": "th"}
# Where alphabets have digits of their own; what is circled or raised is made plain by NFKD.
_DIGITS_BELOW = 0x1FBFA


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(letter): plain for letter, plain in _LETTERS.items()}
    for code in range(0x80, _DIGITS_BELOW):
        digit = unicodedata.decimal(chr(code), None)
        if digit is not None:
            table[code] = str(digit)
    for first, last in _DROPPED:
        table.update(dict.fromkeys(range(first, last + 1)))
    return table


_TABLE = _table()
# To look for one of these is faster than ``translate``, and most texts have none.
_TRANSLATED = frozenset(map(chr, _TABLE))
# Vowels and last consonants of Hangul, which join the letter before them.
_JOINING = range(0x1160, 0x1200)


def fold(text: str) -> str:
    """The text as it is compared. Folding what is folded changes nothing."""
    if text.isascii():
        return text.lower()
    # Marks first: the Greek iota beneath a letter would become a letter by its case.
    plain = _translated(unicodedata.normalize("NFKD", text)).casefold()
    if plain.isascii():
        return plain
    # Folding the case made letters that the table knows, or that are composed.
    plain = _translated(unicodedata.normalize("NFKD", plain))
    return unicodedata.normalize("NFC", plain)


def _translated(text: str) -> str:
    return text if _TRANSLATED.isdisjoint(text) else text.translate(_TABLE)


def fold_with_places(text: str) -> tuple[str, list[int], list[int]]:
    """``fold(text)``, and for each character of it where in ``text`` what it came from begins and ends."""
    if text.isascii():
        return text.lower(), list(range(len(text))), list(range(1, len(text) + 1))
    parts: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for start, end in _letters(text):
        part = fold(text[start:end])
        parts.append(part)
        begins += [start] * len(part)
        ends += [end] * len(part)
    return "".join(parts), begins, ends


def _letters(text: str) -> Iterator[tuple[int, int]]:
    """Where each letter with all that joins it begins and ends: folding never reaches across."""
    start = 0
    for at in range(1, len(text)):
        if not _joins(text[at]):
            yield start, at
            start = at
    if text:
        yield start, len(text)


def _joins(character: str) -> bool:
    if character.isascii():
        return False
    first = unicodedata.normalize("NFKD", character)[0]
    code = ord(first)
    is_dropped = code in _TABLE and _TABLE[code] is None
    return is_dropped or code in _JOINING or unicodedata.category(first).startswith("M")
