"""Who is named in a note, and who is meant by it: refused where somebody would never know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from livechat.accounts.access import parse_id
from livechat.accounts.queries.visible import who_sees
from livechat.core.errors import NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.models import WorkspaceMember
from livechat.notes.queries import members_named, teams_among


@dataclass(frozen=True, slots=True)
class Named:
    """``mentions`` as they are kept, each (user, None) or (None, team); ``users``: everybody who is meant."""

    mentions: Sequence[tuple[UUID | None, UUID | None]] = ()
    users: frozenset[UUID] = frozenset()


def name_people(
    session: AnySession, author: WorkspaceMember, conversation_id: UUID, given: Sequence[Mapping[str, Any]]
) -> Named:
    """Those of ``given``, ``{"user_id"}`` or ``{"team_id"}`` each, once each.

    Raises ValidationFailedError for who is no active member, and for who cannot see the conversation: also
    for one of a team, since who mentions a team counts on every one of it. A team's suspended and former
    members are left out.
    """
    if not given:
        return Named()
    wanted = [(_id(each.get("user_id")), _id(each.get("team_id"))) for each in given]
    users, teams = {user for user, _ in wanted if user}, {team for _, team in wanted if team}
    members = [
        row for row in members_named(session, author.workspace_id, users, teams) if row.state == "active"
    ]
    seeing = who_sees(session, conversation_id, [row.user_id for row in members])
    known = teams_among(session, author.workspace_id, teams)
    errors = {
        f"mentions.{n}": found
        for n, (user, team) in enumerate(wanted)
        if (found := _wrong(user, team, members, seeing, known))
    }
    if errors:
        raise ValidationFailedError(errors=errors)
    return Named(list(dict.fromkeys(wanted)), frozenset(row.user_id for row in members))


def _wrong(
    user: UUID | None, team: UUID | None, members: Sequence[Row[Any]], seeing: set[UUID], known: set[UUID]
) -> list[str]:
    """What is wrong with one mention, a sentence for each person."""
    if team is not None:
        if team not in known:
            return ["There is no such team in this workspace."]
        meant = [row for row in members if team in (row.teams or ())]
    else:
        meant = [row for row in members if row.user_id == user]
        if not meant:
            return ["There is no such active member in this workspace."]
    unseeing = [row for row in meant if row.user_id not in seeing]
    return [f"{row.name or row.user_id} cannot see this conversation." for row in unseeing]


def _id(given: str | None) -> UUID | None:
    if given is None:
        return None
    try:
        return parse_id(given, "member or team")
    except NotFoundError:
        # Of no shape of ours, so nobody's.
        return UUID(int=0)
