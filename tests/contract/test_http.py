"""What the contract says of HTTP, through the real server: bytes, sizes, methods, errors."""

import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.conftest import APP_SECRET, VERIFY_TOKEN, make_token
from tests.events.conftest import Server, server
from tests.ingest.conftest import NUMBER, OWNER, Meta, meta, payload

__all__ = ["meta", "server"]

API = "/api/live-chat"
LIMIT = 4 * 1024 * 1024
PROBLEM = "application/problem+json"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def type(self) -> str:
        return self.headers["content-type"].partition(";")[0]

    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    server: Server, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        connection.request(method, path, body, headers or {}, encode_chunked=isinstance(body, Iterator))
        got = connection.getresponse()
        return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())


def bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(OWNER)}"}


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return JSON | {"X-Hub-Signature-256": f"sha256={digest}"}


def is_problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    assert (answer.status, answer.type) == (status, PROBLEM), answer.body
    problem: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= problem.keys()
    assert (problem["status"], problem["code"]) == (status, code)
    assert b"Traceback" not in answer.body
    return problem


# (method, path, headers, body, status, code)
REFUSED: list[tuple[str, str, dict[str, str], bytes | None, int, str]] = [
    ("GET", f"{API}/phone-numbers?access_token=x", {}, None, 401, "unauthorized"),
    ("GET", f"{API}/events", {}, None, 401, "unauthorized"),
    ("GET", f"{API}/conversations?phone_number_id={NUMBER}&user_id={uuid4()}", {}, None, 403, "forbidden"),
    ("GET", f"{API}/conversations?phone_number_id={NUMBER}&user_id=me", {}, None, 403, "forbidden"),
    ("GET", f"{API}/conversations?scope=nobody", {}, None, 422, "validation_failed"),
    ("GET", f"{API}/conversations?phone_number_id={NUMBER}&limit=201", {}, None, 422, "validation_failed"),
    ("GET", f"{API}/conversations?phone_number_id={NUMBER}&cursor=x", {}, None, 422, "validation_failed"),
    ("GET", f"{API}/conversations?phone_number_id=1", {}, None, 404, "not_found"),
    ("GET", f"{API}/messages", {}, None, 422, "validation_failed"),
    ("GET", f"{API}/messages?conversation_id={uuid4()}", {}, None, 404, "not_found"),
    ("GET", f"{API}/messages/%00", {}, None, 404, "not_found"),
    ("GET", f"{API}/nothing", {}, None, 404, "not_found"),
    ("GET", "/nothing", {}, None, 404, "not_found"),
    ("GET", f"{API}/media/x", {}, None, 404, "not_found"),
    ("GET", f"{API}/send-message", {}, None, 405, "method_not_allowed"),
    ("DELETE", f"{API}/phone-numbers", {}, None, 405, "method_not_allowed"),
    ("BREW", f"{API}/phone-numbers", {}, None, 405, "method_not_allowed"),
    ("PUT", "/webhook", {}, None, 405, "method_not_allowed"),
    ("POST", "/readyz", {}, None, 405, "method_not_allowed"),
    ("POST", f"{API}/send-message", JSON, b"{", 400, "malformed_request"),
    ("POST", f"{API}/send-message", JSON, b"", 400, "malformed_request"),
    ("POST", f"{API}/send-message", JSON, b"[]", 422, "validation_failed"),
    ("POST", f"{API}/send-message", JSON, b"{}", 422, "validation_failed"),
    ("POST", f"{API}/send-message", {"Content-Type": "text/plain"}, b"{}", 415, "unsupported_media_type"),
    ("POST", f"{API}/send-message", {}, b"{}", 415, "unsupported_media_type"),
    ("POST", f"{API}/send-message", JSON, b'"' + b"x" * 2**20 + b'"', 413, "payload_too_large"),
    ("POST", f"{API}/phone-numbers", JSON, b'{"waba_id": 1}', 422, "validation_failed"),
]


def test_every_refusal_is_a_problem_with_its_code(meta: Meta, server: Server) -> None:
    for method, path, headers, body, status, code in REFUSED:
        token = {} if code == "unauthorized" else bearer()
        answer = ask(server, method, path, body, token | headers)
        problem = is_problem(answer, status, code)
        if code == "validation_failed":
            assert problem["errors"], (method, path)
            assert all(isinstance(each, list) for each in problem["errors"].values())
        if status == 401:
            assert answer.headers["www-authenticate"] == "Bearer"
        if status == 405:
            assert answer.headers["allow"]
        assert answer.headers["x-request-id"]


def test_head_answers_as_get_does_and_sends_nothing(meta: Meta, server: Server) -> None:
    for path in (f"{API}/phone-numbers", f"{API}/conversations?phone_number_id={NUMBER}"):
        seen, asked = ask(server, "HEAD", path, headers=bearer()), ask(server, "GET", path, headers=bearer())
        assert (seen.status, seen.type, seen.body) == (asked.status, asked.type, b"")
    assert ask(server, "HEAD", f"{API}/phone-numbers").status == 401


