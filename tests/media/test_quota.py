"""One token cannot fill the disk, and a full disk is told, counted, and takes nothing down."""

import shutil
from collections import namedtuple
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from prometheus_client import REGISTRY

from livechat.core.config import SETTINGS_KEY, Settings
from livechat.files.sweep_files import sweep_media
from livechat.operations.doctor import files as doctor
from tests.factories import make_account, make_number
from tests.media.conftest import API, Desk

KB, MB = 1024, 1024 * 1024


def pdf(size: int) -> bytes:
    return b"%PDF-1.4\n" + bytes(size - 9)


def refused(reason: str) -> float:
    return REGISTRY.get_sample_value("livechat_uploads_refused_total", {"reason": reason}) or 0.0


@pytest.fixture
def with_settings(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """``with_settings(name=value)``: for as long as the test lasts."""

    def change(**changed: Any) -> Settings:
        settings = replace(app.config[SETTINGS_KEY], **changed)
        monkeypatch.setitem(app.config, SETTINGS_KEY, settings)
        return settings

    return change


def test_what_lies_here_unsent_has_a_quota(desk: Desk, with_settings: Callable[..., Settings]) -> None:
    with_settings(media_unsent_quota_mb=1)
    before = refused("quota")
    assert desk.upload(pdf(700 * KB), "a.pdf").status_code == 201
    answer = desk.upload(pdf(700 * KB), "b.pdf")
    assert (answer.status_code, answer.json["code"]) == (429, "rate_limited")
    assert "1 MB" in answer.json["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    assert refused("quota") == before + 1
    # A smaller one has room.
    assert desk.upload(pdf(200 * KB), "c.pdf").status_code == 201
    assert desk.value("SELECT count(*) FROM media") == 2
    assert not list(desk.fetcher.workspace.root.glob("*"))


def test_what_was_sent_does_not_count(desk: Desk, with_settings: Callable[..., Settings]) -> None:
    with_settings(media_unsent_quota_mb=1)
    desk.customer_sends("document")
    for n in range(3):
        media = desk.upload(pdf(700 * KB), f"{n}.pdf").json["media"]
        sent = desk.client.post(
            f"{API}/send-message",
            json={
                "phone_number_id": desk.phone_number_id,
                "to": "917755991051",
                "message_type": "document",
                "document": {"media_id": media["id"]},
            },
            headers=desk.headers,
        )
        assert sent.status_code == 202, sent.json


def test_what_was_removed_does_not_count(desk: Desk, with_settings: Callable[..., Settings]) -> None:
    with_settings(media_unsent_quota_mb=1)
    assert desk.upload(pdf(700 * KB), "a.pdf").status_code == 201
    desk.execute("UPDATE media SET created_at = created_at - interval '25 hours'")
    assert desk.upload(pdf(700 * KB), "b.pdf").status_code == 201
    assert sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace).unsent == 1


def test_it_is_one_quota_for_all_numbers_of_an_owner_and_nobody_elses(
    desk: Desk, with_settings: Callable[..., Settings], auth: Callable[[UUID], dict[str, str]]
) -> None:
    with_settings(media_unsent_quota_mb=1)
    second = make_number(desk.session, make_account(desk.session, desk.user_id))
    stranger = uuid4()
    theirs = make_number(desk.session, make_account(desk.session, stranger))
    desk.session.commit()
    assert desk.upload(pdf(700 * KB), "a.pdf").status_code == 201
    assert desk.upload(pdf(700 * KB), "b.pdf", phone_number_id=second.phone_number_id).status_code == 429
    desk.headers = auth(stranger)
    assert desk.upload(pdf(700 * KB), "c.pdf", phone_number_id=theirs.phone_number_id).status_code == 201


def test_many_at_once_do_not_slip_through(
    app: Flask, desk: Desk, with_settings: Callable[..., Settings]
) -> None:
    with_settings(media_unsent_quota_mb=1)

    def upload(n: int) -> int:
        own = copy(desk)
        own.client = app.test_client()
        return int(own.upload(pdf(300 * KB), f"{n}.pdf").status_code)

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(upload, range(8)))
    assert codes == [201] * 3 + [429] * 5


_Usage = namedtuple("_Usage", ["total", "used", "free"])


def test_a_disk_without_room_refuses_files_and_leaves_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    message_id = desk.customer_sends("document")
    before = refused("disk")
    free = settings.media_least_free_mb * MB - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(100 * free, 99 * free, free))
    answer = desk.upload(b"hello", "a.txt")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert refused("disk") == before + 1
    assert desk.value("SELECT count(*) FROM media WHERE source = 'upload'") == 0
    # A customer's file is fetched later.
    assert desk.fetch() == ["again"]
    [finding] = [each for each in doctor.check(settings) if each.check == "room for files"]
    assert "none is taken" in finding.detail
    monkeypatch.undo()
    desk.execute("UPDATE media SET next_attempt_at = now()")
    assert desk.fetch() == ["ready"]
    assert desk.shown(message_id)["state"] == "ready"
