"""Asymmetric keys: the algorithm belongs to the key, and nobody makes us fetch at his pleasure."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from flask.testing import FlaskClient
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from livechat import create_app
from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.web.guards.jwks import MAX_AGE_S, MIN_INTERVAL_S, Jwks, JwksUnavailableError
from tests.api.conftest import KeyServer
from tests.conftest import JWT_SECRET, environment
from tests.services import EmbeddedServices

URL = "/api/live-chat/phone-numbers"
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_JWK = ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True) | {"kid": "ec", "alg": "ES256", "use": "sig"}
RSA_JWK = RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True) | {"kid": "rsa"}
# A key set may list secrets and kinds that we do not take; they must not become keys.
OCT_JWK = {"kty": "oct", "kid": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "alg": "HS256"}


def claims(issuer: str | None, **more: Any) -> dict[str, Any]:
    now = int(time.time())
    base = {
        "aud": "authenticated",
        "role": "authenticated",
        "sub": str(uuid4()),
        "exp": now + 60,
        "iss": issuer,
    }
    return {key: value for key, value in (base | more).items() if value is not None}


def signed(key: Any, algorithm: str, kid: str | None, issuer: str | None, **more: Any) -> dict[str, str]:
    headers = {"kid": kid} if kid is not None else None
    return {"Authorization": f"Bearer {jwt.encode(claims(issuer, **more), key, algorithm, headers)}"}


@pytest.fixture
def supabase_app(app: Flask, clean: None, services: EmbeddedServices, key_server: KeyServer) -> Any:
    """The application of a project with SUPABASE_URL, beside the HS256 secret."""
    key_server.document = {"keys": [EC_JWK, RSA_JWK, OCT_JWK, {"kty": "OKP", "crv": "Ed25519", "kid": "okp"}]}
    application = create_app(
        Settings.from_env(environment(services, SUPABASE_URL=key_server.url, SUPABASE_JWT_SECRET=JWT_SECRET))
    )
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def project(supabase_app: Flask) -> FlaskClient:
    return supabase_app.test_client()


def test_each_key_signs_by_its_own_algorithm(project: FlaskClient, key_server: KeyServer) -> None:
    issuer = f"{key_server.url}/auth/v1"
    for header in (
        signed(EC_KEY, "ES256", "ec", issuer),
        signed(RSA_KEY, "RS256", "rsa", issuer),
        signed(JWT_SECRET, "HS256", None, issuer),
    ):
        assert project.get(URL, headers=header).status_code == 200
    assert key_server.fetches == 1


def test_confusions_are_refused(project: FlaskClient, key_server: KeyServer) -> None:
    issuer = f"{key_server.url}/auth/v1"
    pem = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = RSA_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)

    def by_hmac(secret: bytes, kid: str) -> dict[str, str]:
        unsigned = jwt.encode(claims(issuer), "x" * 32, "HS256", {"kid": kid}).rsplit(".", 1)[0]
        signature = jwt.utils.base64url_encode(hmac.sign(unsigned.encode(), secret)).decode()
        return {"Authorization": f"Bearer {unsigned}.{signature}"}

    for header in (
        by_hmac(pem, "rsa"),
        by_hmac(der, "rsa"),
        by_hmac(b"secretsecretsecretsecretsecret", "oct"),
        signed(RSA_KEY, "RS256", "ec", issuer),
        signed(EC_KEY, "ES256", "rsa", issuer),
        signed(RSA_KEY, "RS512", "rsa", issuer),
        signed(RSA_KEY, "PS256", "rsa", issuer),
        signed(ec.generate_private_key(ec.SECP256R1()), "ES256", "ec", issuer),
        signed(EC_KEY, "ES256", None, issuer),
        signed(EC_KEY, "ES256", "unheard-of", issuer),
        signed(EC_KEY, "ES256", "ec", "https://other.supabase.co/auth/v1"),
        signed(EC_KEY, "ES256", "ec", f"{issuer}/"),
        signed(EC_KEY, "ES256", "ec", None),
        signed(JWT_SECRET, "HS256", None, None),
    ):
        answer = project.get(URL, headers=header)
        assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")


def test_where_only_public_keys_are_known_hs256_is_refused(
    app: Flask, clean: None, services: EmbeddedServices, key_server: KeyServer
) -> None:
    environ = environment(services, SUPABASE_URL=key_server.url)
    environ.pop("SUPABASE_JWT_SECRET")
    key_server.document = {"keys": [EC_JWK]}
    application = create_app(Settings.from_env(environ))
    issuer = f"{key_server.url}/auth/v1"
    client = application.test_client()
    assert client.get(URL, headers=signed(JWT_SECRET, "HS256", "ec", issuer)).status_code == 401
    assert client.get(URL, headers=signed(EC_KEY, "ES256", "ec", issuer)).status_code == 200
    with application.app_context():
        db.engine.dispose()


def test_unknown_kids_at_once_make_one_fetch(
    project: FlaskClient, supabase_app: Flask, key_server: KeyServer
) -> None:
    issuer = f"{key_server.url}/auth/v1"

    def knock(n: int) -> int:
        header = signed(EC_KEY, "ES256", f"unheard-of-{n}", issuer)
        return supabase_app.test_client().get(URL, headers=header).status_code

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(knock, range(40))) == {401}
    assert key_server.fetches == 1


def test_without_the_key_document_nobody_is_refused_for_good(
    project: FlaskClient, key_server: KeyServer
) -> None:
    key_server.status = 500
    header = signed(EC_KEY, "ES256", "ec", f"{key_server.url}/auth/v1")
    for _ in range(5):
        answer = project.get(URL, headers=header)
        assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
    assert key_server.fetches == 1


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_rotated_key_is_found_after_the_interval_and_an_old_document_is_dropped(
    key_server: KeyServer,
) -> None:
    clock = Clock()
    keys = Jwks(key_server.url, clock=clock)
    key_server.document = {"keys": [EC_JWK]}
    assert keys.key("ec") is not None
    key_server.document = {"keys": [RSA_JWK]}
    assert keys.key("rsa") is None
    clock.now += MIN_INTERVAL_S
    assert keys.key("rsa") is not None
    assert keys.key("ec") is None
    key_server.status = 503
    clock.now += MAX_AGE_S - 1
    assert keys.key("rsa") is not None
    clock.now += MIN_INTERVAL_S
    with pytest.raises(JwksUnavailableError):
        keys.key("rsa")
    key_server.status = 200
    clock.now += MIN_INTERVAL_S
    assert keys.key("rsa") is not None


@pytest.mark.parametrize(
    "listed", [[], [5], [None, []], [{"kty": "EC", "crv": "P-256"}], [EC_JWK | {"x": "!"}]]
)
def test_strange_entries_are_no_keys(key_server: KeyServer, listed: list[Any]) -> None:
    key_server.document = {"keys": listed}
    assert Jwks(key_server.url).key("ec") is None


@pytest.mark.parametrize("document", [[], {}, {"keys": 5}, "keys", None])
def test_what_is_no_key_document_says_nothing_about_tokens(key_server: KeyServer, document: Any) -> None:
    key_server.document = document
    with pytest.raises(JwksUnavailableError):
        Jwks(key_server.url).key("ec")
