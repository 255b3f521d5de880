"""Lessons: what Meta's answers to our sends, and their statuses, teach about who a customer is.

Meta may write a number differently than we do, and it knows the business-scoped id of a number and the number
of an id. With these ids the customer's reply comes into the same thread, whichever of them it names.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from livechat.core.session import AnySession
from livechat.customers import queries as queries
from livechat.customers.loaded import Key
from livechat.customers.loading import BatchOvertakenError, lock_people, write_new_people, written_columns
from livechat.customers.people import People
from livechat.customers.queries import recipients
from livechat.domain.phone import writings
from livechat.domain.status import MessageStatus
from livechat.live.publish import publish, publish_numbers
from livechat.whatsapp.sending.outgoing import message_id_from_callback
from livechat.whatsapp.webhook.items import StatusUpdate

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A message to the customer of this conversation went to these ids.

    ``sent_to`` is the number that it was sent to, where known: the conversation's may have changed since.
    """

    conversation_id: UUID
    phone_number_id: str
    known_phone: str | None
    known_user_id: str | None
    phone: str | None
    user_id: str | None
    sent_to: str | None = None

    @property
    def is_new(self) -> bool:
        """Whether the conversation's row does not have these ids yet."""
        is_new_phone = self.phone is not None and (
            self.known_phone is None or self.phone not in writings(self.known_phone)
        )
        return is_new_phone or (self.user_id is not None and self.known_user_id is None)

    def touched(self) -> list[Key]:
        """The keys of every id that this lesson may concern."""
        phones = [each for phone in (self.known_phone, self.phone) if phone for each in writings(phone)]
        user_ids = [each for each in (self.known_user_id, self.user_id) if each]
        return [
            *((self.phone_number_id, "phone", phone) for phone in phones),
            *((self.phone_number_id, "user_id", user_id) for user_id in user_ids),
        ]


class Told(NamedTuple):
    """A status, and the message of ours that it is about as it is now."""

    update: StatusUpdate
    row: Row[Any]

    @property
    def moves_conversation(self) -> bool:
        """Whether the message's conversation has to be locked before the message.

        What failed may be owed again, and what arrives after all is not owed any more. A message that learns
        its id at Meta first is written twice, and then its key locks the conversation.
        """
        failed = MessageStatus.FAILED
        return self.row.wamid is None or failed in (self.row.status, self.update.status)

    @property
    def keys(self) -> list[Key]:
        """The ids that lead to the conversation."""
        ids = {
            "phone": self.row.customer_phone,
            "user_id": self.row.customer_user_id,
            "group": self.row.group_id,
        }
        return [(self.row.phone_number_id, kind, value) for kind, value in ids.items() if value is not None]


def told_of(session: AnySession, updates: Sequence[StatusUpdate]) -> list[Told]:
    """These statuses with their messages, where those are known and of the number that the status names."""
    by_wamid: defaultdict[str, list[StatusUpdate]] = defaultdict(list)
    by_callback: defaultdict[UUID, list[StatusUpdate]] = defaultdict(list)
    for update in updates:
        by_wamid[update.wamid].append(update)
        message_id = message_id_from_callback(update.callback_data)
        if message_id is not None:
            by_callback[message_id].append(update)
    return [
        Told(update, row)
        for row in (recipients(session, sorted(by_wamid), sorted(by_callback)) if updates else ())
        for update in by_wamid.get(row.wamid) or by_callback.get(row.message_id) or ()
        if update.source.phone_number_id == row.phone_number_id
    ]


def lessons_of(told: Sequence[Told]) -> list[Lesson]:
    """The lessons in these statuses that are not known yet."""
    lessons = [
        Lesson(
            row.conversation_id,
            row.phone_number_id,
            row.customer_phone,
            row.customer_user_id,
            update.recipient.phone,
            update.recipient.user_id,
        )
        for update, row in told
        if row.has_the_same_number and (update.recipient.phone or update.recipient.user_id)
    ]
    return [lesson for lesson in lessons if lesson.is_new]


def teach(people: People, lessons: Sequence[Lesson]) -> None:
    """Apply lessons to conversations that are loaded and locked.

    A lesson whose conversation has changed meanwhile is left out; the next status brings it again.
    """
    for lesson in lessons:
        conversation = people.conversations.get(lesson.conversation_id)
        if conversation is None or lesson.sent_to not in (None, conversation.customer_phone):
            continue
        people.teach(conversation.id, lesson.phone, lesson.user_id)


def learn(session: AnySession, lessons: Sequence[Lesson]) -> None:
    """Apply lessons in the caller's transaction, which has locked no message yet; the caller commits.

    Nothing is learnt where somebody else changes the same customers at this moment. Statuses will teach the
    same, and the outcome of a send must be recorded in any case.
    """
    try:
        with session.begin_nested():
            changed, numbers = _learnt(session, lessons)
    except (BatchOvertakenError, IntegrityError) as error:
        log.warning("lesson_left", error=type(error).__name__)
        return
    publish(session, conversations=changed)
    publish_numbers(session, numbers)


def _learnt(session: AnySession, lessons: Sequence[Lesson]) -> tuple[list[UUID], set[str]]:
    """Apply lessons; the conversations that changed, and our numbers on which two of them merged."""
    people = lock_people(session, {key for lesson in lessons for key in lesson.touched()})
    teach(people, lessons)
    merged = {people.get(loser).phone_number_id for loser, _ in people.merges}
    dirty = [conversation for conversation in people.conversations.values() if conversation.dirty]
    write_new_people(session, people)
    if dirty:
        queries.update_conversations(session, [written_columns(conversation) for conversation in dirty])
    return [each.id for each in dirty if each.is_listed], merged
