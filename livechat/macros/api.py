"""Routes of a workspace's macros: kept, previewed, run."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Response

from livechat.accounts.access import access_conversation_as, access_phone_number, access_workspace
from livechat.accounts.once import once
from livechat.canned.schemas import MAX_FILES
from livechat.conversations.ornaments import conversations_json
from livechat.core.errors import NotFoundError
from livechat.core.extensions import db
from livechat.domain import clock
from livechat.domain.ids import uuid7
from livechat.domain.permissions import Permission
from livechat.macros.macro_steps import MAX_STEPS
from livechat.macros.manage_macros import access_macro, archive_macro, change_macro, create_macro
from livechat.macros.plan_macro import Scene, plan_macro
from livechat.macros.present_macro import macro_json, preview_json
from livechat.macros.queries import has_changed, messages_under, shown_to
from livechat.macros.run_macro import run_macro
from livechat.macros.say_canned import keys_of
from livechat.macros.schemas import (
    MacroChangesSchema,
    MacroPreviewQuerySchema,
    MacroPreviewSchema,
    MacroRunSchema,
    MacroSchema,
    MacrosSchema,
    NewMacroSchema,
    RanMacroSchema,
)
from livechat.models import Conversation, Macro, PhoneNumber, Workspace, WorkspaceMember
from livechat.web.blueprint import ApiBlueprint
from livechat.web.guards.auth import current_user_id
from livechat.web.guards.costs import Cost
from livechat.web.parsing import json_response
from livechat.web.request_key import IdempotencyHeadersSchema, idempotency_key

bp = ApiBlueprint("macros", __name__, description="Several steps under one name, done and undone as one.")
_ALL = "/workspaces/<workspace_id>/macros"
_ONE = f"{_ALL}/<macro_id>"
_WRITES = (
    HTTPStatus.NOT_FOUND,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
# The messages that one step may become: a text, files, what can be tapped.
_MOST_OF_A_STEP = MAX_FILES + 2


@bp.route(_ALL, costs=Cost.READS, needs=Permission.CONVERSATION_READ)
@bp.response(HTTPStatus.OK, MacrosSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def list_macros(workspace_id: str) -> Response:
    """The workspace's, those of one's teams (for an admin: of all teams) and one's own, by name."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    return json_response({"macros": [macro_json(each) for each in shown_to(db.session, member)]})


@bp.route(_ALL, methods=["POST"], costs=Cost.READS, needs=Permission.MESSAGE_SEND)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(NewMacroSchema)
@bp.response(HTTPStatus.CREATED, MacroSchema)
@bp.alt_response(HTTPStatus.OK.value, schema=MacroSchema, description="The same request made it before")
@bp.problems(*_WRITES)
def post_macro(_headers: dict[str, Any], body: dict[str, Any], workspace_id: str) -> Response:
    """Make one. For an agent with scope `personal` alone. Of whose it is no two have one name."""
    workspace, member = access_workspace(db.session, current_user_id(), workspace_id)
    asked = once(db.session, member.user_id, f"macros of {workspace.id}", idempotency_key(), body)
    if asked is not None and asked.made_id is not None:
        return json_response(macro_json(access_macro(db.session, member, str(asked.made_id))))
    macro = create_macro(db.session, member, body)
    if asked is not None:
        asked.made(db.session, macro.id)
    return _written(macro, HTTPStatus.CREATED)


@bp.route(f"{_ONE}/preview", costs=Cost.READS, needs=Permission.CONVERSATION_WRITE)
@bp.arguments(MacroPreviewQuerySchema, location="query")
@bp.response(HTTPStatus.OK, MacroPreviewSchema)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def get_preview(query: dict[str, Any], workspace_id: str, macro_id: str) -> Response:
    """What it would change, write and send there, in order, and why it could not be run. Nothing is done."""
    found = _found(workspace_id, macro_id, query["conversation_id"])
    scene = Scene(*found, run_id=uuid7(), holds=False)
    plan = plan_macro(db.session, scene, clock.now())
    return json_response(preview_json(db.session, scene, plan))


