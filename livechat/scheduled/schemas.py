"""Schemas of the routes of scheduled messages. What is to be sent is given as for ``POST /send-message``."""

from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf

from livechat.conversations.object_schemas import AssigneeSchema
from livechat.outbound.schemas import SendMessageSchema
from livechat.outbound.send_request import PART_TYPES
from livechat.web.schemas import AnswerSchema, moment, opaque_id, page_limit, string

STATES = ("scheduled", "sent", "cancelled", "needs_attention")
# What a message says: these take the place of one another.
CONTENT = ("message", "preview_url", "message_type", "text", *PART_TYPES)


def _send_at(**options: Any) -> fields.AwareDateTime:
    return fields.AwareDateTime(
        format="iso",
        metadata={"description": "When it is to be sent, with its offset: a time to come."},
        **options,
    )


def _cancel(**options: Any) -> fields.Boolean:
    return fields.Boolean(
        metadata={
            "description": "Whether it is cancelled by what the customer writes from now on: by its arrival; "
            "a reaction does not count."
        },
        **options,
    )


NewScheduledMessageSchema = SendMessageSchema.from_dict(
    {"send_at": _send_at(required=True), "cancel_if_customer_writes": _cancel(load_default=False)},
    name="NewScheduledMessageSchema",
)
ScheduledMessageChangeSchema = ma.Schema.from_dict(
    {
        "send_at": _send_at(),
        "cancel_if_customer_writes": _cancel(),
        **{name: SendMessageSchema._declared_fields[name] for name in (*CONTENT, "reply_to")},
        # Left out: the type that it is.
        "message_type": fields.String(
            allow_none=True, metadata={"description": "Meta's word.", "enum": ["text", *PART_TYPES]}
        ),
    },
    name="ScheduledMessageChangeSchema",
)


class ScheduledMessageSchema(AnswerSchema):
    id = string()
    phone_number_id = string()
    conversation_id = string()
    author = fields.Nested(
        AssigneeSchema, required=True, metadata={"description": "Who wrote it, and as whom it is sent."}
    )
    state = fields.String(required=True, validate=OneOf(STATES))
    send_at = moment("When it is to be sent.")
    cancel_if_customer_writes = fields.Boolean(required=True)
    message_type = string()
    text = string("What a person reads in a list.", nullable=True)
    content = fields.Dict(
        required=True, metadata={"description": "The typed part, under Meta's own field names."}
    )
    reply_to = string("The message that it will quote.", nullable=True)
    client_message_id = string(nullable=True)
    message_id = string("Of one that was sent: the message.", nullable=True)
    reason = string(
        "Of a cancelled one: `cancelled` (by a person) or `customer_wrote`. Of one that needs attention: the "
        "code of the problem that a send would have met.",
        nullable=True,
    )
    detail = string("The same as a sentence.", nullable=True)
    created_at = moment("When it was scheduled.")
    ended_at = moment("When it was sent, cancelled, or could not be sent; null: it waits.", nullable=True)


class ScheduledMessagesSchema(AnswerSchema):
    scheduled_messages = fields.List(
        fields.Nested(ScheduledMessageSchema),
        required=True,
        metadata={"description": "What was scheduled last comes first."},
    )
    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "For the next page; null: this was the last."},
    )


class ScheduledMessagesQuerySchema(ma.Schema):
    conversation_id = opaque_id("Only this conversation's.")
    state = fields.List(
        fields.String(validate=OneOf(STATES)),
        load_default=list,
        metadata={"description": "Only those of this state; repeated: of any of these."},
    )
    limit = page_limit()
    cursor = opaque_id("`next_cursor` of the page before.", validate=Length(max=200))
