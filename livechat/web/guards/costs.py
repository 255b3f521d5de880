"""What a request costs its user and what it needs of them: every route says both where it is declared.

``costs=Cost.READS, needs=Permission.CONVERSATION_READ``. ``create_app`` fails if a route does not: a default
would count every forgotten route as a read, and open it to every role.
"""

from enum import StrEnum
from typing import Any

from flask import has_request_context, request
from werkzeug.routing import Rule

from livechat.domain.permissions import Permission
from livechat.web.guards.auth import PUBLIC_RULES


class Cost(StrEnum):
    """The limits that ``guards.limits`` counts by. Requests that burden Meta or a customer have their own."""

    # Public routes: they have no user to count for.
    NOTHING = "nothing"
    READS = "reads"
    SENDS = "sends"
    # As rare as connecting a number: the request changes how a number works, or burdens Meta or the database.
    CONNECTS = "connects"
    # Rarer still: each brings somebody in, or mail to a stranger.
    INVITES = "invites"
    # Each may cost what a hundred reads do; people type and do not ask faster than they do.
    SEARCHES = "searches"
    # What pages say by themselves, again and again: it must not use up what people ask for.
    PRESENCE = "presence"


class DeclarationError(Exception):
    """A route does not say its cost or what it needs, or is free or open though it is not public."""


class DeclaredRule(Rule):
    """A rule of the URL map that knows its cost, and the permission that it needs. Public ones need none."""

    def __init__(
        self,
        string: str,
        *args: Any,
        costs: Cost | None = None,
        needs: Permission | None = None,
        tells_factor: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(string, *args, **options)
        is_public = string in PUBLIC_RULES
        if costs is None:
            raise DeclarationError(f"The route {string} does not say what it costs.")
        if (costs is Cost.NOTHING) != is_public:
            raise DeclarationError(
                f"The route {string} costs {costs}, but public routes, and they alone, are free."
            )
        if (needs is None) != is_public:
            raise DeclarationError(
                f"The route {string} needs {needs}, but public routes, and they alone, need nothing."
            )
        self.costs = costs
        self.needs = needs
        # Its own statements tell whether a workspace asks for a second factor (``accounts.second_factor``).
        self.tells_factor = tells_factor


def needed_permission() -> Permission | None:
    """What the present request's route needs of its user; None outside of a request."""
    if not has_request_context() or request.url_rule is None:
        return None
    return getattr(request.url_rule, "needs", None)
