"""What goes wrong is answered as a problem with a code, and bad input is never our failure."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from livechat import create_app
from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.web.guards.costs import Cost
from tests.api.conftest import API, Caller
from tests.conftest import environment
from tests.factories import make_account, make_conversation, make_message, make_number
from tests.services import EmbeddedServices


def is_problem(answer: TestResponse, status: int, code: str) -> None:
    assert (answer.status_code, answer.json and answer.json.get("code")) == (status, code), answer.text
    assert answer.content_type == "application/problem+json"
    assert {"type", "title", "status", "detail", "code"} <= answer.json.keys()
    assert answer.json["status"] == status
    assert "Traceback" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-ID"]


@pytest.fixture
def me(session: scoped_session[Session], caller: Callable[[UUID], Caller]) -> tuple[Caller, dict[str, str]]:
    """A caller with a number, a conversation and a message; and their ids."""
    user = uuid4()
    number = make_number(session, make_account(session, user))
    conversation = make_conversation(session, number)
    message = make_message(session, conversation)
    session.commit()
    return caller(user), {
        "number": number.phone_number_id,
        "conversation": str(conversation.id),
        "message": str(message.id),
        "user": str(user),
    }


def test_framework_errors_are_problems(me: tuple[Caller, dict[str, str]], client: FlaskClient) -> None:
    api, ids = me
    is_problem(api.get("/nothing-here"), 404, "not_found")
    wrong = client.delete(f"{API}/conversations", headers=api.headers)
    is_problem(wrong, 405, "method_not_allowed")
    assert "GET" in wrong.headers["Allow"]
    read = f"/conversations/{ids['conversation']}/read"
    is_problem(
        api.post(read, data="x" * (1024 * 1024 + 1), content_type="application/json"),
        413,
        "payload_too_large",
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b" ",
        b"{'up_to': 1}",
        b'{"up_to": NaN}',
        b'{"up_to": Infinity}',
        b'{"up_to": "\xff\xfe"}',
        b'{"up_to": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 5_000,
        b"\xef\xbb\xbf{}",
        b'{"up_to": 1}x',
        '{"up_to": "é"}'.encode("latin-1"),
        "{}".encode("utf-16"),
    ],
    ids=lambda body: str(body[:16]),
)
def test_what_is_not_json_is_malformed(me: tuple[Caller, dict[str, str]], body: bytes) -> None:
    api, ids = me
    answer = api.post(
        f"/conversations/{ids['conversation']}/read", data=body, content_type="application/json"
    )
    if body == b"":
        assert answer.status_code == 200
    else:
        is_problem(answer, 400, "malformed_request")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "multipart/form-data; boundary=x",
        "",
    ],
)
def test_a_body_of_another_type_is_415(me: tuple[Caller, dict[str, str]], content_type: str) -> None:
    api, ids = me
    read = f"/conversations/{ids['conversation']}/read"
    is_problem(
        api.post(read, data=b'{"up_to": null}', content_type=content_type), 415, "unsupported_media_type"
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ([1, 2], "body"),
        ("x", "body"),
        (5, "body"),
        (None, "body"),
        (True, "body"),
        ({"up_to": 5}, "up_to"),
        ({"up_to": 10**30}, "up_to"),
        ({"up_to": {}}, "up_to"),
        ({"up_to": ["x"]}, "up_to"),
        ({"up_to": "a\x00b"}, "up_to"),
        ({"a\x00b": "x"}, "body"),
        ({"other": 1}, "other"),
    ],
    ids=str,
)
def test_fields_that_are_not_valid_are_named(
    me: tuple[Caller, dict[str, str]], body: Any, field: str
) -> None:
    api, ids = me
    read = f"/conversations/{ids['conversation']}/read"
    answer = api.post(read, data=json.dumps(body), content_type="application/json")
    is_problem(answer, 422, "validation_failed")
    assert isinstance(answer.json["errors"][field], list)
    assert all(isinstance(sentence, str) for sentence in answer.json["errors"][field])


def test_duplicate_keys_are_one_key(me: tuple[Caller, dict[str, str]]) -> None:
    api, ids = me
    body = b'{"up_to": "x", "up_to": null}'
    read = f"/conversations/{ids['conversation']}/read"
    assert api.post(read, data=body, content_type="application/json").status_code == 200


BAD_LIMITS = [
    "-1",
    "0",
    "201",
    "abc",
    "",
    "1.5",
    "1e2",
    "٥",
    "1_0",
    " 5",
    "9" * 30,
    "9" * 5000,
    "null",
    "NaN",
    "\x00",
]


@pytest.mark.parametrize("limit", BAD_LIMITS, ids=lambda limit: repr(limit)[:20])
def test_a_limit_that_is_none_is_422(me: tuple[Caller, dict[str, str]], limit: str) -> None:
    api, ids = me
    for answer in (
        api.get("/messages", conversation_id=ids["conversation"], limit=limit),
        api.get("/conversations", phone_number_id=ids["number"], limit=limit),
    ):
        is_problem(answer, 422, "validation_failed")
        assert list(answer.json["errors"]) == ["limit"]


def test_an_offset_past_the_end_is_an_empty_page_and_an_absurd_one_422(
    me: tuple[Caller, dict[str, str]],
) -> None:
    api, ids = me
    for offset in (1, 10**6, 2**31, 2**63 - 1):
        answer = api.get("/messages", conversation_id=ids["conversation"], offset=offset)
        assert answer.status_code == 200
        assert (answer.json["messages"], answer.json["offset"], answer.json["total"]) == ([], offset, 1)
    for offset in (-1, 2**63, 2**64, "x", "", "1.0"):
        answer = api.get("/messages", conversation_id=ids["conversation"], offset=offset)
        is_problem(answer, 422, "validation_failed")


HOSTILE = [
    "x",
    "\x00",
    "a\x00b",
    "\ud800".encode("utf-8", "surrogatepass"),
    b"\xff\xfe",
    "%",
    "' OR 1=1 --",
    "9" * 5000,
    "😀",
    "../..",
    "null",
    str(2**63),
]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_hostile_values_anywhere_never_fail(me: tuple[Caller, dict[str, str]], value: Any) -> None:
    api, ids = me
    answers = [
        api.get("/messages", conversation_id=value),
        api.get("/conversations", phone_number_id=value),
        *(
            api.get("/messages", conversation_id=ids["conversation"], **{name: value})
            for name in ("before", "after", "around")
        ),
    ]
    for answer in answers:
        assert answer.status_code in (404, 422), answer.text
    path = "".join(f"%{byte:02x}" for byte in (value if isinstance(value, bytes) else value.encode()))
    for answer in (
        api.get(f"/conversations/{path}"),
        api.get(f"/messages/{path}"),
        api.post(f"/conversations/{path}/read"),
    ):
        is_problem(answer, 404, "not_found")
    named = api.get("/conversations", phone_number_id=ids["number"], user_id=value)
    assert named.status_code in (403, 422), named.text
    for name in ("cursor", "unread"):
        is_problem(
            api.get("/conversations", phone_number_id=ids["number"], **{name: value}),
            422,
            "validation_failed",
        )
    assert api.get("/conversations", phone_number_id=ids["number"], search=value).status_code in (200, 422)


def test_a_sane_request_id_comes_back_and_another_is_replaced(me: tuple[Caller, dict[str, str]]) -> None:
    api, _ids = me
    for given, kept in (("trace-1.A_b", True), ("x" * 65, False), ("a b", False), ("é", False), ("", False)):
        api.headers["X-Request-ID"] = given
        came = api.get("/phone-numbers").headers["X-Request-ID"]
        assert (came == given) is kept
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", came)


@pytest.fixture
def other_app(app: Flask, clean: None, services: EmbeddedServices) -> Iterator[Callable[..., Flask]]:
    """``other_app(**environment)``: an application of its own, with some settings different."""
    made: list[Flask] = []

    def make(**more: str) -> Flask:
        made.append(create_app(Settings.from_env(environment(services, **more))))
        return made[-1]

    yield make
    for application in made:
        with application.app_context():
            db.engine.dispose()
    # The Redis handle is the process's, and the last application bound it.
    create_app(Settings.from_env(environment(services)))


def test_a_mistake_of_ours_is_logged_and_told_without_a_trace(
    other_app: Callable[..., Flask],
    auth: Callable[[UUID], dict[str, str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    application = other_app()

    @application.get(f"{API}/mistake", costs=Cost.READS, needs=Permission.SIGNED_IN)
    def mistake() -> str:
        raise LookupError("a secret detail")

    answer = application.test_client().get(f"{API}/mistake", headers=auth(uuid4()))
    is_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text
    logged = capsys.readouterr()
    assert "request_failed" in logged.out + logged.err


def test_without_postgresql_the_answer_is_503(
    other_app: Callable[..., Flask], auth: Callable[[UUID], dict[str, str]]
) -> None:
    client = other_app(DATABASE_URL="postgresql://nobody:pw@127.0.0.1:9/none").test_client()
    answer = client.get(f"{API}/phone-numbers", headers=auth(uuid4()))
    is_problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_without_redis_reading_goes_on_and_limits_hold_in_each_process(
    other_app: Callable[..., Flask], auth: Callable[[UUID], dict[str, str]]
) -> None:
    application = other_app(REDIS_URL="redis://127.0.0.1:9/0", LIVECHAT_RATE_LIMIT_READS="3 per minute")
    headers, client = auth(uuid4()), application.test_client()
    answers = [client.get(f"{API}/phone-numbers", headers=headers) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_limits_count_each_user_and_each_kind_apart(
    other_app: Callable[..., Flask], auth: Callable[[UUID], dict[str, str]]
) -> None:
    client = other_app(LIVECHAT_RATE_LIMIT_READS="2 per minute").test_client()
    mine, theirs = auth(uuid4()), auth(uuid4())
    for _ in range(2):
        assert client.get(f"{API}/phone-numbers", headers=mine).status_code == 200
    answer = client.get(f"{API}/conversations/x", headers=mine)
    is_problem(answer, 429, "rate_limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert client.get(f"{API}/phone-numbers", headers=theirs).status_code == 200
    assert client.get(f"{API}/openapi.json").status_code == 200
