"""Tokens like Supabase's: HS256 by the shared secret, ES256 and RS256 by keys that can be rotated."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from sandbox.demo_team import ADA, Person
from sandbox.errors import ControlError
from sandbox.model import Json
from sandbox.sandbox_config import SandboxConfig

TOKEN_LIFE_S = 3600


@dataclass(slots=True)
class SigningKey:
    """One asymmetric key. A revoked key is no longer published, but tests can still have it sign."""

    kid: str
    alg: str
    private_key: Any = field(repr=False)
    state: str = "in_use"

    def public_jwk(self) -> Json:
        """The key as JWKS shows it."""
        algorithm: Any = ECAlgorithm if self.alg == "ES256" else RSAAlgorithm
        jwk: Json = json.loads(algorithm.to_jwk(self.private_key.public_key()))
        return jwk | {"kid": self.kid, "alg": self.alg, "use": "sig", "key_ops": ["verify"], "ext": True}


class KeyRing:
    """The keys of the pretended Supabase project."""

    def __init__(self, config: SandboxConfig) -> None:
        self._config = config
        self._lock = threading.Lock()
        self._keys: list[SigningKey] = []
        self.jwks_requests = 0

    def reset(self) -> None:
        """Forget the keys. The next call that needs keys makes new ones."""
        with self._lock:
            self._keys = []
            self.jwks_requests = 0

    def all(self) -> list[SigningKey]:
        """All keys, with the revoked ones. The first call makes one key for each algorithm."""
        with self._lock:
            if not self._keys:
                self._keys = [_new_key("ES256"), _new_key("RS256")]
            return list(self._keys)

    def add(self, alg: str) -> SigningKey:
        """Add a key, which signs from now on. Earlier keys of the same algorithm stay published."""
        if alg not in {"ES256", "RS256"}:
            raise ControlError("alg must be ES256 or RS256")
        present = self.all()
        key = _new_key(alg)
        with self._lock:
            for old in present:
                if old.alg == alg and old.state == "in_use":
                    old.state = "previously_used"
            self._keys.append(key)
        return key

    def revoke(self, kid: str) -> SigningKey:
        """Publish a key no longer."""
        for key in self.all():
            if key.kid == kid:
                key.state = "revoked"
                return key
        raise ControlError(f"unknown kid {kid}", 404)

    def jwks(self) -> Json:
        """The published keys. Every call is counted."""
        keys = self.all()
        with self._lock:
            self.jwks_requests += 1
        return {"keys": [key.public_jwk() for key in keys if key.state != "revoked"]}

    def claims(self, sub: str, email: str, expires_in: int) -> Json:
        """The claims of a signed-in user, as Supabase writes them."""
        now = int(time.time())
        claims: Json = {
            "aud": "authenticated",
            "exp": now + expires_in,
            "iat": now,
            "sub": sub,
            "email": email,
            "phone": "",
            "role": "authenticated",
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": str(uuid.uuid4()),
            "is_anonymous": False,
            "app_metadata": {"provider": "email", "providers": ["email"]},
            "user_metadata": {},
        }
        if self._config.supabase_url:
            claims = {"iss": f"{self._config.supabase_url}/auth/v1"} | claims
        return claims

    def demo_token(self, person: Person = ADA) -> Json:
        """`{access_token, user_id, email, name, expires_in, …}` of one of the demo's people.

        It is signed by the shared secret. The name stands where Supabase keeps what users call themselves.
        No role is in it, since roles are the live chat's to know.
        """
        claims = self.claims(person.user_id, person.email, TOKEN_LIFE_S)
        claims["user_metadata"] = {"full_name": person.name}
        token = jwt.encode(claims, self._config.jwt_secret, algorithm="HS256")
        return {
            "access_token": token,
            "token_type": "bearer",
            "user_id": person.user_id,
            "email": person.email,
            "name": person.name,
            "expires_in": TOKEN_LIFE_S,
            "expires_at": claims["exp"],
        }

    def mint(self, asked: Json) -> Json:
        """Make a token to order: `{alg, sub?, email?, expires_in?, claims?, remove?, headers?, kid?}`.

        `alg` may also be `none` or `HS256-public-key`. The second is an HMAC whose secret is the public RSA
        key: a verifier that trusts the header's algorithm would accept it.
        """
        alg = str(asked.get("alg", "HS256"))
        expires_in = asked.get("expires_in", TOKEN_LIFE_S)
        if not isinstance(expires_in, int):
            raise ControlError("expires_in must be a whole number of seconds")
        sub = str(asked.get("sub", ADA.user_id))
        claims = self.claims(sub, str(asked.get("email", ADA.email)), expires_in)
        claims |= asked.get("claims") or {}
        for name in asked.get("remove") or []:
            claims.pop(name, None)
        headers = dict(asked.get("headers") or {})
        return {"access_token": self._signed(alg, claims, headers, asked.get("kid")), "claims": claims}

    def _signed(self, alg: str, claims: Json, headers: Json, kid: str | None) -> str:
        if alg in {"HS256", "HS384", "HS512"}:
            return jwt.encode(claims, self._config.jwt_secret, algorithm=alg, headers=headers)
        if alg == "none":
            return jwt.encode(claims, "", algorithm="none", headers=headers)
        if alg == "HS256-public-key":
            return _hmac_by_public_key(claims, next(k for k in self.all() if k.alg == "RS256"))
        if alg not in {"ES256", "RS256"}:
            raise ControlError("alg must be HS256, HS384, HS512, ES256, RS256, none or HS256-public-key")
        keys = [key for key in self.all() if key.alg == alg and kid in (None, key.kid)]
        if not keys:
            raise ControlError(f"unknown kid {kid}", 404)
        chosen = keys[-1] if kid else next((k for k in reversed(keys) if k.state == "in_use"), keys[-1])
        return jwt.encode(claims, chosen.private_key, algorithm=alg, headers={"kid": chosen.kid} | headers)


def _new_key(alg: str) -> SigningKey:
    private_key: Any
    if alg == "ES256":
        private_key = ec.generate_private_key(ec.SECP256R1())
    else:
        private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return SigningKey(str(uuid.uuid4()), alg, private_key)


def _hmac_by_public_key(claims: Json, key: SigningKey) -> str:
    """Build the token by hand, since PyJWT refuses to make such a one."""
    pem = key.private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": key.kid}
    signed = f"{_base64url(json.dumps(header).encode())}.{_base64url(json.dumps(claims).encode())}"
    return f"{signed}.{_base64url(hmac.new(pem, signed.encode(), hashlib.sha256).digest())}"


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
