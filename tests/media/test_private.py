"""Where, when and by which device a picture or film was made does not reach the customer."""

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from livechat.files.formats import av, private
from tests.media import files
from tests.media.conftest import Desk

PLACE, DEVICE, GPS = b"48.137154", b"Pixel 12 Pro", 0x8825


def notes(turned: int | None = None) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0110] = DEVICE.decode()
    exif[0x010E] = PLACE.decode()
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 8.0, 13.7), 3: "E", 4: (11.0, 34.0, 34.4)})
    if turned is not None:
        exif[0x0112] = turned
    return exif


def sent(desk: Desk, data: bytes, name: str, kind: str) -> bytes:
    answer = desk.upload(data, name, kind=kind)
    assert answer.status_code == 201, answer.json
    return bytes(desk.get(answer.json["media"]["url"]).data)


def assert_private(data: bytes) -> None:
    assert PLACE not in data
    assert DEVICE not in data
    with Image.open(BytesIO(data)) as image:
        image.load()
        assert not image.getexif()
        assert not image.info.get("xmp")
        assert not image.info.get("comment")


XMP = b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>"


def _png() -> bytes:
    text = PngInfo()
    text.add_text("Location", PLACE.decode())
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    text.add_text("Device", DEVICE.decode(), zip=True)
    return files.picture("PNG", exif=notes(), pnginfo=text)


NOTED = {
    "exif": ("image", lambda: files.picture("JPEG", exif=notes())),
    "xmp and comment": ("image", lambda: files.picture("JPEG", xmp=XMP, comment=DEVICE)),
    "progressive": ("image", lambda: files.picture("JPEG", exif=notes(), progressive=True)),
    "grey": ("image", lambda: files.picture("JPEG", mode="L", exif=notes())),
    "a film behind the picture": ("image", lambda: files.picture("JPEG") + b"\x00\x00ftypmp42" + PLACE),
    "a second picture": ("image", lambda: files.picture("JPEG") + files.picture("JPEG", exif=notes())),
    "png": ("image", _png),
    "sticker": ("sticker", lambda: files.picture("WEBP", (512, 512), exif=notes(), xmp=XMP)),
    "moving sticker": ("sticker", lambda: _moving_sticker()),
    "what is converted": ("image", lambda: files.picture("WEBP", exif=notes(), xmp=XMP)),
    "what becomes a sticker": ("sticker", lambda: files.picture("JPEG", exif=notes())),
}


def _moving_sticker() -> bytes:
    data = BytesIO()
    frames = [Image.new("RGB", (512, 512), color) for color in ("red", "green")]
    frames[0].save(data, "WEBP", save_all=True, append_images=frames[1:], exif=notes().tobytes(), xmp=XMP)
    return data.getvalue()


def test_pictures_are_sent_without_place_device_and_time(desk: Desk) -> None:
    for kind, make in NOTED.values():
        assert_private(sent(desk, make(), "a.jpg", kind))


def test_the_pixels_stay_as_they_are_and_so_do_their_colours(desk: Desk) -> None:
    profile = b"a colour profile, as far as anybody looks"
    data = files.picture("JPEG", exif=notes(), icc_profile=profile)
    with (
        Image.open(BytesIO(data)) as before,
        Image.open(BytesIO(sent(desk, data, "a.jpg", "image"))) as after,
    ):
        assert before.tobytes() == after.tobytes()
        assert after.info["icc_profile"] == profile


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_picture_that_its_notes_turn_is_upright_without_them(desk: Desk, turned: int) -> None:
    marked = Image.new("RGB", (64, 48), "white")
    marked.paste("black", (0, 0, 32, 24))
    for kind, options in (("JPEG", {"quality": 95}), ("PNG", {})):
        data = BytesIO()
        marked.save(data, kind, exif=notes(turned), **options)
        seen = sent(desk, data.getvalue(), "a.jpg", "image")
        assert_private(seen)
        with Image.open(BytesIO(data.getvalue())) as given_, Image.open(BytesIO(seen)) as shown:
            # What whoever heeds the notes saw before.
            upright = marked if turned == 1 else _upright(given_)
            assert shown.size == upright.size
            for corner in (
                (8, 8),
                (shown.width - 8, 8),
                (8, shown.height - 8),
                (shown.width - 8, shown.height - 8),
            ):
                assert abs(shown.convert("L").getpixel(corner) - upright.convert("L").getpixel(corner)) < 30


def _upright(image: Image.Image) -> Image.Image:
    from PIL import ImageOps

    return ImageOps.exif_transpose(image)


def test_a_stickers_pack_is_no_secret(tmp_path: Path) -> None:
    pack = b'{"sticker-pack-id":"cats","sticker-pack-name":"Cats"}'
    data = files.picture("WEBP", (512, 512), exif=b"II*\x00" + pack)
    (source := tmp_path / "a").write_bytes(data)
    assert not private.write_without_notes(source, "image/webp", tmp_path / "b")


@given(st.binary(max_size=200), st.sampled_from(["image/jpeg", "image/png", "image/webp"]))
def test_whatever_it_is_it_ends(data: bytes, mime_type: str) -> None:
    heads = {
        "image/jpeg": b"\xff\xd8",
        "image/png": b"\x89PNG\r\n\x1a\n",
        "image/webp": b"RIFF\x64\x00\x00\x00WEBP",
    }
    try:
        private._WITHOUT[mime_type](heads[mime_type] + data)
    except ValueError:
        return


def test_a_damaged_picture_is_made_anew_or_refused(desk: Desk) -> None:
    whole = files.picture("JPEG", (640, 480), exif=notes())
    answer = desk.upload(whole[: len(whole) * 2 // 3], "a.jpg", kind="image")
    assert answer.status_code == 422


@pytest.mark.ffmpeg
@pytest.mark.parametrize("name", ["main.mp4", "main.3gp", "sound.m4a"])
def test_films_and_sounds_are_sent_without_place_and_device(desk: Desk, tmp_path: Path, name: str) -> None:
    (plain := tmp_path / name).write_bytes(files.recording(name))
    noted = tmp_path / f"noted-{name}"
    subprocess.run(
        [
            *("ffmpeg", "-nostdin", "-v", "error", "-i", str(plain), "-c", "copy"),
            *(
                "-metadata",
                f"location=+{PLACE.decode()}+011.575/",
                "-metadata",
                "creation_time=2026-01-02T03:04:05Z",
            ),
            *("-metadata", f"title={PLACE.decode()}", "-movflags", "use_metadata_tags"),
            *("-metadata", f"com.android.model={DEVICE.decode()}", str(noted)),
        ],
        check=True,
    )
    assert PLACE in noted.read_bytes()
    kind = "audio" if name.endswith("m4a") else "video"
    seen = sent(desk, noted.read_bytes(), name, kind)
    assert PLACE not in seen
    assert DEVICE not in seen
    (tmp_path / "seen").write_bytes(seen)
    mime_type = {"main.mp4": "video/mp4", "main.3gp": "video/3gpp", "sound.m4a": "audio/mp4"}[name]
    streams = av.probe(tmp_path / "seen", mime_type)
    assert streams is not None
    assert not streams.has_notes
    before = av.probe(plain, mime_type)
    assert before is not None
    assert (streams.video, streams.audio) == (before.video, before.audio)
