"""Every route against everybody who has no business there; a new route is in it by itself.

Tokens against the URL map, ids against the OpenAPI document, which has every route (tests/api/test_documents.py).
"""

import base64
import hashlib
import hmac
import io
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from livechat.web.guards.auth import PUBLIC_RULES
from tests.conftest import JWT_SECRET
from tests.security.conftest import EC_KEY, KeyServer, Tenant

API = "/api/live-chat"
PEM = EC_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def claims(issuer: str, user: UUID, **more: Any) -> dict[str, Any]:
    now = int(time.time())
    base = {"aud": "authenticated", "role": "authenticated", "sub": str(user), "iat": now, "exp": now + 600}
    return {name: value for name, value in (base | {"iss": issuer} | more).items() if value is not None}


def hs256(secret: str | bytes, payload: dict[str, Any], **header: Any) -> str:
    """By hand: the library refuses to sign by a public key."""
    parts = [{"alg": "HS256", "typ": "JWT", **header}, payload]
    signed = b".".join(base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=") for part in parts)
    key = secret.encode() if isinstance(secret, str) else secret
    signature = base64.urlsafe_b64encode(hmac.new(key, signed, hashlib.sha256).digest()).rstrip(b"=")
    return (signed + b"." + signature).decode()


def refused_tokens(issuer: str, user: UUID) -> dict[str, str | None]:
    good = claims(issuer, user)
    now = int(time.time())
    return {
        "none at all": None,
        "expired": hs256(JWT_SECRET, good | {"exp": now - 5}),
        "expired, by the project's key": jwt.encode(good | {"exp": now - 5}, EC_KEY, "ES256", {"kid": "ec"}),
        "without an end": hs256(JWT_SECRET, claims(issuer, user, exp=None)),
        "alg none": jwt.encode(good, None, "none"),
        "the public key as a secret": hs256(PEM, good),
        "the public key as a secret, by its name": hs256(PEM, good, kid="ec"),
        "another secret": hs256("another secret that is long enough for it", good),
        "another key of the same name": jwt.encode(
            good, ec.generate_private_key(ec.SECP256R1()), "ES256", {"kid": "ec"}
        ),
        "a key that nobody knows": jwt.encode(good, EC_KEY, "ES256", {"kid": "unknown"}),
        "the anon key": hs256(JWT_SECRET, {"iss": "supabase", "role": "anon", "exp": now + 10**8}),
        "the service key": hs256(JWT_SECRET, {"iss": "supabase", "role": "service_role", "exp": now + 10**8}),
        "role anon": hs256(JWT_SECRET, good | {"role": "anon"}),
        "role service_role": hs256(JWT_SECRET, good | {"role": "service_role"}),
        "no role": hs256(JWT_SECRET, claims(issuer, user, role=None)),
        "another audience": hs256(JWT_SECRET, good | {"aud": "other"}),
        "another issuer": hs256(JWT_SECRET, good | {"iss": "https://elsewhere.supabase.co/auth/v1"}),
        "no issuer": hs256(JWT_SECRET, claims(issuer, user, iss=None)),
        "no user": hs256(JWT_SECRET, claims(issuer, user, sub=None)),
        "an anonymous user": hs256(JWT_SECRET, good | {"is_anonymous": True}),
    }


def with_ids(path: str, ids: dict[str, str]) -> str:
    """``path`` of the URL map or of the document with ids in place of its parameters."""
    return re.sub(r"[<{](?:[^:<>{}]+:)?([^<>{}]+)[>}]", lambda match: ids[match[1]], path)


def test_no_forged_expired_or_foreign_token_opens_any_route(
    project: Flask, tenants: tuple[Tenant, Tenant], key_server: KeyServer
) -> None:
    client, first = project.test_client(), tenants[0]
    issuer = f"{key_server.url}/auth/v1"
    for token in (
        hs256(JWT_SECRET, claims(issuer, first.user)),
        jwt.encode(claims(issuer, first.user), EC_KEY, "ES256", {"kid": "ec"}),
    ):
        answer = client.get(f"{API}/phone-numbers", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, len(answer.json["phone_numbers"])) == (200, 1)
    tokens = refused_tokens(issuer, first.user)
    routes = [
        (method, rule)
        for rule in project.url_map.iter_rules()
        if rule.rule not in PUBLIC_RULES
        for method in sorted((rule.methods or set()) - {"OPTIONS"})
    ]
    assert len(routes) > 10
    for method, rule in routes:
        path = with_ids(rule.rule, first.ids | dict.fromkeys(rule.arguments - first.ids.keys(), str(uuid4())))
        for name, token in tokens.items():
            headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
            query = {"phone_number_id": first.ids["phone_number_id"]}
            answer = client.open(path, method=method, headers=headers, query_string=query)
            assert answer.status_code == 401, (method, rule.rule, name)
            assert answer.content_type == "application/problem+json"
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            shows_nothing_of(first, answer)


def shows_nothing_of(tenant: Tenant, answer: TestResponse) -> None:
    found = [trace for trace in tenant.traces if trace in answer.text]
    assert not found, (answer.request.path, found)


@dataclass(frozen=True)
class Call:
    """A request of the document, with where each id stands in it."""

    method: str
    path: str
    in_path: dict[str, str] = field(default_factory=dict)
    in_query: dict[str, Any] = field(default_factory=dict)
    in_body: dict[str, Any] | None = None
    is_form: bool = False

    def open(self, client: FlaskClient, token: str) -> TestResponse:
        return client.open(
            with_ids(self.path, self.in_path),
            method=self.method,
            query_string=self.in_query,
            **self._body(),
            headers={"Authorization": f"Bearer {token}"},
        )

    def _body(self) -> dict[str, Any]:
        if not self.is_form:
            return {"json": self.in_body}
        files = {"file": (io.BytesIO(b"just some text"), "notes.txt", "text/plain")}
        return {"data": (self.in_body or {}) | files, "content_type": "multipart/form-data"}


# Fields that no example of the document fills; whatever is no id of ours.
PLAIN: dict[str, Any] = {
    "message": "Hello",
    "steps": [{"action": "note", "body": "Hello"}],
    "message_type": "text",
    "text": "Hello",
    "access_token": "EAAsomething",
    "assignee_id": None,
    "expected": {"assignee_id": None},
    "version": 1,
    "send_at": "2035-01-01T09:00:00Z",
    "due_at": "2035-01-01T09:00:00Z",
    "operation_id": "01a226be-7d0f-780c-960f-0850f70071a0",
}
# These find nothing with one's own ids either: the message has no file.
FIND_NOTHING = {f"{API}/messages/{{message_id}}/media/retry", f"{API}/undo"}
FIND_NOTHING |= {
    # Nobody was given such a link.
    f"{API}/invitations/peek",
    f"{API}/invitations/accept",
    # The calls before have given these up.
    f"{API}/workspaces/{{workspace_id}}/teams/{{team_id}}/members/{{user_id}}",
    f"{API}/workspaces/{{workspace_id}}/invitations/{{invitation_id}}/resend",
}
# Not to be given beside one another: the first is what a call goes with, the rest are tried one by one.
INSTEAD = {"to": "conversation_id"}


def calls(document: dict[str, Any], own: dict[str, str]) -> Iterator[tuple[Call, set[tuple[str, str]]]]:
    """(the call with everything that it needs, from ``own``; the places that take an id)."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            # What takes no token has other tests: an address of a file is its own credential. So has an act
            # on many, whose ids have an outcome each.
            if method == "parameters" or operation.get("security") == [] or path == f"{API}/bulk":
                continue
            parameters = [*operations.get("parameters", []), *operation.get("parameters", [])]
            call = Call(method.upper(), path)
            if "text/event-stream" in operation["responses"].get("200", {}).get("content", {}):
                # The same checks, without a stream that has to be ended.
                call = replace(call, method="HEAD")
            places: set[tuple[str, str]] = set()
            for parameter in parameters:
                name, place = parameter["name"], parameter["in"]
                # A time from which on is no id, though one is called so elsewhere.
                if name in own and parameter["schema"].get("format") != "date-time":
                    places.add((place, name))
                if place == "path":
                    call.in_path[name] = own[name]
                elif place == "query" and parameter.get("required"):
                    call.in_query[name] = value_for(name, parameter["schema"], own)
            schema, is_form = body_schema(document, operation)
            if schema is not None:
                body: dict[str, Any] = {}
                for name, inner in schema["properties"].items():
                    if name in own:
                        places.add(("body", name))
                    if is_form and inner.get("format") == "binary":
                        continue  # every form comes with a file
                    # A draft's text is a string, a send's stands beside its ``message``.
                    # What is expected differs from route to route: only where it must be said.
                    is_wanted = name in PLAIN.keys() - {"expected", "operation_id", "version"} and not (
                        name == "text" and "message" in schema["properties"]
                    )
                    if name in schema.get("required", ()) or is_wanted:
                        body[name] = value_for(name, inner, own)
                    elif name in INSTEAD:
                        body[INSTEAD[name]] = own[INSTEAD[name]]
                call = replace(call, in_body=body, is_form=is_form)
            yield call, places


def body_schema(document: dict[str, Any], operation: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    """(the body's schema, if there is a body; whether it is a form)."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return None, False
    [(content_type, described)] = content.items()
    schema = described["schema"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema, content_type == "multipart/form-data"


def value_for(name: str, schema: dict[str, Any], own: dict[str, str]) -> Any:
    if name in own:
        return own[name]
    for key in ("example", "default"):
        if key in schema:
            return schema[key]
    if "enum" in schema:
        return schema["enum"][0]
    assert name in PLAIN, f"say in PLAIN, or in the tenants' ids, what {name} takes"
    return PLAIN[name]


def with_others_id(call: Call, place: tuple[str, str], others: dict[str, str]) -> Call:
    where, name = place
    given = {name: others[name]}
    if where == "path":
        return replace(call, in_path=call.in_path | given)
    if where == "query":
        return replace(call, in_query=call.in_query | given)
    return replace(call, in_body=(call.in_body or {}) | given)


def test_no_id_of_another_tenant_is_taken_anywhere(
    project: Flask, tenants: tuple[Tenant, Tenant], key_server: KeyServer
) -> None:
    client, (first, other) = project.test_client(), tenants
    issuer = f"{key_server.url}/auth/v1"
    token = hs256(JWT_SECRET, claims(issuer, other.user))
    stranger = hs256(JWT_SECRET, claims(issuer, uuid4()))
    document = client.get(f"{API}/openapi.json").json
    tried = 0
    for call, places in calls(document, other.ids):
        own = call.open(client, token)
        # With his own ids it works, as far as it can without Meta: what is refused below is so for the id.
        works = own.status_code < 300 or own.status_code in (409, 422, 503)
        assert works or call.path in FIND_NOTHING, (call, own.text)
        shows_nothing_of(first, own)
        for place in sorted(places):
            foreign = with_others_id(call, place, first.ids)
            if place == ("body", "waba_id"):
                # Meta says whose it is: an account of two owners is one for each.
                continue
            answer = foreign.open(client, token)
            problem = (
                answer.status_code,
                (answer.json or {}).get("code") if foreign.method != "HEAD" else None,
            )
            allowed = {(404, "not_found"), (403, "forbidden"), (409, "phone_number_taken"), (404, None)}
            assert problem in allowed, (call.method, call.path, place, answer.text)
            shows_nothing_of(first, answer)
            tried += 1
        if places - {("query", "user_id"), ("body", "waba_id")}:
            # Nobody at all sees as little of the first one's as another tenant.
            everything = replace(
                call,
                in_path={name: first.ids[name] for name in call.in_path},
                in_query={name: first.ids.get(name, value) for name, value in call.in_query.items()},
                in_body=None
                if call.in_body is None
                else {name: first.ids.get(name, value) for name, value in call.in_body.items()},
            )
            by_query = first.ids.keys() & everything.in_query.keys()
            optional = not (everything.in_path or by_query or everything.in_body)
            answer = everything.open(client, stranger)
            assert optional or answer.status_code in (404, 409), (call, answer.text)
            shows_nothing_of(first, answer)
    assert tried >= 20
    # And nothing of his was changed by all this.
    shown = client.get(
        f"{API}/conversations",
        query_string={"phone_number_id": first.ids["phone_number_id"]},
        headers={"Authorization": f"Bearer {hs256(JWT_SECRET, claims(issuer, first.user))}"},
    ).json["conversations"]
    assert [(row["id"], row["unread_count"]) for row in shown] == [(first.ids["conversation_id"], 1)]


def test_lists_without_an_id_hold_ones_own_alone(
    project: Flask, tenants: tuple[Tenant, Tenant], key_server: KeyServer
) -> None:
    first, other = tenants
    token = hs256(JWT_SECRET, claims(f"{key_server.url}/auth/v1", other.user))
    answer = project.test_client().get(f"{API}/phone-numbers", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    shows_nothing_of(first, answer)
