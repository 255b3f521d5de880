"""The shape of the body of ``POST /send-message``. ``outbound.send_request`` checks Meta's limits."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from livechat.outbound.send_request import KEY_MAX_CHARS, PART_TYPES, TEXT_MAX_UNITS

_PARTS: dict[str, fields.Field[Any]] = {
    name: fields.Raw(
        allow_none=True,
        metadata={
            **({"type": "array"} if name == "contacts" else {"type": "object", "additionalProperties": True}),
            "description": f"For message_type {name}, in place of message: under Meta's own field names.",
        },
    )
    for name in PART_TYPES
}


class ExpectedConversationSchema(ma.Schema):
    assignee_id = fields.UUID(
        allow_none=True, metadata={"description": "Whose it was when you looked; null: nobody's."}
    )
    last_message_id = fields.UUID(
        allow_none=True, metadata={"description": "The last message that you saw; null: there was none."}
    )


class _Text(ma.Schema):
    class Meta:
        # A client of a later version may send members that this one does not know.
        unknown = ma.EXCLUDE

    phone_number_id = fields.String(
        required=True, metadata={"description": "Meta's id of your number.", "example": "106540352242922"}
    )
    to = fields.String(
        allow_none=True,
        metadata={
            "description": "The customer's number with country code; +, spaces and dashes do not matter. "
            "Either this or conversation_id.",
            "example": "+91 77559 91051",
        },
    )
    conversation_id = fields.String(
        allow_none=True,
        metadata={"description": "In place of to; the only way to a customer without a phone number."},
    )
    message = fields.String(
        allow_none=True,
        metadata={
            "description": f"The text, at most {TEXT_MAX_UNITS} characters.",
            "example": "Out for delivery.",
        },
    )
    message_type = fields.String(
        allow_none=True,
        load_default="text",
        metadata={"description": "Meta's word.", "enum": ["text", *PART_TYPES]},
    )
    preview_url = fields.Raw(
        allow_none=True,
        metadata={
            "type": "boolean",
            "description": "Of a text: whether WhatsApp shows a preview of its first link. Left out: where "
            "it holds an http(s) address.",
        },
    )
    text = fields.Raw(
        allow_none=True,
        metadata={
            "type": "object",
            "additionalProperties": True,
            "description": "For message_type text, under Meta's own field names: body in place of message, "
            "preview_url.",
        },
    )
    reply_to = fields.String(
        allow_none=True,
        metadata={"description": "The id of the message of this conversation that is quoted."},
    )
    client_message_id = fields.String(
        allow_none=True,
        metadata={
            "description": "Your own id of the message; it serves as an idempotency key.",
            "maxLength": KEY_MAX_CHARS,
        },
    )
    expected = fields.Nested(
        ExpectedConversationSchema,
        allow_none=True,
        metadata={
            "description": "What you saw of the conversation. Where it is no longer so nothing is stored: "
            "the answer is 409 `conversation_changed`."
        },
    )


SendMessageSchema = _Text.from_dict(_PARTS, name="SendMessageSchema")
