"""Who is calling: a Supabase access token in the Authorization header says so, and nothing else does.

Every route needs a token unless its rule is in PUBLIC_RULES, so a new route is closed until someone opens it.
Source of the rules: docs/contract.md section 2 and docs/meta/cloud-api.md section 13.
"""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from flask import Flask, Response, current_app, request
from flask_jwt_extended import decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWK
from jwt.exceptions import InvalidTokenError, PyJWTError

from livechat.core.config import Settings
from livechat.core.errors import AppError, UnauthorizedError, UnavailableError
from livechat.core.extensions import jwt
from livechat.domain import clock
from livechat.domain.text import storable
from livechat.web.context import API_PREFIX
from livechat.web.guards.jwks import Jwks, JwksUnavailableError
from livechat.web.guards.verified_tokens import Caller, SignedBy, VerifiedToken, VerifiedTokens
from livechat.web.problems import problem_response

# Rules, as the URL map spells them, that need no token. The page holds no data: it signs people in.
# Meta signs its webhooks; we sign media URLs.
PUBLIC_RULES = frozenset(
    {
        "/",
        "/live-chat",
        "/live-chat/<path:place>",
        "/assets/<path:filename>",
        "/webhook",
        "/healthz",
        "/readyz",
        "/metrics",
        f"{API_PREFIX}/openapi.json",
        f"{API_PREFIX}/docs",
        f"{API_PREFIX}/docs/<path:filename>",
        f"{API_PREFIX}/media/<token>",
    }
)

ALGORITHMS = ["HS256", "ES256", "RS256"]
CLOCK_SKEW_S = 10
# Supabase puts user_metadata into the token, so a token can have some kilobytes; anything longer is not one.
MAX_TOKEN_CHARS = 16_384
# Of a name or an address in a token.
_MAX_WORDS = 320
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_JWKS = "livechat_jwks"
_TOKENS = "livechat_tokens"
_USER = "livechat.user"
_SIGNED_BY = "livechat.signed_by"
_REFUSED = "The access token is missing, has expired or was not issued for this service."


def init_auth(app: Flask, settings: Settings) -> None:
    """Check tokens by this Supabase project's secret and keys before every route that is not public."""
    issuer = f"{settings.supabase_url}/auth/v1" if settings.supabase_url else None
    app.config.update(
        JWT_TOKEN_LOCATION=["headers"],
        JWT_DECODE_ALGORITHMS=ALGORITHMS,
        JWT_DECODE_AUDIENCE="authenticated",
        JWT_DECODE_ISSUER=issuer,
        JWT_DECODE_LEEWAY=CLOCK_SKEW_S,
    )
    app.extensions[_JWKS] = Jwks(f"{issuer}/.well-known/jwks.json") if issuer else None
    app.extensions[_TOKENS] = VerifiedTokens()
    jwt.init_app(app)
    app.before_request(_authenticate_unless_public)


def current_user_id() -> UUID:
    """The id of the signed-in user; raises UnauthorizedError if the request carries no valid token."""
    return _verified().user_id


def known_user_id() -> UUID | None:
    """The user's id if the request's token was checked already and is valid; checks nothing itself."""
    verified: VerifiedToken | None = request.environ.get(_USER)
    return None if verified is None else verified.user_id


def is_signed_in() -> bool:
    """Whether the request carries a valid token."""
    try:
        _verified()
    except AppError:
        return False
    return True


def token_expires_at() -> datetime:
    """When the request's token ends, aware UTC; a stream must not outlive it."""
    return _verified().expires_at


def caller() -> Caller:
    """Who the request's token says is calling."""
    return _verified().caller


def _authenticate_unless_public() -> None:
    if request.url_rule is not None and request.url_rule.rule not in PUBLIC_RULES:
        _verified()


def _verified() -> VerifiedToken:
    # Kept in the request's environ, not in ``g``: ``g`` outlives a request if a context was pushed around it.
    environ = request.environ
    verified: VerifiedToken | None = environ.get(_USER)
    if verified is None:
        verified = environ[_USER] = _of_token(_bearer_token())
    return verified


def _of_token(token: str) -> VerifiedToken:
    known = cast(VerifiedTokens, current_app.extensions[_TOKENS])
    try:
        verified = known.find(token, clock.now().timestamp(), _public_key)
    except JwksUnavailableError as error:
        raise _unavailable() from error
    if verified is None:
        verified = _verify(token)
        known.keep(token, verified, request.environ[_SIGNED_BY])
    return verified


