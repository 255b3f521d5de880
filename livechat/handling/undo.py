"""Undoing what an operation has changed of conversations, where it is still as the operation left it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from livechat.accounts.access import parse_id, require
from livechat.conversations.queries.finding import lock_conversations
from livechat.conversations.write_changes import Changed, write_changes
from livechat.core.errors import AssigneeUnavailableError, NotFoundError, UndoExpiredError
from livechat.core.session import AnySession
from livechat.domain.ids import uuid7
from livechat.domain.team.conversation_status import ConversationStatus, Standing, standing_of
from livechat.handling.assign import available
from livechat.handling.change_status import set_free
from livechat.handling.queries.assignments import newest_change
from livechat.handling.queries.operations import changes_of, seen_of, was_asked_since
from livechat.handling.queries.standings import change_status
from livechat.labels.queries import find_label, label_in_its_place, labels_in, put_on, take_off
from livechat.models import Conversation, ConversationChange, Label, WorkspaceMember
from livechat.people.change_person import set_attributes
from livechat.people.find_person import known_of_customer
from livechat.people.one_person import conversations_of_person
from livechat.team.queries.groups import hold_teams

UNDO_FOR = timedelta(minutes=10)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """What an operation changed of one field, however often: what was before, and what it left."""

    field: str
    from_value: Any
    to_value: Any
    at: datetime


# What an operation changed of one conversation, by the field; each label is by itself.
Acts = Mapping[str, Act]


@dataclass(slots=True)
class Undone:
    """By conversation what became of it; ``skipped`` says why, and who came between."""

    operation_id: UUID
    undone: list[UUID] = field(default_factory=list)
    skipped: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Takers:
    """Who may have conversations back: ``assignees``, each (assignee, number), and ``teams``."""

    assignees: set[tuple[str, str]]
    teams: set[str]


class _SkippedError(Exception):
    """This conversation stays as it is; the reason is a constant."""


def undo(session: AnySession, user_id: UUID, operation_id: str, now: datetime) -> Undone:
    """Write back what was before, each conversation wholly or not at all; the caller commits.

    It is an operation itself, and can be undone. Raises NotFoundError where the user sees none of it,
    ForbiddenError, and UndoExpiredError.
    """
    changes = changes_of(session, parse_id(operation_id, "operation"))
    acts = _acts(changes)
    seen = seen_of(session, user_id, acts) if acts else []
    if not seen:
        raise NotFoundError("There is no such operation.")
    member = seen[0][1]
    require(member)
    if changes[0].at < now - UNDO_FOR:
        raise UndoExpiredError
    # Members, then teams, are locked before conversations, everywhere.
    takers = _held_takers(session, member, [(each, acts[each.id]) for each, _ in seen])
    result, changed = Undone(uuid7()), list[Changed]()
    somebodys = _held_people(session, member, [(each, acts[each.id]) for each, _ in seen])
    locked = seen_of(session, user_id, acts, lock=True)
    for conversation, _ in locked:
        own = acts[conversation.id]
        try:
            # Of several labels one may be put back before another cannot be, and an attribute before either.
            halves = len(_labels(own)) + len(_attributes(own)) > 1
            with session.begin_nested() if halves else nullcontext():
                freed = _put_back(session, member, conversation, own, takers, somebodys)
        except _SkippedError as reason:
            result.skipped.append(_skipped(session, conversation.id, own, str(reason)))
            continue
        result.undone.append(conversation.id)
        changed += [
            Changed(conversation.id, each.field, each.to_value, each.from_value)
            for each in reversed(own.values())
            if each.to_value != each.from_value
        ]
        changed += freed
    out_of_sight = acts.keys() - {conversation.id for conversation, _ in locked}
    result.skipped += [
        {"conversation_id": str(each), "reason": "not_found", "changed_by": None}
        for each in sorted(out_of_sight)
    ]
    if changed:
        result.operation_id = write_changes(session, user_id, changed, cause="undo")
    return result


def _acts(changes: Sequence[ConversationChange]) -> dict[UUID, dict[str, Act]]:
    acts: dict[UUID, dict[str, Act]] = {}
    for change in changes:
        own = acts.setdefault(change.conversation_id, {})
        key = f"label {change.id}" if change.field == "label" else change.field
        about = change.to_value.get("attribute") if change.field == "person" and change.to_value else None
        if about is not None:
            key = f"attribute {about['key']}"
        before = own[key].from_value if key in own else change.from_value
        own[key] = Act(change.field, before, change.to_value, change.at)
    return acts


def _held_takers(
    session: AnySession, member: WorkspaceMember, seen: Sequence[tuple[Conversation, Acts]]
) -> _Takers:
    """Of those to whom conversations would go back the ones who may have them, held until the end."""
    wanted = {
        (acts["assignee"].from_value, conversation.phone_number_id)
        for conversation, acts in seen
        if "assignee" in acts and acts["assignee"].from_value is not None
    }
    free: set[tuple[str, str]] = set()
    for assignee, number in sorted(wanted):
        try:
            available(session, member.workspace_id, number, assignee)
        except AssigneeUnavailableError:
            continue
        free.add((assignee, number))
    left = {acts["team"].from_value for _, acts in seen if "team" in acts}
    teams = hold_teams(session, member.workspace_id, {UUID(each) for each in left if each is not None})
    return _Takers(free, {str(each) for each in teams})


def _put_back(
    session: AnySession,
    member: WorkspaceMember,
    conversation: Conversation,
    acts: Acts,
    takers: _Takers,
    somebodys: Mapping[UUID, Collection[UUID]],
) -> list[Changed]:
    """Write back every field of the locked conversation; raises _SkippedError before anything is written.

    Of labels and attributes it may have written some. What changes besides: it opens, and its assignee may
    not have it any more.
    """
    # It gave or took sight, which not everybody may who may undo.
    if "watcher" in acts:
        raise _SkippedError("watcher")
    # What a customer is called is their person's, in all of their conversations.
    if "person" in acts:
        raise _SkippedError("person")
    standing = standing_of(conversation)
    present = {
        "assignee": _text(conversation.assignee_id),
        "team": _text(conversation.team_id),
        "status": standing.status,
        "snooze": standing.snooze,
    }
    if any(name in present and present[name] != act.to_value for name, act in acts.items()):
        raise _SkippedError("changed")
    if "assignee" in acts:
        assignee = acts["assignee"].from_value
        if assignee is not None and (assignee, conversation.phone_number_id) not in takers.assignees:
            raise _SkippedError("assignee_unavailable")
    team = acts["team"].from_value if "team" in acts else None
    if team is not None and team not in takers.teams:
        raise _SkippedError("team_gone")
    closes = "status" in acts and acts["status"].from_value != ConversationStatus.OPEN
    # What has come since is not buried.
    if closes and was_asked_since(session, conversation.id, acts["status"].at):
        raise _SkippedError("changed")
    values = _attributes(acts)
    if values:
        _put_attributes_back(session, member, conversation, somebodys.get(conversation.id, []), values)
    # The last one first: one that took another's place may have lost it to the next.
    for act in reversed(_labels(acts)):
        _put_label_back(session, member, conversation, act)
    for name in acts.keys() & {"assignee", "team"}:
        was = acts[name].from_value
        setattr(conversation, f"{name}_id", None if was is None else UUID(was))
    if acts.keys() & {"status", "snooze"}:
        # By the statement that people's own changes take: it knows what a status does to waiting.
        session.flush()
        before = _standing_before(standing, acts)
        change_status(session, conversation.id, before, last_message=None)
        session.refresh(conversation)
        return set_free(session, conversation, standing, before)
    conversation.version += 1
    return []


def _held_people(
    session: AnySession, member: WorkspaceMember, seen: Sequence[tuple[Conversation, Acts]]
) -> dict[UUID, set[UUID]]:
    """Where something was written down of customers: all conversations of each, locked with the others."""
    of_people = [each for each, acts in seen if _attributes(acts)]
    if not of_people:
        return {}
    found = {
        each.id: {one.id for one in conversations_of_person(session, member.workspace_id, each)}
        for each in of_people
    }
    lock_conversations(session, {each.id for each, _ in seen}.union(*found.values()))
    return found


def _put_attributes_back(
    session: AnySession,
    member: WorkspaceMember,
    conversation: Conversation,
    held: Collection[UUID],
    acts: Mapping[str, Act],
) -> None:
    """What is known of the customer is again what was, as far as it is still asked for."""
    known = known_of_customer(session, member.workspace_id, conversation)
    if any(known.get(key) != act.to_value["value"] for key, act in acts.items()):
        raise _SkippedError("changed")
    values = {key: act.from_value["value"] for key, act in acts.items()}
    set_attributes(session, member, conversation, held, values)


def _standing_before(standing: Standing, acts: Acts) -> Standing:
    status = str(acts["status"].from_value) if "status" in acts else standing.status
    if "snooze" not in acts:
        return replace(standing, status=status)
    was = acts["snooze"].from_value or {"snoozed_until": None, "snooze_kind": None}
    until = was["snoozed_until"]
    return Standing(status, None if until is None else datetime.fromisoformat(until), was["snooze_kind"])


def _put_label_back(
    session: AnySession, member: WorkspaceMember, conversation: Conversation, act: Act
) -> None:
    worn = {str(row.id) for row in labels_in(session, [conversation.id])}
    if act.to_value is not None and act.to_value not in worn:
        raise _SkippedError("changed")
    if act.from_value is None:
        take_off(session, conversation.id, UUID(act.to_value))
        return
    label: Label | None = find_label(session, member.workspace_id, UUID(act.from_value))
    if label is None or label.archived_at is not None:
        raise _SkippedError("label_gone")
    # Its place must be free, or held by the one that took it.
    in_its_place = _text(label_in_its_place(session, conversation.id, label)) if label.group_name else None
    if in_its_place not in (None, act.to_value) or act.from_value in worn:
        raise _SkippedError("changed")
    if act.to_value is not None and in_its_place is None:
        take_off(session, conversation.id, UUID(act.to_value))
    put_on(session, conversation.id, label, member.user_id)


def _attributes(acts: Acts) -> dict[str, Act]:
    """{key: what was done to it}."""
    return {
        act.to_value["attribute"]["key"]: act for name, act in acts.items() if name.startswith("attribute ")
    }


def _labels(acts: Acts) -> list[Act]:
    return [act for act in acts.values() if act.field == "label"]


def _skipped(session: AnySession, conversation_id: UUID, acts: Acts, reason: str) -> Json:
    by: Json | None = None
    fields = {act.field for act in acts.values()}
    last = newest_change(session, conversation_id, fields) if reason == "changed" else None
    if last is not None and last.actor_kind == "member" and last.at > max(act.at for act in acts.values()):
        by = {"user_id": str(last.actor_id), "name": last.name}
    return {"conversation_id": str(conversation_id), "reason": reason, "changed_by": by}


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
