"""The OpenAPI document: valid, complete, and what the contract says; the page: ours alone."""

import re
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient

API = "/api/live-chat"


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get(f"{API}/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    loaded: dict[str, Any] = answer.json
    return loaded


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for item in value.values() for found in references(item)]
    if isinstance(value, list):
        return [found for item in value for found in references(item)]
    return []


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(document).validate()
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)
    for reference in references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_route_of_the_api_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    described = {
        (path, method.upper())
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }
    routed = {
        (re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{API}/") and not rule.endpoint.startswith("documents.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routed


def test_it_agrees_with_the_contract(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert set(schemas["PhoneNumber"]["required"]) == {
        *("phone_number_id", "waba_id", "workspace_id", "display_phone_number", "verified_name", "status"),
        *("quality_rating", "unread_count", "throughput", "messaging_limit", "notices", "paused_reason"),
    }
    assert set(schemas["Conversation"]["required"]) == {
        *("id", "user_id", "phone_number_id", "customer_phone", "customer_user_id", "customer_username"),
        *("customer_name", "last_message", "last_message_time", "unread_count", "window_expires_at"),
        "draft",
        *("marketing_opt_out", "is_blocked", "labels"),
        *("marketing_opt_out", "is_blocked"),
        *("workspace_id", "assignee", "team", "status", "snoozed_until", "version"),
        *("my_unread_count", "counted_total", "read_total", "waiting_since"),
    }
    assert set(schemas["Message"]["required"]) == {
        *(
            "id",
            "conversation_id",
            "wamid",
            "direction",
            "origin",
            "message_type",
            "text",
            "content",
            "status",
            "error",
        ),
        *("timestamp", "sent_at", "delivered_at", "read_at", "failed_at", "client_message_id", "reply_to"),
        *("reactions", "resend_of", "sent_by"),
    }
    assert set(schemas["Problem"]["required"]) == {"type", "title", "status", "detail", "code"}
    problem = document["components"]["responses"]["NOT_FOUND"]["content"]
    assert list(problem) == ["application/problem+json"]
    assert document["security"] == [{"supabase": []}]
    scheme = document["components"]["securitySchemes"]["supabase"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for item in document["paths"].values():
        for method, operation in item.items():
            if method != "parameters":
                assert {"401", "429", "503"} <= operation["responses"].keys()


def test_the_page_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    page = client.get(f"{API}/docs")
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(linked) == 4
    for address in linked:
        if address.startswith("data:"):
            continue
        assert address.startswith(f"{API}/docs/")
        with client.get(address) as file:
            assert file.status_code == 200
            assert file.data
    for other in ("index.css", "../__init__.py", "..%2f__init__.py", "swagger-editor.js"):
        assert client.get(f"{API}/docs/{other}").status_code == 404
