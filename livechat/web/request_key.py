"""The header by which a client names a request, so that sending it again makes nothing new."""

import marshmallow as ma
from flask import request
from marshmallow import fields

from livechat.core.errors import ValidationFailedError

_MAX_CHARS = 255


class IdempotencyHeadersSchema(ma.Schema):
    """Documents the header. It is read by ``idempotency_key``, since other headers are ignored."""

    idempotency_key = fields.String(
        data_key="Idempotency-Key",
        metadata={
            "description": "The same request again answers 200 and makes nothing.",
            "maxLength": _MAX_CHARS,
        },
    )


def idempotency_key() -> str | None:
    """The present request's key; None: it has none. Raises ValidationFailedError."""
    key = request.headers.get("Idempotency-Key") or None
    if key is not None and len(key) > _MAX_CHARS:
        raise ValidationFailedError(errors={"Idempotency-Key": [f"At most {_MAX_CHARS} characters."]})
    return key
