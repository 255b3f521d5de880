"""PostgreSQL that only reads: whoever writes is told to come again, whoever reads notices nothing."""

import jwt
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from livechat.core.extensions import db
from livechat.web.guards.auth import PUBLIC_RULES
from tests.ingest.conftest import make_text_body, signature
from tests.outages import read_only
from tests.security.conftest import EC_KEY, KeyServer, Tenant
from tests.security.test_matrix import API, Call, calls, claims

# Each writes in its own request, so none of them may claim to have done it.
WRITES = {
    ("POST", f"{API}/send-message"),
    ("POST", f"{API}/conversations/{{conversation_id}}/read"),
    ("PUT", f"{API}/conversations/{{conversation_id}}/draft"),
    ("POST", f"{API}/messages/{{message_id}}/resend"),
}


def test_every_route_answers_200_or_503_while_the_database_only_reads(
    project: Flask, tenants: tuple[Tenant, Tenant], key_server: KeyServer
) -> None:
    client, tenant = project.test_client(), tenants[0]
    token = jwt.encode(claims(f"{key_server.url}/auth/v1", tenant.user), EC_KEY, "ES256", {"kid": "ec"})
    document = client.get(f"{API}/openapi.json").json
    own = {**tenant.ids}
    asked = [call for call, _ in calls(document, own)]
    assert len(asked) > 20
    with read_only():
        meanwhile = [_answer(call, client, token) for call in asked]
        raw = project.json.dumps(make_text_body("wamid.meanwhile")).encode()
        kept = client.post("/webhook", data=raw, headers={"X-Hub-Signature-256": signature(raw)})
        public = [client.get(rule) for rule in ("/healthz", "/metrics") if rule in PUBLIC_RULES]
    assert kept.status_code == 200
    assert [answer.status_code for answer in public] == [200] * len(public)
    refused = set()
    for call, answer in zip(asked, meanwhile, strict=True):
        here = (call.method, call.path)
        usual = _answer(call, client, token)
        assert answer.status_code in (usual.status_code, 503), (here, answer.status_code, answer.text)
        if answer.status_code == 503:
            refused.add(here)
            assert answer.content_type == "application/problem+json"
            assert answer.json["code"] == "unavailable"
            assert int(answer.headers["Retry-After"]) > 0
        if call.method in ("GET", "HEAD") and usual.status_code < 500:
            assert answer.status_code == usual.status_code, here
    assert refused >= WRITES


def _answer(call: Call, client: FlaskClient, token: str) -> TestResponse:
    """Each request in a session of its own, although the test's context is open around all of them."""
    try:
        return call.open(client, token)
    finally:
        db.session.remove()