@pytest.mark.parametrize("challenge", ["1158201444", "é <b>", "0", ""])
def test_the_handshake_gives_the_challenge_back_as_text(server: Server, challenge: str) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": challenge}
    answer = ask(server, "GET", f"/webhook?{urlencode(query)}")
    assert (answer.status, answer.type, answer.body.decode()) == (200, "text/plain", challenge)


def test_the_handshake_refuses_what_is_wrong_and_names_what_is_missing(server: Server) -> None:
    good = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1"}
    for wrong in ({"hub.mode": "unsubscribe"}, {"hub.verify_token": "x"}, {"hub.verify_token": ""}):
        is_problem(ask(server, "GET", f"/webhook?{urlencode(good | wrong)}"), 403, "forbidden")
    for name in good:
        rest = urlencode({key: value for key, value in good.items() if key != name})
        is_problem(ask(server, "GET", f"/webhook?{rest}"), 400, "malformed_request")


def test_a_signature_is_over_the_bytes_as_they_came(meta: Meta, server: Server) -> None:
    body = payload("edge-meta-escaped-bytes")
    answer = ask(server, "POST", "/webhook", body, signed(body))
    assert (answer.status, answer.body) == (200, b"")
    again = json.dumps(json.loads(body)).encode()
    digest = signed(body)["X-Hub-Signature-256"]
    for raw, value in (
        (again, digest),
        (body, None),
        (body, ""),
        (body, digest.upper()),
        (body, "sha256=" + digest[7:].upper()),
        (body, digest[:-1]),
        (body, digest[7:]),
        (body, digest.replace("sha256", "sha1")),
        (body, signed(body, "another secret")["X-Hub-Signature-256"]),
    ):
        headers = JSON | ({} if value is None else {"X-Hub-Signature-256": value})
        is_problem(ask(server, "POST", "/webhook", raw, headers), 401, "unauthorized")
    meta.ingest()
    assert [message["text"] for message in meta.messages()] == [
        "50% off <today> at café@home 🙂 https://example.com/a/b"
    ]


def test_four_mebibytes_and_not_a_byte_more(meta: Meta, server: Server) -> None:
    whole = b'{"object": "x"' + b" " * (LIMIT - 15) + b"}"
    assert len(whole) == LIMIT
    assert ask(server, "POST", "/webhook", whole, signed(whole)).status == 200
    larger = whole + b" "
    is_problem(ask(server, "POST", "/webhook", larger, signed(larger)), 413, "payload_too_large")

    def pieces(body: bytes) -> Iterator[bytes]:
        yield from (body[start : start + 2**18] for start in range(0, len(body), 2**18))

    chunked = {"Transfer-Encoding": "chunked"}
    assert ask(server, "POST", "/webhook", pieces(whole), signed(whole) | chunked).status == 200
    is_problem(
        ask(server, "POST", "/webhook", pieces(larger), signed(larger) | chunked), 413, "payload_too_large"
    )


def test_whatever_is_signed_is_kept(meta: Meta, server: Server) -> None:
    bodies = [b"", b"not json", bytes(range(256)), b"[]", b"null", b"\xff\xfe", b"{" * 1000, b"0"]
    for body in bodies:
        answer = ask(server, "POST", "/webhook", body, signed(body))
        assert (answer.status, answer.body) == (200, b""), body
    meta.ingest()
    kept = meta.rows("SELECT body FROM webhook_events")
    assert sorted(bytes(row["body"]) for row in kept) == sorted(bodies)


def test_a_webhook_is_answered_alike_with_and_without_the_fast_path(meta: Meta, server: Server) -> None:
    body = payload("msg-text")
    headers = signed(body) | {"X-Request-ID": "from-meta.1"}
    # What comes in chunks is left to the view.
    fast = ask(server, "POST", "/webhook", body, headers)
    slow = ask(server, "POST", "/webhook", iter([body]), headers | {"Transfer-Encoding": "chunked"})
    of_the_moment = {"date", "content-type"}
    assert (fast.status, fast.body) == (slow.status, slow.body) == (200, b"")
    assert {name: fast.headers[name] for name in fast.headers.keys() - of_the_moment} == {
        name: slow.headers[name] for name in slow.headers.keys() - of_the_moment
    }
    assert fast.headers["x-request-id"] == "from-meta.1"
    meta.ingest()
    kept = meta.rows("SELECT body, stored, duplicate FROM webhook_events ORDER BY received_at")
    assert [bytes(row["body"]) for row in kept] == [body, body]
    assert [(row["stored"], row["duplicate"]) for row in kept] == [(1, 0), (0, 1)]
