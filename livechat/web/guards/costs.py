"""What a request costs the user who makes it. Every route says so where it stands: ``costs=Cost.READS``.

The application is not made where one does not: a default would count whatever somebody forgot as a look.
"""

from enum import StrEnum
from typing import Any

from werkzeug.routing import Rule

from livechat.web.guards.auth import PUBLIC_RULES


class Cost(StrEnum):
    """The limits that ``guards.limits`` counts by. What costs Meta or a customer something is apart."""

    # Public routes: there is no user to count for.
    NOTHING = "nothing"
    READS = "reads"
    SENDS = "sends"
    # What is as rare as connecting a number: it changes how one works, or is work for Meta or the database.
    CONNECTS = "connects"


class CostError(Exception):
    """A route says nothing of its cost, or costs something though it is public, or the other way round."""


class CostedRule(Rule):
    """A rule of the URL map that knows its cost."""

    def __init__(self, string: str, *args: Any, costs: Cost | None = None, **options: Any) -> None:
        super().__init__(string, *args, **options)
        if costs is None:
            raise CostError(f"The route {string} does not say what it costs.")
        if (costs is Cost.NOTHING) != (string in PUBLIC_RULES):
            raise CostError(f"The route {string} costs {costs}, but public routes, and they alone, are free.")
        self.costs = costs
