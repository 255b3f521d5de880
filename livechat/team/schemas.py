"""What the routes of workspaces and their people take and answer."""

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from livechat.domain.permissions import Role
from livechat.domain.visibility import Visibility
from livechat.web.schemas import AnswerSchema, moment, opaque_id, string

MAX_NAME = 100
MAX_NUMBERS = 200
MAX_HOURS = 30 * 24
_ROLES, _VISIBILITIES = [str(role) for role in Role], [str(each) for each in Visibility]


class Name(fields.String):
    """A name for people: without space around it, and not empty."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, *args, **kwargs).strip()
        if not 1 <= len(name) <= MAX_NAME:
            raise ma.ValidationError(f"Give a name of 1 to {MAX_NAME} characters.")
        return str(name)


class Address(fields.Email):
    """An e-mail address; pasted ones often have space around them."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, *args, **kwargs).strip()


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
    require_mfa = fields.Boolean(
        truthy={True},
        falsy={False},
        metadata={
            "description": "Ask every member for a second factor (`aal2`); you must have one yourself."
        },
    )


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
    availability = fields.String(
        required=True,
        validate=OneOf(["available", "away", "off"]),
        metadata={"description": "What they have chosen."},
    )
    availability_until = moment("When they are available again by themselves.", nullable=True)
    presence = fields.String(
        required=True,
        validate=OneOf(["active", "idle", "absent"]),
        metadata={"description": "What their pages say. `absent`: nothing for 90 s."},
    )
    can_receive = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether new conversations may come to them by themselves now: they may answer, "
            "have chosen to be available, and are active or have said until when they are."
        },
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


class TransferSchema(ma.Schema):
    user_id = opaque_id("The member who becomes the owner.", required=True)


class TeamSchema(AnswerSchema):
    id = string()
    name = string(example="Support")
    member_ids = fields.List(fields.String(), required=True)


class TeamsSchema(AnswerSchema):
    teams = fields.List(fields.Nested(TeamSchema), required=True)


class TeamChangesSchema(ma.Schema):
    name = Name(required=True, metadata={"example": "Sales"})


class InviterSchema(AnswerSchema):
    user_id = string()
    name = string(nullable=True)


class InvitationSchema(AnswerSchema):
    id = string()
    email = string("Who alone may use it; null: whoever has the link.", nullable=True)
    role = fields.String(required=True, validate=OneOf(_ROLES))
    visibility = fields.String(required=True, validate=OneOf(_VISIBILITIES))
    phone_number_ids = fields.List(fields.String(), required=True, allow_none=True)
    invited_by = fields.Nested(InviterSchema, required=True)
    expires_at = moment("When the link ends; one that has expired can be made anew.")
    sent_at = moment("When it was mailed; null: it was not.", nullable=True)
    send_error = string("Why it could not be mailed.", nullable=True)


class InvitationsSchema(AnswerSchema):
    invitations = fields.List(fields.Nested(InvitationSchema), required=True)
    can_mail = fields.Boolean(
        required=True, metadata={"description": "Whether links are mailed; else you pass them on yourself."}
    )
    can_make_accounts = fields.Boolean(
        required=True,
        metadata={"description": "Whether a mailed invitation makes an account for who has none."},
    )
    sign_up_is_open = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={
            "description": "Whether people may make themselves an account; null: not known. Where they may "
            "not, a link alone is of no use to who has none."
        },
    )


class InvitedSchema(AnswerSchema):
    invitation = fields.Nested(InvitationSchema, required=True)
    link = string(
        "Shown this once: it is kept nowhere. Null where a request is repeated whose link is dead by now.",
        nullable=True,
        example="https://chat.example.com/live-chat/join#…",
    )


class InviteSchema(ma.Schema):
    email = Address(
        allow_none=True,
        load_default=None,
        validate=Length(max=254),
        metadata={
            "description": "Who alone may use it; left out: whoever has the link.",
            "example": "ines@example.com",
        },
    )
    role = fields.String(required=True, validate=OneOf(_ROLES))
    visibility = fields.String(load_default="all", validate=OneOf(_VISIBILITIES))
    phone_number_ids = _numbers()
    expires_in_hours = fields.Integer(
        strict=True,
        allow_none=True,
        validate=Range(min=1, max=MAX_HOURS),
        metadata={"description": "Left out: 24, for an address 168."},
    )


class LinkTokenSchema(ma.Schema):
    token = fields.String(
        required=True,
        validate=Length(min=1, max=128),
        metadata={"description": "What stands behind the # of the link.", "example": "x" * 43},
    )


class PeekSchema(AnswerSchema):
    workspace_name = string()
    invited_by = string("The name of who invited you.", nullable=True)
    role = fields.String(required=True, validate=OneOf(_ROLES))
