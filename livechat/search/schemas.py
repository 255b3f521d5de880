"""Schemas of the search: its parameters and its answer."""

from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, Range

from livechat.conversations.object_schemas import ConversationSchema, MessageSchema
from livechat.inbox.schemas import InboxPlaceSchema
from livechat.notes.schemas import NoteSchema
from livechat.search.search_everything import KINDS
from livechat.web.schemas import AnswerSchema, opaque_id, page_limit

MAX_QUERY = 200


class Kinds(fields.String):
    """Some of ``KINDS``, with commas between them; as a list."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        given = [each.strip() for each in super()._deserialize(value, attr, data, **kwargs).split(",")]
        if not given or not set(given) <= set(KINDS):
            raise ma.ValidationError("Give messages, people, notes, or several with commas between them.")
        return [kind for kind in KINDS if kind in given]


class Time(fields.AwareDateTime):
    """A time, or a day, which is its beginning in UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) and len(value) == len("2026-11-29"):
            value = f"{value}T00:00:00Z"
        found = super()._deserialize(value, attr, data, **kwargs)
        try:
            return found.astimezone(UTC)
        except OverflowError as error:
            raise ma.ValidationError("Not a valid datetime.") from error


def _time(name: str, description: str) -> Time:
    return Time(
        data_key=name,
        format="iso",
        default_timezone=UTC,
        validate=Range(min=datetime(1970, 1, 1, tzinfo=UTC), max=datetime(9999, 1, 1, tzinfo=UTC)),
        metadata={
            "description": f"{description} RFC 3339, or a date alone.",
            "example": "2026-11-22T10:00:00Z",
        },
    )


class SearchQuerySchema(InboxPlaceSchema):
    q = fields.String(
        required=True,
        validate=Length(min=1, max=MAX_QUERY),
        metadata={
            "description": "Words: a text has all of them, in any order; the last may be the beginning of "
            "one. Case, accents and width do not matter. Of people: part of a name, username or number.",
            "example": "orcamento",
        },
    )
    kinds = Kinds(
        data_key="in",
        load_default=list(KINDS),
        metadata={
            "description": "`messages`, `people`, `notes`, or several with commas between. Left out: all.",
            "example": "messages,notes",
        },
    )
    since = _time("from", "Only from this time on; of people, their latest message.")
    until = _time("to", "Only before this time.")
    limit = page_limit()
    cursor = opaque_id("`next_cursor` of the page before.", validate=Length(max=600))


def _spans() -> fields.List[Any]:
    return fields.List(
        fields.List(fields.Integer(), validate=Length(equal=2)),
        required=True,
        metadata={
            "description": "Where the words stand in the `text` (of a note: the `body`): `[start, end]`, in "
            "UTF-16 code units as JavaScript counts, so `text.slice(start, end)`. Empty where they stand "
            "elsewhere: in a file's name, a place, a card, a button."
        },
    )


class MessageHitSchema(AnswerSchema):
    message = fields.Nested(MessageSchema, required=True)
    conversation = fields.Nested(ConversationSchema, required=True)
    spans = _spans()


class NoteHitSchema(AnswerSchema):
    note = fields.Nested(NoteSchema, required=True)
    conversation = fields.Nested(ConversationSchema, required=True)
    spans = _spans()


class SearchSchema(AnswerSchema):
    messages = fields.List(
        fields.Nested(MessageHitSchema), required=True, metadata={"description": "The newest first."}
    )
    people = fields.List(
        fields.Nested(ConversationSchema),
        required=True,
        metadata={"description": "Their conversations, the latest message first."},
    )
    notes = fields.List(
        fields.Nested(NoteHitSchema), required=True, metadata={"description": "The newest first."}
    )
    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "For the next page of all three; null: there is no more of any."},
    )
    partial = fields.Boolean(  # type: ignore[assignment]  # the library's own name is set on instances
        required=True,
        metadata={
            "description": "Whether the search was ended for its time. What it found is here; the next page "
            "goes on from where it came to."
        },
    )
