"""Files of customers' messages, on their way from Meta to us."""

from collections.abc import Iterator

from livechat.core.tasknames import TaskName
from livechat.files.fetch import fetch_media
from livechat.files.sweep_files import sweep_media
from tests.events.changes.scene import Scene, use_case

FETCHED = "publish in fetch._record"


@use_case(TaskName.FETCH_MEDIA, FETCHED)
def a_file_comes(scene: Scene) -> Iterator[None]:
    scene.picture()
    yield
    assert fetch_media(scene.inbox.session, scene.fetcher, scene.media_id()) == "ready"
    yield


@use_case(TaskName.FETCH_MEDIA, FETCHED)
def a_file_is_gone(scene: Scene) -> Iterator[None]:
    scene.picture()
    _lose(scene)
    yield
    assert fetch_media(scene.inbox.session, scene.fetcher, scene.media_id()) == "failed"
    yield


@use_case(TaskName.FETCH_MEDIA, "publish_numbers in pause.learn")
def meta_refuses_the_token_of_a_fetch(scene: Scene) -> Iterator[None]:
    scene.picture()
    scene.inbox.box.fault("error", code=190, http_status=401, times=1, match={"endpoint": "media"})
    yield
    assert fetch_media(scene.inbox.session, scene.fetcher, scene.media_id()) == "paused"
    yield


@use_case("POST /messages/<message_id>/media/retry", "publish in ask_again.ask_again")
def a_file_is_asked_for_again(scene: Scene) -> Iterator[None]:
    message_id = scene.picture()
    _lose(scene)
    assert fetch_media(scene.inbox.session, scene.fetcher, scene.media_id()) == "failed"
    yield
    scene.call("POST", f"/messages/{message_id}/media/retry")
    yield


@use_case(TaskName.SWEEP_MEDIA, "publish in sweep_files.sweep_media")
def a_file_is_given_up(scene: Scene) -> Iterator[None]:
    scene.picture()
    scene.inbox.execute("UPDATE phone_numbers SET status = 'paused', paused_at = now()")
    scene.inbox.execute("UPDATE media SET expires_at = now() - interval '1 s'")
    yield
    assert sweep_media(scene.inbox.session, scene.fetcher.storage, scene.fetcher.workspace).expired == 1
    yield


def _lose(scene: Scene) -> None:
    """Meta no longer has the file."""
    assert scene.inbox.box.graph("DELETE", scene.one("SELECT meta_id FROM media")).status_code == 200
