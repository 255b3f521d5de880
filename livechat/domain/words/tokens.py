"""The words of a text as the index keeps them.

A word is letters and digits. Of scripts that put no spaces between words each two neighbours are one, so that
a word is found wherever it stands. What is held together by a hyphen, an apostrophe or, with digits in it, a
dot or a slash is kept whole too, without them; and of letters beside digits both. So an order ``AB-1234`` is
found by ``ab1234``, by ``AB-1234``, by ``ab`` and by ``1234``.
"""

import re
import unicodedata
from itertools import islice

from livechat.domain.words.fold import fold

# What is looked at of a text, and how much is kept: a row of the index has an end (1 MiB).
MOST_CHARACTERS = 65_536
MOST_TOKENS = 10_000
TOKEN_LENGTH = 64
NATIONAL_DIGITS = 10
# Where scripts have marks that are not dropped.
_MARKED = ((0x0900, 0x1FFF), (0x2DE0, 0x2DFF), (0xA600, 0xABFF), (0x11000, 0x11FFF))


def _kept_marks() -> str:
    """Vowel signs and the like, as ranges of a character class: ``\\w`` does not know them."""
    marks = [
        code
        for first, last in _MARKED
        for code in range(first, last + 1)
        if unicodedata.category(chr(code)).startswith("M") and fold(chr(code))
    ]
    return "".join(map(chr, marks))


MARKS = _kept_marks()
# Thai, Lao, Myanmar, Khmer; Hangul, whose words take endings; kana and Chinese characters.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u1100-\u11ff\uac00-\ud7a3"
    "\u3005-\u3007\u3041-\u3096\u3099-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# A letter or digit of all other scripts.
_SPACED = rf"(?:(?![{UNSPACED}])[^\W_]|(?![{UNSPACED}])[{MARKS}])"
# In what is folded: a run of an unspaced script, or a word of another.
PIECES = re.compile(rf"([{UNSPACED}]+)|({_SPACED}+)")
# What may hold a word together. With a digit in it also what is below.
HYPHENS = "-\u2010\u2011'\u2019_"
JOINERS = HYPHENS + "./#&@"
# All letters, digits and marks, and the underscore. Where no mark and no unspaced script can be, ``\\w`` says
# the same, five times as fast.
_ANY = rf"[\w{MARKS}{UNSPACED}]"
_HAS_OTHERS = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in _MARKED)}{UNSPACED}]")
_PLAIN_WORDS, _WORDS = re.compile(r"\w+"), re.compile(rf"{_ANY}+")
_PLAIN_JOINED, _JOINED = (re.compile(rf"{each}+(?:[{JOINERS}]{each}+)+") for each in (r"\w", _ANY))
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")
_HAS_JOINED = re.compile(rf"\w[{JOINERS}]\w")
_ONLY_HYPHENS = re.compile(f"[{HYPHENS}]")
_NOT_WORD = re.compile(f"[{JOINERS}]")
_HAS_DIGIT = re.compile("[0-9]")
# A number as people write it, in groups.
_GROUPED = re.compile(r"[0-9](?:[ ()./-]{0,2}[0-9]){5,30}")
_NOT_DIGIT = re.compile("[^0-9]+")
DIGITS_OR_NOT = re.compile("[0-9]+|[^0-9]+")


def tokens(text: str | None) -> list[str]:
    """The words of a text, each once, as many as an index can keep."""
    if not text:
        return []
    folded = fold(text[:MOST_CHARACTERS])
    is_plain = folded.isascii() or not _HAS_OTHERS.search(folded)
    words = (_PLAIN_WORDS if is_plain else _WORDS).findall(folded)
    if "_" in folded:
        words = [part for word in words for part in word.split("_") if part]
    found: dict[str, None] = {}
    for word in words:
        if is_plain or word.isascii() or not _IS_UNSPACED.search(word):
            found[word] = None
        else:
            _take_apart(word, found)
    if _HAS_JOINED.search(folded):
        found.update(dict.fromkeys(_joined((_PLAIN_JOINED if is_plain else _JOINED).findall(folded))))
    if _HAS_DIGIT.search(folded):
        for grouped in _GROUPED.findall(folded):
            digits = _NOT_DIGIT.sub("", grouped)
            found[digits] = None
            # A phone number is often asked for without its country code.
            found[digits[-NATIONAL_DIGITS:]] = None
        for word in list(found):
            if not word.isalpha() and not word.isdecimal() and _HAS_DIGIT.search(word):
                found.update(dict.fromkeys(DIGITS_OR_NOT.findall(word)))
    if len(folded) <= TOKEN_LENGTH:
        return list(found)
    return list(dict.fromkeys(token[:TOKEN_LENGTH] for token in islice(found, MOST_TOKENS)))


def _take_apart(word: str, found: dict[str, None]) -> None:
    for run, other in PIECES.findall(word):
        found.update(dict.fromkeys(pairs(run) if run else [other]))


def pairs(run: str) -> list[str]:
    """Each two neighbours of a run, and its last alone, so that one character finds all that it is in."""
    return [run[at : at + 2] for at in range(len(run))]


def _joined(found: list[str]) -> list[str]:
    """Without what joins them. Words without a digit are one by hyphens and apostrophes alone."""
    wholes = (
        _NOT_WORD.sub("", each)
        for each in found
        if not _IS_UNSPACED.search(each)
        and (_HAS_DIGIT.search(each) or len(_ONLY_HYPHENS.findall(each)) == len(_NOT_WORD.findall(each)))
    )
    return [whole for whole in wholes if whole]
