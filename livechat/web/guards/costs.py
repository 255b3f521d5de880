"""What a request costs the user who makes it. Every route says so where it is declared: ``costs=Cost.READS``.

``create_app`` fails if a route does not: a default would count every forgotten route as a read.
"""

from enum import StrEnum
from typing import Any

from werkzeug.routing import Rule

from livechat.web.guards.auth import PUBLIC_RULES


class Cost(StrEnum):
    """The limits that ``guards.limits`` counts by. Requests that burden Meta or a customer have their own."""

    # Public routes: they have no user to count for.
    NOTHING = "nothing"
    READS = "reads"
    SENDS = "sends"
    # As rare as connecting a number: the request changes how a number works, or burdens Meta or the database.
    CONNECTS = "connects"


class CostError(Exception):
    """A route does not say its cost, or a public route has a cost, or a private route has none."""


class CostedRule(Rule):
    """A rule of the URL map that knows its cost."""

    def __init__(self, string: str, *args: Any, costs: Cost | None = None, **options: Any) -> None:
        super().__init__(string, *args, **options)
        if costs is None:
            raise CostError(f"The route {string} does not say what it costs.")
        if (costs is Cost.NOTHING) != (string in PUBLIC_RULES):
            raise CostError(f"The route {string} costs {costs}, but public routes, and they alone, are free.")
        self.costs = costs
