"""An admin says how conversations of a number, or of a team, find whoever answers them."""

from uuid import UUID

import structlog

from livechat.accounts.access import access_number_as, parse_id
from livechat.assigning.queries.rule_rows import Target, lock_assigning, rule_of, write_rule
from livechat.core.errors import NotFoundError
from livechat.core.session import AnySession
from livechat.domain.team.assignment import Rule
from livechat.models import WorkspaceMember
from livechat.team.queries.groups import team_of
from livechat.waking.wake_assigner import wake_assigner

log = structlog.get_logger(__name__)


def find_target(session: AnySession, member: WorkspaceMember, given: str) -> Target:
    """What ``number:<id>`` or ``team:<id>`` names in the member's workspace; raises NotFoundError."""
    kind, _, id_ = given.partition(":")
    if kind == "number":
        number, seen_as = access_number_as(session, member.user_id, id_)
        if seen_as.workspace_id == member.workspace_id:
            return number.phone_number_id
    if kind == "team":
        team = team_of(session, member.workspace_id, parse_id(id_, "team"))
        if team is not None:
            return team.id
    raise NotFoundError("There is no such number or team.")


def set_rule(session: AnySession, by: WorkspaceMember, target: Target, rule: Rule) -> None:
    """Set the rule. Once it is committed nothing is assigned by the one before; the caller commits."""
    lock_assigning(session, by.workspace_id)
    if rule_of(session, by.workspace_id, target) == rule:
        return
    write_rule(session, by.workspace_id, target, rule, by.user_id)
    wake_assigner(session, [by.workspace_id])
    log.info(
        "assignment_rule_set",
        workspace_id=str(by.workspace_id),
        target="team" if isinstance(target, UUID) else "number",
        mode=rule.mode.value,
    )
