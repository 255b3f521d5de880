"""What a step of a macro may be, and whether what it names is there for everybody who may run it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from livechat.accounts.access import parse_id
from livechat.core.errors import NotFoundError, ValidationFailedError
from livechat.core.session import AnySession
from livechat.domain.permissions import Permission, is_allowed
from livechat.macros.queries import active_members, canned_named, labels_named
from livechat.models import AttributeDefinition, CannedReply, WorkspaceMember
from livechat.people.change_person import check_attributes
from livechat.people.queries import definitions_in
from livechat.team.queries.groups import team_of

Step = Mapping[str, Any]

# {action: (the fields that it needs, those that it may have)}
FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "status": ({"status"}, set()),
    "snooze": (set(), {"minutes", "until"}),
    "assign": ({"assignee_id"}, {"team_id"}),
    "add_label": ({"label_id"}, set()),
    "remove_label": ({"label_id"}, set()),
    "note": ({"body"}, set()),
    "set_attribute": ({"key", "value"}, set()),
    "send": ({"canned_id"}, set()),
}
MAX_STEPS, MAX_SENDS = 20, 5
# In place of a member: whoever runs it.
SELF = "self"


def wrong_steps(steps: Sequence[Step]) -> dict[str, list[str]]:
    """What is wrong with the steps by their own words: {path: sentences}."""
    errors: dict[str, list[str]] = {}
    counts = {"standing": 0, "assign": 0, "send": 0}
    labels: set[str] = set()
    keys: set[str] = set()
    for n, step in enumerate(steps):
        action = step["action"]
        needed, possible = FIELDS[action]
        given = step.keys() - {"action"}
        errors |= {f"steps.{n}.{name}": ["This step needs it."] for name in needed - given}
        errors |= {f"steps.{n}.{name}": ["This step does not take it."] for name in given - needed - possible}
        if action == "snooze" and len(given & possible) != 1:
            errors[f"steps.{n}.until"] = ["Say until when: by minutes or by a word."]
        kind = "standing" if action in ("status", "snooze") else action
        if kind in counts:
            counts[kind] += 1
        if kind in ("standing", "assign") and counts[kind] > 1:
            errors[f"steps.{n}.action"] = ["A macro says this once."]
        if kind == "send" and counts[kind] > MAX_SENDS:
            errors[f"steps.{n}.action"] = [f"A macro sends at most {MAX_SENDS} replies."]
        label = str(step.get("label_id", "")).lower()
        if label and label in labels:
            errors[f"steps.{n}.label_id"] = ["This label has a step already."]
        labels.add(label)
        key = step.get("key")
        if key is not None and key in keys:
            errors[f"steps.{n}.key"] = ["This attribute has a step already."]
        keys.add(str(key))
    return errors


def check_steps(
    session: AnySession, member: WorkspaceMember, scope: str, team_id: UUID | None, steps: Sequence[Step]
) -> list[dict[str, Any]]:
    """The steps as they are kept; raises ValidationFailedError for what is not there.

    ``member`` saves the macro. Who may run it must be offered each reply that it sends.
    """
    errors: dict[str, list[str]] = {}
    kept = []
    labels = labels_named(session, member.workspace_id, ids_in(steps, "label_id"))
    members = active_members(session, member.workspace_id, ids_in(steps, "assignee_id"))
    replies = canned_named(session, ids_in(steps, "canned_id"))
    definitions = definitions_in(session, member.workspace_id) if keys_in(steps) else ()
    for n, step in enumerate(steps):
        found = dict(step)
        for name in ("label_id", "assignee_id", "team_id", "canned_id"):
            given = step.get(name)
            if given is None or given == SELF:
                continue
            id_ = known_id(given)
            sentence = None
            if name == "label_id" and (id_ not in labels or labels[id_][0].archived_at is not None):
                sentence = "There is no such label."
            elif name == "assignee_id":
                sentence = _cannot_take(members.get(id_) if id_ else None)
            elif name == "team_id" and (id_ is None or team_of(session, member.workspace_id, id_) is None):
                sentence = "There is no such team."
            elif name == "canned_id":
                sentence = _cannot_say(replies.get(id_) if id_ else None, member, scope, team_id)
            if sentence is not None:
                errors[f"steps.{n}.{name}"] = [sentence]
            found[name] = str(id_)
        if "key" in step:
            errors |= {f"steps.{n}.{name}": found for name, found in _wrong_value(definitions, step).items()}
        kept.append(found)
    if errors:
        raise ValidationFailedError(errors=errors)
    return kept


def _wrong_value(definitions: Sequence[AttributeDefinition], step: Step) -> dict[str, list[str]]:
    """What is wrong with an attribute's step, by field."""
    try:
        check_attributes(definitions, {step["key"]: step["value"]})
    except ValidationFailedError as error:
        is_known = any(each.key == step["key"] for each in definitions)
        return {
            "value" if is_known else "key": [
                each for found in (error.errors or {}).values() for each in found
            ]
        }
    return {}


def keys_in(steps: Collection[Step]) -> set[str]:
    """The attributes that steps set."""
    return {step["key"] for step in steps if step["action"] == "set_attribute"}


def ids_in(steps: Collection[Step], name: str) -> set[UUID]:
    """The ids that steps give under this name."""
    given = (known_id(step.get(name)) for step in steps)
    return {each for each in given if each is not None}


def known_id(given: str | None) -> UUID | None:
    """An id of ours; None for what has no shape of one, and so is nobody's."""
    if given is None:
        return None
    try:
        return parse_id(given, "object")
    except NotFoundError:
        return None


def _cannot_take(found: WorkspaceMember | None) -> str | None:
    """Why conversations cannot be given to this member, on whatever number."""
    if found is None:
        return "There is no such active member in this workspace."
    if not is_allowed(found.role, Permission.MESSAGE_SEND):
        return "Their role does not let them answer."
    return None


def _cannot_say(
    reply: CannedReply | None, member: WorkspaceMember, scope: str, team_id: UUID | None
) -> str | None:
    """Why not everybody who may run the macro could send this reply."""
    is_here = reply is not None and reply.workspace_id == member.workspace_id
    if reply is None or not is_here or (reply.scope == "personal" and reply.owner_user_id != member.user_id):
        return "There is no such canned reply."
    if reply.scope == "workspace" or scope == "personal":
        return None
    if scope == "team" and reply.scope == "team" and reply.team_id == team_id:
        return None
    return "Not everybody who may run this macro has this reply."
