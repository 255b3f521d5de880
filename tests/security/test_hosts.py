"""Foreign and malformed names at the web, its metrics, the sandbox and Flower: 403 and 400, never a 500."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from livechat.core.config import Settings
from local.ports import service_port
from local.programs import product
from local.settings import LocalSettings
from sandbox.testing import SandboxServer
from tests.conftest import environment, wait_until
from tests.events.conftest import Server
from tests.security.hosts import FOREIGN_HOSTS, MALFORMED_HOSTS, MALFORMED_ORIGINS, OWN_HOSTS
from tests.services import EmbeddedServices

ROOT = Path(__file__).resolve().parents[2]
Ask = Callable[..., "Answer"]


class Answer:
    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines[1:])}


def ask(
    port: int, path: str, host: str | None, *more: str, method: str = "GET", protocol: str = "HTTP/1.1"
) -> Answer:
    """An answer to a request with exactly these headers."""
    lines = [f"{method} {path} {protocol}", "Connection: close", *more]
    if host is not None:
        lines.append(f"Host: {host}")
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return Answer(b"".join(iter(lambda: connection.recv(65_536), b"")))


@pytest.fixture(scope="module")
def web(services: EmbeddedServices, app: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a web server as `make run` sets it up."""
    local = LocalSettings.from_env({"LIVECHAT_DATA_DIR": str(tmp_path_factory.mktemp("data"))}, ROOT)
    hosts = local.children_environment({}, "", "")["LIVECHAT_HOSTS"]
    running = Server(services, tmp_path_factory.mktemp("web"), workers=1, LIVECHAT_HOSTS=hosts)
    yield running.wait().port
    running.stop()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[int]:
    with SandboxServer() as running:
        yield running.config.port or int(running.client.base_url.rpartition(":")[2])


@pytest.fixture(scope="module")
def flower(services: EmbeddedServices, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of Flower as `make run` starts it."""
    port, folder = service_port(), tmp_path_factory.mktemp("flower")
    given = {"LIVECHAT_DATA_DIR": str(folder), "FLOWER_PORT": str(port)}
    local = LocalSettings.from_env(given, ROOT)
    local.folder.state.mkdir(parents=True)
    command = next(each.command for each in product(local).programs if each.name == "flower")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment(services), "CELERY_BROKER_URL": services.redis_url},
            stdout=log, stderr=log,
        )  # fmt: skip

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()[-2000:]
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", "/")
                return connection.getresponse().status < 400
            except OSError:
                return False

    wait_until(answers, timeout_s=60)
    yield port
    process.terminate()
    process.wait(15)


PLACES = {
    "page": ("web", "/live-chat"),
    "api": ("web", "/api/live-chat/phone-numbers"),
    "media": ("web", "/api/live-chat/media/x"),
    "metrics": ("web", "/metrics"),
    "nowhere": ("web", "/nowhere/"),
    "slashes": ("web", "//nowhere//x"),
    "sandbox's page": ("sandbox", "/"),
    "sandbox's keys": ("sandbox", "/auth/v1/.well-known/jwks.json"),
    "sandbox's commands": ("sandbox", "/sandbox/view"),
    "sandbox's token": ("sandbox", "/sandbox/demo/token"),
    "sandbox nowhere": ("sandbox", "/sandbox/nowhere/"),
    "flower": ("flower", "/"),
    "flower's workers": ("flower", "/workers"),
    "flower's metrics": ("flower", "/metrics"),
    "flower's files": ("flower", "/static/favicon.ico"),
}
everywhere = pytest.mark.parametrize("place", PLACES)


@pytest.fixture
def at(request: pytest.FixtureRequest, place: str) -> Callable[..., Answer]:
    server, path = PLACES[place]
    port: int = request.getfixturevalue(server)
    return lambda *arguments, **options: ask(port, path, *arguments, **options)


@everywhere
def test_headers_that_cannot_be_read_are_400(at: Callable[..., Answer], place: str) -> None:
    # Tornado and hyper refuse some of these by themselves.
    assert {host: at(host).status for host in MALFORMED_HOSTS} == dict.fromkeys(MALFORMED_HOSTS, 400)
    assert at(None).status == 400
    assert at("127.0.0.1", "Host: evil.example").status == 400
    assert at("127.0.0.1", "Host: 127.0.0.1").status == 400
    origins = {origin: at("127.0.0.1", f"Origin: {origin}").status for origin in MALFORMED_ORIGINS}
    assert origins == dict.fromkeys(MALFORMED_ORIGINS, 400)


@everywhere
def test_names_that_are_not_this_machines_are_403(at: Callable[..., Answer], place: str) -> None:
    assert {host: at(host).status for host in FOREIGN_HOSTS} == dict.fromkeys(FOREIGN_HOSTS, 403)
    assert not any(b"evil" in at(host).body for host in FOREIGN_HOSTS)


@everywhere
def test_this_machines_names_are_answered(at: Callable[..., Answer], place: str) -> None:
    plain = at("127.0.0.1").status
    assert plain not in (400, 403)
    assert {host: at(host).status for host in OWN_HOSTS} == dict.fromkeys(OWN_HOSTS, plain)
    assert at("127.0.0.1", "Origin: null").status == plain


@pytest.mark.parametrize(
    "path", ["//live-chat", "/live-chat//x", "/sandbox//x", "//evil.example/", "/metrics//"]
)
@pytest.mark.parametrize("server", ["web", "sandbox", "flower"])
def test_no_answer_names_the_host_that_was_sent(
    request: pytest.FixtureRequest, server: str, path: str
) -> None:
    answer = ask(request.getfixturevalue(server), path, "localhost:4711")
    assert "4711" not in answer.headers.get("location", "")
    assert not answer.headers.get("location", "/").startswith("//")
    assert b"4711" not in answer.body


def test_what_meta_and_load_balancers_ask_is_answered_by_any_name(web: int) -> None:
    for path, status in {"/healthz": 200, "/webhook?hub.mode=subscribe": 400}.items():
        assert ask(web, path, "tunnel.example").status == status
    assert ask(web, "/healthz", None, protocol="HTTP/1.0").status == 200


def test_outside_of_make_run_the_api_has_any_name_and_metrics_only_those_told(
    services: EmbeddedServices, app: object, tmp_path: Path
) -> None:
    running = Server(services, tmp_path, workers=1, LIVECHAT_METRICS_HOSTS="prometheus.internal")
    try:
        port = running.wait().port
        assert ask(port, "/api/live-chat/phone-numbers", "chat.example.com").status == 401
        assert ask(port, "/metrics", "chat.example.com").status == 403
        assert ask(port, "/metrics", "Prometheus.internal:8000").status == 200
    finally:
        running.stop()


def test_names_in_settings_are_read_as_names_in_headers_are(services: EmbeddedServices) -> None:
    told = "Chat.Example.com, [::1]:8000,*"
    assert Settings.from_env(environment(services, LIVECHAT_HOSTS=told)).hosts == {
        "chat.example.com",
        "::1",
        "*",
    }


def test_flower_has_its_own_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import sys, local.flower as f; print(f.refusal(['flower.internal'], []), f.refusal(['evil.example'], []))"
    monkeypatch.setenv("LIVECHAT_FLOWER_HOSTS", "flower.internal")
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["0", "403"]
