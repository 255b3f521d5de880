"""Schemas of labels' routes: bodies and answers."""

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, Regexp

from livechat.conversations.object_schemas import ConversationSchema
from livechat.web.schemas import AnswerSchema, string

MAX_NAME_CHARS = 100


class _Trimmed(fields.String):
    """A name without the blanks around it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


def _name(description: str, **options: Any) -> fields.String:
    sentence = f"Give 1 to {MAX_NAME_CHARS} characters."
    return _Trimmed(
        validate=Length(min=1, max=MAX_NAME_CHARS, error=sentence),
        metadata={"description": description, "example": "Refund"},
        **options,
    )


def _colour(**options: Any) -> fields.String:
    return fields.String(
        validate=Regexp(r"#[0-9a-f]{6}\Z", error="Give a colour as #rrggbb, in small letters."),
        metadata={"example": "#b91c1c"},
        **options,
    )


class LabelSchema(AnswerSchema):
    id = string()
    name = string()
    colour = string(example="#b91c1c")
    group = string("Of one group a conversation wears one label at most.", nullable=True)


class LabelsSchema(AnswerSchema):
    labels = fields.List(fields.Nested(LabelSchema), required=True, metadata={"description": "By name."})


class NewLabelSchema(ma.Schema):
    name = _name("In any script. No two labels have one name, however it is cased.", required=True)
    colour = _colour(required=True)
    group = _name(
        "Of one group a conversation wears one label at most. It stays as it is chosen here.",
        allow_none=True,
        load_default=None,
    )


class LabelChangeSchema(ma.Schema):
    name = _name("Left out: it stays.")
    colour = _colour()


class LabelHeadersSchema(ma.Schema):
    """Documents the header. It is read by hand, since a header that is not understood is ignored."""

    idempotency_key = fields.String(
        data_key="Idempotency-Key",
        metadata={"description": "The same request again answers 200 and makes nothing.", "maxLength": 255},
    )


class LabelledConversationSchema(ConversationSchema):
    operation_id = string("Of this change; to undo it by.")
