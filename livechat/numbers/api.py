"""Routes of the numbers that a user may use: listing them, connecting one, and resuming a paused one."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.present_number import phone_number_json
from livechat.accounts.queries.notices import notices_of_numbers
from livechat.accounts.schemas import ConnectSchema, PhoneNumberSchema, PhoneNumbersSchema
from livechat.core.extensions import db
from livechat.core.graph import graph
from livechat.domain.permissions import Permission
from livechat.numbers.connect_number import connect_number
from livechat.numbers.queries import phone_numbers_of
from livechat.numbers.resume import resume_by_owner
from livechat.web.blueprint import ApiBlueprint
from livechat.web.context import settings
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.guards.withheld import settle, withheld_workspaces
from livechat.web.parsing import json_response

bp = ApiBlueprint("phone numbers", __name__, description="The WhatsApp numbers that you may use.")


@bp.route("/phone-numbers", costs=Cost.READS, needs=Permission.SIGNED_IN, tells_factor=True)
@bp.response(HTTPStatus.OK, PhoneNumbersSchema)
@bp.problems()
def list_phone_numbers() -> Response:
    """Your phone numbers."""
    rows = phone_numbers_of(db.session, current_user_id())
    if not rows or any(row.asks_factor for row in rows):
        withheld = {str(each) for each in withheld_workspaces()}
        rows = [row for row in rows if row.workspace_id not in withheld]
    # Where none of the caller's workspaces with a number asks for a second factor, nothing is withheld.
    settle()
    notices = notices_of_numbers(db.session, [row.phone_number_id for row in rows])
    numbers = [
        phone_number_json(row, row, unread_count=row.unread_count, notices=notices[row.phone_number_id])
        for row in rows
    ]
    return json_response({"phone_numbers": numbers})


@bp.route("/phone-numbers", methods=["POST"], costs=Cost.CONNECTS, needs=Permission.NUMBER_MANAGE)
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
        # A pasted token often ends with a line break.
        access_token=body["access_token"].strip(),
        encryption_keys=settings().encryption_keys,
        workspace_id=body.get("workspace_id"),
    )
    return json_response(connected.number, HTTPStatus.CREATED if connected.is_new else HTTPStatus.OK)


@bp.route(
    "/phone-numbers/<phone_number_id>/resume",
    methods=["POST"],
    costs=Cost.CONNECTS,
    needs=Permission.NUMBER_MANAGE,
)
@bp.response(HTTPStatus.OK, PhoneNumberSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
def post_resume(phone_number_id: str) -> Response:
    """Let a paused number send again.

    For owners. What waits goes out; the account's other numbers that stopped for the same reason go on as
    well. Where the access token was the reason, Meta is asked first whether it takes it now. A number that is
    not paused is answered as it is.
    """
    shown = resume_by_owner(
        db.session,
        graph.client,
        current_user_id(),
        phone_number_id,
        encryption_keys=settings().encryption_keys,
    )
    return json_response(shown)
