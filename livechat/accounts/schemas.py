"""Schemas of a connected number, as ``accounts.present_number`` writes it, and of connecting one."""

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Regexp

from livechat.web.schemas import AnswerSchema, moment, opaque_id, string


class PausedReasonSchema(AnswerSchema):
    code = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Meta's code; null: trouble of our own."}
    )
    title = string("Meta's word for it.", nullable=True, example="Access token has expired")
    detail = string("A sentence for people.", nullable=True)
    since = moment("When sends were stopped.")
    needs_token = fields.Boolean(
        required=True,
        metadata={
            "description": "The access token is the trouble: connecting again with a new one mends it."
        },
    )


class NoticeSchema(AnswerSchema):
    code = string("Stable; what it is about.", example="account_offboarded")
    severity = fields.String(required=True, validate=OneOf(["info", "warning", "critical"]))
    title = string(example="Sending is paused")
    detail = string("One sentence for the agent.")
    since = moment("When Meta said so.", nullable=True)
    until = moment("When it ends by itself; null: it does not, or nobody knows.", nullable=True)


class PhoneNumberSchema(AnswerSchema):
    phone_number_id = string("Meta's id of the number.", example="106540352242922")
    waba_id = string("The WhatsApp Business Account that it belongs to.", example="102290129340398")
    workspace_id = string("The workspace that has the number.")
    display_phone_number = string(example="+91 77559 91051")
    verified_name = string(nullable=True, example="Asha's Bakery")
    status = fields.String(
        required=True,
        validate=OneOf(["connected", "paused"]),
        metadata={"description": "paused: account trouble; sends wait, nothing is lost."},
    )
    paused_reason = fields.Nested(
        PausedReasonSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Why sends wait; null where they do not."},
    )
    quality_rating = string(nullable=True, example="GREEN")
    unread_count = fields.Integer(required=True, metadata={"description": "Summed over its conversations."})
    throughput = string(
        "STANDARD is 80 messages a second, HIGH 1,000, COEXISTENCE (shared with the phone app) 20.",
        nullable=True,
    )
    messaging_limit = string(
        "Meta's tier: customers a day that may be written to outside service windows.",
        nullable=True,
        example="TIER_2K",
    )
    notices = fields.List(
        fields.Nested(NoticeSchema),
        required=True,
        metadata={"description": "What the people who answer should know now."},
    )


class PhoneNumbersSchema(AnswerSchema):
    phone_numbers = fields.List(fields.Nested(PhoneNumberSchema), required=True)


def _meta_id(description: str, example: str) -> fields.String:
    # ``[0-9]``, because ``\d`` takes digits of other scripts. The look-ahead, because Python's ``$`` lets a
    # line end through, and readers of the OpenAPI document do not know ``\Z``.
    return fields.String(
        required=True,
        validate=Regexp(r"^[0-9]{1,64}$(?!\n)", error="Give Meta's id: up to 64 digits."),
        metadata={"description": description, "example": example},
    )


class ConnectSchema(ma.Schema):
    workspace_id = opaque_id("The workspace to connect it in; left out: your own, or the one that has it.")
    waba_id = _meta_id("The WhatsApp Business Account.", "102290129340398")
    phone_number_id = _meta_id("The number's id at Meta, not the number itself.", "106540352242922")
    access_token = fields.String(
        required=True,
        validate=[
            Length(max=4096, error="Give the access token: up to 4,096 characters."),
            Regexp(r"\s*\S", error="Give the access token."),
        ],
        metadata={
            "description": "A system user's token with whatsapp_business_messaging.",
            "format": "password",
        },
    )
