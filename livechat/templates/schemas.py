"""Schemas of the templates' routes: query parameters, bodies and answers."""

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf

from livechat.web.schemas import AnswerSchema, moment, opaque_id, string

_PHONE_NUMBER_ID = "Meta's id of one of your numbers: the templates are its account's."
_STATUSES = (
    "APPROVED",
    "PENDING",
    "REJECTED",
    "PAUSED",
    "DISABLED",
    "IN_APPEAL",
    "PENDING_DELETION",
    "DELETED",
    "LIMIT_EXCEEDED",
    "ARCHIVED",
    "ALL",
)
_CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")


class TemplatesQuerySchema(ma.Schema):
    phone_number_id = opaque_id(_PHONE_NUMBER_ID, required=True)
    search = fields.String(
        validate=Length(min=1, max=100), metadata={"description": "Part of a name or of a text."}
    )
    language = fields.String(
        validate=Length(min=1, max=16), metadata={"description": "Meta's code.", "example": "en_US"}
    )
    category = fields.String(validate=OneOf(_CATEGORIES))
    status = fields.String(
        load_default="APPROVED",
        validate=OneOf(_STATUSES),
        metadata={"description": "Only APPROVED ones can be sent; ALL lists every one."},
    )


class TemplateParameterSchema(AnswerSchema):
    key = string("Unique within the template.", example="body.0")
    component = string("header, body, button or limited_time_offer.", example="body")
    kind = string(
        "text, image, video, document, location, url_suffix, coupon_code, payload, flow, catalog, mpm or "
        "limited_time_offer.",
        example="text",
    )
    index = fields.Integer(
        required=True,
        metadata={
            "description": "From 0: the place among the component's values; a button's among the buttons."
        },
    )
    name = string("The placeholder's, where the template names its own.", nullable=True)
    card = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of a carousel: the card, from 0."}
    )
    example = fields.Raw(required=True, allow_none=True, metadata={"description": "As Meta reviewed it."})
    required = fields.Boolean(required=True)


class TemplateSchema(AnswerSchema):
    id = string("Ours.")
    name = string(example="order_confirmation")
    language = string(example="en_US")
    status = string(example="APPROVED")
    category = string(nullable=True, example="UTILITY")
    sub_category = string(nullable=True)
    quality = string(nullable=True, example="GREEN")
    rejected_reason = string(nullable=True)
    parameter_format = string("POSITIONAL or NAMED.", example="POSITIONAL")
    components = fields.List(
        fields.Dict(), required=True, metadata={"description": "Under Meta's own field names."}
    )
    parameters = fields.List(
        fields.Nested(TemplateParameterSchema),
        required=True,
        metadata={"description": "What a send of this template fills in."},
    )


class TemplatesSchema(AnswerSchema):
    templates = fields.List(fields.Nested(TemplateSchema), required=True)
    synced_at = moment("When they were last read from Meta; null: not yet.", nullable=True)


class SyncTemplatesSchema(ma.Schema):
    phone_number_id = opaque_id(_PHONE_NUMBER_ID, required=True)


class SyncedSchema(AnswerSchema):
    synced_at = moment("When they were read from Meta the last time; null: not yet.", nullable=True)
