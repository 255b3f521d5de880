"""Schemas of ``/media``: the upload and its answer."""

import marshmallow as ma
from flask_smorest.fields import Upload
from marshmallow import fields
from marshmallow.validate import Length, OneOf

from livechat.web.schemas import AnswerSchema, string
from livechat.whatsapp.media_types import RULES


class UploadSchema(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE

    phone_number_id = fields.String(
        required=True,
        validate=Length(min=1, max=64),
        metadata={"description": "Meta's id of the number that will send it.", "example": "106540352242922"},
    )
    kind = fields.String(
        validate=OneOf(list(RULES)),
        metadata={"description": "What it is to be sent as; left out: what its bytes suggest."},
    )
    file = Upload(required=True, metadata={"description": "The file."})


class UploadedSchema(AnswerSchema):
    id = string("Give it as media_id to POST /send-message.")
    kind = fields.String(required=True, validate=OneOf(list(RULES)))
    mime_type = string("Of the file as it will be sent: some are converted.", example="image/jpeg")
    size = fields.Integer(required=True, metadata={"description": "Bytes."})
    filename = string(nullable=True)
    width = fields.Integer(required=True, allow_none=True)
    height = fields.Integer(required=True, allow_none=True)
    duration = fields.Float(required=True, allow_none=True, metadata={"description": "Seconds."})
    url = string("Same-origin, signed, good for some minutes.")
    thumbnail_url = string("Of pictures and videos.", nullable=True)
    waveform = fields.List(
        fields.Integer(), required=True, allow_none=True, metadata={"description": "Loudness, 0 to 100."}
    )


class UploadAnswerSchema(AnswerSchema):
    media = fields.Nested(UploadedSchema, required=True)
