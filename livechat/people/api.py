"""Routes of people: the profile of a conversation's customer, and what a workspace writes down in it."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_workspace
from livechat.accounts.once import once
from livechat.conversations.present import row_json
from livechat.conversations.schemas import SharedQuerySchema, SharedSchema
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.models import AttributeDefinition
from livechat.people.change_person import change_person
from livechat.people.find_person import find_person, shared_with_person
from livechat.people.manage_attributes import (
    access_attribute,
    archive_attribute,
    attribute_json,
    change_attribute,
    create_attribute,
)
from livechat.people.queries import definitions_in
from livechat.people.schemas import (
    AttributeChangesSchema,
    AttributeSchema,
    AttributesSchema,
    NewAttributeSchema,
    PersonChangesSchema,
    PersonSchema,
)
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.paging import ListPlace, cursor_of, place_of
from livechat.web.parsing import json_response
from livechat.web.request_key import IdempotencyHeadersSchema, idempotency_key

bp = ApiBlueprint("people", __name__, description="Customers, over all numbers that they write to.")
_ATTRIBUTES = "/workspaces/<workspace_id>/attributes"
_ATTRIBUTE = f"{_ATTRIBUTES}/<attribute_key>"
_WRITES = (
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
_PERSON = "/conversations/<conversation_id>/person"


@bp.route(_PERSON, costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, PersonSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def get_person(conversation_id: str) -> Response:
    """What is known of the customer, and their conversations on all numbers that you see."""
    return json_response(find_person(db.session, current_user_id(), conversation_id))


@bp.route(_PERSON, methods=["PATCH"], costs=Cost.READS, needs=Permission.CONVERSATION_WRITE)
@bp.arguments(PersonChangesSchema)
@bp.response(HTTPStatus.OK, PersonSchema)
@bp.problems(*_WRITES)
def patch_person(body: dict[str, Any], conversation_id: str) -> Response:
    """Change what is given. A name stands in every conversation of theirs, whatever WhatsApp says later.

    With `expected`, 409 `conversation_changed` where somebody else was quicker; `person` is what is now.
    """
    expected = body.pop("expected", {})
    shown = change_person(db.session, current_user_id(), conversation_id, body, expected)
    db.session.commit()
    return json_response(shown)


@bp.route(f"{_PERSON}/media", costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.arguments(SharedQuerySchema, location="query")
@bp.response(HTTPStatus.OK, SharedSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_shared_with_person(query: dict[str, Any], conversation_id: str) -> Response:
    """What was shared in all of the customer's conversations that you see; as `/media` has it of one."""
    place = place_of(query["cursor"]) if query.get("cursor") else None
    behind = (place.last_message_time, place.id) if place is not None else None
    kind, limit = query.get("kind"), query["limit"]
    # One more than asked for tells whether there is a next page.
    rows = shared_with_person(db.session, current_user_id(), conversation_id, kind, behind, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return json_response(
        {
            "media": [row_json(row) for row in rows[:limit]],
            "next_cursor": cursor_of(ListPlace(last.timestamp, last.id)) if last is not None else None,
        }
    )


@bp.route(_ATTRIBUTES, costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, AttributesSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def list_attributes(workspace_id: str) -> Response:
    """What the workspace writes down of people, by name."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    found = definitions_in(db.session, member.workspace_id)
    return json_response({"attributes": [attribute_json(each) for each in found]})


@bp.route(_ATTRIBUTES, methods=["POST"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(NewAttributeSchema)
@bp.response(HTTPStatus.CREATED, AttributeSchema)
@bp.alt_response(HTTPStatus.OK.value, schema=AttributeSchema, description="The same request made it before")
@bp.problems(*_WRITES)
def post_attribute(_headers: dict[str, Any], body: dict[str, Any], workspace_id: str) -> Response:
    """Make one. A key that another one has is 409 `already_exists`.

    The key of one that was put away brings it back with its values, if it is of the same type.
    """
    workspace, member = access_workspace(db.session, current_user_id(), workspace_id)
    asked = once(db.session, member.user_id, f"attributes of {workspace.id}", idempotency_key(), body)
    if asked is not None and asked.made_id is not None:
        return json_response(attribute_json(access_attribute(db.session, workspace.id, body["key"])))
    definition = create_attribute(db.session, member, body)
    if asked is not None:
        asked.made(db.session, definition.id)
    return _written(definition, HTTPStatus.CREATED)


@bp.route(_ATTRIBUTE, methods=["PATCH"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE)
@bp.arguments(AttributeChangesSchema)
@bp.response(HTTPStatus.OK, AttributeSchema)
@bp.problems(*_WRITES)
def patch_attribute(body: dict[str, Any], workspace_id: str, attribute_key: str) -> Response:
    """Rename it, or offer other options. Its key and type stay."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    return _written(change_attribute(db.session, member, attribute_key, body), HTTPStatus.OK)


@bp.route(_ATTRIBUTE, methods=["DELETE"], costs=Cost.READS, needs=Permission.WORKSPACE_MANAGE)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
def delete_attribute(workspace_id: str, attribute_key: str) -> Response:
    """Put it away: nobody is shown its values any more. They are kept."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    archive_attribute(db.session, member, attribute_key)
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)


def _written(definition: AttributeDefinition, status: HTTPStatus) -> Response:
    shown = attribute_json(definition)
    db.session.commit()
    return json_response(shown, status)
