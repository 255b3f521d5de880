from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest

from sandbox import seed
from sandbox.testing import SandboxServer

API = "/api/live-chat"
WORKSPACE = f"{API}/workspaces/w1"
TEAM = [("Ada", "admin"), ("Ben", "agent"), ("Chika", "agent"), ("Dora", "viewer")]


class LiveChat:
    """The part of the live chat's API that seeding uses, with the sandbox's webhooks as its only input."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.conversations: list[str] = []
        self.not_ready = 2
        self.refuse = 0
        self.refuse_to_join = ""
        self.too_old: set[str] = set()
        self.members: dict[str, dict[str, Any]] = {}
        self.pending: dict[str, dict[str, Any]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path == "/readyz":
                    outer.not_ready -= 1
                    self._json(503 if outer.not_ready >= 0 else 200, {})
                elif self.path == f"{WORKSPACE}/members?include=removed":
                    self._json(200, {"members": list(outer.members.values())})
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
                    return self._json(outer.refuse, {"code": "refused"})
                key = self.headers["Idempotency-Key"]
                return self._json(*outer.answer(self.path, body, self._caller(), key))

            def do_PATCH(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                user_id = self._caller()["sub"]
                assert self.path == f"{WORKSPACE}/members/{user_id}"
                outer.calls.append(("PATCH", self.path, body))
                outer.members[user_id] |= body
                self._json(200, outer.members[user_id])

            def _caller(self) -> dict[str, Any]:
                token = self.headers["Authorization"].removeprefix("Bearer ")
                claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
                return claims

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

    def answer(
        self, path: str, body: dict[str, Any], caller: dict[str, Any], key: str | None
    ) -> tuple[int, dict[str, Any]]:
        """What the number's connection, an invitation and its acceptance answer."""
        if path == f"{WORKSPACE}/invitations":
            # Nobody's mailbox is to be filled by the demo's beginning.
            assert body.keys() == {"role"}
            if key in self.too_old:
                return 200, {"invitation": {}, "link": None}
            token = f"token-{key or len(self.pending)}"
            self.pending[token] = body
            return 201, {"invitation": {}, "link": f"{self.url}/live-chat/join#{token}"}
        if path == f"{API}/invitations/accept":
            if caller["email"] == self.refuse_to_join:
                return 503, {"code": "unavailable"}
            invited = self.pending.pop(body["token"])
            self._join(caller["sub"], invited["role"], caller["user_metadata"]["full_name"])
            return 200, {}
        if caller["sub"] not in self.members:
            self._join(caller["sub"], "admin", None)
        return 201, {"verified_name": "Asha's Bakery Demo", "workspace_id": "w1"}

    def _join(self, user_id: str, role: str, name: str | None) -> None:
        self.members[user_id] = {"user_id": user_id, "role": role, "name": name, "state": "active"}

    def team(self) -> list[tuple[str, str]]:
        """Names and roles."""
        return sorted((member["name"], member["role"]) for member in self.members.values())

    def asked(self, part: str) -> int:
        """How many calls had this in their path."""
        return sum(part in path for _, path, _ in self.calls)

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
        assert next(call for call in livechat.calls if call[0] == "GET")[2].startswith("Bearer ey")

        assert seed.main(env) == 0
        assert "its conversations are kept" in capsys.readouterr().out
        assert len(livechat.conversations) == 1

        livechat.refuse = 422
        assert seed.main(env) == 1
        assert "answered 422" in capsys.readouterr().err

        # Ada has handed the workspace over, or was removed from it: the product starts all the same.
        for livechat.refuse in (403, 409):
            assert seed.main(env) == 0
            assert "no longer Ada's to connect" in capsys.readouterr().out


def test_the_team_is_made_once(livechat: LiveChat, capsys: pytest.CaptureFixture[str]) -> None:
    with SandboxServer(callback_url=f"{livechat.url}/webhook", livechat_url=livechat.url) as server:
        env = {
            "LIVECHAT_URL": livechat.url,
            "SANDBOX_PORT": str(server.config.port),
            "SANDBOX_ACCESS_TOKEN": server.config.access_token,
        }
        livechat.refuse_to_join = "chika@example.com"
        assert seed.main(env) == 1
        assert "invitations/accept answered 503" in capsys.readouterr().err
        # What was done stays done, and the next run does the rest.
        assert livechat.team() == TEAM[:2]
        livechat.refuse_to_join = ""
        livechat.too_old = {"demo-dora"}
        assert seed.main(env) == 0
        assert livechat.team() == TEAM
        assert (livechat.asked("/invitations/accept"), livechat.pending) == (4, {})

        # What became of the team since is somebody's wish.
        for member in livechat.members.values():
            member["name"] += " Osei"
            member["state"] = "removed" if member["name"] == "Ben Osei" else "active"
        before = [dict(member) for member in livechat.members.values()]
        assert seed.main(env) == 0
        assert list(livechat.members.values()) == before
        assert livechat.asked("/invitations") == 9


def test_what_is_missing_is_said(livechat: LiveChat, capsys: pytest.CaptureFixture[str]) -> None:
    assert seed.main({}) == 1
    assert "SANDBOX_ACCESS_TOKEN is not set" in capsys.readouterr().err
    assert seed.main({"SANDBOX_ACCESS_TOKEN": "x", "LIVECHAT_URL": livechat.url, "SANDBOX_PORT": "9"}) == 1
    assert "demo/token: ConnectionError" in capsys.readouterr().err
    with pytest.raises(seed.SeedError, match="was not ready within"):
        seed.Seeder("http://127.0.0.1:9", "http://127.0.0.1:9", "x", wait_s=0.3).run()
