"""A reply with a file: by our id in the request, by Meta's in the call, uploaded once for a number."""

import multiprocessing
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis import Redis

from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.outbound.delivery.deliver import Sender
from livechat.outbound.delivery.sweep_outbound import sweep_outbound
from livechat.whatsapp.graph.media_client import MediaClient
from tests.conftest import environment, wait_until
from tests.factories import make_account
from tests.media import files
from tests.media.conftest import API, ASHA, Desk, number_of
from tests.sends import lone_sender
from tests.sends.conftest import deliver
from tests.services import EmbeddedServices


class Outbox:
    """Sends for the agent of a desk, and runs the send in this process, as the worker would."""

    def __init__(self, desk: Desk, sender: Sender) -> None:
        self.desk = desk
        self.sender = sender
        desk.customer_sends("text", body="Hi")

    def accept(self, message_type: str, part: dict[str, Any], **more: Any) -> Any:
        body = {
            "phone_number_id": self.desk.phone_number_id,
            "to": ASHA,
            "message_type": message_type,
            message_type: part,
        }
        return self.desk.client.post(f"{API}/send-message", json=body | more, headers=self.desk.headers)

    def send(self, message_type: str, part: dict[str, Any]) -> Any:
        """The accepted message, after the send had its turn."""
        answer = self.accept(message_type, part)
        assert answer.status_code == 202, answer.json
        self.run()
        return answer.json["message"]

    def run(self) -> None:
        conversation_id = self.desk.value("SELECT id FROM chat_conversations")
        deliver(self.desk.session, self.sender, conversation_id)

    def status(self, message: Any) -> str:
        return str(self.desk.value("SELECT status FROM chat_messages WHERE id = :id", id=message["id"]))

    def sent(self) -> list[dict[str, Any]]:
        """The typed parts that Meta has taken, oldest first."""
        found = []
        for message in self.desk.box.messages():
            found.append(message["body"][message["body"]["type"]])
        return found

    def uploads(self) -> int:
        return len(self.desk.box.requests(endpoint="media_upload"))


@pytest.fixture
def outbox(desk: Desk, settings: Settings) -> Iterator[Outbox]:
    sender = Sender.from_settings(replace(settings, whatsapp_api_url=desk.box.base_url))
    yield Outbox(desk, sender)
    sender.graph.close()
    assert sender.files is not None
    sender.files.client.close()


def uploaded(desk: Desk, data: bytes, name: str, **form: str) -> str:
    answer = desk.upload(data, name, **form)
    assert answer.status_code == 201, answer.json
    return str(answer.json["media"]["id"])


def test_a_picture_is_given_to_meta_and_sent_by_its_id_there(desk: Desk, outbox: Outbox) -> None:
    data = files.picture("JPEG")
    media_id = uploaded(desk, data, "cake.jpg")
    answer = outbox.accept("image", {"media_id": media_id, "caption": "Yours"})
    assert answer.status_code == 202
    message = answer.json["message"]
    # Before anything is sent the agent sees the file.
    media = message["content"]["media"]
    assert (media["state"], media["id"], media["mime_type"]) == ("ready", media_id, "image/jpeg")
    assert desk.get(media["url"]).data == data
    outbox.run()
    assert outbox.status(message) == "sent"
    [part] = outbox.sent()
    assert set(part) == {"id", "caption"}
    [theirs] = [each for each in desk.box.call("GET", "/media")["media"] if each["id"] == part["id"]]
    assert (theirs["mime_type"], theirs["size"]) == ("image/jpeg", len(data))


def test_metas_id_is_used_again_while_it_lives(desk: Desk, outbox: Outbox) -> None:
    media_id = uploaded(desk, files.picture("JPEG"), "cake.jpg")
    for _ in range(2):
        outbox.send("image", {"media_id": media_id})
    assert outbox.uploads() == 1
    first, second = outbox.sent()
    assert first["id"] == second["id"]
    assert desk.value("SELECT expires_at - now() > interval '28 days' FROM media_uploads")
    desk.execute("UPDATE media_uploads SET expires_at = now() - interval '1 s'")
    outbox.send("image", {"media_id": media_id})
    assert outbox.uploads() == 2


def test_a_refused_message_has_its_file_given_anew(desk: Desk, outbox: Outbox) -> None:
    media_id = uploaded(desk, files.picture("JPEG"), "cake.jpg")
    desk.box.fault("error", code=131053, times=1, match={"endpoint": "messages"})
    assert outbox.status(outbox.send("image", {"media_id": media_id})) == "failed"
    assert outbox.status(outbox.send("image", {"media_id": media_id})) == "sent"
    assert outbox.uploads() == 2


