"""Workspaces that the present request may not show: they ask for a second factor, and its token has none."""

from collections.abc import Callable, Set
from uuid import UUID

from flask import has_request_context, request

_WITHHELD = "livechat.withheld"
_OWED = "livechat.withheld_owed"
_NONE: Set[UUID] = frozenset()


def withhold(workspace_ids: Set[UUID]) -> None:
    """Keep them from whatever the present request shows."""
    # In the request's environ, as the token's claims are.
    request.environ[_WITHHELD] = workspace_ids


def owe(ask: Callable[[], Set[UUID]]) -> None:
    """The same, found out by ``ask`` when somebody looks. Until then, or ``settle``, an answer is owed it."""
    request.environ[_OWED] = ask


def settle() -> None:
    """What the request shows is of a workspace that does not ask: its own statement has told."""
    if has_request_context():
        request.environ.pop(_OWED, None)


def is_owed() -> bool:
    """Whether neither has happened yet."""
    return _OWED in request.environ


def withheld_workspaces() -> Set[UUID]:
    """Which they are; none outside of a request, where nobody looks. Raises what ``ask`` raises."""
    if not has_request_context():
        return _NONE
    ask: Callable[[], Set[UUID]] | None = request.environ.get(_OWED)
    if ask is not None:
        withhold(ask())
        settle()
    found: Set[UUID] = request.environ.get(_WITHHELD, _NONE)
    return found
