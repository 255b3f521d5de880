"""RFC 9457 problem details, as ``livechat.web.problems`` writes them."""

from marshmallow import fields

from livechat.web.schemas import AnswerSchema


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
