"""Routes of the signed-in user's reminders."""

from http import HTTPStatus
from typing import Any

from flask import Response

from livechat.accounts.access import access_conversation
from livechat.accounts.once import once
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.permissions import Permission
from livechat.reminders.keep_reminder import create_reminder, done, own_reminder
from livechat.reminders.list_reminders import list_page
from livechat.reminders.present_reminder import reminder_json
from livechat.reminders.schemas import (
    NewReminderSchema,
    ReminderSchema,
    RemindersQuerySchema,
    RemindersSchema,
)
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response
from livechat.web.request_key import IdempotencyHeadersSchema, idempotency_key

bp = ApiBlueprint("reminders", __name__, description="What you want to be told of, and no colleague is.")


@bp.route(
    "/conversations/<conversation_id>/reminders",
    methods=["POST"],
    costs=Cost.READS,
    needs=Permission.CONVERSATION_READ,
)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(NewReminderSchema)
@bp.response(HTTPStatus.CREATED, ReminderSchema)
@bp.alt_response(HTTPStatus.OK.value, schema=ReminderSchema, description="The same request made it before")
@bp.problems(
    HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_REQUEST, HTTPStatus.UNSUPPORTED_MEDIA_TYPE
)
def post_reminder(_headers: dict[str, Any], body: dict[str, Any], conversation_id: str) -> Response:
    """Be told of the conversation at that time, by a notification of kind `reminder`.

    It is yours alone, and changes nothing of the conversation.
    """
    user_id = current_user_id()
    conversation = access_conversation(db.session, user_id, conversation_id)
    given = {"due_at": body["due_at"].isoformat(), "text": body["text"]}
    asked = once(db.session, user_id, f"reminders of {conversation.id}", idempotency_key(), given)
    if asked is not None and asked.made_id is not None:
        return json_response(reminder_json(own_reminder(db.session, user_id, asked.made_id)))
    made = create_reminder(
        db.session, user_id, conversation.id, body["due_at"], body["text"], now=clock.now()
    )
    if asked is not None:
        asked.made(db.session, made.id)
    shown = reminder_json(made)
    db.session.commit()
    return json_response(shown, HTTPStatus.CREATED)


@bp.route("/reminders", costs=Cost.READS, needs=Permission.SIGNED_IN)
@bp.arguments(RemindersQuerySchema, location="query")
@bp.response(HTTPStatus.OK, RemindersSchema)
@bp.problems()
def list_reminders(query: dict[str, Any]) -> Response:
    """Yours in all your workspaces: first the open ones, the next due first, then the last done first.

    Of a conversation that went out of your sight nothing is listed.
    """
    found, next_cursor = list_page(
        db.session, current_user_id(), query.get("cursor"), query["limit"], now=clock.now()
    )
    shown = [reminder_json(each) for each in found]
    return json_response({"reminders": shown, "next_cursor": next_cursor})


@bp.route("/reminders/<reminder_id>/done", methods=["POST"], costs=Cost.READS, needs=Permission.SIGNED_IN)
@bp.response(HTTPStatus.OK, ReminderSchema)
@bp.problems(HTTPStatus.NOT_FOUND)
def post_reminder_done(reminder_id: str) -> Response:
    """Say that you are through with it, due or not; so is its notification. Harmless to repeat."""
    shown = reminder_json(done(db.session, current_user_id(), reminder_id))
    db.session.commit()
    return json_response(shown)
