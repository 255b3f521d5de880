"""Workspaces, members, teams and invitations as the API shows them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from livechat.domain.clock import rfc3339
from livechat.models import Invitation, Team
from livechat.presence.availability import Presence
from livechat.presence.tell import presence_json
from livechat.team.queries.rosters import MemberFacts, WorkspaceFacts

Json = dict[str, Any]


def workspace_json(facts: WorkspaceFacts) -> Json:
    """The workspace as this member sees it."""
    workspace, member = facts.workspace, facts.member
    return {
        "id": str(workspace.id),
        "name": workspace.name,
        "time_zone": workspace.time_zone,
        "role": member.role,
        "is_owner": workspace.owner_user_id == member.user_id,
        "require_mfa": workspace.require_mfa,
        "member_count": facts.member_count,
    }


def member_json(facts: MemberFacts, seen: Mapping[UUID, Presence]) -> Json:
    """A member as colleagues see them, and how they are seen to be there."""
    member = facts.member
    return {
        "user_id": str(member.user_id),
        "name": member.name,
        "email": member.email,
        "role": member.role,
        "is_owner": facts.is_owner,
        "state": member.state,
        "visibility": member.visibility,
        "phone_number_ids": None if facts.numbers is None else sorted(facts.numbers),
        "team_ids": sorted(map(str, facts.teams)),
        **presence_json(member, seen),
        "joined_at": rfc3339(member.joined_at),
    }


def team_json(team: Team, member_ids: list[UUID]) -> Json:
    """A team with its members."""
    return {"id": str(team.id), "name": team.name, "member_ids": sorted(map(str, member_ids))}


def invitation_json(invitation: Invitation, inviter: str | None) -> Json:
    """An invitation as admins see it: without its token, which nobody knows any more."""
    return {
        "id": str(invitation.id),
        "email": invitation.email,
        "role": invitation.role,
        "visibility": invitation.visibility,
        "phone_number_ids": invitation.phone_number_ids,
        "invited_by": {"user_id": str(invitation.invited_by), "name": inviter},
        "expires_at": rfc3339(invitation.expires_at),
        "sent_at": rfc3339(invitation.sent_at),
        "send_error": invitation.send_error,
    }
