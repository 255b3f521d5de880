"""What the routes of workspaces and their people take and answer."""

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf

from livechat.domain.permissions import Role
from livechat.domain.visibility import Visibility
from livechat.web.schemas import AnswerSchema, moment, opaque_id, string

MAX_NAME = 100
MAX_NUMBERS = 200
_ROLES, _VISIBILITIES = [str(role) for role in Role], [str(each) for each in Visibility]


class Name(fields.String):
    """A name for people: without space around it, and not empty."""

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> str:
        name = super()._deserialize(value, *args, **kwargs).strip()
        if not 1 <= len(name) <= MAX_NAME:
            raise ma.ValidationError(f"Give a name of 1 to {MAX_NAME} characters.")
        return str(name)


def _numbers() -> fields.List[Any]:
    return fields.List(
        fields.String(validate=Length(max=64)),
        allow_none=True,
        validate=Length(max=MAX_NUMBERS),
        metadata={"description": "Meta's ids of the numbers that they see; null: all."},
    )


class WorkspaceSchema(AnswerSchema):
    id = string()
    name = string(example="Asha's Bakery")
    time_zone = string("A name of the IANA time zone database.", example="Asia/Kolkata")
    role = fields.String(required=True, validate=OneOf(_ROLES), metadata={"description": "Yours."})
    is_owner = fields.Boolean(required=True, metadata={"description": "Whether you are the owner."})
    require_mfa = fields.Boolean(
        required=True, metadata={"description": "Whether it asks for a second factor (`aal2`)."}
    )
    member_count = fields.Integer(required=True, metadata={"description": "Without those who were removed."})


class WorkspacesSchema(AnswerSchema):
    workspaces = fields.List(fields.Nested(WorkspaceSchema), required=True)


class WorkspaceChangesSchema(ma.Schema):
    name = Name()
    time_zone = fields.String(validate=Length(max=64), metadata={"example": "Asia/Kolkata"})


class MemberSchema(AnswerSchema):
    user_id = string("Supabase's id of the user.")
    name = string(nullable=True, example="Ines Duarte")
    email = string(nullable=True, example="ines@example.com")
    role = fields.String(required=True, validate=OneOf(_ROLES))
    is_owner = fields.Boolean(required=True)
    state = fields.String(required=True, validate=OneOf(["active", "suspended", "removed"]))
    visibility = fields.String(required=True, validate=OneOf(_VISIBILITIES))
    phone_number_ids = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "The numbers that they see; null: all."},
    )
    team_ids = fields.List(fields.String(), required=True)
    availability = fields.String(required=True, validate=OneOf(["available", "away", "off"]))
    can_receive = fields.Boolean(
        required=True, metadata={"description": "Whether conversations may be assigned to them now."}
    )
    joined_at = moment("When they joined.")


class MembersSchema(AnswerSchema):
    members = fields.List(fields.Nested(MemberSchema), required=True)


class MembersQuerySchema(ma.Schema):
    include = fields.String(
        validate=OneOf(["removed"]), metadata={"description": "`removed`: also those who were removed."}
    )


class MemberChangesSchema(ma.Schema):
    name = Name()
    role = fields.String(validate=OneOf(_ROLES))
    visibility = fields.String(validate=OneOf(_VISIBILITIES))
    phone_number_ids = _numbers()
    state = fields.String(
        validate=OneOf(["active", "suspended"]),
        metadata={"description": "Who is suspended sees nothing; their conversations are handed back."},
    )


class RemovalQuerySchema(ma.Schema):
    hand_over_to = opaque_id("The member who gets their conversations; left out: their teams, or nobody.")
