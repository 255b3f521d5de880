"""Fields that several schemas share."""

import re
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

MAX_BIGINT = 2**63 - 1
MAX_PAGE = 200
_WHOLE = re.compile(r"[0-9]{1,19}")


class AnswerSchema(ma.Schema):
    """The base of every answer. Clients must accept fields that they do not know: answers grow."""

    class Meta:
        unknown = ma.EXCLUDE


class WholeNumber(fields.Integer):
    """Decimal digits only. ``int()`` would also take underscores, spaces and digits of other scripts."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if not isinstance(value, str) or not _WHOLE.fullmatch(value):
            raise ma.ValidationError("Give a whole number that is not negative.")
        return super()._deserialize(value, attr, data, **kwargs)


def page_limit() -> WholeNumber:
    """The query parameter for the number of items of a page: 1 to 200, 50 by default."""
    return WholeNumber(
        load_default=50,
        validate=ma.validate.Range(min=1, max=MAX_PAGE, error=f"Give a number from 1 to {MAX_PAGE}."),
        metadata={"description": "How many items at most."},
    )


def opaque_id(description: str, **options: Any) -> fields.String:
    """A field for one of our ids. It takes any string: one that is not our id is simply not found."""
    return fields.String(metadata={"description": description}, **options)


def moment(description: str, *, nullable: bool = False) -> fields.String:
    """A field for a time: RFC 3339 in UTC, as ``conversations.present`` writes it."""
    return fields.String(
        required=True,
        allow_none=nullable,
        metadata={
            "format": "date-time",
            "description": description,
            "example": "2026-11-22T10:00:00.000000Z",
        },
    )


def string(description: str | None = None, *, nullable: bool = False, **more: object) -> fields.String:
    metadata = {"description": description} if description else {}
    return fields.String(required=True, allow_none=nullable, metadata=metadata | more)


class ProblemSchema(AnswerSchema):
    type = fields.String(
        required=True, metadata={"format": "uri", "example": "urn:livechat:problem:not_found"}
    )
    title = fields.String(required=True, metadata={"example": "Not found"})
    status = fields.Integer(required=True, metadata={"example": 404})
    detail = fields.String(required=True, metadata={"example": "There is no such conversation."})
    code = fields.String(
        required=True,
        metadata={"description": "Stable; switch on this, never on text.", "example": "not_found"},
    )
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "For validation_failed: field to sentences."},
    )
    closed_at = fields.String(
        allow_none=True,
        metadata={
            "format": "date-time",
            "description": "For service_window_closed: since when; null: never open.",
        },
    )
    conversation = fields.Dict(
        metadata={"description": "For conversation_changed: the conversation as it is now."}
    )
    note = fields.Dict(
        metadata={"description": "For conversation_changed: the note that was to be edited, as it is now."}
    )
    person = fields.Dict(
        metadata={"description": "For conversation_changed: the person that was to be changed, as now."}
    )
    changed_by = fields.Dict(
        allow_none=True,
        metadata={"description": "For conversation_changed: `{user_id, name}`; null: no member."},
    )
    problems = fields.List(
        fields.Dict(),
        metadata={
            "description": "For a macro that cannot be run: `{step, code, detail, names}` of each step that "
            "hinders it."
        },
    )
    changed_at = fields.String(
        allow_none=True,
        metadata={"format": "date-time", "description": "For conversation_changed: when; null: not known."},
    )