@bp.route(f"{_ONE}/run", methods=["POST"], costs=Cost.SENDS, needs=Permission.CONVERSATION_WRITE)
@bp.arguments(IdempotencyHeadersSchema, location="headers")
@bp.arguments(MacroRunSchema)
@bp.response(HTTPStatus.OK, RanMacroSchema)
@bp.problems(*_WRITES)
def post_run(_headers: dict[str, Any], body: dict[str, Any], workspace_id: str, macro_id: str) -> Response:
    """Do all of its steps, or none: 409 says which cannot be done (`macro_not_possible`), and why.

    409 `service_window_closed` where it sends and the window is shut, `conversation_changed` where what you
    `expected` is not so any more. The same `Idempotency-Key` again does nothing, and answers as now.
    """
    workspace, member, macro, number, conversation = _found(workspace_id, macro_id, body["conversation_id"])
    # Nor is it another request where the agent has seen more of the conversation meanwhile.
    where = {"conversation_id": str(conversation.id)}
    asked = once(db.session, member.user_id, f"runs of {macro.id}", idempotency_key(), where)
    if asked is not None and asked.made_id is not None:
        return json_response(_ran(conversation, asked.made_id))
    run_id = uuid7()
    run_macro(
        db.session,
        workspace,
        member,
        macro,
        number,
        conversation.id,
        expected=body["expected"],
        run_id=run_id,
        now=clock.now(),
    )
    if asked is not None:
        asked.made(db.session, run_id)
    answer = _ran(conversation, run_id)
    db.session.commit()
    return json_response(answer)


@bp.route(_ONE, methods=["PATCH"], costs=Cost.READS, needs=Permission.MESSAGE_SEND)
@bp.arguments(MacroChangesSchema)
@bp.response(HTTPStatus.OK, MacroSchema)
@bp.problems(*_WRITES)
def patch_macro(changes: dict[str, Any], workspace_id: str, macro_id: str) -> Response:
    """Change what is given. Whose it is changes by `scope` and `team_id`, for who may write both."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    return _written(change_macro(db.session, member, macro_id, changes), HTTPStatus.OK)


@bp.route(_ONE, methods=["DELETE"], costs=Cost.READS, needs=Permission.MESSAGE_SEND)
@bp.response(HTTPStatus.NO_CONTENT)
@bp.problems(HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN)
def delete_macro(workspace_id: str, macro_id: str) -> Response:
    """Put it away: its name is free. What it did stays, and can be undone as before."""
    _, member = access_workspace(db.session, current_user_id(), workspace_id)
    archive_macro(db.session, member, macro_id)
    db.session.commit()
    return Response(status=HTTPStatus.NO_CONTENT)


def _found(
    workspace_id: str, macro_id: str, conversation_id: str
) -> tuple[Workspace, WorkspaceMember, Macro, PhoneNumber, Conversation]:
    """The macro and a conversation of one workspace, and as whom the caller sees both."""
    user_id = current_user_id()
    workspace, member = access_workspace(db.session, user_id, workspace_id)
    macro = access_macro(db.session, member, macro_id)
    conversation, seen_as = access_conversation_as(db.session, user_id, conversation_id)
    if seen_as.workspace_id != workspace.id:
        raise NotFoundError("There is no such conversation.")
    number = access_phone_number(db.session, user_id, conversation.phone_number_id)
    return workspace, member, macro, number, conversation


def _ran(conversation: Conversation, run_id: UUID) -> dict[str, Any]:
    user_id = current_user_id()
    [shown] = conversations_json(db.session, [conversation], user_id)
    keys = keys_of(run_id, MAX_STEPS, _MOST_OF_A_STEP)
    sent = messages_under(db.session, user_id, conversation.phone_number_id, keys)
    return shown | {
        "operation_id": str(run_id),
        "can_undo": has_changed(db.session, run_id),
        "message_ids": [str(each) for each in sent],
    }


def _written(macro: Macro, status: HTTPStatus) -> Response:
    db.session.flush()
    db.session.refresh(macro)
    shown = macro_json(macro)
    db.session.commit()
    return json_response(shown, status)
