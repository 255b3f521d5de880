"""Connecting a number, with a Graph API that is a real HTTP server and misbehaves on command."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from livechat import create_app
from livechat.accounts.crypto import UndecryptableTokenError, decrypt_token, encrypt_token
from livechat.accounts.schemas import PhoneNumberSchema
from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.domain.clock import now
from livechat.models import AccountMember, PhoneNumber, WabaAccount
from tests.conftest import ENCRYPTION_KEY, environment
from tests.factories import make_account, make_conversation, make_message, make_number
from tests.services import EmbeddedServices

URL = "/api/live-chat/phone-numbers"
WABA, NUMBER = "102290129340398", "106540352242922"
DbSession = scoped_session[Session]
Auth = Callable[[UUID], dict[str, str]]


class Graph:
    """Answers for NUMBER and WABA by the token ``good``; ``failure`` is (status, body) for every call."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.failure: tuple[int, Any] | None = None
        self.meanwhile: Callable[[], Any] | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.calls.append(f"{self.command} {self.path.split('?')[0]}")
                if outer.meanwhile is not None:
                    outer.meanwhile()
                status, body = outer.reply(self.path, self.headers.get("Authorization", ""))
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = answer

            def log_message(self, *_: Any) -> None:
                """The test's own output is enough."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def reply(self, path: str, authorization: str) -> tuple[int, Any]:
        if self.failure is not None:
            return self.failure
        if not authorization.startswith("Bearer good"):
            error = {"message": "Error validating access token", "type": "OAuthException", "code": 190}
            return 401, {"error": error}
        if path.split("?")[0].endswith("/subscribed_apps"):
            return 200, {"success": True}
        return 200, {
            "id": path.split("?")[0].rsplit("/", 1)[1],
            "display_phone_number": "+91 77559 91051",
            "verified_name": "Asha's Bakery",
            "quality_rating": "GREEN",
            "throughput": {"level": "STANDARD"},
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def graph() -> Iterator[Graph]:
    server = Graph()
    yield server
    server.close()


@pytest.fixture
def graph_app(app: Flask, clean: None, services: EmbeddedServices, graph: Graph) -> Iterator[Flask]:
    environ = environment(services, WHATSAPP_API_URL=graph.url, LIVECHAT_GRAPH_READ_TIMEOUT_S="2")
    application = create_app(Settings.from_env(environ))
    yield application
    with application.app_context():
        application.extensions["livechat_graph"].close()
        db.engine.dispose()


@pytest.fixture
def web(graph_app: Flask) -> FlaskClient:
    return graph_app.test_client()


def body(**more: Any) -> dict[str, Any]:
    return {"waba_id": WABA, "phone_number_id": NUMBER, "access_token": "good-1"} | more


def rows(session: DbSession) -> tuple[int, int, int]:
    session.rollback()
    counts = (
        session.scalar(select(func.count()).select_from(t)) for t in (WabaAccount, AccountMember, PhoneNumber)
    )
    accounts, members, numbers = counts
    return accounts or 0, members or 0, numbers or 0


def stored_token(session: DbSession) -> str:
    session.rollback()
    ciphertext = session.scalars(select(WabaAccount.access_token_encrypted)).one()
    assert "good" not in ciphertext
    return decrypt_token(ciphertext, [ENCRYPTION_KEY])


def test_a_number_is_connected_once_and_again(
    web: FlaskClient, graph: Graph, session: DbSession, auth: Auth, redis_client: Redis
) -> None:
    user = uuid4()
    first = web.post(URL, json=body(), headers=auth(user))
    assert first.status_code == 201
    assert PhoneNumberSchema().validate(first.json) == {}
    assert first.json == {
        "phone_number_id": NUMBER,
        "waba_id": WABA,
        "workspace_id": str(session.scalars(select(WabaAccount.workspace_id)).one()),
        "display_phone_number": "+91 77559 91051",
        "verified_name": "Asha's Bakery",
        "status": "connected",
        "quality_rating": "GREEN",
        "unread_count": 0,
        "throughput": "STANDARD",
        "messaging_limit": None,
        "notices": [],
        "paused_reason": None,
    }
    assert [call.split("/")[2:] for call in graph.calls] == [[NUMBER], [WABA, "subscribed_apps"]]
    queued = [json.loads(item)["headers"]["task"] for item in redis_client.lrange("maintenance", 0, -1)]
    assert sorted(queued) == [
        "maintenance.refresh_number",
        "maintenance.sweep_outbound",
        "maintenance.sync_templates",
    ]
    again = web.post(URL, json=body(access_token=" good-2\n"), headers=auth(user))
    assert (again.status_code, again.json) == (200, first.json)
    assert rows(session) == (1, 1, 1)
    assert stored_token(session) == "good-2"
    assert web.get(URL, headers=auth(user)).json["phone_numbers"] == [first.json]


def test_a_number_of_another_is_refused_before_meta_is_asked(
    web: FlaskClient, graph: Graph, session: DbSession, auth: Auth
) -> None:
    owner, agent = uuid4(), uuid4()
    account = make_account(session, owner)
    make_number(session, account, phone_number_id=NUMBER)
    session.add(AccountMember(account_id=account.id, user_id=agent, role="agent"))
    session.commit()
    for other in (uuid4(), agent):
        answer = web.post(URL, json=body(), headers=auth(other))
        assert (answer.status_code, answer.json["code"]) == (409, "phone_number_taken")
        assert answer.content_type == "application/problem+json"
    assert graph.calls == []


def graph_error(code: int) -> dict[str, Any]:
    return {"error": {"message": f"(#{code})", "type": "OAuthException", "code": code, "fbtrace_id": "x"}}


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        ((401, graph_error(190)), 422, "whatsapp_token_invalid"),
        ((403, graph_error(10)), 422, "whatsapp_token_invalid"),
        ((403, graph_error(200)), 422, "whatsapp_token_invalid"),
        ((400, graph_error(100)), 422, "whatsapp_token_invalid"),
        ((400, graph_error(33)), 422, "whatsapp_token_invalid"),
        ((404, b"not found"), 422, "whatsapp_token_invalid"),
        ((400, graph_error(80007)), 503, "unavailable"),
        ((500, graph_error(2)), 503, "unavailable"),
        ((502, b"<html>Bad Gateway</html>"), 503, "unavailable"),
        ((200, b"<html>Sign in to this WiFi</html>"), 503, "unavailable"),
        ((200, {}), 503, "unavailable"),
        ((302, b""), 503, "unavailable"),
    ],
    ids=str,
)
def test_what_meta_says_decides_and_nothing_is_stored(
    web: FlaskClient,
    graph: Graph,
    session: DbSession,
    auth: Auth,
    failure: tuple[int, Any],
    status: int,
    code: str,
) -> None:
    graph.failure = failure
    answer = web.post(URL, json=body(), headers=auth(uuid4()))
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert ("Retry-After" in answer.headers) is (status == 503)
    assert "good" not in answer.text
    assert rows(session) == (0, 0, 0)


def test_meta_out_of_reach_or_too_slow_is_503(
    web: FlaskClient, graph: Graph, client: FlaskClient, session: DbSession, auth: Auth
) -> None:
    # The plain application's Graph address is a closed port.
    answer = client.post(URL, json=body(), headers=auth(uuid4()))
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    released = threading.Event()
    graph.meanwhile = lambda: released.wait(10)
    answer = web.post(URL, json=body(), headers=auth(uuid4()))
    released.set()
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert rows(session) == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"waba_id": ""}, "waba_id"),
        ({"waba_id": "12a"}, "waba_id"),
        ({"waba_id": "1" * 65}, "waba_id"),
        ({"waba_id": "1\n"}, "waba_id"),
        ({"phone_number_id": "../me"}, "phone_number_id"),
        ({"phone_number_id": "٥٥"}, "phone_number_id"),
        ({"phone_number_id": 106540352242922}, "phone_number_id"),
        ({"phone_number_id": None}, "phone_number_id"),
        ({"access_token": ""}, "access_token"),
        ({"access_token": " \n"}, "access_token"),
        ({"access_token": "x" * 4097}, "access_token"),
        ({"access_token": "a\x00b"}, "access_token"),
        ({"access_token": ["good"]}, "access_token"),
    ],
    ids=str,
)
def test_fields_are_checked_before_anything(
    web: FlaskClient, graph: Graph, auth: Auth, change: dict[str, Any], field: str
) -> None:
    answer = web.post(URL, json=body(**change), headers=auth(uuid4()))
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
    assert list(answer.json["errors"]) == [field]
    assert graph.calls == []


@pytest.mark.parametrize("token", ["good\r\nX-Evil: 1", "good \u00e9", "go od"])
def test_a_token_that_cannot_stand_in_a_header_is_refused(web: FlaskClient, auth: Auth, token: str) -> None:
    answer = web.post(URL, json=body(access_token=token), headers=auth(uuid4()))
    assert (answer.status_code, answer.json["code"]) == (422, "whatsapp_token_invalid")


def test_all_that_is_missing_is_named(web: FlaskClient, auth: Auth) -> None:
    for sent in ({"json": {}}, {}):
        answer = web.post(URL, headers=auth(uuid4()), **sent)
        assert answer.status_code == 422
        assert set(answer.json["errors"]) == {"waba_id", "phone_number_id", "access_token"}


def test_a_new_token_resumes_what_the_old_one_stopped(
    web: FlaskClient, session: DbSession, auth: Auth
) -> None:
    user = uuid4()
    account = make_account(session, user, waba_id=WABA)
    paused = {"status": "paused", "paused_at": now(), "paused_reason": "x"}
    make_number(session, account, phone_number_id=NUMBER, **paused, paused_code=131042)
    for number_id, code in (("1", 190), ("2", 200), ("3", 299), ("4", 131042), ("5", None)):
        make_number(session, account, phone_number_id=number_id, **paused, paused_code=code)
    elsewhere = make_number(session, make_account(session, user), **paused, paused_code=190)
    make_message(session, make_conversation(session, session.get_one(PhoneNumber, NUMBER)))
    session.commit()
    answer = web.post(URL, json=body(), headers=auth(user))
    assert (answer.status_code, answer.json["status"], answer.json["unread_count"]) == (200, "connected", 1)
    session.rollback()
    states = dict(session.execute(select(PhoneNumber.phone_number_id, PhoneNumber.status)).all())
    assert states == {
        NUMBER: "connected",
        "1": "connected",
        "2": "connected",
        "3": "connected",
        "4": "paused",
        "5": "paused",
        elsewhere.phone_number_id: "paused",
    }
    assert session.get_one(PhoneNumber, "1").paused_code is None


def test_its_owner_may_move_a_number_to_another_account(
    web: FlaskClient, session: DbSession, auth: Auth
) -> None:
    user = uuid4()
    assert web.post(URL, json=body(), headers=auth(user)).status_code == 201
    moved = web.post(URL, json=body(waba_id="777"), headers=auth(user))
    assert (moved.status_code, moved.json["waba_id"]) == (200, "777")
    assert rows(session) == (2, 2, 1)


def test_of_two_users_at_once_one_gets_the_number(
    graph_app: Flask, graph: Graph, session: DbSession, auth: Auth
) -> None:
    # Nobody goes on before both have looked and asked Meta: a check beforehand would let both through.
    together = threading.Barrier(2)
    graph.meanwhile = lambda: together.wait(10)

    def connect(user: UUID) -> int:
        return graph_app.test_client().post(URL, json=body(), headers=auth(user)).status_code

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(connect, [uuid4(), uuid4()])) == [201, 409]
    assert rows(session) == (1, 1, 1)


def test_one_user_twice_at_once_is_one_connection(
    graph_app: Flask, graph: Graph, session: DbSession, auth: Auth
) -> None:
    user, together = uuid4(), threading.Barrier(2)
    graph.meanwhile = lambda: together.wait(10)

    def connect(_n: int) -> int:
        return graph_app.test_client().post(URL, json=body(), headers=auth(user)).status_code

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(connect, range(2))) == [200, 201]
    assert rows(session) == (1, 1, 1)


def test_no_connection_is_held_while_meta_is_asked(
    graph_app: Flask, graph: Graph, web: FlaskClient, auth: Auth
) -> None:
    held: list[int] = []

    def look() -> None:
        with graph_app.app_context():
            held.append(db.engine.pool.checkedout())

    graph.meanwhile = look
    assert web.post(URL, json=body(), headers=auth(uuid4())).status_code == 201
    assert held == [0, 0]


def test_tokens_are_opened_by_old_keys_and_closed_by_the_newest() -> None:
    old, new = ENCRYPTION_KEY, "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    ciphertext = encrypt_token("good", [old])
    assert decrypt_token(ciphertext, [new, old]) == "good"
    assert decrypt_token(encrypt_token("good", [new, old]), [new]) == "good"
    for wrong in (encrypt_token("good", [old]), "", "nonsense", "é"):
        with pytest.raises(UndecryptableTokenError) as error:
            decrypt_token(wrong, [new])
        assert "good" not in str(error.value)
