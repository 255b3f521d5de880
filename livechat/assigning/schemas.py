"""What the routes of assignment rules take and answer."""

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import OneOf, Range

from livechat.domain.team.assignment import Mode, Reopen, Rule
from livechat.web.schemas import AnswerSchema, string

_MODES, _REOPENS = [each.value for each in Mode], [each.value for each in Reopen]
_LIMIT = "How many open conversations of the workspace somebody may have and be given one more by this rule."
_NEED_PRESENCE = "Whether only those are given anything who are there, as `can_receive` of a member says."
_REOPEN = (
    "Whose a resolved conversation is whose customer writes again: the same member's while they can receive, "
    "else the team's; always the team's; or nobody's."
)
_REPLY_MINUTES = "How long a customer may wait with whom the rule chose; then it chooses somebody else."
_MAX_BOUNCES = "How often it does so in one visit of the customer. Then the conversation stays."


class RuleSchema(AnswerSchema):
    mode = fields.String(required=True, validate=OneOf(_MODES))
    limit_per_agent = fields.Integer(required=True, metadata={"description": _LIMIT})
    need_presence = fields.Boolean(required=True, metadata={"description": _NEED_PRESENCE})
    reopen = fields.String(required=True, validate=OneOf(_REOPENS), metadata={"description": _REOPEN})
    reply_minutes = fields.Integer(
        required=True, allow_none=True, metadata={"description": f"{_REPLY_MINUTES} Null: for ever."}
    )
    max_bounces = fields.Integer(required=True, metadata={"description": _MAX_BOUNCES})


class RuleChoiceSchema(ma.Schema):
    mode = fields.String(
        required=True,
        validate=OneOf(_MODES),
        metadata={"description": "`manual`: by hand, and nothing of the rule works."},
    )
    limit_per_agent = fields.Integer(
        required=True,
        strict=True,
        validate=Range(1, 1000),
        metadata={"description": _LIMIT, "example": Rule().limit_per_agent},
    )
    need_presence = fields.Boolean(
        required=True, truthy={True}, falsy={False}, metadata={"description": _NEED_PRESENCE, "example": True}
    )
    reopen = fields.String(required=True, validate=OneOf(_REOPENS), metadata={"description": _REOPEN})
    reply_minutes = fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=Range(1, 7 * 24 * 60),
        metadata={"description": _REPLY_MINUTES},
    )
    max_bounces = fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=Range(0, 100),
        metadata={"description": f"{_MAX_BOUNCES} Left out: {Rule().max_bounces}."},
    )


class MemberLoadSchema(AnswerSchema):
    user_id = string()
    open_count = fields.Integer(
        required=True, metadata={"description": "Open conversations of the workspace that are theirs."}
    )


class PlaceWaitingSchema(AnswerSchema):
    phone_number_id = string()
    team_id = string(nullable=True)
    count = fields.Integer(
        required=True, metadata={"description": "How many wait and are nobody's. 1000 stands for more, too."}
    )


class AssignmentLoadSchema(AnswerSchema):
    rules_set = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Of which numbers and teams somebody has set a rule, `manual` or not."},
    )
    members = fields.List(
        fields.Nested(MemberLoadSchema),
        required=True,
        metadata={"description": "Those who may answer, there or not."},
    )
    waiting = fields.List(
        fields.Nested(PlaceWaitingSchema),
        required=True,
        metadata={"description": "By number and team, where there are any."},
    )
