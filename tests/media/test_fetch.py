"""A customer's file: at once as a placeholder, then fetched, whatever goes wrong on the way."""

import base64
import hashlib
import os
import struct
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from redis import Redis

from livechat.accounts.pause import resume_number
from livechat.files import queries as queries
from livechat.files.fetch import EXPIRED, GONE, fetch_media
from livechat.files.sweep_files import sweep_media
from livechat.live import event_log as logs
from livechat.live.event_log import Change, Kind
from livechat.storage import key_of
from livechat.whatsapp.graph.media_client import FetchFailedError, digest_matches
from sandbox.media_store import MB, SAMPLES, sample_bytes
from tests.media.conftest import API, Desk, Stranger, number_of


def test_a_picture_is_there_at_once_as_a_placeholder_and_then_itself(desk: Desk) -> None:
    message_id = desk.customer_sends("image", caption="My cake")
    before = desk.shown(message_id)
    assert (before["state"], before["mime_type"], before["url"]) == ("pending", "image/jpeg", None)
    assert desk.fetch() == ["ready"]
    media = desk.shown(message_id)
    data = sample_bytes("image")
    assert (media["state"], media["mime_type"], media["size"]) == ("ready", "image/jpeg", len(data))
    assert min(media["width"], media["height"]) > 0
    assert (media["duration"], media["waveform"], media["error"]) == (None, None, None)
    assert desk.get(media["url"]).data == data
    small = desk.get(media["thumbnail_url"])
    assert (small.status_code, small.mimetype, small.data[8:12]) == (200, "image/webp", b"WEBP")


def test_it_travels_on_the_queue_media_after_the_commit(desk: Desk, redis_client: Redis) -> None:
    desk.customer_sends("image")
    assert redis_client.llen("media") == 1
    assert b"media.fetch" in redis_client.lindex("media", 0)


@pytest.mark.ffmpeg
def test_every_kind_arrives_and_shows_what_can_be_told_of_it(desk: Desk) -> None:
    for kind in sorted(SAMPLES):
        message_id = desk.customer_sends(kind)
        assert desk.fetch() == ["ready"]
        media = desk.shown(message_id)
        assert media["mime_type"] == SAMPLES[kind].mime_type.partition(";")[0]
        assert (media["width"] is not None) == (kind in ("image", "video", "sticker"))
        assert (media["thumbnail_url"] is not None) == (kind in ("image", "video", "sticker"))
        assert (media["duration"] is not None) == (kind in ("audio", "video"))
        if kind == "audio":
            assert len(media["waveform"]) == 64
            assert max(media["waveform"]) == 100
            assert min(media["waveform"]) >= 0
        else:
            assert media["waveform"] is None


def test_without_ffmpeg_recordings_arrive_with_what_is_known(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ids = {kind: desk.customer_sends(kind) for kind in ("audio", "video")}
    assert desk.fetch() == ["ready", "ready"]
    for kind, mime_type in (("audio", "audio/ogg"), ("video", "video/mp4")):
        media = desk.shown(ids[kind])
        assert (media["mime_type"], media["duration"], media["waveform"]) == (mime_type, None, None)
        assert media["thumbnail_url"] is None


FIVE_TROUBLES = (
    {"kind": "error", "code": 131000, "match": {"endpoint": "media"}},
    {"kind": "http_html", "match": {"endpoint": "media_download"}},
    {"kind": "expired_url", "match": {"endpoint": "media_download"}},
    {"kind": "cut_short", "match": {"endpoint": "media_download"}},
    {"kind": "wrong_bytes", "match": {"endpoint": "media_download"}},
)


def test_what_fails_five_times_and_then_works_ends_ready(desk: Desk) -> None:
    message_id = desk.customer_sends("image")
    for trouble in FIVE_TROUBLES:
        desk.box.fault(**trouble, times=1)
        assert desk.fetch() == ["again"]
        assert desk.shown(message_id)["state"] == "pending"
    assert desk.fetch() == ["ready"]
    assert desk.shown(message_id)["state"] == "ready"
    assert desk.value("SELECT attempts FROM media") == 6
    assert not list(desk.fetcher.workspace.root.glob("*"))


def test_a_refused_connection_and_a_dropped_one_are_tried_again(desk: Desk) -> None:
    desk.customer_sends("image")
    for match in ("media", "media_download"):
        desk.box.fault("drop_before", times=1, match={"endpoint": match})
        assert desk.fetch() == ["again"]
    assert desk.fetch() == ["ready"]


def test_the_wait_is_stored_and_swept(desk: Desk, redis_client: Redis) -> None:
    desk.customer_sends("image")
    desk.box.fault("error", code=131000, times=1, match={"endpoint": "media"})
    assert desk.fetch() == ["again"]
    assert desk.value("SELECT next_attempt_at <= now() + interval '2 s' FROM media")
    redis_client.delete("media")
    desk.execute("UPDATE media SET next_attempt_at = now()")
    swept = sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace)
    assert (swept.enqueued, redis_client.llen("media")) == (1, 1)
    # The task is on its way: the next sweep has nothing to do.
    assert sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace).enqueued == 0


