"""Routes of private notes."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_conversation_as
from livechat.accounts.once import once
from livechat.core.extensions import db
from livechat.domain.permissions import Permission
from livechat.notes.present_note import notes_json
from livechat.notes.schemas import NewNoteSchema, NoteChangeSchema, NoteSchema
from livechat.notes.write_note import create_note, delete_note, edit_note
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response
from livechat.web.request_key import IdempotencyHeadersSchema, idempotency_key

bp = ApiBlueprint("notes", __name__, description="What the team tells each other, and no customer.")


@bp.route(
    "/conversations/<conversation_id>/notes",
    methods=["POST"],
    costs=Cost.READS,
    needs=Permission.NOTE_WRITE,
)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(NewNoteSchema)
@bp.response(HTTPStatus.CREATED, NoteSchema)
@bp.alt_response(HTTPStatus.OK.value, schema=NoteSchema, description="The same request wrote it before")
@bp.problems(
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
def post_note(_headers: dict[str, Any], body: dict[str, Any], conversation_id: str) -> Response:
    """Write a note to your colleagues. It never reaches the customer.

    Who is mentioned must see the conversation: else 422, which names them.
    """
    user_id = current_user_id()
    conversation, author = access_conversation_as(db.session, user_id, conversation_id)
    asked = once(db.session, user_id, f"notes of {conversation.id}", idempotency_key(), body)
    if asked is not None and asked.made_id is not None:
        return json_response(notes_json(db.session, [asked.made_id])[asked.made_id])
    note_id = create_note(db.session, author, conversation.id, body["body"], body["mentions"])
    if asked is not None:
        asked.made(db.session, note_id)
    shown = notes_json(db.session, [note_id])[note_id]
    db.session.commit()
    return json_response(shown, HTTPStatus.CREATED)


@bp.route("/notes/<note_id>", methods=["PATCH"], costs=Cost.READS, needs=Permission.NOTE_WRITE)
@bp.arguments(NoteChangeSchema)
@bp.response(HTTPStatus.OK, NoteSchema)
@bp.problems(
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
def patch_note(body: dict[str, Any], note_id: str) -> Response:
    """Edit a note of yours, as long as it is still the `version` that you saw.

    Else 409 `conversation_changed`, with the `note` as it is now, and nothing is written.
    """
    edited = edit_note(db.session, current_user_id(), note_id, body["body"], body["version"])
    shown = notes_json(db.session, [edited])[edited]
    db.session.commit()
    return json_response(shown)


@bp.route("/notes/<note_id>", methods=["DELETE"], costs=Cost.READS, needs=Permission.NOTE_WRITE)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
def remove_note(note_id: str) -> Response:
    """Delete a note: its author may, and admins. Its place in the thread stays. Harmless to repeat."""
    delete_note(db.session, current_user_id(), note_id)
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)