def test_a_file_that_meta_refuses_later_is_given_anew_when_it_is_sent_again(
    desk: Desk, outbox: Outbox
) -> None:
    # Not before the end of the test: a delivery would beat the failure.
    desk.box.behave(delivered_delay_ms=3_600_000)
    media_id = uploaded(desk, files.picture("JPEG"), "cake.jpg")
    message = outbox.send("image", {"media_id": media_id})
    [taken] = desk.box.messages()
    desk.box.webhook("status", wamid=taken["wamid"], status="failed", code=131053, wait=True)
    desk.drain()
    assert outbox.status(message) == "failed"
    answer = desk.client.post(f"{API}/messages/{message['id']}/resend", json={}, headers=desk.headers)
    assert answer.status_code == 202, answer.json
    outbox.run()
    assert outbox.status(answer.json["message"]) == "sent"
    assert outbox.uploads() == 2
    first, second = outbox.sent()
    assert first["id"] != second["id"]


def test_a_worker_killed_while_it_uploads_leaves_the_message_to_be_sent(
    desk: Desk, outbox: Outbox, services: EmbeddedServices, redis_client: Redis
) -> None:
    media_id = uploaded(desk, files.picture("JPEG"), "cake.jpg")
    message = outbox.accept("image", {"media_id": media_id}).json["message"]
    desk.box.fault("delay", seconds=60, times=1, match={"endpoint": "media_upload"})
    values = environment(services, WHATSAPP_API_URL=desk.box.base_url)
    conversation_id = UUID(message["conversation_id"])
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sends.lone_sender"])
    worker = context.Process(target=lone_sender.run, args=(values, conversation_id), daemon=True)
    worker.start()
    uploads = "SELECT is_uploading FROM chat_messages WHERE id = :id"
    try:
        wait_until(lambda: desk.value(uploads, id=message["id"]), timeout_s=60)
    finally:
        worker.kill()
        worker.join()
    # It may have died before its request had even left.
    desk.box.clear_faults()
    # A process of this machine that has ended: no deadline is waited for.
    assert sweep_outbound(desk.session, redis_client).expired == 0
    assert outbox.status(message) == "queued"
    # The one that was killed has taken a turn, and the number's next comes some hundredths later.
    deliver(desk.session, outbox.sender, conversation_id, stays_for_s=1.0)
    assert outbox.status(message) == "sent"
    assert len(desk.box.messages()) == 1


def test_a_sender_whose_claim_was_given_up_while_it_uploaded_sends_nothing(
    desk: Desk, outbox: Outbox, settings: Settings, redis_client: Redis
) -> None:
    files_of_other = outbox.sender.files
    assert files_of_other is not None

    class Sleeper(MediaClient):
        """Uploads, but so slowly that another worker has sent the message before it is done."""

        def upload(self, *arguments: Any) -> str:
            desk.execute("UPDATE chat_messages SET claimed_until = now() WHERE status = 'sending'")
            assert sweep_outbound(db.session, redis_client).expired == 0
            deliver(db.session, outbox.sender, UUID(message["conversation_id"]), stays_for_s=1.0)
            assert outbox.status(message) == "sent"
            return super().upload(*arguments)

    client = Sleeper(desk.box.base_url, "v26.0", connect_timeout_s=5, read_timeout_s=5)
    slow = replace(outbox.sender, files=replace(files_of_other, client=client))
    media_id = uploaded(desk, files.picture("JPEG"), "cake.jpg")
    message = outbox.accept("image", {"media_id": media_id}).json["message"]
    deliver(desk.session, slow, UUID(message["conversation_id"]))
    client.close()
    assert outbox.uploads() == 2
    assert len(desk.box.messages()) == 1
    assert outbox.status(message) == "sent"


def test_a_file_that_kills_its_workers_again_and_again_is_given_up(
    desk: Desk, outbox: Outbox, redis_client: Redis
) -> None:
    media_id = uploaded(desk, files.picture("JPEG"), "cake.jpg")
    message = outbox.accept("image", {"media_id": media_id}).json["message"]
    desk.execute(
        "UPDATE chat_messages SET status = 'sending', status_rank = 10, is_uploading = true, attempts = 8, "
        "claimed_until = now() - interval '1 s' WHERE id = :id",
        id=message["id"],
    )
    assert sweep_outbound(desk.session, redis_client).expired == 1
    assert outbox.status(message) == "unknown"


