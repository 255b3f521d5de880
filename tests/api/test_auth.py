"""Who gets in: docs/contract.md section 2, and every way not to."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import jwt
import pytest
from flask.testing import FlaskClient

from tests.conftest import JWT_SECRET, make_token

URL = "/api/live-chat/phone-numbers"


def refused(client: FlaskClient, header: str | None) -> None:
    answer = client.get(URL, headers={"Authorization": header} if header is not None else {})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def encoded(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_supabase_token_gets_in(client: FlaskClient, token: Callable[..., str]) -> None:
    for header in (f"Bearer {token()}", f"bearer {token(aud=['authenticated', 'other'])}"):
        answer = client.get(URL, headers={"Authorization": header})
        assert (answer.status_code, answer.json) == (200, {"phone_numbers": []})


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"exp": NOW - 1},
        {"exp": True},
        {"exp": "9999999999"},
        {"exp": "soon"},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": []},
        {"role": "service_role"},
        {"role": "anon"},
        {"role": None},
        {"role": ["authenticated"]},
        {"aud": None},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": 5},
        {"sub": None},
        {"sub": "nobody"},
        {"sub": 7},
        {"sub": "{12345678-1234-1234-1234-123456789012}"},
        {"sub": "12345678123412341234123456789012"},
        {"is_anonymous": True},
        {"is_anonymous": "true"},
        {"nbf": NOW + 3600},
        {"iat": NOW + 3600},
        {"iat": "yesterday"},
        {"iat": {}},
    ],
)
def test_claims_that_are_not_a_user_are_refused(client: FlaskClient, claims: dict[str, Any]) -> None:
    refused(client, f"Bearer {make_token(**claims)}")


def test_a_clock_a_little_ahead_is_forgiven_but_not_an_end_that_has_passed(client: FlaskClient) -> None:
    soon = int(time.time()) + 5
    header = {"Authorization": f"Bearer {make_token(iat=soon, nbf=soon)}"}
    assert client.get(URL, headers=header).status_code == 200
    refused(client, f"Bearer {make_token(exp=int(time.time()) - 2)}")


def test_the_projects_own_api_keys_are_no_users(client: FlaskClient) -> None:
    for role in ("anon", "service_role"):
        claims = {"iss": "supabase", "ref": "abc", "role": role, "iat": NOW, "exp": NOW + 10**8}
        refused(client, f"Bearer {jwt.encode(claims, JWT_SECRET, algorithm='HS256')}")


def good_claims() -> dict[str, Any]:
    return jwt.decode(make_token(), options={"verify_signature": False})


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "HS384", "HS512", "EdDSA", "RS256", "ES256", "", 5, None, []]
)
def test_other_algorithms_are_refused(client: FlaskClient, algorithm: Any) -> None:
    head, body, signature = make_token().split(".")
    header = encoded({"alg": algorithm, "typ": "JWT", "kid": "x"})
    refused(client, f"Bearer {header}.{body}.{signature}")
    refused(client, f"Bearer {header}.{body}.")
    refused(client, f"Bearer {head}.{body}.")
    refused(client, f"Bearer {head}.{body}.{encoded(b'x' * 32)}")


def test_another_projects_secret_is_refused(client: FlaskClient) -> None:
    refused(client, f"Bearer {make_token(secret='the secret of quite another project')}")
    for algorithm in ("HS384", "HS512"):
        secret = JWT_SECRET * 3
        refused(client, f"Bearer {jwt.encode(good_claims(), secret, algorithm=algorithm)}")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Basic dXNlcjpwYXNz",
        "Token x",
        "Bearer x",
        "Bearer ..",
        "Bearer a.b.c",
        "Bearer a.b.c.d.e",
        "Bearer \u00e9\u00e9.\u00e9.\u00e9",
        "Bearer " + "A" * 100_000,
        f"Bearer {encoded(b'[' * 9000)}.{encoded(b'[' * 2000)}.x",
        f"Bearer {encoded({'alg': 'HS256'})}.{encoded(b'[' * 9000)}.x",
        f"Bearer {encoded({'alg': 'HS256'})}.{encoded([1, 2])}.x",
        f"Bearer {encoded({'alg': 'HS256', 'crit': ['b64'], 'b64': False})}.{encoded({})}.x",
        f"Bearer {encoded({'alg': 'HS256', 'kid': 5})}.{encoded({'sub': 'x'})}.x",
        f"Bearer {encoded(b'null')}.{encoded(b'null')}.x",
        f"Bearer {encoded(bytes(range(128, 256)))}.x.x",
    ],
    ids=lambda header: str(header)[:40],
)
def test_garbage_is_refused(client: FlaskClient, header: str | None) -> None:
    refused(client, header)


def test_a_token_elsewhere_than_in_the_header_is_not_seen(client: FlaskClient) -> None:
    token = make_token()
    client.set_cookie("access_token_cookie", token)
    assert client.get(URL, query_string={"jwt": token, "access_token": token}).status_code == 401


def test_one_request_does_not_sign_in_the_next(client: FlaskClient, session: Any) -> None:
    # The fixture's application context surrounds both requests, as a worker's or a shell's would.
    assert client.get(URL, headers={"Authorization": f"Bearer {make_token(uuid4())}"}).status_code == 200
    refused(client, None)
