"""Schemas of the routes by which a team handles conversations."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from livechat.conversations.object_schemas import ConversationSchema
from livechat.web.schemas import opaque_id, string


def _no_note(_: Any) -> None:
    raise ma.ValidationError("Private notes are not there yet: hand it over without one.")


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
    note = fields.Raw(
        allow_none=True, validate=_no_note, metadata={"description": "Not yet: a note is refused (422)."}
    )


class HandledConversationSchema(ConversationSchema):
    operation_id = string("What the call did, by one id; nothing where it was so already.")
