"""What a macro would do in one conversation, step by step, and why it could not: nothing is written here.

The preview shows it, and a run does it: so that nobody is shown another thing than what is done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from livechat.canned.queries import files_in, places_in
from livechat.canned.queries import find_shown as find_canned
from livechat.canned.render_canned import render_canned
from livechat.conversations.queries.takers import who_may_have
from livechat.conversations.write_changes import Changed, standing_changes
from livechat.core.errors import AppError
from livechat.core.session import AnySession
from livechat.domain.permissions import Permission, is_allowed
from livechat.domain.team.conversation_status import ConversationStatus, Standing, standing_of
from livechat.domain.team.snooze_times import SnoozeWord, snooze_end
from livechat.handling.assign import Wanted, require_taker
from livechat.handling.change_status import check_standing
from livechat.macros.macro_steps import SELF, Step, ids_in, keys_in, known_id
from livechat.macros.queries import active_members, groups_worn, labels_named
from livechat.macros.say_canned import requests_for, step_key
from livechat.models import (
    AttributeDefinition,
    Conversation,
    Label,
    Macro,
    PhoneNumber,
    Workspace,
    WorkspaceMember,
)
from livechat.outbound.send_message import Sendable, check_message
from livechat.outbound.send_request import SendRequest
from livechat.people.change_person import check_attributes
from livechat.people.find_person import known_of_customer
from livechat.people.queries import definitions_in
from livechat.team.queries.groups import team_of


@dataclass(frozen=True, slots=True)
class Scene:
    """Who would run which macro in which conversation, and as which run. ``holds``: all of it is locked."""

    workspace: Workspace
    member: WorkspaceMember
    macro: Macro
    number: PhoneNumber
    conversation: Conversation
    run_id: UUID
    holds: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a step cannot be taken. ``names``: of variables, what nobody can fill in."""

    step: int
    code: str
    detail: str
    names: list[str] = field(default_factory=list)
    error: AppError | None = None


@dataclass(slots=True)
class PlannedStep:
    """What one step does. ``messages``: each as it is asked for, and as it would be stored if it can be."""

    action: str
    changed: list[Changed] = field(default_factory=list)
    standing: Standing | None = None
    wanted: Wanted | None = None
    label: Label | None = None
    note: str | None = None
    attribute: tuple[str, Any] | None = None
    messages: list[tuple[SendRequest, Sendable | None]] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """The steps in their order; one with a problem does nothing."""

    steps: list[PlannedStep] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _HinderedError(Exception):
    """This step cannot be taken."""

    def __init__(self, code: str, detail: str, names: list[str] | None = None) -> None:
        super().__init__(detail)
        self.code, self.detail, self.names = code, detail, names or []


@dataclass(slots=True)
class _Course:
    """The conversation as the steps before leave it."""

    session: AnySession
    scene: Scene
    now: datetime
    standing: Standing
    assignee_id: UUID | None
    team_id: UUID | None
    worn: dict[UUID, str | None]
    labels: dict[UUID, tuple[Label, str | None]]
    # Of attributes, where a step sets one: those that there are, and what is known of the customer.
    definitions: Sequence[AttributeDefinition]
    known: dict[str, Any] | None


def plan_macro(session: AnySession, scene: Scene, now: datetime) -> Plan:
    """What the macro would do there now."""
    conversation, steps = scene.conversation, scene.macro.steps
    sets = keys_in(steps)
    course = _Course(
        session,
        scene,
        now,
        standing_of(conversation),
        conversation.assignee_id,
        conversation.team_id,
        groups_worn(session, conversation.id),
        labels_named(session, scene.workspace.id, ids_in(steps, "label_id")),
        definitions_in(session, scene.workspace.id) if sets else (),
        known_of_customer(session, scene.workspace.id, conversation) if sets else None,
    )
    plan = Plan()
    for n, step in enumerate(steps):
        planned = PlannedStep(step["action"])
        plan.steps.append(planned)
        try:
            _PLANS[planned.action](course, n, step, planned)
        except _HinderedError as hindered:
            plan.problems.append(Problem(n, hindered.code, hindered.detail, hindered.names))
        except AppError as error:
            plan.problems.append(Problem(n, error.code, sentence_of(error), error=error))
    return plan


def sentence_of(error: AppError) -> str:
    """What is wrong, in one sentence or more."""
    if error.errors:
        return " ".join(sentence for sentences in error.errors.values() for sentence in sentences)
    return error.detail


def _status(course: _Course, _: int, step: Step, planned: PlannedStep) -> None:
    _stand(course, planned, Standing(step["status"]))


def _snooze(course: _Course, _: int, step: Step, planned: PlannedStep) -> None:
    if "minutes" in step:
        until: datetime | None = course.now + timedelta(minutes=step["minutes"])
    else:
        zone = ZoneInfo(course.scene.workspace.time_zone)
        until = snooze_end(SnoozeWord(step["until"]), course.now, zone)
    kind = "reply" if until is None else None
    _stand(course, planned, check_standing(ConversationStatus.SNOOZED, until, kind, course.now))


def _stand(course: _Course, planned: PlannedStep, wanted: Standing) -> None:
    planned.standing = wanted
    was, conversation_id = course.standing, course.scene.conversation.id
    planned.changed = standing_changes(conversation_id, was, wanted)
    course.standing = wanted
    resolved, assignee = ConversationStatus.RESOLVED, course.assignee_id
    opens = was.status == resolved and wanted.status != resolved
    # As ``handling.change_status`` does it: who may not have it any more does not get it back.
    if opens and assignee is not None and not who_may_have(course.session, conversation_id, {assignee}):
        planned.changed.append(Changed(conversation_id, "assignee", assignee, None))
        course.assignee_id = None


