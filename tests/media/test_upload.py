"""An agent's file: checked by its bytes against what WhatsApp takes, converted where that can be done."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image

from livechat.files.sweep_files import sweep_media
from livechat.storage import key_of
from livechat.whatsapp.media_types import KB, MB, OOXML, RULES
from tests.factories import make_account
from tests.media import files
from tests.media.conftest import API, Desk

KEYS = {
    *("id", "kind", "mime_type", "size", "filename", "width", "height", "duration", "url", "thumbnail_url"),
    "waveform",
}


def taken(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.json
    assert set(answer.json) == {"media"}
    assert set(answer.json["media"]) == KEYS
    media: dict[str, Any] = answer.json["media"]
    return media


def refusal(answer: Any) -> str:
    assert answer.status_code == 422, answer.json
    assert answer.json["code"] == "validation_failed"
    [field] = answer.json["errors"]
    assert field == "file"
    [sentence] = answer.json["errors"]["file"]
    return str(sentence)


def test_a_picture_is_kept_and_served(desk: Desk) -> None:
    data = files.picture("JPEG")
    media = taken(desk.upload(data, "cake.jpg"))
    assert (media["kind"], media["mime_type"], media["size"]) == ("image", "image/jpeg", len(data))
    assert (media["width"], media["height"], media["filename"]) == (64, 48, "cake.jpg")
    assert desk.get(media["url"]).data == data
    assert desk.get(media["thumbnail_url"]).mimetype == "image/webp"
    assert not list(desk.fetcher.workspace.root.glob("*"))


# Every row of the table in docs/meta/cloud-api.md section 8: what goes through as it is …
AS_IT_IS: list[tuple[str, str, Callable[[], bytes], str]] = [
    ("image", "a.jpg", lambda: files.picture("JPEG"), "image/jpeg"),
    ("image", "a.png", lambda: files.picture("PNG"), "image/png"),
    ("image", "a.png", lambda: files.picture("PNG", mode="RGBA"), "image/png"),
    ("sticker", "a.webp", lambda: files.picture("WEBP", (512, 512)), "image/webp"),
    ("sticker", "a.webp", lambda: files.moving("WEBP", (512, 512)), "image/webp"),
    ("document", "a.txt", lambda: b"hello", "text/plain"),
    ("document", "a.csv", lambda: "ä;ö\n1;2\n".encode(), "text/plain"),
    # As Excel writes them: in a country's encoding, or as "Unicode text".
    ("document", "prix.csv", lambda: "Prénom;Prix €\r\nZoë;1,50\r\n".encode("cp1252"), "text/plain"),
    ("document", "цены.csv", lambda: "Имя;Цена\r\nОля;150\r\n".encode("cp1251"), "text/plain"),
    ("document", "name.csv", lambda: "名前;値段\r\n花子;150\r\n".encode("shift_jis"), "text/plain"),
    ("document", "price.csv", lambda: "姓名,价格\r\n小明,150\r\n".encode("gb18030"), "text/plain"),
    ("document", "names.txt", lambda: "اسم;سعر\r\n".encode("cp1256"), "text/plain"),
    ("document", "unicode.txt", lambda: "Zoë\t1,50\r\n".encode("utf-16"), "text/plain"),
    ("document", "big-endian.csv", lambda: b"\xfe\xff" + "Zoë\t1\r\n".encode("utf-16-be"), "text/plain"),
    ("document", "marked.csv", lambda: "Zoë;1\r\n".encode("utf-8-sig"), "text/plain"),
    ("document", "LIESMICH", lambda: "Grüße".encode("latin-1"), "text/plain"),
    ("document", "a.pdf", lambda: b"%PDF-1.4\n%%EOF", "application/pdf"),
    ("document", "a.doc", lambda: files.OLE, "application/msword"),
    ("document", "a.xls", lambda: files.OLE, "application/vnd.ms-excel"),
    ("document", "a.ppt", lambda: files.OLE, "application/vnd.ms-powerpoint"),
    ("document", "a.docx", lambda: files.office("word"), f"{OOXML}wordprocessingml.document"),
    ("document", "a.xlsx", lambda: files.office("xl"), f"{OOXML}spreadsheetml.sheet"),
    ("document", "a.pptx", lambda: files.office("ppt"), f"{OOXML}presentationml.presentation"),
]
RECORDINGS_AS_THEY_ARE = [
    ("audio", "sound.aac", "audio/aac"),
    ("audio", "sound.amr", "audio/amr"),
    ("audio", "sound.mp3", "audio/mpeg"),
    ("audio", "sound.m4a", "audio/mp4"),
    ("audio", "opus.ogg", "audio/ogg"),
    ("voice", "opus.ogg", "audio/ogg"),
    ("video", "main.mp4", "video/mp4"),
    ("video", "silent.mp4", "video/mp4"),
    ("video", "main.3gp", "video/3gpp"),
]


# One test walks a table: each row is a request, and a test's set-up costs more than ten of them.
def test_what_whatsapp_takes_goes_through_unchanged(desk: Desk) -> None:
    for kind, name, make, mime_type in AS_IT_IS:
        data = make()
        media = taken(desk.upload(data, name, kind=kind))
        assert (media["kind"], media["mime_type"]) == (kind, mime_type), name
        assert desk.get(media["url"]).data == data, name


@pytest.mark.ffmpeg
def test_recordings_that_whatsapp_takes_go_through_unchanged(desk: Desk) -> None:
    for kind, name, mime_type in RECORDINGS_AS_THEY_ARE:
        data = files.AMR if name == "sound.amr" else files.recording(name)
        media = taken(desk.upload(data, name, kind=kind))
        assert (media["kind"], media["mime_type"]) == (kind, mime_type), name
        assert media["duration"] > 0, name
        assert (media["waveform"] is not None) == (kind in ("audio", "voice")), name
        assert desk.get(media["url"]).data == data, name


# … what is converted …
OTHER_PICTURES: list[tuple[str, Callable[[], bytes]]] = [
    ("a.webp", lambda: files.picture("WEBP")),
    ("a.bmp", lambda: files.picture("BMP")),
    ("a.tiff", lambda: files.picture("TIFF")),
    ("a.gif", lambda: files.picture("GIF")),
    ("palette.png", lambda: files.picture("PNG", mode="P")),
    ("grey.png", lambda: files.picture("PNG", mode="L")),
    ("deep.png", lambda: files.picture("PNG", mode="I;16")),
    ("print.jpg", lambda: files.picture("JPEG", mode="CMYK")),
    ("lies.pdf", lambda: files.picture("WEBP")),
    ("IMG_0001.HEIC", lambda: files.HEIC),
    ("a.avif", lambda: files.picture("AVIF")),
]


def test_other_pictures_become_jpeg(desk: Desk) -> None:
    for name, make in OTHER_PICTURES:
        media = taken(desk.upload(make(), name, kind="image"))
        assert (media["mime_type"], media["width"], media["height"]) == ("image/jpeg", 64, 48), name
        assert media["filename"] == f"{Path(name).stem}.jpg"
        with Image.open(BytesIO(desk.get(media["url"]).data)) as shown:
            assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (64, 48)), name


def test_a_picture_that_is_too_large_is_scaled(desk: Desk) -> None:
    data = files.noise((1900, 1400))
    assert len(data) > RULES["image"].max_bytes
    media = taken(desk.upload(data, "photo.png", kind="image"))
    assert media["mime_type"] == "image/jpeg"
    assert media["size"] <= RULES["image"].max_bytes


def test_a_telephones_picture_stands_upright(desk: Desk) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    media = taken(desk.upload(files.picture("WEBP", exif=exif), "a.webp", kind="image"))
    assert (media["width"], media["height"]) == (48, 64)
    media = taken(desk.upload(files.picture("JPEG", exif=exif), "a.jpg", kind="image"))
    assert (media["width"], media["height"]) == (48, 64)
    with Image.open(BytesIO(desk.get(media["thumbnail_url"]).data)) as small:
        assert small.size == (48, 64)


def test_a_picture_becomes_a_sticker(desk: Desk) -> None:
    media = taken(desk.upload(files.noise((900, 700), "JPEG"), "cat.jpg", kind="sticker"))
    assert (media["mime_type"], media["width"], media["height"]) == ("image/webp", 512, 512)
    assert media["size"] <= 100 * KB
    assert media["filename"] == "cat.webp"


@pytest.mark.ffmpeg
def test_what_a_browser_records_becomes_a_voice_note(desk: Desk) -> None:
    for name in ("recorder.webm", "recorder.mp4", "sound.wav", "sound.mp3", "stereo.ogg"):
        media = taken(desk.upload(files.recording(name), name, kind="voice"))
        assert (media["kind"], media["mime_type"]) == ("voice", "audio/ogg")
        assert media["duration"] == pytest.approx(0.5, abs=0.2)
        assert len(media["waveform"]) == 64
        assert b"OpusHead\x01\x01" in desk.get(media["url"]).data


@pytest.mark.ffmpeg
def test_other_sound_becomes_opus(desk: Desk) -> None:
    for name in ("stereo.ogg", "vorbis.ogg", "sound.wav", "sound.flac", "recorder.webm"):
        media = taken(desk.upload(files.recording(name), name, kind="audio"))
        assert (media["kind"], media["mime_type"]) == ("audio", "audio/ogg")
        assert b"OpusHead\x01\x01" in desk.get(media["url"]).data


@pytest.mark.ffmpeg
def test_other_films_become_h264_and_aac(desk: Desk) -> None:
    for name in ("high.mp4", "mpeg4.mp4", "mp3sound.mp4", "film.webm", "film.mov"):
        media = taken(desk.upload(files.recording(name), name, kind="video"))
        assert (media["kind"], media["mime_type"]) == ("video", "video/mp4")
        assert (media["width"], media["height"]) == (64, 48)
        assert media["thumbnail_url"] is not None


@pytest.mark.ffmpeg
def test_a_moving_gif_becomes_a_film(desk: Desk) -> None:
    media = taken(desk.upload(files.moving("GIF"), "dance.gif"))
    assert (media["kind"], media["mime_type"], media["filename"]) == ("video", "video/mp4", "dance.mp4")


# … and what is refused: a piece of the sentence.
REFUSED: list[tuple[str | None, str, Callable[[], bytes], str]] = [
    ("image", "a.pdf", lambda: b"%PDF-1.4\n%%EOF", "JPEG and PNG"),
    ("image", "a.jpg", lambda: b"not a picture", "JPEG and PNG"),
    ("image", "a.jpg", lambda: b"\xff\xd8\xff\xe0 no picture", "JPEG and PNG"),
    ("image", "a.gif", lambda: files.moving("GIF"), "video"),
    ("image", "a.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "JPEG and PNG"),
    ("video", "a.mp4", lambda: b"hello", "MP4"),
    ("video", "a.jpg", lambda: files.picture("JPEG"), "MP4"),
    ("audio", "a.mp3", lambda: b"hello", "MP3"),
    ("audio", "a.jpg", lambda: files.picture("JPEG"), "MP3"),
    ("voice", "a.pdf", lambda: b"%PDF-1.4\n%%EOF", "audio"),
    ("sticker", "a.webp", lambda: files.moving("WEBP"), "512"),
    ("sticker", "a.pdf", lambda: b"%PDF-1.4\n%%EOF", "512"),
    ("document", "a.zip", files.archive, "PDF"),
    ("document", "a.exe", lambda: b"MZ\x90\x00\x03" + bytes(100), "PDF"),
    ("document", "a.jpg", lambda: files.picture("JPEG"), "PDF"),
    ("document", "a.bin", lambda: bytes(range(256)), "PDF"),
    ("document", "a.bin", lambda: bytes(range(0x80, 0x100)), "PDF"),
    ("document", "a.csv", lambda: bytes(range(1, 256)), "PDF"),
    ("document", "a.csv", lambda: b"\xff\xfe\x00\xd8\x00\xd8", "PDF"),
    (None, "a.txt", lambda: b"", "empty"),
]


def test_what_whatsapp_does_not_take_is_refused_by_a_sentence(desk: Desk) -> None:
    for kind, name, make, hint in REFUSED:
        sentence = refusal(desk.upload(make(), name, **({"kind": kind} if kind else {})))
        assert hint in sentence, (kind, name)
        assert sentence.endswith("."), (kind, name)
    assert desk.value("SELECT count(*) FROM media") == 0
    assert not list(desk.fetcher.workspace.root.glob("*"))


def test_sizes_are_checked_by_kind(desk: Desk) -> None:
    sticker = files.noise((512, 512), "WEBP", lossless=True)
    assert len(sticker) > 100 * KB
    assert taken(desk.upload(sticker, "a.webp", kind="sticker"))["size"] <= 100 * KB
    heavy = b"%PDF-1.4\n" + bytes(100 * MB)
    assert refusal(desk.upload(heavy, "a.pdf", kind="document")) == "WhatsApp takes at most 100 MB here."
    beyond = desk.upload(heavy + bytes(MB), "a.pdf", kind="document")
    assert (beyond.status_code, beyond.json["code"]) == (413, "payload_too_large")


def test_without_ffmpeg_what_needs_it_is_refused_clearly(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    wav = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00" + bytes(40)
    assert "cannot convert" in refusal(desk.upload(wav, "a.wav", kind="voice"))
    assert "cannot convert" in refusal(desk.upload(files.moving("GIF"), "a.gif", kind="video"))


def test_the_kind_follows_from_the_bytes(desk: Desk) -> None:
    for data, name, kind in (
        (files.picture("JPEG"), "a.pdf", "image"),
        (files.picture("WEBP"), "a.webp", "image"),
        (b"%PDF-1.4\n%%EOF", "a.jpg", "document"),
        (b"hello", "notes", "document"),
    ):
        assert taken(desk.upload(data, name))["kind"] == kind


def test_fields_are_checked(desk: Desk) -> None:
    url, headers = f"{API}/media", desk.headers
    nothing = desk.client.post(url, data={}, headers=headers, content_type="multipart/form-data; boundary=x")
    assert nothing.status_code == 422
    assert {"phone_number_id"} <= set(nothing.json["errors"])
    odd = desk.upload(b"hello", "a.txt", kind="picture")
    assert (odd.status_code, set(odd.json["errors"])) == (422, {"kind"})
    no_file = desk.client.post(url, data={"phone_number_id": desk.phone_number_id}, headers=headers)
    assert no_file.status_code in (415, 422)
    as_json = desk.client.post(url, json={"phone_number_id": "1"}, headers=headers)
    assert as_json.status_code in (415, 422)
    broken = desk.client.post(
        url, data=b"--x\r\nnonsense", headers=headers, content_type="multipart/form-data; boundary=x"
    )
    assert broken.status_code == 422
    assert desk.client.post(url, data={}).status_code == 401


def test_a_number_of_someone_else_is_unknown(desk: Desk, auth: Callable[[UUID], dict[str, str]]) -> None:
    make_account(desk.session, stranger := uuid4())
    desk.session.commit()
    desk.headers = auth(stranger)
    answer = desk.upload(b"hello", "a.txt")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")
    assert desk.upload(b"hello", "a.txt", phone_number_id="\x00").status_code in (404, 422)


def test_an_upload_that_is_not_sent_is_removed_after_a_day(desk: Desk) -> None:
    media = taken(desk.upload(files.picture("JPEG"), "cake.jpg"))
    path = Path(desk.fetcher.workspace.root).parent / "files" / key_of(UUID(media["id"]))
    assert path.is_file()
    assert sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace).unsent == 0
    age = timedelta(days=1, minutes=1)
    desk.execute("UPDATE media SET created_at = created_at - :age", age=age)
    assert sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace).unsent == 1
    assert not path.exists()
    assert desk.value("SELECT count(*) FROM media") == 0
    assert desk.get(media["url"]).status_code == 404
