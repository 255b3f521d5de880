"""A workspace's name and time zone; the names of who signs in."""

from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from livechat.core.errors import ValidationFailedError
from livechat.core.session import AnySession
from livechat.live.publish import publish_members
from livechat.models import Workspace
from livechat.team.queries.rosters import fill_in


def change_workspace(session: AnySession, workspace: Workspace, changes: dict[str, Any]) -> None:
    """Write what was given; raises ValidationFailedError for a time zone that nobody knows."""
    zone = changes.get("time_zone")
    if zone is not None and zone not in _zones():
        raise ValidationFailedError(errors={"time_zone": ["Give a name of the IANA time zone database."]})
    for name, value in changes.items():
        setattr(workspace, name, value)
    session.flush()
    publish_members(session, workspace.id)


def introduce(session: AnySession, user_id: UUID, *, name: str | None, email: str | None) -> bool:
    """Fill in the user's name and address where nobody has given one; whether anything was written."""
    changed = fill_in(session, user_id, name=name, email=email)
    for workspace_id in changed:
        publish_members(session, workspace_id)
    return bool(changed)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
