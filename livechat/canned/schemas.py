"""Schemas of canned replies' routes: bodies and answers."""

import re
from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf

from livechat.files.schemas import UploadedSchema
from livechat.team.schemas import Name
from livechat.web.schemas import AnswerSchema, moment, opaque_id, string

SCOPES = ("workspace", "team", "personal")
MAX_SHORTCUT_CHARS, MAX_BODY_UNITS, MAX_FILES = 50, 4096, 10
# A shortcut ends where a blank begins.
_SHORTCUT = re.compile(rf"[^\s/{{}}|]{{1,{MAX_SHORTCUT_CHARS}}}")
_EXAMPLE = "Hello {{contact.first_name|there}}!"


class _Shortcut(fields.String):
    """What is typed behind a slash. The slash itself may be given, and is not kept."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        shortcut = super()._deserialize(value, *args, **kwargs).strip().removeprefix("/")
        if not _SHORTCUT.fullmatch(shortcut):
            raise ma.ValidationError(
                f"Give 1 to {MAX_SHORTCUT_CHARS} characters without blanks, slashes and braces."
            )
        return str(shortcut)


class _Body(fields.String):
    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        body = super()._deserialize(value, *args, **kwargs)
        if len(body.encode("utf-16-le", "surrogatepass")) // 2 > MAX_BODY_UNITS:
            raise ma.ValidationError(f"A message has at most {MAX_BODY_UNITS} characters.")
        return str(body)


class CannedReplyChangesSchema(ma.Schema):
    scope = fields.String(
        validate=OneOf(SCOPES), metadata={"description": "Whose it is. An agent has their own."}
    )
    team_id = opaque_id("The team's whose it is, with scope `team`.", allow_none=True)
    shortcut = _Shortcut(metadata={"example": "hello", "description": "Typed behind a slash to find it."})
    title = Name(metadata={"example": "Greeting"})
    body = _Body(
        metadata={
            "example": _EXAMPLE,
            "description": "The text. Variables: contact.first_name, contact.name, agent.name, number.name, "
            "today, and `contact.` with the key of an attribute, but for those of type `bool`; what stands "
            "behind a bar is taken where one has no value.",
        }
    )
    content = fields.Dict(
        keys=fields.String(),
        allow_none=True,
        metadata={"description": "What `send-message` takes as `interactive`, with variables."},
    )
    media_ids = fields.List(
        opaque_id("A file that was uploaded."),
        validate=Length(max=MAX_FILES, error=f"At most {MAX_FILES} files."),
        metadata={"description": "Files that it is sent with, in this order."},
    )


class NewCannedReplySchema(CannedReplyChangesSchema):
    scope = fields.String(
        required=True,
        validate=OneOf(SCOPES),
        metadata={"description": "Whose it is. An agent has their own."},
    )
    shortcut = _Shortcut(
        required=True, metadata={"example": "hello", "description": "Typed behind a slash to find it."}
    )
    title = Name(required=True, metadata={"example": "Greeting"})
    body = _Body(
        required=True,
        metadata={"example": _EXAMPLE, "description": "The text. It may be empty beside files or `content`."},
    )


class CannedReplySchema(AnswerSchema):
    id = string()
    scope = fields.String(required=True, validate=OneOf(SCOPES))
    team_id = string(nullable=True)
    owner_user_id = string("Whose own it is.", nullable=True)
    shortcut = string(example="hello")
    title = string(example="Greeting")
    body = string(example=_EXAMPLE)
    content = fields.Dict(required=True, allow_none=True)
    media_ids = fields.List(fields.String(), required=True)
    media = fields.List(
        fields.Nested(UploadedSchema),
        required=True,
        metadata={"description": "The files of numbers that the caller sees."},
    )
    created_at = moment("When it was made.")
    updated_at = moment("When it was changed last.")


class CannedRepliesSchema(AnswerSchema):
    canned_replies = fields.List(
        fields.Nested(CannedReplySchema),
        required=True,
        metadata={
            "description": "By shortcut. Of one shortcut one's own comes first, then teams', then the "
            "workspace's: the first is the one to take."
        },
    )


class RenderSchema(ma.Schema):
    conversation_id = opaque_id("For whom it is filled.", required=True)


class RenderedSchema(AnswerSchema):
    text = string("The body. A variable that could not be filled stays as it is written.")
    content = fields.Dict(required=True, allow_none=True, metadata={"description": "The same for `content`."})
    unfilled = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Variables without value and fallback: fill them before sending."},
    )
