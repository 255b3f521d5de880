"""Workspaces that the present request may not show: they ask for a second factor, and its token has none."""

from collections.abc import Set
from typing import cast
from uuid import UUID

from flask import has_request_context, request

_WITHHELD = "livechat.withheld"
_NONE: Set[UUID] = frozenset()


def withhold(workspace_ids: Set[UUID]) -> None:
    """Keep them from whatever the present request shows."""
    # In the request's environ, as the token's claims are.
    request.environ[_WITHHELD] = workspace_ids


def withheld_workspaces() -> Set[UUID]:
    """Which they are; none outside of a request, where nobody looks."""
    if not has_request_context():
        return _NONE
    return cast(Set[UUID], request.environ.get(_WITHHELD, _NONE))
