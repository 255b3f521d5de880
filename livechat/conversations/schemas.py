"""Schemas of the conversations' routes: query parameters, bodies and answers."""

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range

from livechat.conversations.object_schemas import MessageSchema
from livechat.conversations.queries.thread_pages import SHARED_KINDS
from livechat.web.schemas import MAX_BIGINT, AnswerSchema, WholeNumber, moment, opaque_id, page_limit

_PHONE_NUMBER_ID = "Meta's id of one of your numbers."


class MessagesQuerySchema(ma.Schema):
    conversation_id = opaque_id("The thread.", required=True)
    limit = page_limit()
    offset = WholeNumber(
        validate=Range(min=0, max=MAX_BIGINT, error="Give a number that is not negative."),
        metadata={"description": "How many to skip, counted back from the newest.", "default": 0},
    )
    before = opaque_id("The page that ends right before this message id.")
    after = opaque_id("The page that begins right after this message id.")
    around = opaque_id("The page with this message id in its middle.")

    @ma.validates_schema
    def _one_way_to_page(self, data: dict[str, object], **_: object) -> None:
        given = [name for name in ("offset", "before", "after", "around") if name in data]
        if len(given) > 1:
            sentence = f"Give only one of {', '.join(given)}."
            raise ma.ValidationError({name: [sentence] for name in given})


class MessagesSchema(AnswerSchema):
    messages = fields.List(
        fields.Nested(MessageSchema), required=True, metadata={"description": "The oldest comes first."}
    )
    total = fields.Integer(required=True, metadata={"description": "Messages in the thread."})
    limit = fields.Integer(required=True)
    offset = fields.Integer(required=True, metadata={"description": "0 where the page was asked for by id."})
    first_unread_id = fields.String(
        required=True, allow_none=True, metadata={"description": "The oldest message that you have not read."}
    )
    last_unread_id = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The message that was stored last, whatever its timestamp, of those that you or "
            "the team have not read: who has seen the whole thread reads up to it."
        },
    )


class SharedQuerySchema(ma.Schema):
    kind = fields.String(
        validate=OneOf(SHARED_KINDS),
        metadata={
            "description": "Photos and videos, documents and audio, or texts with a link. Default: all."
        },
    )
    limit = page_limit()
    cursor = opaque_id("`next_cursor` of the page before.", validate=Length(max=200))


class SharedSchema(AnswerSchema):
    media = fields.List(
        fields.Nested(MessageSchema), required=True, metadata={"description": "The newest comes first."}
    )
    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "For the next page; null: this was the last."},
    )


class EarlierTextSchema(AnswerSchema):
    text = fields.String(required=True, allow_none=True, metadata={"description": "The body or caption."})
    until = moment("When its sender replaced it, by WhatsApp's time.")


class EditsSchema(AnswerSchema):
    edits = fields.List(
        fields.Nested(EarlierTextSchema), required=True, metadata={"description": "The oldest text first."}
    )


class ReadSchema(ma.Schema):
    up_to = opaque_id(
        "Read up to this message id; left out or null: to the end.", allow_none=True, load_default=None
    )


class UnreadSchema(ma.Schema):
    # ``from`` is a keyword of Python.
    locals()["from"] = opaque_id("Unread from this message id on.", required=True)


class DraftWriteSchema(ma.Schema):
    text = fields.String(
        load_default="",
        validate=Length(max=16_384, error="A draft has at most 16,384 characters."),
        metadata={"description": "What is being written; empty or left out: the draft is deleted."},
    )
    reply_to = opaque_id("The message that it answers, by its id.", allow_none=True, load_default=None)


class OpenConversationSchema(ma.Schema):
    phone_number_id = opaque_id(_PHONE_NUMBER_ID, required=True)
    to = fields.String(
        required=True,
        validate=Length(max=64, error="Give a phone number."),
        metadata={
            "description": "The customer's number with its country code; +, spaces and dashes may stand.",
            "example": "+91 77559 91051",
        },
    )
