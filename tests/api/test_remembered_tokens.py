"""A token that was verified is remembered: by its digest alone, never past its end, its key or its member."""

import pickle
import time
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from jwt.algorithms import ECAlgorithm

from livechat import create_app
from livechat.core.config import Settings
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.web.guards import auth
from livechat.web.guards.jwks import MAX_AGE_S, REFRESH_AFTER_S, Jwks
from livechat.web.guards.verified_tokens import Caller, SignedBy, VerifiedToken, VerifiedTokens
from tests.api.conftest import KeyServer
from tests.conftest import environment, make_token, wait_until
from tests.services import EmbeddedServices

URL = "/api/live-chat/phone-numbers"
OLD, NEW = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
NOBODY = Caller(None, None, has_second_factor=False, session="")


def _jwk(key: Any) -> dict[str, Any]:
    return ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "it", "alg": "ES256"}


def _token(ends_at: float) -> VerifiedToken:
    return VerifiedToken(uuid4(), clock.from_unix(min(ends_at, 2e9)), ends_at, NOBODY)


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens whose signature was checked."""
    seen: list[str] = []
    checked = auth.decode_token

    def check(token: str) -> dict[str, Any]:
        seen.append(token)
        return checked(token)

    monkeypatch.setattr(auth, "decode_token", check)
    return seen


@pytest.fixture
def project(
    app: Flask, clean: None, services: EmbeddedServices, key_server: KeyServer
) -> Iterator[tuple[FlaskClient, dict[str, str], list[float]]]:
    """A client of an application with public keys, a user's header, and the clock of the keys' age."""
    key_server.document = {"keys": [_jwk(OLD)]}
    application = create_app(Settings.from_env(environment(services, SUPABASE_URL=key_server.url)))
    now = [1000.0]
    keys = Jwks(f"{key_server.url}/auth/v1/.well-known/jwks.json", clock=lambda: now[0])
    application.extensions["livechat_jwks"] = keys
    token = make_token(iss=f"{key_server.url}/auth/v1")
    signed = jwt.encode(jwt.decode(token, options={"verify_signature": False}), OLD, "ES256", {"kid": "it"})
    yield application.test_client(), {"Authorization": f"Bearer {signed}"}, now
    with application.app_context():
        db.engine.dispose()


def test_a_signature_is_checked_once_and_each_changed_character_anew(
    client: FlaskClient, verified: list[str]
) -> None:
    token = make_token()

    def ask(given: str) -> int:
        return client.get(URL, headers={"Authorization": f"Bearer {given}"}).status_code

    assert [ask(token) for _ in range(3)] == [200] * 3
    assert verified == [token]
    for at in Random(5).sample(range(len(token)), 40):
        # The last character of a signature has bits that mean nothing, but a spelling is a token of its own.
        changed = token[:at] + ("A" if token[at] != "A" else "z") + token[at + 1 :]
        assert ask(changed) == 401 or at == len(token) - 1
        assert verified[-1] == changed
    assert ask(token) == 200


def test_it_is_not_valid_for_a_moment_past_its_end(
    client: FlaskClient, verified: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_at = int(time.time()) + 60
    header = {"Authorization": f"Bearer {make_token(exp=ends_at)}"}
    assert client.get(URL, headers=header).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: clock.from_unix(ends_at - 0.001))
    assert client.get(URL, headers=header).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: clock.from_unix(ends_at))
    assert client.get(URL, headers=header).status_code == 401
    # It was looked at anew, and refused, by the rules that hold for all.
    assert len(verified) == 2


def test_a_key_that_is_withdrawn_or_replaced_takes_its_tokens_with_it(
    project: tuple[FlaskClient, dict[str, str], list[float]], key_server: KeyServer, verified: list[str]
) -> None:
    client, header, now = project

    def ask() -> int:
        return client.get(URL, headers=header).status_code

    assert [ask(), ask()] == [200, 200]
    assert len(verified) == 1
    # Ahead of time the keys are fetched again, as they are for a token that is new: the same name, another key.
    key_server.document = {"keys": [_jwk(NEW)]}
    now[0] += REFRESH_AFTER_S
    assert wait_until(lambda: ask() == 401)
    assert ask() == 401
    key_server.document = {"keys": [_jwk(OLD)]}
    now[0] += MAX_AGE_S
    assert ask() == 200
    # Withdrawn, and the document past its age: nobody has to knock with another token first.
    key_server.document = {"keys": []}
    now[0] += MAX_AGE_S
    assert ask() == 401
    key_server.document = {"keys": [_jwk(OLD)]}
    now[0] += MAX_AGE_S
    assert ask() == 200
    key_server.status = 500
    now[0] += MAX_AGE_S
    assert ask() == 503


def test_no_more_are_kept_than_may_be_and_none_as_it_was_written() -> None:
    known, key = VerifiedTokens(most=5), object()
    now = time.time()
    for n in range(12):
        known.keep(f"token {n}", _token(now + 60), SignedBy())
    assert len(known) == 5
    found = [known.find(f"token {n}", now, lambda _: None) is not None for n in range(12)]
    assert found == [False] * 7 + [True] * 5
    # The oldest goes, not all: a crowd of new sign-ins does not make everybody's signature be checked at once.
    assert b"token" not in pickle.dumps([*known._known])
    known.keep("by a key", _token(now + 60), SignedBy("it", key))  # type: ignore[arg-type]
    assert known.find("by a key", now, lambda _: key) is not None  # type: ignore[arg-type,return-value]
    assert known.find("by a key", now, lambda _: object()) is None  # type: ignore[arg-type,return-value]
    # What was found to be over is not kept for a key that comes back.
    assert known.find("by a key", now, lambda _: key) is None  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize("seed", range(3))
def test_it_never_says_more_than_a_look_at_the_token_would(seed: int) -> None:
    """Whatever comes in whatever order: what is found was kept, has not ended, and its key stands."""
    random, now = Random(seed), 1000.0
    known, keys = VerifiedTokens(most=6), {name: object() for name in "ab"}
    kept: dict[str, tuple[VerifiedToken, str | None, object]] = {}
    for _ in range(3000):
        now += random.random()
        token, name = f"token {random.randrange(12)}", random.choice([None, "a", "b"])
        act = random.random()
        if act < 0.05:
            keys[random.choice("ab")] = object()
        elif act < 0.1:
            keys.pop(random.choice("ab"), None)
        elif act < 0.4 and (name is None or name in keys):
            key = keys.get(name) if name is not None else None
            taken = _token(now + random.uniform(0, 30))
            kept[token] = taken, name, key
            known.keep(token, taken, SignedBy(name, key))  # type: ignore[arg-type]
        else:
            found = known.find(token, now, keys.get)  # type: ignore[arg-type]
            if found is not None:
                taken, name, key = kept[token]
                assert found is taken
                assert found.ends_at > now
                assert name is None or keys.get(name) is key
        assert len(known) <= 6
