"""Whose a kept thing becomes: who may say so, and what they must name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from livechat.accounts.access import parse_id
from livechat.core.errors import ForbiddenError, NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain.permissions import manages_shared
from livechat.models import WorkspaceMember
from livechat.sharing.kept import TEAM, Kept
from livechat.sharing.queries import count_kept
from livechat.team.queries.groups import team_of


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose a thing is. ``word`` is its kind's; ``owner_user_id`` is set of a member's own alone."""

    word: str
    team_id: UUID | None
    owner_user_id: UUID | None


def require_writer(kept: Kept, member: WorkspaceMember, word: str) -> None:
    """ForbiddenError where this member may not write what is whose ``word`` says.

    Their own everybody writes: another member's own is not offered to them, and so was not found before.
    """
    if word != kept.own and not manages_shared(member.role):
        raise ForbiddenError("An admin writes what is shared; you may have your own.")


def choose_whose(
    session: AnySession,
    kept: Kept,
    member: WorkspaceMember,
    given: Mapping[str, Any],
    *,
    word: str | None,
    team_id: UUID | None,
) -> Whose | None:
    """Whose a thing becomes by the body ``given``; None where that says nothing of it.

    ``word`` and ``team_id`` are what it is now, None of a new one. Raises ForbiddenError, NotFoundError
    for the team, and ValidationFailedError where word and team do not agree or too many are kept.
    """
    field = kept.word.key
    if field not in given and "team_id" not in given:
        return None
    now, word = word, given.get(field, word)
    require_writer(kept, member, word)
    team_id = _team_id(session, member, given.get("team_id", team_id if word == TEAM else None))
    if (word == TEAM) != (team_id is not None):
        raise ValidationFailedError(
            errors={"team_id": [f"Give a team with {field} team, and with no other."]}
        )
    owner = member.user_id if word == kept.own else None
    if now is None or (now == kept.own) != (owner is not None):
        limit = kept.max_shared if owner is None else kept.max_own
        if count_kept(session, kept, member.workspace_id, owner) >= limit:
            raise ValidationFailedError(errors={field: [f"There are at most {limit}."]})
    return Whose(word, team_id, owner)


def _team_id(session: AnySession, member: WorkspaceMember, given: str | UUID | None) -> UUID | None:
    if given is None:
        return None
    team = team_of(session, member.workspace_id, parse_id(given, "team"))
    if team is None:
        raise NotFoundError("There is no such team.")
    return team.id
