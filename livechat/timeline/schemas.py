"""Schemas of the timeline's route."""

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import OneOf

from livechat.conversations.object_schemas import ChangeSchema, MessageSchema
from livechat.notes.schemas import NoteSchema
from livechat.timeline.read_timeline import KINDS
from livechat.web.schemas import AnswerSchema, moment, opaque_id, page_limit, string


class TimelineQuerySchema(ma.Schema):
    limit = page_limit()
    before = opaque_id("The page that ends right before the entry with this id, of any kind.")
    after = opaque_id("The page that begins right after it.")
    around = opaque_id("The page with it in its middle.")

    @ma.validates_schema
    def _one_way_to_page(self, data: dict[str, object], **_: object) -> None:
        given = [name for name in ("before", "after", "around") if name in data]
        if len(given) > 1:
            sentence = f"Give only one of {', '.join(given)}."
            raise ma.ValidationError({name: [sentence] for name in given})


class EntrySchema(AnswerSchema):
    kind = fields.String(
        required=True,
        validate=OneOf(list(KINDS.values())),
        metadata={"description": "Which of the three it is; the other two are null."},
    )
    id = string("The message's, note's or change's own.")
    at = moment("Where it stands: a message's `timestamp`, a note's `created_at`, a change's `at`.")
    message = fields.Nested(MessageSchema, required=True, allow_none=True)
    note = fields.Nested(NoteSchema, required=True, allow_none=True)
    change = fields.Nested(ChangeSchema, required=True, allow_none=True)


class TimelineSchema(AnswerSchema):
    entries = fields.List(
        fields.Nested(EntrySchema), required=True, metadata={"description": "The oldest comes first."}
    )
    has_before = fields.Boolean(
        required=True, metadata={"description": "There is more before the first of them."}
    )
    has_after = fields.Boolean(
        required=True, metadata={"description": "There is more after the last of them."}
    )
