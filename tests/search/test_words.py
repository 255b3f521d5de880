"""Folding, the words of a text, and where somebody's words stand in it: pure rules, no database."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livechat.domain.words.asked import read_query
from livechat.domain.words.fold import fold, fold_with_places
from livechat.domain.words.tokens import MOST_TOKENS, TOKEN_LENGTH, tokens

_SCRIPTS = (
    "aAzZéÉßẞœŁıİſﬁ0123456789٣५๓ \t\n-‐'’_./#&@()+|!:*\\"
    "أإآءؤئـًَُِّٱیکہ\u0654\u0301\u0327\u0308\u0345αᾳΣςйЁ"
    "नमस्तेदुनिया\u093c\u094dสวัสดีครับกำ东京東京都かがハバﾊﾞｶﾞ\u3099ー々한국어\u1112\u1161\u11abㅎㅏ\u200d\u200c\ufe0f\u00ad"
    "😀𠮷\U0001f1e7𝔸①²½㎏ﷺ\ufe71"
)
texts = st.one_of(
    st.text(st.sampled_from(_SCRIPTS), max_size=30),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


def finds(query: str, text: str) -> bool:
    """As PostgreSQL and the recheck do it together."""
    asked = read_query(query)
    if asked is None:
        return False
    known = tokens(text)

    def has(match: "re.Match[str]") -> str:
        lexeme, prefix = match.groups()
        return str(any(token.startswith(lexeme) if prefix else token == lexeme for token in known))

    by_index = re.sub(r"'([^']*)'(:\*)?", has, asked.query).replace("&", "and").replace("|", "or")
    return bool(eval(by_index)) and asked.is_in(fold(text))


@settings(deadline=None, max_examples=60)
@given(texts)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None, max_examples=60)
@given(texts)
def test_composed_and_decomposed_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == fold(text)


@settings(deadline=None, max_examples=60)
@given(texts)
def test_places_lead_back_to_the_text(text: str) -> None:
    folded, begins, ends = fold_with_places(text)
    assert folded == fold(text)
    assert len(begins) == len(ends) == len(folded)
    assert begins == sorted(begins)
    assert ends == sorted(ends)
    assert all(0 <= begin < end <= len(text) for begin, end in zip(begins, ends, strict=True))
    for at in range(len(folded)):
        assert folded[at] in fold(text[begins[at] : ends[at]])


@settings(deadline=None, max_examples=60)
@given(texts)
def test_each_word_of_a_text_finds_it_and_is_marked(text: str) -> None:
    for word in text.split():
        asked = read_query(word)
        if asked is None:
            continue
        assert finds(word, text), (word, text)
        spans = asked.find(text)
        assert spans == sorted(spans)
        units = text.encode("utf-16-le")
        for start, end in spans:
            assert units[2 * start : 2 * end].decode("utf-16-le")


@settings(deadline=None, max_examples=60)
@given(texts)
def test_tokens_are_bounded_and_safe_in_a_tsquery(text: str) -> None:
    known = tokens(text * 3)
    assert len(known) == len(set(known)) <= MOST_TOKENS
    assert all(0 < len(token) <= TOKEN_LENGTH for token in known)
    assert not any(set(token) & set(" \t\n'\\:|&!()*<") for token in known)


def test_a_huge_text_is_cut() -> None:
    assert len(tokens(" ".join(str(n) for n in range(60_000)))) <= MOST_TOKENS
    assert tokens("x" * 100_000) == ["x" * TOKEN_LENGTH]
    assert tokens(None) == tokens(" …!") == []


@pytest.mark.parametrize(
    ("text", "query", "is_found"),
    [
        ("Seu orçamento", "orcamento", True),
        ("Seu orc\u0327amento", "ORÇAMENTO", True),
        ("Seu orçamento", "orça", True),
        ("Seu orçamento está pronto", "orça pronto", False),
        ("Seu orçamento está pronto", "pronto orça", True),
        ("Hauptstraße 5", "strasse", False),
        ("Hauptstraße 5", "HAUPTSTRASSE", True),
        ("résumé", "resume", True),
        ("東京都庁へ", "東京", True),
        ("東京都庁へ", "京東", False),
        ("東京と京都", "東京都", False),
        ("東京都庁へ", "庁", True),
        ("東京都庁へ", "へ", True),
        ("สวัสดีครับ", "สวัสดี", True),
        ("สวัสดีครับ", "ครับ", True),
        ("주문을 취소", "주문", True),
        ("नमस्ते दुनिया", "दुनिया", True),
        ("नमस्ते दुनिया", "नम नमस्ते", False),
        ("كتــاب", "كتاب", True),
        ("كتاب", "كتــاب", True),
        ("أحمد", "احمد", True),
        ("أين الخبز؟", "خبز", True),
        ("أين الْخُبْز؟", "خبز طازج", False),
        ("الخبز الطازج", "طازج خب", False),
        ("الخبز الطازج", "طازج خبز", True),
        ("أريد قهوة بالخبز", "خبز قهوة", True),
        ("شكراً للخبز", "خبز", True),
        ("خبزنا", "الخبز", False),
        ("الله", "له", False),
        ("مالخبز", "خبز", False),
        ("رقم ١٢٣٤٥", "12345", True),
        ("Order AB-1234 please", "ab1234", True),
        ("Order AB-1234 please", "1234", True),
        ("Order AB-1234 please", "ab-1234", True),
        ("Order AB-1234 please", "ab-12", True),
        ("Order AB1234 please", "AB-1234", True),
        ("Order AB1234 please", "1234 order", True),
        ("Order AB 1234 please", "AB-1234", True),
        ("Order AB-1234 please", "AB-234", False),
        ("Order AB-91234 please", "AB-1234", False),
        ("Call +91 98765 43210", "9876543210", True),
        ("Call +91 98765 43210", "919876543210", True),
        ("Call +91 98765-43210", "98765 43210", True),
        ("I don't know", "dont", True),
        ("I dont know", "don't", True),
        ("por l\u2019or\u00e7amento", "orcamento", True),
        ("my e-mail", "email", True),
        ("iPhone手机", "手机", True),
        ("iPhone手机", "iphone", True),
        ("see https://example.com/a?b=c", "example.com", True),
        ("anything", "& | ! ( : * ' \\", False),
    ],
)
def test_what_finds_what(text: str, query: str, is_found: bool) -> None:
    assert finds(query, text) is is_found


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("O ORÇAMENTO, orçamento!", "orcamento", ["ORÇAMENTO", "orçamento"]),
        ("😀 orc\u0327amento 😀 pronto", "pronto orca", ["orc\u0327a", "pronto"]),
        ("Die Straße", "strasse", ["Straße"]),
        ("東京都庁", "京都", ["京都"]),
        ("Order AB-1234.", "ab1234", ["AB-1234"]),
        ("a banana", "a", ["a"]),
        ("كتــاب", "كتاب", ["كتــاب"]),
        ("والخبز خبز", "خبز", ["والخبز", "خبز"]),
    ],
)
def test_what_is_marked(text: str, query: str, marked: list[str]) -> None:
    asked = read_query(query)
    assert asked is not None
    units = text.encode("utf-16-le")
    assert [units[2 * a : 2 * b].decode("utf-16-le") for a, b in asked.find(text)] == marked
