"""Statements about where conversations stand: changed where nothing was said meanwhile, opened again, due."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, case, func, null, select, text, update
from sqlalchemy.orm import aliased

from livechat.conversations.queries.thread_pages import as_written
from livechat.core.session import AnySession
from livechat.domain.status import MessageStatus
from livechat.domain.team.conversation_status import ConversationStatus, Standing
from livechat.models import Conversation, Message, Team, WabaAccount, WorkspaceMember


def workspace_column() -> Any:
    """The workspace of a row of ``Conversation`` beside its ``WabaAccount``."""
    return as_written(WabaAccount.workspace_id)


def assignee_columns() -> list[Any]:
    """Who has the conversation, and what its workspace calls them."""
    assignee: Any = aliased(WorkspaceMember, name="assignee")
    name = (
        select(assignee.name)
        .where(
            assignee.workspace_id == WabaAccount.workspace_id, assignee.user_id == Conversation.assignee_id
        )
        .correlate(Conversation, WabaAccount)
        .scalar_subquery()
    )
    return [as_written(Conversation.assignee_id), name]


def team_columns() -> list[Any]:
    """Id and name of the conversation's team."""
    return [as_written(Team.id), Team.name]


def team_joins() -> list[tuple[Any, Any]]:
    """What ``team_columns`` are taken from, and on what."""
    return [(Team, Team.id == Conversation.team_id)]


def change_status(
    session: AnySession, conversation_id: UUID, wanted: Standing, *, last_message: tuple[UUID | None] | None
) -> bool:
    """Put the conversation there; where ``last_message`` is given, only if it is its last still. Whether."""
    statement = update(Conversation).where(Conversation.id == conversation_id)
    if last_message is not None:
        statement = statement.where(Conversation.last_message_id.is_not_distinct_from(last_message[0]))
    changed = session.execute(
        statement.values(
            status=wanted.status,
            snoozed_until=wanted.snoozed_until,
            snooze_kind=wanted.snooze_kind,
            waiting_since=_waiting(wanted),
            version=Conversation.version + 1,
        )
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    return changed.scalar_one_or_none() is not None


def _waiting(wanted: Standing) -> ColumnElement[Any]:
    """Resolving waives the answer that was owed; opening again brings back what has none."""
    if wanted.status == ConversationStatus.RESOLVED:
        return null()
    was_resolved = Conversation.status == ConversationStatus.RESOLVED.value
    return case((was_resolved, _unanswered_since()), else_=Conversation.waiting_since)


def _unanswered_since() -> ScalarSelect[datetime]:
    """When the first message after the last answer was stored, as near as one looks for it backwards."""
    answer, question = aliased(Message), aliased(Message)
    answered = (
        select(answer.seq)
        .where(
            answer.conversation_id == Conversation.id,
            answer.direction == "outbound",
            answer.origin.in_(("livechat", "phone_app")),
            answer.message_type != "reaction",
            answer.status != MessageStatus.FAILED.value,
        )
        .order_by(answer.timestamp.desc(), answer.seq.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    return (
        select(question.created_at)
        .where(
            question.conversation_id == Conversation.id,
            question.counts_unread,
            question.seq > func.coalesce(answered, 0),
        )
        .order_by(question.seq)
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )


_OPEN = text(
    """
    UPDATE chat_conversations c
    SET status = 'open', snoozed_until = NULL, snooze_kind = NULL, version = c.version + 1,
        -- Whoever may not have it any more does not get it back: it is their team's, or nobody's.
        team_id = CASE WHEN c.id = ANY(CAST(:teamless AS uuid[])) THEN NULL ELSE c.team_id END,
        assignee_id = (
            SELECT m.user_id FROM workspace_members m
            JOIN waba_accounts a ON a.workspace_id = m.workspace_id
            JOIN phone_numbers p ON p.account_id = a.id
            WHERE p.phone_number_id = c.phone_number_id AND m.user_id = c.assignee_id
                AND c.id <> ALL(CAST(:released AS uuid[]))
                AND m.state = 'active' AND m.role <> 'viewer'
                AND (m.number_scope = 'all' OR EXISTS (
                    SELECT FROM member_numbers n WHERE n.workspace_id = m.workspace_id
                        AND n.user_id = m.user_id AND n.phone_number_id = c.phone_number_id)))
    FROM chat_conversations was
    WHERE was.id = c.id AND c.id = ANY(CAST(:ids AS uuid[]))
    RETURNING c.id, c.assignee_id, was.assignee_id AS had, c.team_id, was.team_id AS had_team,
        was.status, was.snoozed_until, was.snooze_kind
    """
)


def open_again(
    session: AnySession,
    conversation_ids: Sequence[UUID],
    *,
    released: Collection[UUID] = (),
    teamless: Collection[UUID] = (),
) -> Sequence[Row[Any]]:
    """Open these conversations, which the caller has locked; how each was, and whose it is now.

    Of those ``released`` the assignee does not get theirs back, and the ``teamless`` are in no team any more.
    """
    asked = {"ids": list(conversation_ids), "released": list(released), "teamless": list(teamless)}
    return session.execute(_OPEN, asked).all()


def lock_due(session: AnySession, limit: int) -> list[UUID]:
    """Conversations whose snooze is over, by their ids and locked; without those that others have locked."""
    return list(
        session.scalars(
            select(Conversation.id)
            .where(Conversation.status == "snoozed", Conversation.snoozed_until <= func.now())
            .order_by(Conversation.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
