from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox import seed
from sandbox.testing import SandboxServer


class LiveChat:
    """The part of the live chat's API that seeding uses, with the sandbox's webhooks as its only input."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.conversations: list[str] = []
        self.not_ready = 2
        self.refuse = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path == "/readyz":
                    outer.not_ready -= 1
                    self._json(503 if outer.not_ready >= 0 else 200, {})
                else:
                    outer.calls.append(("GET", self.path, self.headers["Authorization"]))
                    self._json(200, {"conversations": outer.conversations, "next_cursor": None})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/webhook":
                    outer.conversations.append(
                        body["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"]
                    )
                    return self._json(200, {})
                outer.calls.append(("POST", self.path, body))
                if outer.refuse:
                    return self._json(422, {"code": "whatsapp_token_invalid"})
                return self._json(201, {"verified_name": "Asha's Bakery Demo"})

            def _json(self, status: int, body: Any) -> None:
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@pytest.fixture
def livechat() -> Iterator[LiveChat]:
    running = LiveChat()
    yield running
    running.close()


def test_a_number_is_connected_and_somebody_writes_once(
    livechat: LiveChat, capsys: pytest.CaptureFixture[str]
) -> None:
    with SandboxServer(callback_url=f"{livechat.url}/webhook", livechat_url=livechat.url) as server:
        env = {
            "LIVECHAT_URL": livechat.url,
            "SANDBOX_PORT": str(server.config.port),
            "SANDBOX_ACCESS_TOKEN": server.config.access_token,
        }
        assert seed.main(env) == 0
        assert (
            capsys.readouterr().out == "seed: Asha's Bakery Demo is connected, and a customer has written\n"
        )
        assert livechat.conversations == ["Hi, is my order ready? 🙂"]
        connected = livechat.calls[0]
        assert connected[1] == "/api/live-chat/phone-numbers"
        assert connected[2]["access_token"] == server.config.access_token
        assert livechat.calls[1][2].startswith("Bearer ey")

        assert seed.main(env) == 0
        assert "its conversations are kept" in capsys.readouterr().out
        assert len(livechat.conversations) == 1

        livechat.refuse = True
        assert seed.main(env) == 1
        assert "answered 422" in capsys.readouterr().err


def test_what_is_missing_is_said(livechat: LiveChat, capsys: pytest.CaptureFixture[str]) -> None:
    assert seed.main({}) == 1
    assert "SANDBOX_ACCESS_TOKEN is not set" in capsys.readouterr().err
    assert seed.main({"SANDBOX_ACCESS_TOKEN": "x", "LIVECHAT_URL": livechat.url, "SANDBOX_PORT": "9"}) == 1
    assert "demo/token: ConnectionError" in capsys.readouterr().err
    with pytest.raises(seed.SeedError, match="was not ready within"):
        seed.Seeder("http://127.0.0.1:9", "http://127.0.0.1:9", "x", wait_s=0.3).run()