def test_a_redirect_elsewhere_is_not_followed(desk: Desk, stranger: Stranger) -> None:
    message_id = desk.customer_sends("image")
    desk.box.fault("redirect", location=stranger.url, match={"endpoint": "media_download"})
    assert desk.fetch() == ["again"]
    assert desk.shown(message_id)["state"] == "pending"
    assert stranger.requests == []


def test_the_token_goes_to_no_foreign_host(desk: Desk, stranger: Stranger, tmp_path: Path) -> None:
    for url in (
        stranger.url,
        stranger.url.replace("127.0.0.1", "localhost"),
        desk.box.base_url.replace("http://", f"http://x@{stranger.url.split('/')[2]}/?"),
        f"{desk.box.base_url}@{stranger.url.split('/')[2]}/file",
        "file:///etc/passwd",
        "http://lookaside.fbsbx.com/not-encrypted",
        "https://lookaside.fbsbx.com.example.com/",
        "not a url",
        "http://[::1",
    ):
        with pytest.raises(FetchFailedError) as caught:
            desk.fetcher.client.download(url, "EAAsecret", tmp_path / "file")
        assert caught.value.reason == "foreign_host"
        assert "EAAsecret" not in str(caught.value)
    assert stranger.requests == []


def test_an_expired_token_pauses_the_number_and_the_file_waits(desk: Desk) -> None:
    message_id = desk.customer_sends("image")
    desk.box.fault("error", code=190, subcode=463, times=1, match={"endpoint": "media"})
    assert desk.fetch() == ["paused"]
    assert number_of(desk).status == "paused"
    assert desk.shown(message_id)["state"] == "pending"
    assert desk.value("SELECT attempts FROM media") == 0
    assert desk.fetch() == ["idle"]
    assert sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace).enqueued == 0
    resume_number(desk.session, desk.phone_number_id)
    desk.session.commit()
    assert sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace).enqueued == 1
    assert desk.fetch() == ["ready"]


def test_a_file_that_is_gone_says_so_and_can_be_asked_for_again(desk: Desk) -> None:
    message_id = desk.customer_sends("image")
    meta_id = desk.value("SELECT meta_id FROM media")
    assert desk.box.graph("DELETE", meta_id).status_code == 200
    assert desk.fetch() == ["failed"]
    media = desk.shown(message_id)
    assert (media["state"], media["error"], media["url"]) == ("failed", GONE, None)
    # "Does not exist" is said of the file; of the number it would stop all its sends.
    assert number_of(desk).status == "connected"
    desk.box.call(
        "POST",
        "/media",
        {
            "id": meta_id,
            "source": "webhook",
            "data_base64": base64.b64encode(sample_bytes("image")).decode(),
        },
    )
    answer = desk.client.post(f"{API}/messages/{message_id}/media/retry", headers=desk.headers)
    assert answer.status_code == 202
    assert answer.json["id"] == message_id
    assert answer.json["content"]["media"]["state"] == "pending"
    assert answer.json["content"]["media"]["error"] is None
    assert desk.fetch() == ["ready"]
    again = desk.client.post(f"{API}/messages/{message_id}/media/retry", headers=desk.headers)
    assert (again.status_code, again.json["content"]["media"]["state"]) == (202, "ready")


