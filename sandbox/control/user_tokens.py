"""Commands about tokens of the pretended Supabase project, and its published keys."""

from __future__ import annotations

from flask import Blueprint, Response, request

from sandbox.control.requests import asked, reply, text_of
from sandbox.demo_team import ADA, person_called
from sandbox.running import sandbox

bp = Blueprint("user_tokens", __name__)


@bp.get("/auth/v1/.well-known/jwks.json")
def jwks() -> Response:
    """The published keys, at Supabase's path."""
    response = reply(sandbox().keys.jwks())
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


@bp.route("/sandbox/demo/token", methods=["POST", "OPTIONS"])
def demo_token() -> Response:
    """`{access_token, user_id, email, name, expires_in}` of one of the demo's people, or of whoever has
    an address: `{as?}`, else Ada.

    The live chat's page may ask from its own origin.
    """
    if request.method == "OPTIONS":
        response = Response(status=204)
    else:
        response = reply(sandbox().keys.demo_token(person_called(text_of(asked(), "as", ADA.key))))
    origin = request.headers.get("Origin", "")
    if sandbox().config.is_livechat_page(origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "content-type"
    response.headers["Vary"] = "Origin"
    return response


@bp.post("/sandbox/auth/token")
def mint() -> Response:
    return reply(sandbox().keys.mint(asked()))


@bp.get("/sandbox/auth")
def state() -> Response:
    """`{keys: [{kid, alg, state}], jwks_requests}`. This view does not count as a request for keys."""
    keys = sandbox().keys
    shown = [{"kid": key.kid, "alg": key.alg, "state": key.state} for key in keys.all()]
    return reply({"keys": shown, "jwks_requests": keys.jwks_requests})


@bp.post("/sandbox/auth/keys")
def rotate() -> Response:
    """A new signing key: `{alg}`."""
    key = sandbox().keys.add(text_of(asked(), "alg", "ES256"))
    return reply({"kid": key.kid, "alg": key.alg, "state": key.state}, 201)


@bp.delete("/sandbox/auth/keys/<string:kid>")
def revoke(kid: str) -> Response:
    key = sandbox().keys.revoke(kid)
    return reply({"kid": key.kid, "alg": key.alg, "state": key.state})
