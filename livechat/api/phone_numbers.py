"""The numbers that a user may use. ``connect_number`` adds to this blueprint how one is connected."""

from http import HTTPStatus

from flask import Response

from livechat.api.auth import current_user_id
from livechat.api.blueprint import ApiBlueprint
from livechat.api.costs import Cost
from livechat.api.parsing import json_response
from livechat.api.schemas.numbers import PhoneNumbersSchema
from livechat.extensions import db
from livechat.queries.accounts import phone_numbers_of
from livechat.queries.notices import notices_of_numbers
from livechat.services.present_number import phone_number_json

bp = ApiBlueprint("phone numbers", __name__, description="The WhatsApp numbers that you may use.")


@bp.route("/phone-numbers", costs=Cost.READS)
@bp.response(HTTPStatus.OK, PhoneNumbersSchema)
@bp.problems()
def list_phone_numbers() -> Response:
    """Your phone numbers."""
    rows = phone_numbers_of(db.session, current_user_id())
    notices = notices_of_numbers(db.session, [number.phone_number_id for number, _, _ in rows])
    numbers = [
        phone_number_json(
            number, waba_id=waba_id, unread_count=unread, notices=notices[number.phone_number_id]
        )
        for number, waba_id, unread in rows
    ]
    return json_response({"phone_numbers": numbers})
