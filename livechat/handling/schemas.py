"""Schemas of the routes by which a team handles conversations."""

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import OneOf

from livechat.conversations.object_schemas import AssigneeSchema, ConversationSchema
from livechat.domain.team.conversation_status import ConversationStatus, SnoozeKind
from livechat.notes.schemas import note_body
from livechat.web.schemas import AnswerSchema, opaque_id, string


class ExpectedAssigneeSchema(ma.Schema):
    assignee_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Whose it was when you looked; null: nobody's."},
    )


class AssignmentSchema(ma.Schema):
    assignee_id = opaque_id("The member who is to have it; null: nobody.", required=True, allow_none=True)
    team_id = opaque_id("A team of the workspace; null: none. Left out: as it was.", allow_none=True)
    expected = fields.Nested(ExpectedAssigneeSchema, required=True)
    note = note_body(allow_none=True)


class ExpectedMessageSchema(ma.Schema):
    last_message_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "The last message that you saw; null: there was none."},
    )


class StatusSchema(ma.Schema):
    status = fields.String(
        required=True,
        validate=OneOf([each.value for each in ConversationStatus]),
        metadata={"description": "Where the conversation is to stand."},
    )
    snoozed_until = fields.AwareDateTime(
        format="iso",
        allow_none=True,
        metadata={
            "description": "When a snooze ends: a time to come, with its offset. Not of the kind `reply`."
        },
    )
    snooze_kind = fields.String(
        allow_none=True,
        validate=OneOf([each.value for each in SnoozeKind]),
        metadata={
            "description": "What ends a snooze: a `time`, a `reply`, or what comes first (`time_or_reply`, "
            "the default). A customer who writes ends each but `time_even_if_reply`, which sleeps on."
        },
    )
    expected = fields.Nested(
        ExpectedMessageSchema,
        allow_none=True,
        metadata={"description": "Nothing is changed where something was said since."},
    )


class UndoSchema(ma.Schema):
    operation_id = opaque_id("As the call answered that is to be undone.", required=True)


class SkippedSchema(AnswerSchema):
    conversation_id = string()
    reason = fields.String(
        required=True,
        validate=OneOf(
            ["changed", "assignee_unavailable", "team_gone", "label_gone", "watcher", "person", "not_found"]
        ),
    )
    changed_by = fields.Nested(
        AssigneeSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The colleague who changed it since; null: nobody of them did."},
    )


class UndoneSchema(AnswerSchema):
    operation_id = string("Of the undoing: it can be undone too.")
    undone = fields.List(string(), required=True, metadata={"description": "Ids of conversations."})
    skipped = fields.List(fields.Nested(SkippedSchema), required=True)


class HandledConversationSchema(ConversationSchema):
    operation_id = string("What the call did, by one id; nothing where it was so already.")
