"""Schemas of the routes of people: bodies and answers."""

import re
from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Regexp

from livechat.conversations.object_schemas import AssigneeSchema, ConversationSchema
from livechat.domain.team.attributes import AttributeType
from livechat.team.change_workspace import known_zones
from livechat.team.schemas import Address, Name
from livechat.web.schemas import AnswerSchema, moment, string

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
MAX_OPTIONS = 100
_TYPES = [str(kind) for kind in AttributeType]
# A tag as browsers and Meta write it: a language, then script, region and the like.
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")


class _Language(fields.String):
    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        tag = str(super()._deserialize(value, *args, **kwargs)).strip().replace("_", "-")
        if not _LANGUAGE.fullmatch(tag):
            raise ma.ValidationError("Give a language tag, for example pt-BR.")
        return tag


class _Zone(fields.String):
    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        zone = str(super()._deserialize(value, *args, **kwargs))
        if zone not in known_zones():
            raise ma.ValidationError("Give a name of the IANA time zone database.")
        return zone


def _options(description: str, **more: Any) -> fields.List[Any]:
    return fields.List(
        Name(), validate=Length(max=MAX_OPTIONS), metadata={"description": description}, **more
    )


class PersonSchema(AnswerSchema):
    id = string("Null while nothing was written down of them.", nullable=True)
    workspace_id = string()
    display_name = string("By which the team calls them; null: as `profile_name`.", nullable=True)
    profile_name = string("By which WhatsApp, or the phone's address book, calls them.", nullable=True)
    language = string(nullable=True, example="pt-BR")
    time_zone = string("A name of the IANA time zone database.", nullable=True, example="America/Sao_Paulo")
    email = string(nullable=True, example="asha@example.com")
    attributes = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(),
        required=True,
        metadata={"description": "By key, those of the workspace that have a value."},
    )
    named_by = fields.Nested(AssigneeSchema, required=True, allow_none=True)
    named_at = moment("When they were given their `display_name`.", nullable=True)
    changed_by = fields.Nested(AssigneeSchema, required=True, allow_none=True)
    changed_at = moment("When any of it was changed.", nullable=True)
    conversations = fields.List(
        fields.Nested(ConversationSchema),
        required=True,
        metadata={
            "description": "All of theirs that you see, on all numbers of the workspace, the newest first."
        },
    )


class PersonValuesSchema(ma.Schema):
    display_name = Name(
        allow_none=True, metadata={"description": "Null: as WhatsApp calls them.", "example": "Asha K."}
    )
    language = _Language(allow_none=True, metadata={"example": "pt-BR"})
    time_zone = _Zone(allow_none=True, metadata={"example": "America/Sao_Paulo"})
    email = Address(allow_none=True, validate=Length(max=254), metadata={"example": "asha@example.com"})
    attributes = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(allow_none=True),
        metadata={
            "description": "By key, as its type takes it: a text, a number, a day as 2026-11-29, one of a "
            "list's options, true or false, an http(s) address; null: it has none.",
            "example": {},
        },
    )


class PersonChangesSchema(PersonValuesSchema):
    expected = fields.Nested(
        PersonValuesSchema,
        metadata={"description": "What you saw: where it is no longer so, nothing is changed (409)."},
    )


class AttributeSchema(AnswerSchema):
    key = string("By which `attributes` of people have it.", example="customer_since")
    name = string(example="Customer since")
    type = fields.String(required=True, validate=OneOf(_TYPES))
    options = _options("Of a list: what there is to choose from.", required=True, allow_none=True)


class AttributesSchema(AnswerSchema):
    attributes = fields.List(
        fields.Nested(AttributeSchema), required=True, metadata={"description": "By name."}
    )


class NewAttributeSchema(ma.Schema):
    key = fields.String(
        required=True,
        validate=Regexp(_KEY, error="Give 1 to 40 small letters, digits and _, a letter first."),
        metadata={"example": "customer_since"},
    )
    name = Name(required=True, metadata={"example": "Customer since"})
    type = fields.String(required=True, validate=OneOf(_TYPES), metadata={"example": "date"})
    options = _options("For a list, and no other.", allow_none=True)


class AttributeChangesSchema(ma.Schema):
    name = Name(metadata={"example": "Customer since"})
    options = _options("Of a list. What was chosen before stays.")
