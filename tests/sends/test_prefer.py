"""``Prefer: wait=N`` as RFC 7240 spells it, and everything that it is not."""

import pytest

from livechat.web.prefer import preferred_wait


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["wait=5"], 5),
        (["wait=0"], 0),
        (["WAIT = 7"], 7),
        (['wait="3"'], 3),
        (["respond-async, wait=10"], 10),
        (["respond-async", "wait=2"], 2),
        (["wait=2; foo=bar"], 2),
        (["wait=11"], 10),
        (["wait=" + "9" * 5000], 10),
        (["wait=007"], 7),
        (["wait=1, wait=9"], 1),
        (['foo="a, wait=3", wait=4'], 4),
        (["wait=abc, wait=4"], 4),
        (["wait=-1"], None),
        (["wait=1.5"], None),
        (["wait"], None),
        (["wait="], None),
        (["wait=５"], None),
        (['wait="3'], None),
        ([""], None),
        ([], None),
    ],
)
def test_wait(headers: list[str], expected: int | None) -> None:
    assert preferred_wait(headers) == expected
