"""What the routes of presence take and answer."""

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import OneOf

from livechat.presence.availability import Availability, Presence
from livechat.web.schemas import AnswerSchema, moment, opaque_id, string

_CHOICES = [each.value for each in Availability]


class PresenceWordSchema(ma.Schema):
    state = fields.String(
        required=True,
        validate=OneOf([Presence.ACTIVE.value, Presence.IDLE.value]),
        metadata={"description": "The best state of the person's tabs. Nobody says that they are gone."},
    )
    viewing = opaque_id("The conversation that is open, null or left out: none.", allow_none=True)
    typing = fields.Boolean(
        truthy={True},
        falsy={False},
        load_default=False,
        metadata={"description": "Whether they write a reply there."},
    )


class ViewerSchema(AnswerSchema):
    user_id = string("Supabase's id of the user.")
    name = string(nullable=True, example="Ines Duarte")
    typing = fields.Boolean(required=True)


class PresentSchema(AnswerSchema):
    viewers = fields.List(
        fields.Nested(ViewerSchema),
        required=True,
        metadata={"description": "Who looks at the conversation now, the caller too; without one, nobody."},
    )


class LookedAtSchema(AnswerSchema):
    conversation_id = string("Our id of a conversation that you see.")
    viewers = fields.List(fields.Nested(ViewerSchema), required=True)


class ViewersSchema(AnswerSchema):
    viewers = fields.List(
        fields.Nested(LookedAtSchema),
        required=True,
        metadata={"description": "The conversations that somebody looks at now; at all others nobody does."},
    )


class AvailabilityChoiceSchema(ma.Schema):
    chosen = fields.String(required=True, validate=OneOf(_CHOICES))
    until = fields.AwareDateTime(
        allow_none=True,
        load_default=None,
        metadata={
            "description": "When you are available again by yourself. If you are available until a time, "
            "conversations come to you until then also while no page of yours is open.",
            "example": "2026-11-29T13:00:00Z",
        },
    )


class AvailabilitySchema(AnswerSchema):
    user_id = string("Supabase's id of the user.")
    availability = fields.String(required=True, validate=OneOf(_CHOICES))
    availability_until = moment("When they are available again by themselves.", nullable=True)
    presence = fields.String(required=True, validate=OneOf([each.value for each in Presence]))
    can_receive = fields.Boolean(required=True)