def test_only_messages_with_a_file_can_be_asked_for_again(desk: Desk) -> None:
    message_id = desk.customer_sends("text", body="Hi")
    answer = desk.client.post(f"{API}/messages/{message_id}/media/retry", headers=desk.headers)
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_after_seven_days_it_fails_with_a_sentence(desk: Desk) -> None:
    message_id = desk.customer_sends("image")
    wait = desk.value("SELECT expires_at - m.timestamp FROM media, chat_messages m")
    assert wait == timedelta(days=7)
    desk.execute("UPDATE media SET expires_at = now() - interval '1 s'")
    assert desk.fetch() == ["failed"]
    assert desk.shown(message_id)["error"] == EXPIRED


def test_after_seven_days_of_a_paused_number_too(desk: Desk) -> None:
    message_id = desk.customer_sends("image")
    desk.execute("UPDATE phone_numbers SET status = 'paused', paused_at = now()")
    desk.execute("UPDATE media SET expires_at = now() - interval '1 s'")
    assert sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace).expired == 1
    assert desk.shown(message_id)["error"] == EXPIRED


def test_what_is_larger_than_whatsapp_allows_is_not_loaded(desk: Desk) -> None:
    message_id = desk.customer_sends("document", size=100 * MB + 1)
    assert desk.fetch() == ["failed"]
    assert desk.shown(message_id)["error"] == "The file is larger than 100 MB."
    assert desk.box.requests(endpoint="media_download") == []


def test_a_stream_that_is_longer_than_it_says_is_cut(desk: Desk, tmp_path: Path) -> None:
    desk.customer_sends("document", size=MB)
    info = desk.fetcher.client.look_up(
        desk.value("SELECT meta_id FROM media"), desk.phone_number_id, desk.box.access_token
    )
    with pytest.raises(FetchFailedError) as caught:
        desk.fetcher.client.download(info.url, desk.box.access_token, tmp_path / "f", max_bytes=MB - 1)
    assert (caught.value.reason, caught.value.is_final) == ("too_large", True)


def test_a_webhook_that_comes_twice_has_one_file(desk: Desk) -> None:
    desk.customer_sends("image")
    [delivery] = desk.box.deliveries()
    desk.box.call("POST", f"/deliveries/{delivery['id']}/redeliver")
    assert desk.box.flush()
    desk.drain()
    assert desk.value("SELECT count(*) FROM media") == 1


def test_a_dead_workers_file_is_taken_over_and_its_late_word_changes_nothing(desk: Desk) -> None:
    message_id = desk.customer_sends("image")
    media_id = desk.value("SELECT id FROM media")
    dead = queries.claim(desk.session, media_id, 60)
    desk.session.commit()
    assert dead is not None
    assert fetch_media(desk.session, desk.fetcher, media_id) == "idle"
    desk.execute("UPDATE media SET claimed_until = now() - interval '1 s'")
    assert sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace).enqueued == 1
    assert desk.fetch() == ["ready"]
    assert not queries.record_failed(desk.session, dead, "late")
    assert not queries.renew(desk.session, dead, 60)
    desk.session.commit()
    assert desk.shown(message_id)["state"] == "ready"


def test_a_claim_that_ends_during_the_download_stops_it(desk: Desk) -> None:
    desk.customer_sends("image")
    media_id = desk.value("SELECT id FROM media")
    storage = desk.fetcher.storage

    class Thief:
        """Has the claim taken over while the file is being stored."""

        def put(self, *arguments: object) -> None:
            storage.put(*arguments)  # type: ignore[arg-type]
            desk.execute("UPDATE media SET attempts = attempts + 1")

    assert fetch_media(desk.session, replace(desk.fetcher, storage=Thief()), media_id) == "lost"  # type: ignore[arg-type]
    assert desk.value("SELECT state FROM media") == "fetching"


