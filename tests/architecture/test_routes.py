"""What takes no token is decided in one place, and what a request costs where its route stands.

``tests/security`` tries every route against everybody.
"""

import pytest
from flask import Blueprint, Flask, Response

from livechat import create_app, registry
from livechat.core.config import Settings
from livechat.web.guards.auth import PUBLIC_RULES
from livechat.web.guards.costs import Cost, DeclarationError

API = "/api/live-chat"


def test_what_is_public_and_ours_is_about_the_api_itself() -> None:
    # Customers' data is never public: opening another rule under the API is a decision to be made here too.
    assert {rule for rule in PUBLIC_RULES if rule.startswith(API)} == {
        f"{API}/openapi.json",
        f"{API}/docs",
        f"{API}/docs/<path:filename>",
        # Files, by addresses that are signed and end after some minutes: <img> and <audio> send no token.
        f"{API}/media/<token>",
    }


def test_every_route_says_what_it_costs_and_only_public_ones_cost_nothing(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())
    assert len(rules) > 30
    costs = {
        (rule.rule, method): getattr(rule, "costs", None) for rule in rules for method in rule.methods or ()
    }
    assert [route for route, cost in costs.items() if not isinstance(cost, Cost)] == []
    assert {rule for (rule, _), cost in costs.items() if cost is Cost.NOTHING} == PUBLIC_RULES


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        ("/silent", {}),
        # Public by mistake, so that a flood would be counted for nobody.
        ("/free", {"costs": Cost.NOTHING}),
    ],
)
def test_an_application_with_a_route_that_fails_to_say_its_cost_is_not_made(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, rule: str, options: dict[str, Cost]
) -> None:
    forgetful = Blueprint("forgetful", __name__)
    forgetful.add_url_rule(rule, view_func=Response, endpoint="view", **options)
    monkeypatch.setattr(registry, "PLAIN_BLUEPRINTS", [*registry.PLAIN_BLUEPRINTS, forgetful])
    with pytest.raises(DeclarationError, match=rule):
        create_app(settings)
