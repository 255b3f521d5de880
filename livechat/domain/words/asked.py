"""What somebody searches for: which words a text must have, and where in it they stand.

The index says which texts have all words; ``Asked.find`` looks whether they stand as they were asked for, and
where. Words apart may stand anywhere. What was written together must stand together, also where the text has
a hyphen, an apostrophe or nothing in between. The last word may go on. An Arabic word is also found behind
its article and the particle before that, which are written as a part of it.
"""

import re
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

# More marks in one text help nobody.
MOST_SPANS = 100
# Between two parts of what was written together, between digits, and between letters.
_BETWEEN = r"[\W_]*"
_IN_DIGITS = f"[{JOINERS} ()+]{{0,2}}"
_IN_WORD = f"[{HYPHENS}]?"
_NOT_IN_NUMBER = ("(?<![0-9])", "(?![0-9])")
_LETTER = rf"[^\W\d_{UNSPACED}]"
_NOT_IN_WORD = (f"(?<!{_LETTER})(?<![{MARKS}])", f"(?!{_LETTER}|[{MARKS}])")

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
    """``query`` is PostgreSQL's ``tsquery``; ``patterns`` are found each in a folded text that answers it."""

    query: str
    patterns: tuple["re.Pattern[str]", ...]

    def is_in(self, folded: str) -> bool:
        """Whether a folded text answers it."""
        return all(pattern.search(folded) for pattern in self.patterns)

    def find(self, text: str | None) -> list[Span]:
        """Where the words stand in ``text``, in order, in UTF-16 code units as JavaScript counts.

        Words that are not in it are left out: they stand in what else is searched of the message.
        """
        if not text:
            return []
        folded, begins, ends = fold_with_places(text)
        found = [
            (begins[match.start()], ends[match.end() - 1])
            for pattern in self.patterns
            for match in pattern.finditer(folded)
        ]
        return _in_utf16(text, _united(sorted(found))[:MOST_SPANS])


def read_query(given: str) -> Asked | None:
    """What is asked for by these words; None where there is no letter or digit among them."""
    chunks = [pieces for chunk in fold(given).split() if (pieces := _pieces(chunk))]
    if not chunks:
        return None
    clauses = [_clause(pieces, is_last=pieces is chunks[-1]) for pieces in chunks]
    patterns = [_pattern(pieces, is_last=pieces is chunks[-1]) for pieces in chunks]
    return Asked(" & ".join(dict.fromkeys(clauses)), tuple(map(re.compile, dict.fromkeys(patterns))))


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
    return f"'{word[:TOKEN_LENGTH]}'{':*' if is_prefix else ''}"


def _pattern(pieces: list[_Piece], *, is_last: bool) -> str:
    pattern = _BETWEEN.join(_spelled(piece) for piece in pieces)
    if _may_have_article(pieces):
        pattern = f"(?:{'|'.join(_ARTICLES)})?{pattern}"
    first, last = pieces[0], pieces[-1]
    if not first.is_run:
        pattern = (_NOT_IN_NUMBER if first.text[0].isdigit() else _NOT_IN_WORD)[0] + pattern
    if not last.is_run and not is_last:
        pattern += (_NOT_IN_NUMBER if last.text[-1].isdigit() else _NOT_IN_WORD)[1]
    return pattern


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