def test_every_change_is_told_to_open_pages(desk: Desk, redis_client: Redis) -> None:
    message_id = desk.customer_sends("image")
    account_id = number_of(desk).account_id

    def told() -> int:
        entries = logs.read_slice(redis_client, account_id, (0, 0), (2**63, 0), 1000).entries
        changed = Change(Kind.MESSAGE_UPDATED, UUID(message_id))
        return [entry.change for entry in entries].count(changed)

    assert told() == 0
    desk.box.fault("error", code=131000, times=1, match={"endpoint": "media"})
    desk.fetch()
    assert told() == 1
    desk.fetch()
    assert told() == 2


def png(width: int, height: int) -> bytes:
    """A PNG by its header; its pixels, all black, are packed a thousandfold."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(bytes((width * 3 + 1) * min(height, 50)), 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(12_000, 12_000), (60_000, 60_000)])
def test_a_picture_that_would_burst_the_memory_is_kept_as_a_download(
    desk: Desk, width: int, height: int
) -> None:
    data = base64.b64encode(png(width, height)).decode()
    message_id = desk.customer_sends("image", data_base64=data, mime_type="image/png")
    assert desk.fetch() == ["ready"]
    media = desk.shown(message_id)
    assert (media["mime_type"], media["width"]) == ("application/octet-stream", None)
    assert media["thumbnail_url"] is None
    assert desk.get(media["url"]).headers["Content-Disposition"].startswith("attachment")


def test_a_large_picture_within_reason_is_shown_without_a_thumbnail_at_worst(desk: Desk) -> None:
    message_id = desk.customer_sends(
        "image", data_base64=base64.b64encode(png(9_000, 5_000)).decode(), mime_type="image/png"
    )
    assert desk.fetch() == ["ready"]
    media = desk.shown(message_id)
    assert (media["width"], media["height"], media["thumbnail_url"]) == (9_000, 5_000, None)


def test_digests_are_read_in_both_spellings() -> None:
    raw = hashlib.sha256(b"cake").digest()
    for claimed in (raw.hex(), raw.hex().upper(), base64.b64encode(raw).decode()):
        assert digest_matches(claimed, raw.hex())
        assert not digest_matches(claimed, hashlib.sha256(b"pie").hexdigest())
    assert digest_matches("not a digest", raw.hex())


def test_the_customers_name_for_it_is_no_path(desk: Desk) -> None:
    message_id = desk.customer_sends("document", filename="../../etc/passwd\u202egpj.pdf")
    assert desk.fetch() == ["ready"]
    assert desk.shown(message_id)["filename"] == "passwdgpj.pdf"
    media_id = UUID(desk.shown(message_id)["id"])
    stored = [path for path in Path(desk.fetcher.workspace.root).parent.rglob("*") if path.is_file()]
    assert any(str(path).endswith(f"/{key_of(media_id)}") for path in stored)
    assert not any("passwd" in str(path) for path in stored)


def test_a_deleted_message_shows_no_file(desk: Desk) -> None:
    message_id = desk.customer_sends("image")
    assert desk.fetch() == ["ready"]
    wamid = desk.value("SELECT wamid FROM chat_messages")
    desk.box.customer_writes(
        "917755991051", type="revoke", revoke={"original_message_id": wamid}, coexistence=True
    )
    assert desk.box.flush()
    desk.drain()
    shown = desk.client.get(f"{API}/messages/{message_id}", headers=desk.headers).json
    assert "media" not in shown["content"]
    retry = desk.client.post(f"{API}/messages/{message_id}/media/retry", headers=desk.headers)
    assert retry.status_code == 404


def test_what_killed_makers_left_is_swept_up(desk: Desk) -> None:
    root = desk.fetcher.workspace.root
    root.mkdir(parents=True, exist_ok=True)
    (old, new) = (root / f"left-{uuid4().hex}" for _ in range(2))
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (0, 0))
    assert sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace).abandoned == 1
    assert (old.exists(), new.exists()) == (False, True)
    new.unlink()
