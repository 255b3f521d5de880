"""Schemas of macros' routes: bodies and answers."""

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from livechat.canned.schemas import SCOPES
from livechat.conversations.object_schemas import ConversationSchema
from livechat.domain.team.conversation_status import ConversationStatus
from livechat.domain.team.snooze_times import SnoozeWord
from livechat.macros.macro_steps import FIELDS, MAX_STEPS, wrong_steps
from livechat.notes.schemas import note_body
from livechat.outbound.schemas import ExpectedConversationSchema
from livechat.team.schemas import Name
from livechat.web.schemas import AnswerSchema, moment, opaque_id, string

_MINUTES_OF_A_YEAR = 366 * 24 * 60
_STATUSES = [ConversationStatus.OPEN.value, ConversationStatus.RESOLVED.value]


class MacroStepSchema(ma.Schema):
    action = fields.String(
        required=True,
        validate=OneOf(list(FIELDS)),
        metadata={
            "description": "What is done. A macro has one step that says where the conversation is to stand "
            "(`status` or `snooze`), and one that assigns. What is sent goes out behind all other steps."
        },
    )
    status = fields.String(validate=OneOf(_STATUSES), metadata={"description": "For `status`."})
    minutes = fields.Integer(
        strict=True,
        validate=Range(min=1, max=_MINUTES_OF_A_YEAR),
        metadata={"description": "For `snooze`: so many minutes from the run on."},
    )
    until = fields.String(
        validate=OneOf([each.value for each in SnoozeWord]),
        metadata={
            "description": "For `snooze`, in place of minutes: this `evening` at 18:00, `tomorrow` or "
            "`monday` at 9:00 in the workspace's time zone, or until the customer's `reply`, which ends "
            "every snooze."
        },
    )
    assignee_id = fields.String(
        allow_none=True,
        metadata={"description": "For `assign`: a member; `self`: whoever runs it; null: nobody."},
    )
    team_id = opaque_id("For `assign`: a team; null: none. Left out: as it was.", allow_none=True)
    label_id = opaque_id("For `add_label` and `remove_label`.")
    body = note_body()
    key = fields.String(metadata={"description": "For `set_attribute`: which, by its key."})
    value = fields.Raw(
        allow_none=True,
        metadata={"description": "For `set_attribute`: what its type takes; null: it has none any more."},
    )
    canned_id = opaque_id("For `send`: a canned reply that everybody who may run the macro has.")


def _steps(**options: Any) -> fields.List[Any]:
    return fields.List(
        fields.Nested(MacroStepSchema),
        validate=Length(min=1, max=MAX_STEPS, error=f"Give 1 to {MAX_STEPS} steps."),
        **options,
    )


class MacroChangesSchema(ma.Schema):
    scope = fields.String(
        validate=OneOf(SCOPES), metadata={"description": "Whose it is. An agent has their own."}
    )
    team_id = opaque_id("The team's whose it is, with scope `team`.", allow_none=True)
    name = Name(metadata={"example": "Refund"})
    steps = _steps(metadata={"description": "In the order in which they are done."})

    @ma.validates_schema(skip_on_field_errors=True)
    def _fit(self, data: dict[str, Any], **_: object) -> None:
        wrong = wrong_steps(data.get("steps", ()))
        if wrong:
            raise ma.ValidationError(wrong)


class NewMacroSchema(MacroChangesSchema):
    scope = fields.String(
        required=True,
        validate=OneOf(SCOPES),
        metadata={"description": "Whose it is. An agent has their own."},
    )
    name = Name(required=True, metadata={"example": "Refund"})
    steps = _steps(required=True, metadata={"description": "In the order in which they are done."})


class MacroSchema(AnswerSchema):
    id = string()
    scope = fields.String(required=True, validate=OneOf(SCOPES))
    team_id = string(nullable=True)
    owner_user_id = string("Whose own it is.", nullable=True)
    name = string(example="Refund")
    steps = fields.List(fields.Nested(MacroStepSchema), required=True)
    created_at = moment("When it was made.")
    updated_at = moment("When it was changed last.")


class MacrosSchema(AnswerSchema):
    macros = fields.List(
        fields.Nested(MacroSchema),
        required=True,
        metadata={
            "description": "By name. Of one name one's own comes first, then teams', then the workspace's."
        },
    )


class MacroPreviewQuerySchema(ma.Schema):
    conversation_id = opaque_id("Where it would be run.", required=True)


class PlannedChangeSchema(AnswerSchema):
    field = fields.String(
        required=True, validate=OneOf(["status", "snooze", "assignee", "team", "label", "person"])
    )
    from_ = fields.Raw(
        required=True, allow_none=True, data_key="from", metadata={"description": "As in a change."}
    )
    to = fields.Raw(required=True, allow_none=True)


class PlannedMessageSchema(AnswerSchema):
    message_type = string(example="text")
    text = string("What a person reads in a list, filled in.", nullable=True)
    content = fields.Dict(required=True, metadata={"description": "The typed part, as in a message."})


class PlannedStepSchema(AnswerSchema):
    action = fields.String(required=True, validate=OneOf(list(FIELDS)))
    changes = fields.List(
        fields.Nested(PlannedChangeSchema),
        required=True,
        metadata={"description": "None where it is so already."},
    )
    note = string(nullable=True)
    messages = fields.List(fields.Nested(PlannedMessageSchema), required=True)


class MacroProblemSchema(AnswerSchema):
    step = fields.Integer(required=True, metadata={"description": "Counted from 0."})
    code = string(
        "`label_gone`, `team_gone`, `attribute_gone`, `assignee_unavailable`, `canned_reply_gone`, "
        "`file_gone`, `unfilled`, or the code of a problem that a send would have.",
        example="label_gone",
    )
    detail = string()
    names = fields.List(
        fields.String(), required=True, metadata={"description": "Variables that nobody can fill in."}
    )


class SeenConversationSchema(AnswerSchema):
    assignee_id = string(nullable=True)
    last_message_id = string(nullable=True)


class MacroPreviewSchema(AnswerSchema):
    macro_id = string()
    conversation_id = string()
    expected = fields.Nested(
        SeenConversationSchema,
        required=True,
        metadata={"description": "What it was worked out for; for the run."},
    )
    can_run = fields.Boolean(required=True)
    problems = fields.List(fields.Nested(MacroProblemSchema), required=True)
    steps = fields.List(fields.Nested(PlannedStepSchema), required=True)


class MacroRunSchema(ma.Schema):
    conversation_id = opaque_id("Where it is run.", required=True)
    expected = fields.Nested(
        ExpectedConversationSchema,
        load_default=dict,
        metadata={
            "description": "Nothing is done where it is not so any more. `assignee_id` must be given for a "
            "macro that assigns."
        },
    )


class RanMacroSchema(ConversationSchema):
    operation_id = string("Of all that it changed; to undo it by.")
    can_undo = fields.Boolean(
        required=True, metadata={"description": "Whether it changed anything that can be undone."}
    )
    message_ids = fields.List(
        fields.String(), required=True, metadata={"description": "What it sends, in order."}
    )