def test_a_document_keeps_its_name_and_a_voice_note_is_one(desk: Desk, outbox: Outbox) -> None:
    media_id = uploaded(desk, b"%PDF-1.4\n%%EOF", "Rechnung 7.pdf")
    outbox.send("document", {"media_id": media_id})
    outbox.send("document", {"media_id": media_id, "filename": "Invoice.pdf", "caption": "Here"})
    assert [part["filename"] for part in outbox.sent()] == ["Rechnung 7.pdf", "Invoice.pdf"]


@pytest.mark.ffmpeg
def test_a_voice_note_is_sent_as_one(desk: Desk, outbox: Outbox) -> None:
    media_id = uploaded(desk, files.recording("recorder.webm"), "voice.webm", kind="voice")
    message = outbox.send("audio", {"media_id": media_id})
    assert outbox.sent()[-1]["voice"] is True
    assert message["content"]["media"]["waveform"] is not None


def test_a_customers_file_can_be_passed_on(desk: Desk, outbox: Outbox) -> None:
    message_id = desk.customer_sends("image")
    assert desk.fetch() == ["ready"]
    message = outbox.send("image", {"media_id": desk.shown(message_id)["id"]})
    assert outbox.status(message) == "sent"
    assert desk.value("SELECT count(*) FROM media") == 1


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        ({"kind": "error", "code": 131000}, "queued"),
        ({"kind": "error", "code": 4}, "queued"),
        ({"kind": "drop_after_accept"}, "queued"),
        ({"kind": "http_html"}, "queued"),
        ({"kind": "error", "code": 131053}, "failed"),
        ({"kind": "error", "code": 190}, "queued"),
    ],
)
def test_trouble_with_the_upload_sends_nothing_and_is_never_uncertain(
    desk: Desk, outbox: Outbox, trouble: dict[str, Any], status: str
) -> None:
    media_id = uploaded(desk, files.picture("JPEG"), "cake.jpg")
    desk.box.fault(**trouble, times=1, match={"endpoint": "media_upload"})
    message = outbox.send("image", {"media_id": media_id})
    assert outbox.status(message) == status
    assert desk.box.messages() == []
    assert number_of(desk).status == ("paused" if trouble.get("code") == 190 else "connected")
    if status == "queued" and number_of(desk).status == "connected":
        desk.execute("UPDATE chat_messages SET next_attempt_at = now()")
        outbox.run()
        assert outbox.status(message) == "sent"
        assert len(desk.box.messages()) == 1


def test_a_file_that_does_not_fit_is_refused_before_it_is_queued(desk: Desk, outbox: Outbox) -> None:
    media_id = uploaded(desk, b"hello", "a.txt")
    for message_type in ("image", "video", "audio", "sticker"):
        answer = outbox.accept(message_type, {"media_id": media_id})
        assert (answer.status_code, set(answer.json["errors"])) == (422, {f"{message_type}.media_id"})
    both = outbox.accept("image", {"media_id": media_id, "id": "1"})
    assert (both.status_code, set(both.json["errors"])) == (422, {"image"})
    pending = desk.customer_sends("image")
    answer = outbox.accept("image", {"media_id": desk.shown(pending)["id"]})
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"image.media_id"})


def test_a_file_of_someone_else_is_unknown(
    desk: Desk, outbox: Outbox, auth: Callable[[UUID], dict[str, str]]
) -> None:
    from tests.factories import make_number

    other = make_number(desk.session, make_account(desk.session, stranger := uuid4()))
    desk.session.commit()
    mine, desk.headers = desk.headers, auth(stranger)
    theirs = uploaded(desk, files.picture("JPEG"), "a.jpg", phone_number_id=other.phone_number_id)
    desk.headers = mine
    for media_id in (theirs, str(uuid4()), "x", "", "\ud800"):
        answer = outbox.accept("image", {"media_id": media_id})
        assert answer.status_code in (400, 404, 422), media_id
    assert outbox.accept("image", {"media_id": theirs}).status_code == 404


def test_a_file_sent_by_metas_id_is_fetched_to_be_shown(desk: Desk, outbox: Outbox) -> None:
    [theirs] = [desk.box.call("POST", "/media", {"mime_type": "image/jpeg"})]
    message = outbox.send("image", {"id": theirs["id"]})
    assert message["content"]["media"]["state"] == "pending"
    assert desk.fetch() == ["ready"]
    assert desk.shown(message["id"])["mime_type"] == "image/jpeg"


def test_the_same_request_again_sends_nothing(desk: Desk, outbox: Outbox) -> None:
    media_id = uploaded(desk, files.picture("JPEG"), "cake.jpg")
    first = outbox.accept("image", {"media_id": media_id}, client_message_id="c1")
    again = outbox.accept("image", {"media_id": media_id}, client_message_id="c1")
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json["message"]["id"] == again.json["message"]["id"]
