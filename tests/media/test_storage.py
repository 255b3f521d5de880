"""Both stores keep the same promises: the folder, and S3 as a server speaks it over HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from livechat.core.config import InvalidSettingsError, Settings
from livechat.files.fetch import Fetcher, fetch_media
from livechat.storage import FolderStorage, ObjectMissingError, Storage, StorageError, Workspace, open_storage
from livechat.storage.s3 import S3Storage
from sandbox.media_store import sample_bytes
from tests.conftest import environment
from tests.media.conftest import Desk

DATA = bytes(range(256)) * 1024
BIG = 20 * 1024 * 1024


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=url, region_name="eu-central-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    client.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    client.close()
    yield url
    server.stop()


def s3(url: str, folder: Path, bucket: str = "files") -> S3Storage:
    return S3Storage(
        bucket,
        Workspace(folder / "incoming"),
        prefix="livechat/",
        endpoint_url=url,
        region="eu-central-1",
        access_key="k",
        secret_key="s",
    )


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return FolderStorage(tmp_path / "files")
    return s3(request.getfixturevalue("s3_url"), tmp_path)


def put(storage: Storage, tmp_path: Path, key: str, data: bytes) -> None:
    source = tmp_path / "source"
    source.write_bytes(data)
    storage.put(key, source, "application/octet-stream")


def test_what_is_put_is_read_whole_and_in_part(storage: Storage, tmp_path: Path) -> None:
    put(storage, tmp_path, "ab/one", DATA)
    assert b"".join(storage.read("ab/one", 0, len(DATA))) == DATA
    for start, length in ((0, 1), (100, 70_000), (len(DATA) - 5, 5), (0, 0)):
        assert b"".join(storage.read("ab/one", start, length)) == DATA[start : start + length]
    with storage.local_copy("ab/one") as path:
        assert path.read_bytes() == DATA
    storage.check()


def test_a_new_file_replaces_the_old_one_under_its_key(storage: Storage, tmp_path: Path) -> None:
    put(storage, tmp_path, "ab/one", DATA)
    put(storage, tmp_path, "ab/one", b"new")
    assert b"".join(storage.read("ab/one", 0, 3)) == b"new"


def test_a_file_in_many_parts_arrives_whole(storage: Storage, tmp_path: Path) -> None:
    put(storage, tmp_path, "ab/big", b"x" * BIG)
    pieces = list(storage.read("ab/big", 0, BIG))
    assert sum(map(len, pieces)) == BIG
    assert max(map(len, pieces)) <= 1024 * 1024


def test_what_is_not_there_is_missing(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(ObjectMissingError):
        storage.read("ab/none", 0, 5)
    with pytest.raises(ObjectMissingError), storage.local_copy("ab/none"):
        pass
    put(storage, tmp_path, "ab/one", b"x")
    storage.delete("ab/one")
    storage.delete("ab/one")
    with pytest.raises(ObjectMissingError):
        storage.read("ab/one", 0, 1)


def test_a_store_that_is_away_says_so_without_its_keys(s3_url: str, tmp_path: Path) -> None:
    for storage in (s3(s3_url, tmp_path, bucket="no-such-bucket"), s3("http://127.0.0.1:9", tmp_path)):
        with pytest.raises(StorageError) as caught:
            put(storage, tmp_path, "ab/one", b"x")
        assert "secret" not in str(caught.value).lower()
        with pytest.raises(StorageError):
            storage.check()


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    storage = FolderStorage(tmp_path / "file" / "files")
    with pytest.raises(StorageError):
        put(storage, tmp_path, "ab/one", b"x")
    with pytest.raises(StorageError):
        storage.check()


def test_files_of_the_folder_are_their_owners_only(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "files")
    put(storage, tmp_path, "ab/one", DATA)
    modes = {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "files").rglob("*")}
    assert modes <= {"0o700", "0o600"}


def test_a_customers_file_goes_to_s3_and_comes_from_there(
    desk: Desk, s3_url: str, settings: Settings
) -> None:
    named = replace(
        settings,
        whatsapp_api_url=desk.box.base_url,
        media_s3_bucket="files",
        media_s3_endpoint_url=s3_url,
        media_s3_region="eu-central-1",
        media_s3_access_key="k",
        media_s3_secret_key="s",
    )
    desk.customer_sends("image")
    media_id = desk.value("SELECT id FROM media")
    fetcher = Fetcher.from_settings(named)
    assert fetch_media(desk.session, fetcher, media_id) == "ready"
    fetcher.client.close()
    data = sample_bytes("image")
    from livechat.storage import key_of

    assert b"".join(open_storage(named).read(key_of(media_id), 0, len(data))) == data


def test_a_store_that_is_away_is_tried_again(desk: Desk, settings: Settings) -> None:
    away = replace(
        settings,
        whatsapp_api_url=desk.box.base_url,
        media_s3_bucket="files",
        media_s3_endpoint_url="http://127.0.0.1:9",
        media_s3_region="eu-central-1",
        media_s3_access_key="k",
        media_s3_secret_key="s",
    )
    desk.customer_sends("image")
    fetcher = Fetcher.from_settings(away)
    assert fetch_media(desk.session, fetcher, desk.value("SELECT id FROM media")) == "again"
    fetcher.client.close()
    assert desk.fetch() == ["ready"]


def test_settings_of_s3_are_checked_together(services: object) -> None:
    with pytest.raises(InvalidSettingsError) as caught:
        Settings.from_env(
            environment(
                services,  # type: ignore[arg-type]
                LIVECHAT_MEDIA_S3_ENDPOINT_URL="ftp://x",
                LIVECHAT_MEDIA_S3_ACCESS_KEY="k",
            )
        )
    assert len(caught.value.faults) == 3
