"""Rules as they are stored: of a number or a team, and all that work in a workspace."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.dialects.postgresql import insert

from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.domain.team.assignment import Mode, Reopen, Rule, Rules
from livechat.models import AssignmentRule

# A number by Meta's id, or a team.
Target = str | UUID


def lock_assigning(session: AnySession, workspace_id: UUID) -> None:
    """Wait for whoever assigns in the workspace at this moment, and let nobody do until the transaction ends.

    It comes before all other locks.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"assigning {workspace_id}"},
    )


def rule_of(session: AnySession, workspace_id: UUID, target: Target) -> Rule | None:
    """The rule that was set for the number or the team; None where nobody has."""
    found = session.scalars(
        select(AssignmentRule)
        .where(AssignmentRule.workspace_id == workspace_id, _is_of(target))
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if found is None else _rule(found)


def rules_in(session: AnySession, workspace_id: UUID) -> Rules:
    """All rules that were set in the workspace."""
    rows = session.scalars(
        select(AssignmentRule)
        .where(AssignmentRule.workspace_id == workspace_id)
        .execution_options(populate_existing=True)
    ).all()
    return Rules(
        {row.phone_number_id: _rule(row) for row in rows if row.phone_number_id is not None},
        {row.team_id: _rule(row) for row in rows if row.team_id is not None},
    )


def write_rule(session: AnySession, workspace_id: UUID, target: Target, rule: Rule, by: UUID) -> None:
    """Set the rule of the number or the team, in place of the one that was."""
    values: dict[str, Any] = {
        "mode": rule.mode.value,
        "limit_per_agent": rule.limit_per_agent,
        "need_presence": rule.need_presence,
        "reopen": rule.reopen.value,
        "reply_minutes": rule.reply_minutes,
        "max_bounces": rule.max_bounces,
        "changed_by": by,
    }
    column = AssignmentRule.team_id if isinstance(target, UUID) else AssignmentRule.phone_number_id
    session.execute(
        insert(AssignmentRule)
        .values(id=uuid7(), workspace_id=workspace_id, **{column.key: target}, **values)
        .on_conflict_do_update(index_elements=[AssignmentRule.workspace_id, column], set_=values)
    )


def _is_of(target: Target) -> ColumnElement[bool]:
    if isinstance(target, UUID):
        return AssignmentRule.team_id == target
    return AssignmentRule.phone_number_id == target


def _rule(row: AssignmentRule) -> Rule:
    return Rule(
        Mode(row.mode),
        row.limit_per_agent,
        row.need_presence,
        Reopen(row.reopen),
        row.reply_minutes,
        row.max_bounces,
    )
