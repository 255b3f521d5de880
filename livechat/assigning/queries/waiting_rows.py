"""Conversations that wait for somebody to have them: found, locked and given."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from livechat.core.session import AnySession
from livechat.domain.team.assignment import Place

# A conversation's place in the queue.
Behind = tuple[datetime, UUID]
_NO_TEAM = UUID(int=0)


class InQueue(NamedTuple):
    """A conversation that is nobody's, locked."""

    id: UUID
    phone_number_id: str
    team_id: UUID | None
    waiting_since: datetime


_WAITS = "c.waiting_since IS NOT NULL AND c.status = 'open' AND c.assignee_id IS NULL"
_QUEUE = f"""
    FROM chat_conversations c
    JOIN unnest(CAST(:numbers AS text[]), CAST(:teams AS uuid[])) AS place (number, team)
        ON place.number = c.phone_number_id AND place.team = COALESCE(c.team_id, :no_team)
    WHERE {_WAITS}
        AND (CAST(:since AS timestamptz) IS NULL OR (c.waiting_since, c.id) > (:since, CAST(:id AS uuid)))
"""  # ours
_WAITS_THERE = text(f"SELECT EXISTS (SELECT {_QUEUE})")
_LOCK_QUEUE = text(
    f"SELECT c.id, c.phone_number_id, c.team_id, c.waiting_since {_QUEUE} "
    "ORDER BY c.waiting_since, c.id LIMIT :limit FOR UPDATE OF c SKIP LOCKED"
)


def somebody_waits(session: AnySession, places: Sequence[Place], behind: Behind | None) -> bool:
    """Whether there is anything to give at these places: nobody is locked for nothing."""
    return bool(session.execute(_WAITS_THERE, _asked(places, behind)).scalar_one())


def lock_queue(
    session: AnySession, places: Sequence[Place], behind: Behind | None, limit: int
) -> list[InQueue]:
    """Those at these places who have waited longest, locked; without what others have locked just now.

    By ``waiting_since``: a customer who writes once more keeps their place.
    """
    rows = session.execute(_LOCK_QUEUE, _asked(places, behind) | {"limit": limit})
    return [InQueue(*row) for row in rows]


def _asked(places: Sequence[Place], behind: Behind | None) -> dict[str, Any]:
    since, id_ = behind if behind is not None else (None, None)
    return {
        "numbers": [number for number, _ in places],
        "teams": [team or _NO_TEAM for _, team in places],
        "no_team": _NO_TEAM,
        "since": since,
        "id": id_,
    }


# Of each number no more are looked at than the page shows.
_WAITING = text(
    f"""
    SELECT place.number AS phone_number_id, c.team_id, count(*) AS waiting
    FROM unnest(CAST(:numbers AS text[])) AS place (number)
    CROSS JOIN LATERAL (
        SELECT c.team_id FROM chat_conversations c
        WHERE c.phone_number_id = place.number AND {_WAITS} LIMIT :most
    ) c
    GROUP BY place.number, c.team_id ORDER BY place.number, c.team_id
    """  # noqa: S608  # ours
)


def waiting_by_place(session: AnySession, numbers: Sequence[str], most: int) -> dict[Place, int]:
    """{place: how many wait there for somebody to have them}; ``most`` of a number stand for more, too."""
    rows = session.execute(_WAITING, {"numbers": list(numbers), "most": most})
    return {(row.phone_number_id, row.team_id): row.waiting for row in rows}


# What the assigner took from somebody within the visit that goes on, it does not give them again.
_EXCLUDED = text(
    """
    SELECT x.conversation_id, array_agg(CAST(x.from_value #>> '{}' AS uuid)) AS users
    FROM conversation_changes x
    JOIN episodes e ON e.conversation_id = x.conversation_id AND e.resolved_at IS NULL AND x.at >= e.opened_at
    WHERE x.conversation_id = ANY(CAST(:ids AS uuid[]))
        AND x.field = 'assignee' AND x.cause = 'assigner' AND x.to_value IS NULL
    GROUP BY x.conversation_id
    """
)


def excluded(session: AnySession, conversation_ids: Sequence[UUID]) -> dict[UUID, frozenset[UUID]]:
    """{conversation: who had it in this visit of the customer, and let them wait too long}."""
    rows = session.execute(_EXCLUDED, {"ids": list(conversation_ids)})
    return {row.conversation_id: frozenset(row.users) for row in rows}


_GIVE = text(
    """
    UPDATE chat_conversations c SET assignee_id = given.user_id, version = c.version + 1
    FROM unnest(CAST(:ids AS uuid[]), CAST(:users AS uuid[])) AS given (id, user_id)
    WHERE c.id = given.id AND c.assignee_id IS NULL AND c.status = 'open'
    RETURNING c.id, c.assignee_id
    """
)


def give(session: AnySession, to: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Assign each of these, {conversation: user}, that is still nobody's; which these were."""
    rows = session.execute(_GIVE, {"ids": list(to), "users": list(to.values())})
    return {row.id: row.assignee_id for row in rows}


_OWED = """
    c.waiting_since IS NOT NULL AND c.status = 'open'
    AND (c.assignee_id IS NULL OR c.waiting_since <= now() - r.reply_minutes * interval '1 minute')
"""
RULES_THAT_OWE = f"""
    FROM assignment_rules r
    WHERE r.mode <> 'manual' AND (
        EXISTS (SELECT FROM chat_conversations c WHERE c.phone_number_id = r.phone_number_id AND {_OWED})
        OR EXISTS (SELECT FROM chat_conversations c WHERE c.team_id = r.team_id AND {_OWED}))
"""  # noqa: S608  # ours
_DUE = text(f"SELECT DISTINCT r.workspace_id {RULES_THAT_OWE}")


def due_workspaces(session: AnySession) -> list[UUID]:
    """Workspaces with a rule by which somebody waits for an assignee, or, with one, for too long."""
    return list(session.execute(_DUE).scalars())
