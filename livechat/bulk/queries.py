"""Statements on bulk jobs and their items."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, cast, delete, func, insert, literal, select, update

from livechat.core.session import AnySession
from livechat.models import BulkItem, BulkJob, Conversation, ConversationAlias, WorkspaceMember

PENDING = "pending"


class Tally(NamedTuple):
    """How many items have which outcome."""

    total: int
    done: int
    skipped: int
    failed: int


def insert_items(session: AnySession, job_id: UUID, conversation_ids: Collection[UUID]) -> None:
    """What the job is about, from now on, and what was said last in each."""
    asked = (
        func.unnest(cast(list(conversation_ids), ARRAY(Uuid()))).table_valued("id").render_derived("asked")
    )
    here = func.coalesce(ConversationAlias.conversation_id, asked.c.id)
    rows = (
        select(literal(job_id, Uuid()), asked.c.id, Conversation.last_message_id)
        .select_from(asked)
        .outerjoin(ConversationAlias, ConversationAlias.id == asked.c.id)
        .outerjoin(Conversation, Conversation.id == here)
    )
    session.execute(insert(BulkItem).from_select(["job_id", "conversation_id", "last_message_id"], rows))


def job_of_user(session: AnySession, job_id: UUID, user_id: UUID) -> BulkJob | None:
    """The job, where this user wanted it."""
    return session.scalars(
        select(BulkJob).where(BulkJob.id == job_id, BulkJob.user_id == user_id)
    ).one_or_none()


def jobs_by_id(session: AnySession, job_ids: Collection[UUID]) -> dict[UUID, BulkJob]:
    """{id: job}; unknown ids are left out."""
    if not job_ids:
        return {}
    return {job.id: job for job in session.scalars(select(BulkJob).where(BulkJob.id.in_(job_ids)))}


def tallies(session: AnySession, job_ids: Collection[UUID]) -> dict[UUID, Tally]:
    """{job: how far it is}, counted from its items."""
    if not job_ids:
        return {}
    counts = [func.count().filter(BulkItem.state == state) for state in ("done", "skipped", "failed")]
    rows = session.execute(
        select(BulkItem.job_id, func.count(), *counts)
        .where(BulkItem.job_id.in_(job_ids))
        .group_by(BulkItem.job_id)
    )
    return {row[0]: Tally(row[1], row[2], row[3], row[4]) for row in rows}


def items_page(
    session: AnySession, job_id: UUID, states: Collection[str], *, limit: int, behind: UUID | None
) -> Sequence[Row[UUID, str, str | None]]:
    """(conversation_id, state, reason) of a job's items in these states, by their ids; none named: in any."""
    statement = (
        select(BulkItem.conversation_id, BulkItem.state, BulkItem.reason)
        .where(BulkItem.job_id == job_id)
        .order_by(BulkItem.conversation_id)
        .limit(limit)
    )
    if states:
        statement = statement.where(BulkItem.state.in_(states))
    if behind is not None:
        statement = statement.where(BulkItem.conversation_id > behind)
    return session.execute(statement).all()


def take_job(session: AnySession, job_id: UUID) -> BulkJob | None:
    """The unfinished job, this transaction's alone until it ends; None where another works on it."""
    return session.execute(
        select(BulkJob)
        .where(BulkJob.id == job_id, BulkJob.finished_at.is_(None))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def pending_items(session: AnySession, job_id: UUID, limit: int) -> Sequence[Row[UUID, UUID | None]]:
    """The next (conversation, its last message then) without an outcome, by their ids."""
    return session.execute(
        select(BulkItem.conversation_id, BulkItem.last_message_id)
        .where(BulkItem.job_id == job_id, BulkItem.state == PENDING)
        .order_by(BulkItem.conversation_id)
        .limit(limit)
    ).all()


def write_outcomes(
    session: AnySession, job_id: UUID, outcomes: Mapping[UUID, tuple[str, str | None]]
) -> None:
    """{conversation: (state, reason)}; an item that has an outcome keeps it."""
    by_outcome: dict[tuple[str, str | None], list[UUID]] = {}
    for conversation_id, outcome in outcomes.items():
        by_outcome.setdefault(outcome, []).append(conversation_id)
    for (state, reason), ids in by_outcome.items():
        session.execute(
            update(BulkItem)
            .where(BulkItem.job_id == job_id, BulkItem.conversation_id.in_(ids), BulkItem.state == PENDING)
            .values(state=state, reason=reason)
            .execution_options(synchronize_session=False)
        )


def forsaken_jobs(session: AnySession, before: datetime, limit: int) -> Sequence[UUID]:
    """Unfinished jobs whose last step was before then."""
    return session.scalars(
        select(BulkJob.id)
        .where(BulkJob.finished_at.is_(None), BulkJob.touched_at < before)
        .order_by(BulkJob.touched_at)
        .limit(limit)
    ).all()


def delete_jobs(session: AnySession, before: datetime) -> None:
    """Delete jobs of before then, with their items."""
    session.execute(
        delete(BulkJob).where(BulkJob.created_at < before).execution_options(synchronize_session=False)
    )


def members_of_user(session: AnySession, user_id: UUID) -> list[WorkspaceMember]:
    """The user's active memberships, by workspace."""
    return list(
        session.scalars(
            select(WorkspaceMember)
            .where(WorkspaceMember.user_id == user_id, WorkspaceMember.state == "active")
            .order_by(WorkspaceMember.workspace_id)
        )
    )
