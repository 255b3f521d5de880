"""Files leave by signed addresses, in parts where asked, and never as something that a browser would run."""

import base64
import string
import time
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from livechat.files.formats.filenames import content_disposition, harmless
from livechat.files.media_urls import PATH, PERIOD_S, BadMediaUrlError, MediaUrls
from livechat.web.problems import CONTENT_TYPE as PROBLEM
from tests.conftest import ENCRYPTION_KEY
from tests.factories import make_account
from tests.media.conftest import API, Desk

TEXT = b"0123456789" * 20
_BASE64URL = string.ascii_letters + string.digits + "-_"


def document(desk: Desk, data: bytes = TEXT, **given: str) -> str:
    """The address of a document that a customer has sent."""
    message_id = desk.customer_sends("document", data_base64=base64.b64encode(data).decode(), **given)
    assert desk.fetch() == ["ready"]
    return str(desk.shown(message_id)["url"])


def test_an_address_takes_no_token_and_belongs_to_this_origin(desk: Desk) -> None:
    url = document(desk)
    assert url.startswith(f"{API}/media/")
    answer = desk.get(url)
    assert (answer.status_code, answer.data) == (200, TEXT)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    head = desk.client.head(url)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(TEXT)))


def test_forged_and_expired_addresses_find_nothing(desk: Desk) -> None:
    url = document(desk)
    token = url.removeprefix(PATH)
    media_id = token.split(".")[0]
    other = uuid4().hex
    urls = MediaUrls([ENCRYPTION_KEY])
    stale = urls.url(UUID(media_id), now=time.time() - 3 * PERIOD_S)
    foreign = MediaUrls([Fernet.generate_key().decode()]).url(UUID(media_id))
    for bad in (
        PATH + token.replace(media_id, other),
        PATH + token.replace(".f.", ".t."),
        *(PATH + token[:-1] + last for last in _BASE64URL if last != token[-1]),
        PATH + token[:-1] + "!" + token[-1],
        PATH + token + "=",
        PATH + token.rsplit(".", 1)[0],
        PATH + media_id,
        PATH + "%00",
        PATH + "ä" * 10,
        PATH + "." * 50,
        stale,
        foreign,
    ):
        answer = desk.client.get(bad)
        assert (answer.status_code, answer.json["code"]) == (404, "not_found"), bad
    # A bearer token opens no address either.
    assert desk.client.get(PATH + media_id, headers=desk.headers).status_code == 404


def test_a_stranger_is_never_told_an_address(desk: Desk, auth: Callable[[UUID], dict[str, str]]) -> None:
    message_id = desk.customer_sends("image")
    desk.fetch()
    make_account(desk.session, stranger := uuid4())
    desk.session.commit()
    for call, path in ((desk.client.get, ""), (desk.client.post, "/media/retry")):
        answer = call(f"{API}/messages/{message_id}{path}", headers=auth(stranger))
        assert answer.status_code == 404
    url = MediaUrls([ENCRYPTION_KEY]).url(uuid4())
    assert desk.client.get(url).status_code == 404


def test_an_address_stays_the_same_for_a_while_and_ends() -> None:
    urls, media_id = MediaUrls([ENCRYPTION_KEY]), uuid4()
    begin = 1_800_000_000 // PERIOD_S * PERIOD_S
    url = urls.url(media_id, now=begin)
    assert url == urls.url(media_id, now=begin + PERIOD_S - 1)
    assert url != urls.url(media_id, now=begin + PERIOD_S)
    token = url.removeprefix(PATH)
    assert urls.read(token, now=begin + 2 * PERIOD_S - 1).seconds_left == 1
    with pytest.raises(BadMediaUrlError) as caught:
        urls.read(token, now=begin + 2 * PERIOD_S)
    assert caught.value.has_expired


def test_an_address_outlives_a_change_of_keys() -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    media_id = uuid4()
    url = MediaUrls([old]).url(media_id)
    assert MediaUrls([new, old]).read(url.removeprefix(PATH)).media_id == media_id
    with pytest.raises(BadMediaUrlError):
        MediaUrls([new]).read(url.removeprefix(PATH))


RANGES = [
    ("bytes=0-3", 206, "bytes 0-3/200", TEXT[:4]),
    ("bytes=195-", 206, "bytes 195-199/200", TEXT[195:]),
    ("bytes=-5", 206, "bytes 195-199/200", TEXT[195:]),
    ("bytes=190-5000", 206, "bytes 190-199/200", TEXT[190:]),
    ("bytes=0-", 206, "bytes 0-199/200", TEXT),
    ("bytes=0-1,5-6", 200, None, TEXT),
    ("lines=0-3", 200, None, TEXT),
    ("bytes=3-1", 200, None, TEXT),
    ("bytes=x", 200, None, TEXT),
]


