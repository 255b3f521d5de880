"""Schemas of notifications' routes."""

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf

from livechat.web.schemas import AnswerSchema, moment, opaque_id, page_limit, string


class NotificationSchema(AnswerSchema):
    id = string()
    kind = fields.String(
        required=True, validate=OneOf(["mention", "assigned", "reminder", "window_closing", "woken"])
    )
    conversation_id = string()
    cause_id = string(
        "The note of a mention, the change of an assignment: the timeline takes it. Of a reminder its "
        "id, or that of your scheduled message that was not sent."
    )
    count = fields.Integer(required=True, metadata={"description": "How often it was told."})
    at = moment("When it was told.")
    seen_at = moment("When you had seen it.", nullable=True)
    done_at = moment(
        "When it was done: by your word, or by itself, when you answered or resolved.", nullable=True
    )


class NotificationsSchema(AnswerSchema):
    notifications = fields.List(
        fields.Nested(NotificationSchema), required=True, metadata={"description": "The newest comes first."}
    )
    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "For the next page; null: this was the last."},
    )


class NotificationsQuerySchema(ma.Schema):
    limit = page_limit()
    cursor = opaque_id("`next_cursor` of the page before.", validate=Length(max=200))
