"""Macros as they are shown, and what one would do in a conversation."""

from typing import Any
from uuid import UUID

from livechat.core.session import AnySession
from livechat.domain.clock import rfc3339
from livechat.handling.queries.assignments import team_names
from livechat.macros.plan_macro import Plan, PlannedStep, Problem, Scene
from livechat.macros.queries import labels_named, member_names
from livechat.models import Macro
from livechat.outbound.send_request import SendRequest
from livechat.whatsapp.sending.outgoing import text_of

Json = dict[str, Any]


def macro_json(macro: Macro) -> Json:
    """The macro as the API shows it."""
    return {
        "id": str(macro.id),
        "scope": macro.scope,
        "team_id": str(macro.team_id) if macro.team_id else None,
        "owner_user_id": str(macro.owner_user_id) if macro.owner_user_id else None,
        "name": macro.name,
        "steps": macro.steps,
        "created_at": rfc3339(macro.created_at),
        "updated_at": rfc3339(macro.updated_at),
    }


def problem_json(problem: Problem) -> Json:
    """Why a step cannot be taken. Steps are counted from 0, as in errors of fields."""
    return {"step": problem.step, "code": problem.code, "detail": problem.detail, "names": problem.names}


def preview_json(session: AnySession, scene: Scene, plan: Plan) -> Json:
    """What would be changed, written and sent, in order, with the names of today."""
    names = _Names(session, scene, plan)
    conversation = scene.conversation
    last = conversation.last_message_id
    return {
        "macro_id": str(scene.macro.id),
        "conversation_id": str(conversation.id),
        "expected": {
            "assignee_id": str(conversation.assignee_id) if conversation.assignee_id else None,
            "last_message_id": str(last) if last else None,
        },
        "can_run": not plan.problems,
        "problems": [problem_json(each) for each in plan.problems],
        "steps": [
            {
                "action": step.action,
                "changes": [
                    {
                        "field": each.field,
                        "from": names.shown(each.field, each.was),
                        "to": names.shown(each.field, each.becomes),
                    }
                    for each in step.changed
                ],
                "note": step.note,
                "messages": [_message(request) for request, _ in step.messages],
            }
            for step in plan.steps
        ],
    }


class _Names:
    """How ids of a plan's changes are shown: as changes that were written down are."""

    def __init__(self, session: AnySession, scene: Scene, plan: Plan) -> None:
        workspace_id = scene.workspace.id
        self._members = member_names(session, workspace_id, _ids(plan.steps, "assignee"))
        self._teams = team_names(session, _ids(plan.steps, "team"))
        self._labels = labels_named(session, workspace_id, _ids(plan.steps, "label"))

    def shown(self, field: str, value: Any) -> Any:
        """An id with its name; a status, a snooze or an attribute as it is."""
        if value is None or field in ("status", "snooze", "person"):
            return value
        if field == "assignee":
            return {"user_id": str(value), "name": self._members.get(value)}
        if field == "team":
            return {"id": str(value), "name": self._teams.get(value)}
        found = self._labels.get(value)
        name, colour = (found[0].name, found[0].colour) if found else (None, None)
        return {"id": str(value), "name": name, "colour": colour}


def _ids(steps: list[PlannedStep], field: str) -> set[UUID]:
    changed = (each for step in steps for each in step.changed if each.field == field)
    return {value for each in changed for value in (each.was, each.becomes) if value is not None}


def _message(request: SendRequest) -> Json:
    return {
        "message_type": request.message_type,
        "text": text_of(request.message_type, request.part),
        "content": {request.message_type: request.part},
    }
