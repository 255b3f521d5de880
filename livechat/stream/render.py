"""Renders entries of the event log as live events, from what the database holds at this moment."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.exc import SQLAlchemyError

from livechat.bulk.present_job import job_json
from livechat.bulk.queries import jobs_by_id, tallies
from livechat.conversations.ornaments import whole_conversations
from livechat.conversations.present import changes_json, message_json
from livechat.core.database import is_outage
from livechat.core.session import AnySession
from livechat.domain.visibility import Audience
from livechat.live.event_log import Catalog, Change, Kind, LogEntry
from livechat.live.listener import Scope, SourceUnavailableError
from livechat.live.subscription import LiveEvent
from livechat.models import BulkJob, ConversationChange, Notification
from livechat.notes.present_note import notes_json
from livechat.notifications.present_notification import notification_json
from livechat.notifications.queries import notifications_by_id
from livechat.stream.queries import (
    changes_with_siblings,
    messages_with_accounts,
    scopes_of,
    unread_by_number,
)

_NAMES = {
    Kind.MESSAGE_CREATED: "message.created",
    Kind.MESSAGE_UPDATED: "message.updated",
    Kind.CONVERSATION_UPDATED: "conversation.updated",
    Kind.CHANGE_CREATED: "change.created",
    Kind.NOTE_CREATED: "note.created",
    Kind.NOTE_UPDATED: "note.updated",
    Kind.NOTIFICATION_CREATED: "notification.created",
    Kind.NOTIFICATION_DONE: "notification.done",
}


def reset_payload() -> bytes:
    """The lines of a ``reset`` event, without its id: it tells a page to fetch afresh."""
    return _payload("reset", None, None)


def members_payload(workspace_id: UUID) -> bytes:
    """The lines of ``members.updated``, without its id: pages fetch the workspace and its people afresh."""
    return b"event: members.updated\ndata: " + orjson.dumps({"workspace_id": workspace_id}) + b"\n\n"


def catalog_payload(catalog: Catalog, version: int) -> bytes:
    """The lines of ``catalog.updated``, without its id: pages that have another version fetch it afresh."""
    return _event("catalog.updated", {"kind": catalog.value, "version": version})


def visible_accounts(session: AnySession, user_ids: Collection[UUID]) -> Mapping[UUID, Mapping[UUID, Scope]]:
    """{user: {account: what they see of it}}; raises SourceUnavailableError if the database is away."""
    with _outage_named():
        return scopes_of(session, user_ids)


def unread_now(
    session: AnySession, numbers: Collection[str], viewers: Collection[UUID | None]
) -> Mapping[tuple[UUID | None, str], int]:
    """{(who looks, number): how many are unread of what they see}, None: of all; as ``unread_by_number``.

    Raises SourceUnavailableError if the database is away.
    """
    with _outage_named():
        return unread_by_number(session, numbers, viewers)


def render(session: AnySession, entries: Sequence[LogEntry]) -> list[LiveEvent]:
    """An event for each entry, in order, as the API shows the rows now; some statements for any number.

    A message that is gone, or a row that belongs to another account by now, gives an event with an empty
    payload; a conversation that is gone gives a reset. Raises SourceUnavailableError if the database is away.
    """
    with _outage_named():
        return _Rendering(session, entries).events()


@contextmanager
def _outage_named() -> Iterator[None]:
    """Turn an outage into SourceUnavailableError; other database errors are our faults, not worth a wait."""
    try:
        yield
    except SQLAlchemyError as error:
        if not is_outage(error):
            raise
        raise SourceUnavailableError from error


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A rendered change. ``phone_number_id`` None: for every number; ``account_id`` None: for any account."""

    phone_number_id: str | None
    account_id: UUID | None
    payload: bytes
    personal: Mapping[UUID, bytes] = field(default_factory=dict)
    audience: Audience | None = None
    unless: Audience | None = None
    users: frozenset[UUID] | None = None


