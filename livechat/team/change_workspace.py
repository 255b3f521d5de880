"""A workspace's name, time zone and whether it asks for a second factor; the names of who signs in."""

from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from livechat.core.errors import MfaRequiredError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.live.publish import publish_members
from livechat.models import Workspace
from livechat.team.queries.rosters import fill_in, members_in


def change_workspace(
    session: AnySession, workspace: Workspace, changes: dict[str, Any], *, has_second_factor: bool
) -> None:
    """Write what was given. Raises ValidationFailedError for a time zone that nobody knows.

    Who asks all for a second factor must have it, or they would lock themselves out: MfaRequiredError.
    """
    if changes.get("require_mfa") and not has_second_factor:
        raise MfaRequiredError("Sign in with a second factor before you ask it of all.")
    zone = changes.get("time_zone")
    if zone is not None and zone not in known_zones():
        raise ValidationFailedError(errors={"time_zone": ["Give a name of the IANA time zone database."]})
    for name, value in changes.items():
        setattr(workspace, name, value)
    session.flush()
    # Streams of tokens without a second factor must end when it is asked for.
    concerned = members_in(session, workspace.id) if "require_mfa" in changes else []
    publish_members(session, workspace.id, [each.member.user_id for each in concerned])


def introduce(session: AnySession, user_id: UUID, *, name: str | None, email: str | None) -> bool:
    """Fill in the user's name and address where nobody has given one; whether anything was written."""
    changed = fill_in(session, user_id, name=name, email=email)
    for workspace_id in changed:
        publish_members(session, workspace_id)
    return bool(changed)


@cache
def known_zones() -> frozenset[str]:
    """The names of the IANA time zone database."""
    return frozenset(available_timezones())