def _bearer_token() -> str:
    parts = request.headers.get("Authorization", "").split()
    if len(parts) != 2 or parts[0].lower() != "bearer":
        raise UnauthorizedError("Send the header “Authorization: Bearer <access token>”.")
    if len(parts[1]) > MAX_TOKEN_CHARS or not parts[1].isascii():
        raise UnauthorizedError(_REFUSED)
    return parts[1]


def _verify(token: str) -> VerifiedToken:
    try:
        claims = decode_token(token)
    except JwksUnavailableError as error:
        raise _unavailable() from error
    except (PyJWTError, JWTExtendedException, ValueError, TypeError, OverflowError, RecursionError) as error:
        # PyJWT lets the last four through for claims of absurd type, size or depth.
        raise UnauthorizedError(_REFUSED) from error
    expires_at, subject = claims.get("exp"), claims.get("sub")
    if isinstance(expires_at, bool) or not isinstance(expires_at, int | float):
        raise UnauthorizedError(_REFUSED)
    # The library's leeway is meant for iat and nbf; a token is not valid for even a second past its end.
    if not expires_at > clock.now().timestamp():
        raise UnauthorizedError(_REFUSED)
    if not isinstance(subject, str) or not _UUID.fullmatch(subject):
        raise UnauthorizedError(_REFUSED)
    if claims.get("role") != "authenticated" or claims.get("is_anonymous") not in (None, False):
        raise UnauthorizedError(_REFUSED)
    try:
        end = clock.from_unix(expires_at)
    except (OverflowError, ValueError, OSError):
        end = datetime.max.replace(tzinfo=UTC)
    return VerifiedToken(UUID(subject), end, expires_at, _caller(claims))


def _unavailable() -> UnavailableError:
    return UnavailableError("The sign-in service cannot be reached to check the token.")


def _caller(claims: dict[str, Any]) -> Caller:
    """The claims that are of a usable shape; Supabase promises none of them."""
    profile = claims.get("user_metadata")
    name = profile.get("full_name") if isinstance(profile, dict) else None
    # Supabase signs the level of the session: aal1 is one factor.
    is_second = claims.get("aal") == "aal2"
    return Caller(_words(claims.get("email")), _words(name), is_second, _session(claims.get("session_id")))


def _session(claim: object) -> str:
    """Short and of no meaning; tokens without the claim are of one session."""
    return sha256(claim.encode(errors="replace")).hexdigest()[:16] if isinstance(claim, str) else ""


def _words(claim: object) -> str | None:
    text = storable(claim).strip()[:_MAX_WORDS] if isinstance(claim, str) else ""
    return text or None


@jwt.decode_key_loader
def _key_for(header: dict[str, Any], _claims_unverified: dict[str, Any]) -> str | PyJWK:
    """The one key that may verify a token of this algorithm: a public key never serves as a secret."""
    settings = cast(Settings, current_app.config["LIVECHAT_SETTINGS"])
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm == "HS256" and settings.supabase_jwt_secret is not None:
        request.environ[_SIGNED_BY] = SignedBy()
        return settings.supabase_jwt_secret
    if algorithm in ("ES256", "RS256") and isinstance(kid, str):
        key = _public_key(kid)
        if key is not None and key.algorithm_name == algorithm:
            request.environ[_SIGNED_BY] = SignedBy(kid, key)
            return key
    raise InvalidTokenError("No key of ours verifies this token")


def _public_key(kid: str) -> PyJWK | None:
    """The project's key of this name, as it stands now; raises JwksUnavailableError."""
    jwks = cast(Jwks | None, current_app.extensions[_JWKS])
    return jwks.key(kid) if jwks is not None else None


# The library's own refusals are 401 or 422 in another shape. Nothing here uses ``jwt_required``, which alone
# would send them; these handlers keep the shape right if somebody does.
@jwt.unauthorized_loader
@jwt.invalid_token_loader
def _refuse(_reason: str) -> Response:
    return problem_response(UnauthorizedError(_REFUSED))


@jwt.expired_token_loader
@jwt.revoked_token_loader
@jwt.needs_fresh_token_loader
@jwt.token_verification_failed_loader
def _refuse_verified(_header: dict[str, Any], _payload: dict[str, Any]) -> Response:
    return problem_response(UnauthorizedError(_REFUSED))
