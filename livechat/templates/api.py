"""Routes of templates, which alone can be sent outside the service window."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_phone_number
from livechat.core.extensions import db
from livechat.domain.clock import rfc3339
from livechat.domain.permissions import Permission
from livechat.templates.choose_template import ask_for_sync, templates_json
from livechat.templates.schemas import (
    SyncedSchema,
    SyncTemplatesSchema,
    TemplatesQuerySchema,
    TemplatesSchema,
)
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("templates", __name__, description="Message templates of your WhatsApp accounts.")


@bp.route("/templates", costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.arguments(TemplatesQuerySchema, location="query")
@bp.response(HTTPStatus.OK, TemplatesSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_templates(query: dict[str, Any]) -> Response:
    """The templates of a number's account, by name and language, as Meta last described them.

    Each lists the values that a send of it fills in. They are sent by `POST /send-message` with
    `message_type: template`; `components` are Meta's.
    """
    number = access_phone_number(db.session, current_user_id(), query["phone_number_id"])
    shown = templates_json(
        db.session,
        number,
        status=None if query["status"] == "ALL" else query["status"],
        search=query.get("search"),
        language=query.get("language"),
        category=query.get("category"),
    )
    return json_response(shown)


@bp.route("/templates/sync", methods=["POST"], costs=Cost.CONNECTS, needs=Permission.TEMPLATE_SYNC)
@bp.arguments(SyncTemplatesSchema)
@bp.response(HTTPStatus.ACCEPTED, SyncedSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
def sync_templates(body: dict[str, Any]) -> Response:
    """Have them read from Meta again, soon; several wishes at once are one reading."""
    number = access_phone_number(db.session, current_user_id(), body["phone_number_id"])
    synced_at = ask_for_sync(db.session, number)
    db.session.commit()
    return json_response({"synced_at": rfc3339(synced_at)}, HTTPStatus.ACCEPTED)
