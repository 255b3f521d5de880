"""Routes of a workspace's labels, and of those that a conversation wears."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response, request

from livechat.accounts.access import access_workspace
from livechat.conversations.ornaments import conversations_json
from livechat.core.errors import ValidationFailedError
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.labels.label_conversation import put_label, take_label
from livechat.labels.manage_labels import NewLabel, archive_label, change_label, create_label, label_json
from livechat.labels.queries import labels_of_workspace
from livechat.labels.schemas import (
    LabelChangeSchema,
    LabelHeadersSchema,
    LabelledConversationSchema,
    LabelSchema,
    LabelsSchema,
    NewLabelSchema,
)
from livechat.models import Conversation
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response

bp = ApiBlueprint("labels", __name__, description="What conversations are about, in your own words.")
_IN_WORKSPACE = "/workspaces/<workspace_id>/labels"
_ON_CONVERSATION = "/conversations/<conversation_id>/labels/<label_id>"
_KEY_MAX_CHARS = 255


@bp.route(_ON_CONVERSATION, methods=["PUT"], costs=Cost.READS, needs=Permission.CONVERSATION_WRITE)
@bp.response(HTTPStatus.OK, LabelledConversationSchema)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
def put_conversation_label(conversation_id: str, label_id: str) -> Response:
    """Put a label on. Of an exclusive group it takes the other one's place. Harmless to repeat."""
    return _written(*put_label(db.session, current_user_id(), conversation_id, label_id))


@bp.route(_ON_CONVERSATION, methods=["DELETE"], costs=Cost.READS, needs=Permission.CONVERSATION_WRITE)
@bp.response(HTTPStatus.OK, LabelledConversationSchema)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
def delete_conversation_label(conversation_id: str, label_id: str) -> Response:
    """Take a label off. Harmless to repeat."""
    return _written(*take_label(db.session, current_user_id(), conversation_id, label_id))


@bp.route(_IN_WORKSPACE, costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, LabelsSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_labels(workspace_id: str) -> Response:
    """The workspace's labels, by name."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    labels = labels_of_workspace(db.session, member.workspace_id)
    return json_response({"labels": [label_json(label) for label in labels]})


@bp.route(_IN_WORKSPACE, methods=["POST"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE)
@bp.arguments(LabelHeadersSchema, location="headers")
@bp.arguments(NewLabelSchema)
@bp.response(HTTPStatus.CREATED, LabelSchema)
@bp.alt_response(HTTPStatus.OK.value, schema=LabelSchema, description="The same request made it before")
@bp.problems(
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
def post_label(_headers: dict[str, Any], body: dict[str, Any], workspace_id: str) -> Response:
    """Make a label. A name that another one has is 409 `already_exists`."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    key = request.headers.get("Idempotency-Key") or None
    if key is not None and len(key) > _KEY_MAX_CHARS:
        raise ValidationFailedError(errors={"Idempotency-Key": [f"At most {_KEY_MAX_CHARS} characters."]})
    label, is_new = create_label(db.session, member, NewLabel(**body, key=key))
    shown = label_json(label)
    db.session.commit()
    return json_response(shown, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@bp.route(
    f"{_IN_WORKSPACE}/<label_id>", methods=["PATCH"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE
)
@bp.arguments(LabelChangeSchema)
@bp.response(HTTPStatus.OK, LabelSchema)
@bp.problems(
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
def patch_label(body: dict[str, Any], workspace_id: str, label_id: str) -> Response:
    """Rename or recolour it, wherever it stands."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    label = change_label(db.session, member, label_id, name=body.get("name"), colour=body.get("colour"))
    shown = label_json(label)
    db.session.commit()
    return json_response(shown)


@bp.route(
    f"{_IN_WORKSPACE}/<label_id>", methods=["DELETE"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE
)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
def delete_label(workspace_id: str, label_id: str) -> Response:
    """Put it away: no conversation shows it any more, and its name is free."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    archive_label(db.session, member, label_id)
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)


def _written(conversation: Conversation, operation_id: UUID) -> Response:
    shown = conversations_json(db.session, [conversation], current_user_id())[0]
    db.session.commit()
    return json_response(shown | {"operation_id": str(operation_id)})