def test_ranges(desk: Desk) -> None:
    url = document(desk)
    for asked, status, content_range, part in RANGES:
        answer = desk.get(url, Range=asked)
        seen = (answer.status_code, answer.headers.get("Content-Range"), answer.data)
        assert seen == (status, content_range, part), asked
        assert answer.headers["Content-Length"] == str(len(part))
    for asked in ("bytes=200-", "bytes=5000-6000"):
        answer = desk.get(url, Range=asked)
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */200")
        assert (answer.content_type, answer.json["code"]) == (PROBLEM, "range_not_satisfiable")


def test_a_small_picture_answers_ranges_too(desk: Desk) -> None:
    message_id = desk.customer_sends("image")
    assert desk.fetch() == ["ready"]
    url = str(desk.shown(message_id)["thumbnail_url"])
    whole = desk.get(url)
    assert (whole.status_code, whole.headers["Accept-Ranges"]) == (200, "bytes")
    size = len(whole.data)
    part = desk.get(url, Range="bytes=4-9")
    assert (part.status_code, part.data) == (206, whole.data[4:10])
    assert part.headers["Content-Range"] == f"bytes 4-9/{size}"
    assert desk.get(url, Range=f"bytes={size}-").status_code == 416
    assert desk.get(url, If_None_Match=whole.headers["ETag"]).status_code == 304
    head = desk.client.head(url)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(size))


def test_a_range_of_another_version_is_the_whole_file(desk: Desk) -> None:
    url = document(desk)
    etag = desk.get(url).headers["ETag"]
    same = desk.get(url, Range="bytes=0-3", If_Range=etag)
    assert (same.status_code, same.data) == (206, TEXT[:4])
    other = desk.get(url, Range="bytes=0-3", If_Range='"other"')
    assert (other.status_code, other.data) == (200, TEXT)
    fresh = desk.get(url, If_None_Match=etag)
    assert (fresh.status_code, fresh.data) == (304, b"")


UNSAFE = [
    (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "image/svg+xml",
        "text/plain",
    ),
    (b"<!DOCTYPE html><script>alert(1)</script>", "text/html", "text/plain"),
    (b"%PDF-1.4\n%%EOF", "application/pdf", "application/pdf"),
    (b"MZ\x90\x00\x03", "image/png", "application/x-msdownload"),
    (b"\x00\x01\x02\x03", "text/html", "application/octet-stream"),
    (b"\xff\xd8\xff\xe0 no picture at all", "image/jpeg", "application/octet-stream"),
]


def test_what_is_not_safe_is_a_download(desk: Desk) -> None:
    for data, claimed, served in UNSAFE:
        answer = desk.get(document(desk, data, mime_type=claimed, filename="page.html"))
        assert answer.headers["Content-Disposition"].startswith("attachment;"), claimed
        assert answer.mimetype == served
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.ffmpeg
def test_pictures_recordings_and_films_are_shown(desk: Desk) -> None:
    for kind in ("image", "sticker", "audio", "video"):
        message_id = desk.customer_sends(kind)
        desk.fetch()
        answer = desk.get(desk.shown(message_id)["url"])
        assert answer.headers["Content-Disposition"].startswith("inline;"), kind


def test_a_hostile_name_breaks_neither_header_nor_disk(desk: Desk) -> None:
    name = 'a"\r\nSet-Cookie: x=1\u202efdp.exe;ü.html'
    answer = desk.get(document(desk, filename=name))
    value = answer.headers["Content-Disposition"]
    assert value.isascii()
    assert value.isprintable()
    assert "Set-Cookie" not in answer.headers
    assert value.startswith("attachment; filename=")
    assert "%C3%BC.html" in value


@given(st.text(max_size=400))
def test_names_are_harmless_whatever_they_were(name: str) -> None:
    shown = harmless(name)
    if shown is not None:
        assert 0 < len(shown) <= 150
        assert not set(shown) & set("/\\:\r\n\x00\u202e\u2066\u200f\u2028")
        assert not shown.startswith(".")
        assert harmless(shown) == shown
        shown.encode()
    value = content_disposition("attachment", name)
    assert value.isascii()
    assert value.isprintable()
    assert value.count('"') == 2
