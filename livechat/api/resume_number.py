"""``POST /phone-numbers/{phone_number_id}/resume``: the owner's word that a number's trouble is over."""

from http import HTTPStatus

from flask import Response

from livechat.api.auth import current_user_id
from livechat.api.blueprint import ApiBlueprint
from livechat.api.context import settings
from livechat.api.costs import Cost
from livechat.api.parsing import json_response
from livechat.api.schemas.numbers import PhoneNumberSchema
from livechat.extensions import db, graph
from livechat.services.resume import resume_by_owner

bp = ApiBlueprint("resume", __name__, description="Paused numbers.")


@bp.route("/phone-numbers/<phone_number_id>/resume", methods=["POST"], costs=Cost.CONNECTS)
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
