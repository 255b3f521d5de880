from __future__ import annotations

import jwt
import pytest
import requests

from sandbox.testing import SandboxClient, SandboxServer


def test_the_demo_users_token(server: SandboxServer, box: SandboxClient) -> None:
    given = box.demo_token()
    claims = jwt.decode(given["access_token"], server.config.jwt_secret, ["HS256"], audience="authenticated")
    assert claims["sub"] == given["user_id"]
    assert claims["role"] == "authenticated"
    assert claims["exp"] - claims["iat"] == given["expires_in"] == 3600


def test_the_demo_has_four_people(server: SandboxServer, box: SandboxClient) -> None:
    given = {name: box.demo_token(name) for name in ("ada", "ben", "chika", "dora")}
    for name, answer in given.items():
        token = answer["access_token"]
        claims = jwt.decode(token, server.config.jwt_secret, ["HS256"], audience="authenticated")
        assert (claims["sub"], claims["email"]) == (answer["user_id"], answer["email"])
        assert claims["user_metadata"] == {"full_name": answer["name"]}
        assert (answer["name"].lower(), claims["aal"]) == (name, "aal1")
    assert len({answer["user_id"] for answer in given.values()}) == 4
    assert len({answer["email"] for answer in given.values()}) == 4
    unnamed = box.demo_token()
    assert unnamed.keys() == given["ada"].keys()
    # Who the demo user was in earlier releases: their number and their conversations are Ada's.
    assert unnamed["user_id"] == given["ada"]["user_id"] == "7f3f6a1e-54c8-4f5b-9d53-0d4c2a1b9e10"
    assert unnamed["email"] == given["ada"]["email"] == "demo@example.com"


def test_whoever_is_invited_is_somebody_by_their_address(server: SandboxServer, box: SandboxClient) -> None:
    eve = box.demo_token("Eve.Novak@Example.com")
    claims = jwt.decode(eve["access_token"], server.config.jwt_secret, ["HS256"], audience="authenticated")
    assert (claims["email"], claims["sub"]) == ("eve.novak@example.com", eve["user_id"])
    assert eve["name"] == "Eve Novak"
    assert box.demo_token("eve.novak@example.com")["user_id"] == eve["user_id"]
    assert box.demo_token("ben@example.com")["user_id"] == box.demo_token("ben")["user_id"]


@pytest.mark.parametrize("person", ["eve", "Ben", "", "@", "a b@c", "x@y>", None, 7, ["ben"], {"ben": 1}])
def test_nobody_else_is_in_the_demo(box: SandboxClient, person: object) -> None:
    answer = requests.post(f"{box.base_url}/sandbox/demo/token", json={"as": person}, timeout=5)
    assert (answer.status_code, answer.json().keys()) == (422, {"error"})


def test_the_issuer_follows_the_project() -> None:
    with SandboxServer(supabase_url="https://ref.supabase.co") as server:
        token = server.client.demo_token()["access_token"]
        claims = jwt.decode(token, server.config.jwt_secret, ["HS256"], audience="authenticated")
        assert claims["iss"] == "https://ref.supabase.co/auth/v1"


def _verify(box: SandboxClient, token: str) -> dict[str, object]:
    keys = jwt.PyJWKSet.from_dict(
        requests.get(f"{box.base_url}/auth/v1/.well-known/jwks.json", timeout=5).json()
    )
    header = jwt.get_unverified_header(token)
    return jwt.decode(token, keys[header["kid"]], [header["alg"]], audience="authenticated")


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_asymmetric_keys_rotate_and_are_revoked(box: SandboxClient, alg: str) -> None:
    old = box.mint(alg=alg, sub="0b6b0a3c-0000-4000-8000-000000000001")
    assert _verify(box, old)["sub"] == "0b6b0a3c-0000-4000-8000-000000000001"
    kid = box.call("POST", "/auth/keys", {"alg": alg})["kid"]
    new = box.mint(alg=alg)
    assert jwt.get_unverified_header(new)["kid"] == kid
    _verify(box, old)
    box.call("DELETE", f"/auth/keys/{jwt.get_unverified_header(old)['kid']}")
    with pytest.raises(KeyError):
        _verify(box, old)
    assert box.call("GET", "/auth")["jwks_requests"] == 3


def test_tokens_that_must_be_refused_can_be_made(box: SandboxClient) -> None:
    assert jwt.get_unverified_header(box.mint(alg="none"))["alg"] == "none"
    assert jwt.get_unverified_header(box.mint(alg="HS256-public-key"))["alg"] == "HS256"
    anon = box.mint(remove=["sub", "aud"], claims={"role": "anon", "iss": "supabase"})
    claims = jwt.decode(anon, options={"verify_signature": False})
    assert "sub" not in claims
    assert claims["role"] == "anon"
    expired = box.mint(expires_in=-10)
    assert jwt.decode(expired, options={"verify_signature": False})["exp"] < claims["exp"]


def test_only_the_live_chat_may_ask_from_its_page(server: SandboxServer, box: SandboxClient) -> None:
    url = f"{box.base_url}/sandbox/demo/token"
    ours = requests.post(url, headers={"Origin": server.config.livechat_url}, timeout=5)
    assert ours.headers["Access-Control-Allow-Origin"] == server.config.livechat_url
    preflight = requests.options(url, headers={"Origin": server.config.livechat_url}, timeout=5)
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Methods"]) == (204, "POST")
    named = server.config.livechat_url.replace("127.0.0.1", "localhost")
    assert (
        requests.post(url, headers={"Origin": named}, timeout=5).headers["Access-Control-Allow-Origin"]
        == named
    )
    for origin in ("https://evil.example", "http://localhost:1", named.replace("http:", "https:")):
        assert requests.post(url, headers={"Origin": origin}, timeout=5).status_code == 403
    reset = f"{box.base_url}/sandbox/reset"
    assert requests.post(reset, headers={"Origin": server.config.livechat_url}, timeout=5).status_code == 403
    assert (
        requests.post(reset, data="{}", headers={"Content-Type": "text/plain"}, timeout=5).status_code == 415
    )
    rebound = {"Origin": "http://evil.example", "Host": "evil.example"}
    assert requests.post(reset, headers=rebound, timeout=5).status_code == 403
