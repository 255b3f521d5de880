"""Schemas of reminders' routes."""

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length

from livechat.web.schemas import AnswerSchema, moment, opaque_id, page_limit, string

MAX_TEXT_CHARS = 4_096


class NewReminderSchema(ma.Schema):
    due_at = fields.AwareDateTime(
        format="iso",
        required=True,
        metadata={"description": "When you want to be told, with its offset: a time to come."},
    )
    text = fields.String(
        required=True,
        validate=Length(max=MAX_TEXT_CHARS),
        metadata={
            "description": "What you want to be told, for your eyes alone; it may be empty.",
            "example": "Ask whether the parcel came.",
        },
    )


class ReminderSchema(AnswerSchema):
    id = string()
    conversation_id = string()
    due_at = moment("When you want to be told.")
    text = string()
    created_at = moment("When you asked for it.")
    told_at = moment("When it was found due; null: it was not yet.", nullable=True)
    done_at = moment("When you said that it is done; null: it is open.", nullable=True)


class RemindersSchema(AnswerSchema):
    reminders = fields.List(
        fields.Nested(ReminderSchema),
        required=True,
        metadata={"description": "The open ones, the next due first; then the last done first."},
    )
    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "For the next page; null: this was the last."},
    )


class RemindersQuerySchema(ma.Schema):
    limit = page_limit()
    cursor = opaque_id("`next_cursor` of the page before.", validate=Length(max=200))
