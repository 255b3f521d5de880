"""Who may be given conversations: their rows locked, then what each of them sees, and has open."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from livechat.core.session import AnySession
from livechat.domain.permissions import ALLOWED, Permission
from livechat.models import PhoneNumber, Team, WabaAccount, WorkspaceMember

_MAY_ANSWER = [role.value for role, allowed in ALLOWED.items() if Permission.MESSAGE_SEND in allowed]


def accounts_by_number(session: AnySession, workspace_id: UUID) -> dict[str, UUID]:
    """{Meta's id of a number: its account} in the workspace."""
    rows = session.execute(
        select(PhoneNumber.phone_number_id, PhoneNumber.account_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .where(WabaAccount.workspace_id == workspace_id)
    )
    return {row[0]: row[1] for row in rows}


def team_ids(session: AnySession, workspace_id: UUID) -> list[UUID]:
    """The workspace's teams."""
    return list(session.scalars(select(Team.id).where(Team.workspace_id == workspace_id)))


def who_may_answer(session: AnySession, workspace_id: UUID) -> Sequence[WorkspaceMember]:
    """The active members whose role lets them answer, as they were a moment ago."""
    return session.scalars(_may_answer(workspace_id)).all()


def lock_who_may_answer(
    session: AnySession, workspace_id: UUID, user_ids: Collection[UUID]
) -> Sequence[WorkspaceMember]:
    """Those of these users who still are, by their ids and locked: as before any conversation, everywhere.

    Whoever assigns by hand, removes or moves a member locks the same row, and comes before or after.
    """
    return session.scalars(
        _may_answer(workspace_id)
        .where(WorkspaceMember.user_id.in_(user_ids))
        .with_for_update(key_share=True, of=WorkspaceMember)
    ).all()


def _may_answer(workspace_id: UUID) -> Any:
    return (
        select(WorkspaceMember)
        .where(
            WorkspaceMember.workspace_id == workspace_id,
            WorkspaceMember.state == "active",
            WorkspaceMember.role.in_(_MAY_ANSWER),
        )
        .order_by(WorkspaceMember.user_id)
        .execution_options(populate_existing=True)
    )


_HOLDINGS = text(
    """
    SELECT asked.user_id,
        ARRAY(SELECT n.phone_number_id FROM member_numbers n
              WHERE n.workspace_id = :workspace AND n.user_id = asked.user_id) AS numbers,
        ARRAY(SELECT t.team_id FROM team_members t
              WHERE t.workspace_id = :workspace AND t.user_id = asked.user_id) AS teams,
        (SELECT count(*) FROM chat_conversations c
         WHERE c.assignee_id = asked.user_id AND c.status = 'open' AND c.phone_number_id = ANY(:numbers)
        ) AS open_count
    FROM unnest(CAST(:users AS uuid[])) AS asked (user_id)
    """
)


def holdings(
    session: AnySession, workspace_id: UUID, numbers: Collection[str], user_ids: Collection[UUID]
) -> dict[UUID, Row[Any]]:
    """{user: (numbers, teams, open_count)}; open are those on the workspace's ``numbers``.

    Asked after the lock: a statement that waits for a lock sees other tables as they were before it.
    """
    rows = session.execute(
        _HOLDINGS, {"workspace": workspace_id, "numbers": list(numbers), "users": list(user_ids)}
    )
    return {row.user_id: row for row in rows}


_TURNS = text(
    """
    UPDATE workspace_members m SET last_auto_assigned_at = t.at
    FROM unnest(CAST(:users AS uuid[]), CAST(:times AS timestamptz[])) AS t (user_id, at)
    WHERE m.workspace_id = :workspace AND m.user_id = t.user_id
    """
)


def write_turns(session: AnySession, workspace_id: UUID, turns: Mapping[UUID, datetime]) -> None:
    """When each of these users, whose rows the caller has locked, was given something last."""
    session.execute(_TURNS, {"workspace": workspace_id, "users": list(turns), "times": list(turns.values())})
