"""Real workers and a real server: killed ones lose no file, and a large file passes in bounded memory."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest
import requests

from livechat.core.after_commit import enqueue
from livechat.core.tasknames import TaskName
from livechat.files.sweep_files import sweep_media
from local.programs import web as web_program
from sandbox.media_store import MB
from sandbox.testing import free_port
from tests.conftest import environment, wait_until
from tests.media.conftest import API, ASHA, Desk
from tests.services import EmbeddedServices

# What a process may need beyond its state before the file came: buffers, and a library loaded meanwhile.
HEADROOM_KB = 60 * 1024


class Process:
    """A process of a session of its own, so that all of it can be killed."""

    def __init__(self, env: dict[str, str], log: Path, *command: str) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env={**os.environ, **env},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL: no clean-up, no acknowledgement."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def peaks_kb(self) -> dict[int, int]:
        """{process id: the most memory it has had} of the whole group."""
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                status = (folder / "status").read_text()
                if os.getpgid(int(folder.name)) != self._process.pid:
                    continue
            except (OSError, ProcessLookupError):
                continue
            peak = re.search(r"VmHWM:\s+(\d+) kB", status)
            if peak:
                found[int(folder.name)] = int(peak[1])
        return found


@pytest.fixture
def start(desk: Desk, services: EmbeddedServices, tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """``start("celery", …)``: a process of the product beside the sandbox of the desk."""
    with ExitStack() as stack:

        def run(*command: str) -> Process:
            env = environment(services, WHATSAPP_API_URL=desk.box.base_url)
            process = Process(env, tmp_path / "processes.log", *command)
            stack.callback(process.kill)
            return process

        yield run


def worker(start: Callable[..., Process], queues: str) -> Process:
    common = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning")
    return start("celery", "-A", "celery_app", "worker", *common, "-P", "threads", "-c", "2", "-Q", queues)


def test_a_killed_worker_loses_no_file(desk: Desk, start: Callable[..., Process]) -> None:
    desk.box.fault("trickle", seconds=60, times=1, match={"endpoint": "media_download"})
    message_id = desk.customer_sends("image")
    media_id = desk.value("SELECT id FROM media")
    first = worker(start, "media")
    root = desk.fetcher.workspace.root
    wait_until(lambda: any(path.stat().st_size for path in root.glob("*")), timeout_s=60)
    assert desk.value("SELECT state FROM media") == "fetching"
    first.kill()
    # Nobody says any more that the file is worked on: its claim ends (here a little sooner).
    desk.execute("UPDATE media SET claimed_until = now()")
    assert sweep_media(desk.session, desk.fetcher.storage, desk.fetcher.workspace).enqueued == 1
    worker(start, "media")
    wait_until(lambda: desk.value("SELECT state FROM media") == "ready", timeout_s=60)
    assert desk.shown(message_id)["state"] == "ready"
    # What the dead one had begun is found by its age.
    assert len(list(root.glob("*"))) == 1
    assert desk.fetcher.workspace.clear_abandoned(older_than_s=-1) == 1
    # A task that comes twice finds nothing to do.
    assert enqueue(TaskName.FETCH_MEDIA, media_id=str(media_id))


def test_a_document_of_100_mb_passes_both_ways_in_bounded_memory(
    desk: Desk, start: Callable[..., Process], tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    web = start(*web_program(port).command[2:], "--workers", "1")
    media, outbound = worker(start, "media"), worker(start, "outbound")

    def is_up() -> bool:
        try:
            return requests.get(f"{url}/healthz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    wait_until(is_up, timeout_s=60)
    # Everything has done its work once in small, so that what it loads for it is loaded.
    small = desk.customer_sends("document", size=MB)
    wait_until(lambda: desk.shown(small)["state"] == "ready", timeout_s=60)
    assert requests.get(url + desk.shown(small)["url"], timeout=30).status_code == 200
    send_document(desk, url, tmp_path, MB)
    before = {
        name: each.peaks_kb() for name, each in (("web", web), ("media", media), ("outbound", outbound))
    }

    size = 100 * MB
    large = desk.customer_sends("document", size=size)
    wait_until(lambda: desk.shown(large)["state"] == "ready", timeout_s=90)
    assert desk.shown(large)["size"] == size
    digest = sha256()
    with requests.get(url + desk.shown(large)["url"], stream=True, timeout=60) as answer:
        for piece in answer.iter_content(MB):
            digest.update(piece)
    assert digest.hexdigest() == desk.value("SELECT digest FROM media WHERE size = :size", size=size)
    send_document(desk, url, tmp_path, size)

    after = {"web": web.peaks_kb(), "media": media.peaks_kb(), "outbound": outbound.peaks_kb()}
    grown = {
        name: max(peak - before[name].get(pid, 0) for pid, peak in peaks.items())
        for name, peaks in after.items()
    }
    peaks = {name: max(each.values()) for name, each in after.items()}
    print(f"peak kB {peaks}, grown by {grown}")
    assert max(grown.values()) < HEADROOM_KB, (peaks, grown)


def send_document(desk: Desk, url: str, tmp_path: Path, size: int) -> None:
    """Upload a document over HTTP, send it, and wait until Meta has it."""
    boundary = "boundary-of-a-test"
    path = tmp_path / "form"
    with path.open("wb") as form:
        form.write(
            f'--{boundary}\r\nContent-Disposition: form-data; name="phone_number_id"\r\n\r\n'
            f'{desk.phone_number_id}\r\n--{boundary}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\n'.encode()
        )
        for _ in range(size // MB):
            form.write(b"%" * (MB - 9) if size == MB else b"%" * MB)
        form.truncate(form.tell() - (9 if size > MB else 0))
        form.seek(0, os.SEEK_END)
        form.write(f"\r\n--{boundary}--\r\n".encode())
    headers = desk.headers | {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    with path.open("rb") as form_file:
        answer = requests.post(f"{url}{API}/media", data=form_file, headers=headers, timeout=90)
    assert answer.status_code == 201, answer.text
    assert answer.json()["media"]["size"] == size
    sent = requests.post(
        f"{url}{API}/send-message",
        json={
            "phone_number_id": desk.phone_number_id,
            "to": ASHA,
            "message_type": "document",
            "document": {"media_id": answer.json()["media"]["id"]},
        },
        headers=desk.headers,
        timeout=30,
    )
    assert sent.status_code == 202, sent.text
    message_id = sent.json()["message"]["id"]
    status = "SELECT status FROM chat_messages WHERE id = :id"
    wait_until(lambda: desk.value(status, id=message_id) in ("sent", "delivered"), timeout_s=90)