class _Rendering:
    """One batch: every row is loaded and encoded once, however many entries name it."""

    def __init__(self, session: AnySession, entries: Sequence[LogEntry]) -> None:
        self._entries = entries
        # A session that outlives one batch must not show the rows that it read for the last one.
        session.rollback()
        messages = _ids(entries, Kind.MESSAGE_CREATED) | _ids(entries, Kind.MESSAGE_UPDATED)
        self._messages = {row.id: row for row in messages_with_accounts(session, messages)}
        # The JSON of messages and conversations, by id.
        self._json = {row.id: message_json(row.columns) for row in self._messages.values()}
        wanted = _ids(entries, Kind.CONVERSATION_UPDATED)
        wanted |= {row.conversation_id for row in self._messages.values()}
        self._changes = changes_with_siblings(session, _ids(entries, Kind.CONVERSATION_LEFT))
        wanted |= {change.conversation_id for changes in self._changes.values() for change in changes}
        jobs = _ids(entries, Kind.JOB_UPDATED)
        self._jobs, self._tallies = jobs_by_id(session, jobs), tallies(session, jobs)
        self._lines = changes_json(session, _ids(entries, Kind.CHANGE_CREATED))
        self._notes = notes_json(session, _ids(entries, Kind.NOTE_CREATED) | _ids(entries, Kind.NOTE_UPDATED))
        told = _ids(entries, Kind.NOTIFICATION_CREATED) | _ids(entries, Kind.NOTIFICATION_DONE)
        self._notifications = {each.id: each for each in notifications_by_id(session, told)}
        wanted |= {each.conversation_id for each in self._notifications.values()}
        shown_alone = (*self._lines.values(), *self._notes.values())
        wanted |= {UUID(each["conversation_id"]) for each in shown_alone}
        read = {(each.change.user_id, each.change.id) for each in entries if each.change.user_id is not None}
        readers, of = {user for user, _ in read if user}, {id_ for _, id_ in read if id_}
        self._conversations = whole_conversations(session, wanted | of, readers)
        self._payloads: dict[Change, _Rendered] = {}

    def events(self) -> list[LiveEvent]:
        return [self._event(entry) for entry in self._entries]

    def _event(self, entry: LogEntry) -> LiveEvent:
        found = self._payloads.get(entry.change)
        if found is None:
            found = self._payloads[entry.change] = self._rendered(entry.change)
        if found.account_id is not None and found.account_id != entry.account_id:
            return LiveEvent(entry.account_id, entry.at, found.phone_number_id, b"")
        return LiveEvent(
            entry.account_id,
            entry.at,
            found.phone_number_id,
            found.payload,
            found.personal,
            found.audience,
            found.unless,
            found.users,
        )

    def _rendered(self, change: Change) -> "_Rendered":
        if change.kind is Kind.RESET or change.id is None:
            return _Rendered(None, None, reset_payload())
        if change.kind is Kind.MEMBERS_UPDATED:
            return _Rendered(None, None, members_payload(change.id))
        if change.kind is Kind.CATALOG_UPDATED:
            found = Catalog.of(change.id)
            return _Rendered(None, None, b"" if found is None else catalog_payload(*found))
        if change.user_id is not None:
            return self._read(change.user_id, change.id)
        if change.kind is Kind.CONVERSATION_UPDATED:
            shown = self._conversations.get(change.id)
            if shown is None:
                return _Rendered(None, None, reset_payload())
            return self._shown(change, None, change.id, shown.phone_number_id, shown.account_id)
        if change.kind is Kind.JOB_UPDATED:
            return self._job(self._jobs.get(change.id))
        if change.kind is Kind.CHANGE_CREATED:
            return self._alone(change.kind, "change", self._lines.get(change.id))
        if change.kind in (Kind.NOTIFICATION_CREATED, Kind.NOTIFICATION_DONE):
            return self._personal(change.kind, self._notifications.get(change.id))
        if change.kind in (Kind.NOTE_CREATED, Kind.NOTE_UPDATED):
            return self._alone(change.kind, "note", self._notes.get(change.id))
        if change.kind is Kind.CONVERSATION_LEFT:
            return self._left(self._changes.get(change.id, []))
        row = self._messages.get(change.id)
        if row is None or row.conversation_id not in self._conversations:
            return _Rendered(None, None, b"")
        return self._shown(
            change, self._json[row.id], row.conversation_id, row.phone_number_id, row.account_id
        )

    def _shown(
        self,
        change: Change,
        message: dict[str, Any] | None,
        conversation_id: UUID,
        phone_number_id: str,
        account_id: UUID,
    ) -> "_Rendered":
        name, conversation = _NAMES[change.kind], self._conversations[conversation_id].json
        # Ornaments of one user, like a draft, are shown to nobody else.
        personal = {
            user_id: _payload(name, message, conversation | theirs)
            for user_id, theirs in self._conversations[conversation_id].personal.items()
        }
        return _Rendered(
            phone_number_id,
            account_id,
            _payload(name, message, conversation),
            personal,
            self._audience(conversation_id),
        )

    def _job(self, job: BulkJob | None) -> "_Rendered":
        """How far a bulk action is, for who started it."""
        if job is None:
            return _Rendered(None, None, b"")
        payload = _event("job.updated", {"job": job_json(job, self._tallies.get(job.id))})
        return _Rendered(None, None, payload, users=frozenset([job.user_id]))

    def _alone(self, kind: Kind, key: str, shown: dict[str, Any] | None) -> "_Rendered":
        """What belongs to a conversation, without that: it has an event of its own where it changed too."""
        if shown is None or UUID(shown["conversation_id"]) not in self._conversations:
            return _Rendered(None, None, b"")
        row = self._conversations[UUID(shown["conversation_id"])]
        payload, audience = _event(_NAMES[kind], {key: shown}), self._audience(row.id)
        return _Rendered(row.phone_number_id, row.account_id, payload, audience=audience)

    def _personal(self, kind: Kind, notification: Notification | None) -> "_Rendered":
        """For the one whose it is, as long as they see the conversation."""
        if notification is None:
            return _Rendered(None, None, b"")
        shown = self._alone(kind, "notification", notification_json(notification))
        return replace(shown, users=frozenset([notification.user_id]))

    def _read(self, user_id: UUID, conversation_id: UUID) -> "_Rendered":
        """For the user's own devices: ids and numbers alone."""
        row = self._conversations.get(conversation_id)
        total = row.reads.get(str(user_id)) if row is not None and row.reads is not None else None
        if row is None or total is None:
            return _Rendered(None, None, b"")
        told = {
            "conversation_id": str(conversation_id),
            "my_unread_count": row.counted_total - total,
            "counted_total": row.counted_total,
            "read_total": total,
        }
        return _Rendered(
            row.phone_number_id,
            row.account_id,
            _event("read.updated", told),
            audience=self._audience(conversation_id),
            users=frozenset([user_id]),
        )

    def _left(self, changes: Sequence[ConversationChange]) -> "_Rendered":
        """For those who saw the conversation before these changes and do not see it now."""
        if not changes or changes[0].conversation_id not in self._conversations:
            return _Rendered(None, None, b"")
        row = self._conversations[changes[0].conversation_id]
        now = before = self._audience(row.id)
        for change in changes:
            # One operation may change more besides: a macro's labels, say, whose values are no ids.
            if change.field not in ("assignee", "team", "watcher"):
                continue
            was = UUID(change.from_value) if change.from_value is not None else None
            if change.field == "assignee":
                before = replace(before, assignee_id=was)
            elif change.field == "team":
                before = replace(before, team_id=was)
            else:
                now_too = {UUID(change.to_value)} if change.to_value is not None else frozenset()
                had = frozenset() if was is None else frozenset([was])
                before = replace(before, watchers=(before.watchers - now_too) | had)
        payload = _event("conversation.removed", {"id": str(row.id)})
        return _Rendered(row.phone_number_id, row.account_id, payload, {}, before, now)

    def _audience(self, conversation_id: UUID) -> Audience:
        row = self._conversations[conversation_id]
        return Audience(row.phone_number_id, row.assignee_id, row.team_id, frozenset(row.watchers))


def _ids(entries: Sequence[LogEntry], kind: Kind) -> set[UUID]:
    return {entry.change.id for entry in entries if entry.change.kind is kind and entry.change.id is not None}


def _payload(name: str, message: dict[str, Any] | None, conversation: dict[str, Any] | None) -> bytes:
    return _event(name, {"message": message, "conversation": conversation})


def _event(name: str, data: dict[str, Any]) -> bytes:
    # orjson writes no line ends, so the data is one line.
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
