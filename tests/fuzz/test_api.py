"""Every operation of the OpenAPI document with data made from it and against it: answers agree, and no 5xx."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from livechat.core.extensions import db, redis
from livechat.outbound.send_request import PART_TYPES
from tests.conftest import make_token
from tests.long_form import IS_LONG
from tests.security.conftest import Tenant, make_tenant

API = "/api/live-chat"
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
# The short form asks each operation less often, but for those that must have worked.
OFTEN, SELDOM = 20, 20 if IS_LONG else 6
QUICK = settings(
    max_examples=OFTEN,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# What random values around our ids are enough for: of these some calls must have worked.
WORK = {
    ("GET", f"{API}/conversations"),
    ("GET", f"{API}/conversations/{{conversation_id}}"),
    ("POST", f"{API}/conversations/{{conversation_id}}/read"),
    ("GET", f"{API}/conversations/{{conversation_id}}/media"),
    ("GET", f"{API}/messages"),
    ("GET", f"{API}/messages/{{message_id}}"),
    ("POST", f"{API}/send-message"),
    ("GET", f"{API}/activity"),
    ("GET", f"{API}/sends/attention"),
    ("GET", f"{API}/webhook-events"),
    ("GET", f"{API}/webhook-events/{{event_id}}"),
    ("POST", f"{API}/webhook-events/{{event_id}}/replay"),
    ("POST", f"{API}/webhook-events/replay"),
}

load_all_checks()


@pytest.fixture
def tenant(app: Flask, clean: None) -> Iterator[Tenant]:
    with app.app_context():
        yield make_tenant(db.session, "Asha")
        db.session.remove()


def is_stream(operation: Any) -> bool:
    responses = operation.definition.raw["responses"]
    return "text/event-stream" in responses.get("200", {}).get("content", {})


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_answers_are_as_documented_whatever_is_asked(
    app: Flask, tenant: Tenant, mode: GenerationMode
) -> None:
    document = app.test_client().get(f"{API}/openapi.json").json
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    header = {"Authorization": f"Bearer {make_token(tenant.user)}"}
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 10
    # A stream has no end that could be waited for; tests/events reads them.
    for operation in (found for found in operations if not is_stream(found)):
        # Several operations share an allowance that is smaller than all of their examples together.
        redis.client.flushall()
        place = (operation.method.upper(), operation.path)
        must_work = mode is GenerationMode.POSITIVE and place in WORK
        seen = exercise(operation, mode, header, tenant, OFTEN if must_work else SELDOM)
        if must_work:
            assert any(status < 300 for status in seen), (place, seen)


def exercise(
    operation: Any, mode: GenerationMode, header: dict[str, str], tenant: Tenant, times: int
) -> Counter[int]:
    """Call one operation so many times; how often it gave each status."""
    seen: Counter[int] = Counter()

    @settings(QUICK, max_examples=times)
    @given(operation.as_strategy(generation_mode=mode), st.lists(st.booleans(), min_size=6, max_size=6))
    def run(case: Any, ours: list[bool]) -> None:
        with_our_ids(case, tenant, ours)
        if operation.path == f"{API}/send-message" and mode is GenerationMode.POSITIVE and ours[0]:
            as_a_text(case.body, tenant)
        # A call without a good token tells nothing of what lies behind; tests/security has those.
        case.headers.update(header)
        response = case.call()
        # Meta is away in this test, and only what changes something asks it.
        is_away = response.status_code == 503 and case.method != "GET"
        is_fine = response.status_code < 500 or is_away
        assert is_fine, (case.as_curl_command(), response.text)
        case.validate_response(response, checks=CHECKS)
        seen[response.status_code] += 1

    try:
        run()
    except Unsatisfiable:
        # Whatever is given to some operations is allowed.
        assert mode is GenerationMode.NEGATIVE
    return seen


def with_our_ids(case: Any, tenant: Tenant, ours: list[bool]) -> None:
    """Put ids of things that exist into the places that take one, here and there."""
    for n, part in enumerate((case.path_parameters, case.query, case.body)):
        if isinstance(part, dict):
            for name in part.keys() & tenant.ids.keys():
                if ours[2 * n] or ours[2 * n + 1]:
                    part[name] = tenant.ids[name]


def as_a_text(body: dict[str, Any], tenant: Tenant) -> None:
    """Of ten types each with a part of its own, a schema's examples hardly ever fit together."""
    for name in PART_TYPES:
        body.pop(name, None)
    ids = {name: tenant.ids[name] for name in ("phone_number_id", "conversation_id")}
    body.update(ids, message_type="text", to=None, reply_to=None)
    # Which fields are drawn changes with every line of the product.
    if not isinstance(body.get("message"), str):
        body["message"] = "Hello"
