"""What somebody searches for: which words a text must have, and where in it they stand.

The index says which texts have all words; ``Asked.find`` looks whether they stand as they were asked for, and
where. Words apart may stand anywhere. What was written together must stand together, also where the text has
a hyphen, an apostrophe or nothing in between. The last word may go on. An Arabic word is also found behind
its article and the particle before that, which are written as a part of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from livechat.domain.words.fold import fold, fold_with_places
from livechat.domain.words.tokens import (
    DIGITS_OR_NOT,
    HYPHENS,
    JOINERS,
    MARKS,
    PIECES,
    TOKEN_LENGTH,
    UNSPACED,
    pairs,
)

_PREFIX = ":*"
# More marks in one text help nobody.
MOST_SPANS = 100
# Between two parts of what was written together, between digits, and between letters. All hyphens are one
# here, and all apostrophes: to compile a pattern takes a hundred times as long with characters beyond ASCII.
_PLAIN = str.maketrans("\u2010\u2011\u2019", "--'")


def _any_of(characters: str) -> str:
    return f"[{re.escape(''.join(dict.fromkeys(characters.translate(_PLAIN))))}]"


_BETWEEN = r"[\W_]*"
_IN_DIGITS = f"{_any_of(JOINERS + ' ()+')}{{0,2}}"
_IN_WORD = f"{_any_of(HYPHENS)}?"
# What a number, and a word, goes on by.
_DIGIT = re.compile("[0-9]")
_LETTER = re.compile(rf"[^\W\d_{UNSPACED}]|[{MARKS}]")

# The Arabic article, alone and behind "and", "so", "with", "like" and "for". What follows it is a word of
# three letters or more: of two, "for him" would be in "God".
_ARTICLES = (
    "\u0627\u0644",
    "\u0648\u0627\u0644",
    "\u0641\u0627\u0644",
    "\u0628\u0627\u0644",
    "\u0643\u0627\u0644",
    "\u0644\u0644",
)
_TAKES_ARTICLE = re.compile("[\u0621-\u064a]{3,}")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """``query`` is PostgreSQL's ``tsquery``; ``patterns`` are found each in a folded text that answers it.

    ``whole_words``: what of the query asks for no beginnings of words; empty where all of it does.
    """

    query: str
    whole_words: str
    patterns: tuple["_Pattern", ...]

    def is_in(self, folded: str) -> bool:
        """Whether a folded text answers it."""
        plain = _plain(folded)
        return all(next(pattern.found_in(plain), None) for pattern in self.patterns)

    def find(self, text: str | None) -> list[Span]:
        """Where the words stand in ``text``, in order, in UTF-16 code units as JavaScript counts.

        Words that are not in it are left out: they stand in what else is searched of the message.
        """
        if not text:
            return []
        folded, begins, ends = fold_with_places(text)
        plain = _plain(folded)
        found = [
            (begins[start], ends[end - 1])
            for pattern in self.patterns
            for start, end in pattern.found_in(plain)
        ]
        return _in_utf16(text, _united(sorted(found))[:MOST_SPANS])


@dataclass(frozen=True, slots=True)
class _Pattern:
    """``before`` and ``behind``: what may not stand there, since the word would be a part of another."""

    core: "re.Pattern[str]"
    before: "re.Pattern[str] | None"
    behind: "re.Pattern[str] | None"

    def found_in(self, plain: str) -> Iterator[Span]:
        at = 0
        while (found := self.core.search(plain, at)) is not None:
            start, end = found.span()
            is_part = self.before is not None and start > 0 and self.before.match(plain, start - 1)
            if is_part or (self.behind is not None and self.behind.match(plain, end)):
                at = start + 1
            else:
                yield start, end
                at = end


def _plain(folded: str) -> str:
    return folded if folded.isascii() else folded.translate(_PLAIN)


def read_query(given: str) -> Asked | None:
    """What is asked for by these words; None where there is no letter or digit among them."""
    chunks = [pieces for chunk in fold(given).split() if (pieces := _pieces(chunk))]
    if not chunks:
        return None
    clauses = [_clause(pieces, is_last=pieces is chunks[-1]) for pieces in chunks]
    patterns = [_pattern(pieces, is_last=pieces is chunks[-1]) for pieces in chunks]
    clauses = list(dict.fromkeys(clauses))
    whole = [each for each in clauses if _PREFIX not in each]
    return Asked(" & ".join(clauses), " & ".join(whole), tuple(dict.fromkeys(patterns)))


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    is_run: bool


def _pieces(chunk: str) -> list[_Piece]:
    return [_Piece(run or word, bool(run)) for run, word in PIECES.findall(chunk)]


def _clause(pieces: list[_Piece], *, is_last: bool) -> str:
    """What the index is asked for: all parts or, of words that may stand as one, that one."""
    last = len(pieces) - 1
    parts = " & ".join(_part(piece, is_last=is_last and n == last) for n, piece in enumerate(pieces))
    if _may_have_article(pieces):
        forms = [parts, *(_lexeme(each + pieces[0].text, is_prefix=is_last) for each in _ARTICLES)]
        return f"({' | '.join(forms)})"
    if len(pieces) == 1 or any(piece.is_run for piece in pieces):
        return parts
    whole = _lexeme("".join(piece.text for piece in pieces), is_prefix=is_last)
    return f"({whole} | {parts})"


def _may_have_article(pieces: list[_Piece]) -> bool:
    return len(pieces) == 1 and bool(_TAKES_ARTICLE.fullmatch(pieces[0].text))


def _part(piece: _Piece, *, is_last: bool) -> str:
    if not piece.is_run:
        return _lexeme(piece.text, is_prefix=is_last)
    if len(piece.text) == 1:
        return _lexeme(piece.text, is_prefix=True)
    return " & ".join(_lexeme(pair, is_prefix=False) for pair in pairs(piece.text)[:-1])


def _lexeme(word: str, *, is_prefix: bool) -> str:
    # Words are letters, digits and marks: nothing in them can end the quotes.
    return f"'{word[:TOKEN_LENGTH]}'{_PREFIX if is_prefix else ''}"


def _pattern(pieces: list[_Piece], *, is_last: bool) -> _Pattern:
    core = _BETWEEN.join(_spelled(piece) for piece in pieces)
    if _may_have_article(pieces):
        core = f"(?:{'|'.join(_ARTICLES)})?{core}"
    first, last = pieces[0], pieces[-1]
    before = None if first.is_run else _goes_on(first.text[0])
    behind = None if last.is_run or is_last else _goes_on(last.text[-1])
    return _Pattern(re.compile(core), before, behind)


def _goes_on(character: str) -> "re.Pattern[str]":
    return _DIGIT if character.isdigit() else _LETTER


def _spelled(piece: _Piece) -> str:
    if piece.is_run:
        return piece.text
    return _BETWEEN.join(
        (_IN_DIGITS if part[0].isdigit() else _IN_WORD).join(part)
        for part in DIGITS_OR_NOT.findall(piece.text)
    )


def _united(spans: list[Span]) -> list[Span]:
    """Without overlaps."""
    united: list[Span] = []
    for start, end in spans:
        if united and start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return united


def _in_utf16(text: str, spans: list[Span]) -> list[Span]:
    """Characters beyond the first 65,536 count two."""
    if text.isascii():
        return spans
    units = [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]
    return [(units[start], units[end]) for start, end in spans]
