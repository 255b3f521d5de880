"""Running a macro: all of its steps or none, as one operation, and what it sends behind them.

One transaction holds what is changed and the messages as ``queued``, which is what senders look for. A
process that dies before its commit has done nothing; afterwards the messages are sent by whoever is there,
once.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from livechat.accounts.access import access_conversation_as
from livechat.conversations.queries.finding import lock_conversation
from livechat.conversations.write_changes import as_one_operation, write_changes
from livechat.core.errors import (
    AppError,
    MacroNotPossibleError,
    NotFoundError,
    ServiceWindowClosedError,
    ValidationFailedError,
)
from livechat.core.session import AnySession
from livechat.handling.assign import Wanted, assign, hold_wanted
from livechat.handling.change_status import put_status
from livechat.labels.label_conversation import shed, wear
from livechat.macros.macro_steps import SELF, keys_in
from livechat.macros.plan_macro import Plan, PlannedStep, Scene, plan_macro
from livechat.macros.present_macro import problem_json
from livechat.models import Conversation, Macro, PhoneNumber, Workspace, WorkspaceMember
from livechat.notes.write_note import create_note
from livechat.notifications.finish import finish_answered
from livechat.outbound.send_message import hold_to, store_message
from livechat.people.change_person import lock_somebodys, set_attributes


def run_macro(
    session: AnySession,
    workspace: Workspace,
    member: WorkspaceMember,
    macro: Macro,
    number: PhoneNumber,
    conversation_id: UUID,
    *,
    expected: Mapping[str, UUID | None],
    run_id: UUID,
    now: datetime,
) -> None:
    """Do what the macro says there; ``run_id`` is the operation. The caller has checked access, and commits.

    Raises NotFoundError (merged or out of sight by now), ConversationChangedError (it is not as ``expected``
    has it), ServiceWindowClosedError, MacroNotPossibleError, and ValidationFailedError where the macro
    assigns and the caller does not say whose it was.
    """
    gives = next((step for step in macro.steps if step["action"] == "assign"), None)
    if gives is not None:
        if "assignee_id" not in expected:
            raise ValidationFailedError(errors={"expected.assignee_id": ["Say whose it was."]})
        # Members, teams, conversations: in this order everybody locks.
        taker = member.user_id if gives["assignee_id"] == SELF else gives["assignee_id"]
        hold_wanted(session, [workspace.id], Wanted(taker, gives.get("team_id"), moves="team_id" in gives))
    somebodys = _hold_person(session, workspace.id, macro, conversation_id)
    conversation = lock_conversation(session, conversation_id)
    if conversation is None:
        raise NotFoundError("There is no such conversation.")
    # Whoever had it locked may have taken it out of this member's sight.
    access_conversation_as(session, member.user_id, conversation_id)
    hold_to(session, member, conversation, expected)
    scene = Scene(workspace, member, macro, number, conversation, run_id, holds=True)
    plan = plan_macro(session, scene, now)
    if plan.problems:
        raise _refusal(plan)
    with as_one_operation(run_id):
        for step in plan.steps:
            _take(session, scene, step, somebodys)
    _send(session, scene, plan)
    session.flush()


def _hold_person(session: AnySession, workspace_id: UUID, macro: Macro, conversation_id: UUID) -> list[UUID]:
    """Where it writes down something of the customer: all of their conversations, locked at once."""
    conversation = session.get(Conversation, conversation_id) if keys_in(macro.steps) else None
    if conversation is None or conversation.group_id is not None:
        return []
    return [each.id for each in lock_somebodys(session, workspace_id, conversation)]


def _take(session: AnySession, scene: Scene, step: PlannedStep, somebodys: Collection[UUID]) -> None:
    """Do one step that sends nothing, by the use case that does it anyway."""
    member, conversation = scene.member, scene.conversation
    if step.standing is not None:
        put_status(session, member, conversation.id, step.standing, last_message=None)
    if step.wanted is not None:
        assign(session, member, conversation.id, step.wanted, expected=conversation.assignee_id)
    if step.label is not None:
        (wear if step.action == "add_label" else shed)(session, member.user_id, conversation, step.label)
    if step.note is not None:
        create_note(session, member, conversation.id, step.note)
    if step.attribute is not None:
        set_attributes(session, member, conversation, somebodys, dict([step.attribute]))
        write_changes(session, member.user_id, step.changed)


def _send(session: AnySession, scene: Scene, plan: Plan) -> None:
    """Queue the messages, in the order of the steps."""
    messages = [each for step in plan.steps for each in step.messages]
    for request, sendable in messages:
        if sendable is None:
            raise AssertionError("A message that cannot be sent is a problem of its step.")
        store_message(session, scene.member.user_id, scene.number, request, sendable)
    if messages:
        finish_answered(session, scene.member.user_id, scene.conversation.id)


def _refusal(plan: Plan) -> AppError:
    """A window that is shut says so by its own code, whatever else hinders."""
    problems = [problem_json(each) for each in plan.problems]
    for problem in plan.problems:
        if isinstance(problem.error, ServiceWindowClosedError):
            problem.error.extra["problems"] = problems
            return problem.error
    return MacroNotPossibleError(
        " ".join(dict.fromkeys(each.detail for each in plan.problems)), problems=problems
    )
