"""What we sign or hand out as text has one spelling: base64's other ones for the same bytes are refused."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from livechat.core.errors import ValidationFailedError
from livechat.live.positions import Bookmark
from livechat.web import base64url
from livechat.web.paging import ListPlace, SortedPlace, cursor_of, place_of, sorted_cursor_of, sorted_place_of


def other_spellings(text: str) -> list[str]:
    """Texts that Python's own decoder takes for the same bytes: padded, broken, with spare bits."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spare = {0: 0, 2: 15, 3: 3}[len(text) % 4]
    last = alphabet.index(text[-1])
    return [
        text + "=" * (-len(text) % 4 or 4),
        f"{text[:3]}!{text[3:]}",
        f" {text}",
        f"{text}\n",
        *(text[:-1] + alphabet[last | bits] for bits in range(1, spare + 1)),
    ]


@pytest.mark.parametrize("length", range(1, 8))
def test_bytes_have_one_text(length: int) -> None:
    raw = bytes(range(250 - length, 250))
    text = base64url.encode(raw)
    assert base64url.decode(text) == raw
    for other in (*other_spellings(text), "ä", "A"):
        with pytest.raises(ValueError):
            base64url.decode(other)


def test_cursors_and_bookmarks_have_one_text() -> None:
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    plain, placed = ListPlace(now, uuid4()), SortedPlace(1, now, uuid4(), now)
    cursor, sorted_cursor = cursor_of(plain), sorted_cursor_of(placed, "all")
    assert (place_of(cursor), sorted_place_of(sorted_cursor, "all")) == (plain, placed)
    for other in other_spellings(cursor):
        with pytest.raises(ValidationFailedError):
            place_of(other)
    for other in other_spellings(sorted_cursor):
        with pytest.raises(ValidationFailedError):
            sorted_place_of(other, "all")
    bookmark = Bookmark(7, {uuid4(): (1, 2), uuid4(): (3, 4)})
    assert Bookmark.decode(bookmark.encode()) is not None
    assert [Bookmark.decode(other) for other in other_spellings(bookmark.encode())] == [None] * len(
        other_spellings(bookmark.encode())
    )
