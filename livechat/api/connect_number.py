"""Connecting a number: a call of its own, for it is the only one that waits for Meta."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.api.auth import current_user_id
from livechat.api.context import settings
from livechat.api.costs import Cost
from livechat.api.parsing import json_response
from livechat.api.phone_numbers import bp
from livechat.api.schemas.numbers import ConnectSchema, PhoneNumberSchema
from livechat.extensions import db, graph
from livechat.services.connect_number import connect_number


@bp.route("/phone-numbers", methods=["POST"], costs=Cost.CONNECTS)
@bp.arguments(ConnectSchema)
@bp.response(HTTPStatus.CREATED, PhoneNumberSchema, description="Connected")
@bp.alt_response(HTTPStatus.OK, schema=PhoneNumberSchema, description="Yours before; the token is replaced")
@bp.problems(HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
def connect_phone_number(body: dict[str, Any]) -> Response:
    """Connect a number.

    The access token is proved first: Meta is asked for the number with it, and the app is subscribed to the
    account. Connecting your number again replaces the token and resumes a paused number.
    """
    connected = connect_number(
        db.session,
        graph.client,
        user_id=current_user_id(),
        waba_id=body["waba_id"],
        phone_number_id=body["phone_number_id"],
        # Tokens are pasted, often with a line end.
        access_token=body["access_token"].strip(),
        encryption_keys=settings().encryption_keys,
    )
    return json_response(connected.number, HTTPStatus.CREATED if connected.is_new else HTTPStatus.OK)
