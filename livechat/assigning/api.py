"""Routes of the rules by which conversations are assigned by themselves."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_workspace
from livechat.assigning.queries.rule_rows import rule_of
from livechat.assigning.schemas import AssignmentLoadSchema, RuleChoiceSchema, RuleSchema
from livechat.assigning.set_rule import find_target, set_rule
from livechat.assigning.show_load import load_json
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.domain.team.assignment import Mode, Reopen, Rule
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("assigning", __name__, description="How conversations find whoever answers them.")
_RULE = "/workspaces/<workspace_id>/assignment-rules/<target>"


@bp.route(_RULE, costs=Cost.READS, needs=Permission.MEMBER_READ)
@bp.response(HTTPStatus.OK, RuleSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_rule(workspace_id: str, target: str) -> Response:
    """The rule of a number (`number:<id>`) or of a team (`team:<id>`); what holds where none was set.

    A team's conversations follow their team's rule; where it was set none, the number's, within the team.
    """
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    named = find_target(db.session, member, target)
    return json_response(asdict(rule_of(db.session, member.workspace_id, named) or Rule()))


@bp.route(_RULE, methods=["PUT"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE)
@bp.arguments(RuleChoiceSchema)
@bp.response(HTTPStatus.OK, RuleSchema)
@bp.problems(
    HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
def put_rule(body: dict[str, Any], workspace_id: str, target: str) -> Response:
    """Set it. For admins. It works from the answer on, for customers who wait already too."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    named = find_target(db.session, member, target)
    bounces = body["max_bounces"]
    rule = Rule(
        Mode(body["mode"]),
        body["limit_per_agent"],
        body["need_presence"],
        Reopen(body["reopen"]),
        body["reply_minutes"],
        Rule().max_bounces if bounces is None else bounces,
    )
    set_rule(db.session, member, named, rule)
    db.session.commit()
    return json_response(asdict(rule))


@bp.route("/workspaces/<workspace_id>/assignment-load", costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE)
@bp.response(HTTPStatus.OK, AssignmentLoadSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def get_assignment_load(workspace_id: str) -> Response:
    """How full those are to whom a rule gives, and how many wait to be given. For admins."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    return json_response(load_json(db.session, member))
