"""Schemas of notes' routes: bodies and answers."""

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, Range

from livechat.web.schemas import AnswerSchema, moment, opaque_id, string

MAX_BODY_CHARS = 4_096
MAX_MENTIONS = 50


def _says_something(body: str) -> None:
    if not body.strip() or len(body) > MAX_BODY_CHARS:
        raise ma.ValidationError(f"Give 1 to {MAX_BODY_CHARS:,} characters.")


def note_body(**options: Any) -> fields.String:
    """A field for what a note says."""
    return fields.String(
        validate=_says_something,
        metadata={
            "description": "What your colleagues are to know. Where somebody who is mentioned stands in the "
            "text, write `@[id]`, and show the name that they have when it is read.",
            "maxLength": MAX_BODY_CHARS,
            "example": "Paid twice, see the receipt.",
        },
        **options,
    )


class MentionSchema(ma.Schema):
    user_id = opaque_id("A member who sees the conversation.", allow_none=True)
    team_id = opaque_id("A team of whom every active member sees it.", allow_none=True)

    @ma.validates_schema
    def _one_of_them(self, data: dict[str, Any], **_: object) -> None:
        if (data.get("user_id") is None) == (data.get("team_id") is None):
            raise ma.ValidationError("Name a user_id or a team_id.")


class NewNoteSchema(ma.Schema):
    body = note_body(required=True)
    mentions = fields.List(
        fields.Nested(MentionSchema),
        load_default=list,
        validate=Length(max=MAX_MENTIONS),
        metadata={"description": "Who is to read it; each a member or a team."},
    )


class NoteChangeSchema(ma.Schema):
    body = note_body(required=True)
    version = fields.Integer(
        required=True,
        strict=True,
        validate=Range(min=1, max=2**31 - 1),
        metadata={"description": "The version that you edited."},
    )


class AuthorSchema(AnswerSchema):
    user_id = string()
    name = string("As the workspace calls them now.", nullable=True)


class MentionedSchema(AnswerSchema):
    user_id = string(nullable=True)
    team_id = string(nullable=True)
    name = string("The member's or team's name now; null: they have none any more.", nullable=True)


class NoteSchema(AnswerSchema):
    id = string()
    conversation_id = string()
    author = fields.Nested(AuthorSchema, required=True)
    body = string("Null once it is deleted.", nullable=True)
    mentions = fields.List(fields.Nested(MentionedSchema), required=True)
    created_at = moment("When it was written.")
    edited_at = moment("When its author last edited it.", nullable=True)
    deleted_at = moment("When it was deleted.", nullable=True)
    version = fields.Integer(required=True, metadata={"description": "Rises with each edit."})