def _assign(course: _Course, _: int, step: Step, planned: PlannedStep) -> None:
    session, scene, given = course.session, course.scene, step["assignee_id"]
    assignee: UUID | None = None
    if given is not None:
        asked = scene.member.user_id if given == SELF else known_id(given)
        found = active_members(session, scene.workspace.id, {asked} if asked else set())
        assignee = require_taker(session, found.get(asked) if asked else None, scene.number.phone_number_id)
    team_id = known_id(step.get("team_id"))
    if team_id is not None and team_of(session, scene.workspace.id, team_id) is None:
        raise _HinderedError("team_gone", "The team of this step is gone.")
    moves = "team_id" in step
    planned.wanted = Wanted(assignee, str(team_id) if team_id else None, moves=moves)
    becomes = {"assignee": assignee, "team": team_id if moves else course.team_id}
    was = {"assignee": course.assignee_id, "team": course.team_id}
    planned.changed = [
        Changed(scene.conversation.id, name, was[name], value)
        for name, value in becomes.items()
        if value != was[name]
    ]
    course.assignee_id, course.team_id = becomes["assignee"], becomes["team"]


def _add_label(course: _Course, _: int, step: Step, planned: PlannedStep) -> None:
    label, group = _label(course, step)
    planned.label = label
    if label.id in course.worn:
        return
    was = next((each for each, key in course.worn.items() if group is not None and key == group), None)
    planned.changed = [Changed(course.scene.conversation.id, "label", was, label.id)]
    course.worn = {each: key for each, key in course.worn.items() if each != was} | {label.id: group}


def _remove_label(course: _Course, _: int, step: Step, planned: PlannedStep) -> None:
    label, _group = _label(course, step)
    planned.label = label
    if label.id in course.worn:
        planned.changed = [Changed(course.scene.conversation.id, "label", label.id, None)]
        del course.worn[label.id]


def _label(course: _Course, step: Step) -> tuple[Label, str | None]:
    id_ = known_id(step["label_id"])
    found = course.labels.get(id_) if id_ else None
    if found is None or found[0].archived_at is not None:
        name = f" {found[0].name!r}" if found else ""
        raise _HinderedError("label_gone", f"The label{name} of this step is gone.")
    return found


def _note(course: _Course, _: int, step: Step, planned: PlannedStep) -> None:
    if not is_allowed(course.scene.member.role, Permission.NOTE_WRITE):
        raise _HinderedError("forbidden", "Your role does not let you write notes.")
    planned.note = step["body"]


def _set_attribute(course: _Course, _: int, step: Step, planned: PlannedStep) -> None:
    conversation, key = course.scene.conversation, step["key"]
    definition = next((each for each in course.definitions if each.key == key), None)
    if definition is None:
        raise _HinderedError("attribute_gone", f"The attribute {key!r} of this step is gone.")
    if conversation.group_id is not None or course.known is None:
        raise _HinderedError("not_found", "A group is no person.")
    [becomes] = check_attributes([definition], {key: step["value"]}).values()
    was = course.known.get(key)
    if was == becomes:
        return
    planned.attribute = (key, becomes)
    about = {"attribute": {"key": key, "name": definition.name}}
    planned.changed = [Changed(conversation.id, "person", about | {"value": was}, about | {"value": becomes})]
    course.known = {name: value for name, value in course.known.items() if name != key}
    if becomes is not None:
        course.known[key] = becomes


def _send(course: _Course, n: int, step: Step, planned: PlannedStep) -> None:
    session, scene = course.session, course.scene
    if not is_allowed(scene.member.role, Permission.MESSAGE_SEND):
        raise _HinderedError("forbidden", "Your role does not let you answer.")
    id_ = known_id(step["canned_id"])
    canned = find_canned(session, scene.member, id_) if id_ else None
    if canned is None:
        raise _HinderedError(
            "canned_reply_gone", "The canned reply of this step is gone, or not yours to use."
        )
    reads = render_canned(
        session,
        canned,
        scene.conversation,
        scene.number,
        scene.workspace,
        scene.member,
        course.now,
        course.known,
    )
    files = files_in(session, scene.member.user_id, [canned.id]).get(canned.id, [])
    if len(files) < len(places_in(session, canned.id)):
        raise _HinderedError("file_gone", "A file of this reply is gone, or of a number that you do not see.")
    key = step_key(scene.run_id, n)
    requests = requests_for(scene.conversation, reads["text"], reads["content"], files, key)
    planned.messages = [(each, None) for each in requests]
    if reads["unfilled"]:
        names = ", ".join(f"{{{{{each}}}}}" for each in reads["unfilled"])
        raise _HinderedError("unfilled", f"Nobody can fill in {names} here.", reads["unfilled"])
    planned.messages = [
        (
            request,
            check_message(
                session,
                scene.member.user_id,
                scene.number,
                scene.conversation,
                request,
                now=course.now,
                holds=scene.holds,
            ),
        )
        for request in requests
    ]


_PLANS: dict[str, Callable[[_Course, int, Step, PlannedStep], Any]] = {
    "status": _status,
    "snooze": _snooze,
    "assign": _assign,
    "add_label": _add_label,
    "remove_label": _remove_label,
    "note": _note,
    "set_attribute": _set_attribute,
    "send": _send,
}
