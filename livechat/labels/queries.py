"""Statements on labels, and on the conversations that wear them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert

from livechat.core.session import AnySession
from livechat.models import Conversation, ConversationLabel, Label


def labels_of_workspace(session: AnySession, workspace_id: UUID) -> Sequence[Label]:
    """Those that are in use, by name."""
    return session.scalars(
        select(Label)
        .where(Label.workspace_id == workspace_id, Label.archived_at.is_(None))
        .order_by(func.fold_name(Label.name), Label.id)
    ).all()


def find_label(session: AnySession, workspace_id: UUID, label_id: UUID) -> Label | None:
    """One of the workspace's, in use or archived."""
    return session.scalars(
        select(Label).where(Label.id == label_id, Label.workspace_id == workspace_id)
    ).one_or_none()


def label_made_by(session: AnySession, workspace_id: UUID, user_id: UUID, key: str) -> Label | None:
    """What this user's request with this idempotency key has made."""
    return session.scalars(
        select(Label).where(
            Label.workspace_id == workspace_id, Label.created_by == user_id, Label.idempotency_key == key
        )
    ).one_or_none()


def count_labels(session: AnySession, workspace_id: UUID) -> int:
    """How many are in use."""
    return session.execute(
        select(func.count()).where(Label.workspace_id == workspace_id, Label.archived_at.is_(None))
    ).scalar_one()


def insert_label(session: AnySession, **columns: Any) -> UUID | None:
    """The new label's id; None where its name or idempotency key is taken."""
    return session.execute(
        insert(Label).values(**columns).on_conflict_do_nothing().returning(Label.id)
    ).scalar_one_or_none()


def labels_in(session: AnySession, conversation_ids: Sequence[UUID]) -> Sequence[Row[UUID, UUID, str, str]]:
    """(conversation_id, id, name, colour) of what these conversations wear, each one's by name."""
    return session.execute(
        select(ConversationLabel.conversation_id, Label.id, Label.name, Label.colour)
        .join(Label, Label.id == ConversationLabel.label_id)
        .where(ConversationLabel.conversation_id.in_(conversation_ids), Label.archived_at.is_(None))
        .order_by(func.fold_name(Label.name), Label.id)
    ).all()


def labels_column() -> Any:
    """What a row of ``Conversation`` wears, by name, as a list of {id, name, colour}; null: nothing."""
    label = func.jsonb_build_object("id", Label.id, "name", Label.name, "colour", Label.colour)
    return (
        select(func.jsonb_agg(aggregate_order_by(label, func.fold_name(Label.name), Label.id), type_=JSONB))
        .select_from(ConversationLabel)
        .join(Label, Label.id == ConversationLabel.label_id)
        .where(ConversationLabel.conversation_id == Conversation.id, Label.archived_at.is_(None))
        .correlate(Conversation)
        .scalar_subquery()
    )


def label_in_its_place(session: AnySession, conversation_id: UUID, label: Label) -> UUID | None:
    """The label of this one's group that the conversation wears; itself, where it does."""
    return session.scalars(
        select(ConversationLabel.label_id).where(
            ConversationLabel.conversation_id == conversation_id,
            ConversationLabel.group_key == func.fold_name(label.group_name),
        )
    ).one_or_none()


def put_on(session: AnySession, conversation_id: UUID, label: Label, user_id: UUID) -> bool:
    """Put the label on in the place of the one that it excludes; whether that changed anything."""
    statement = insert(ConversationLabel).values(
        conversation_id=conversation_id,
        label_id=label.id,
        group_key=func.fold_name(label.group_name),
        added_by=user_id,
    )
    given = statement.excluded
    if label.group_name is None:
        statement = statement.on_conflict_do_nothing()
    else:
        # One statement: at no moment are there two of a group, nor none.
        statement = statement.on_conflict_do_update(
            index_elements=[ConversationLabel.conversation_id, ConversationLabel.group_key],
            index_where=sql("group_key IS NOT NULL"),
            set_={"label_id": given.label_id, "added_by": given.added_by, "added_at": func.now()},
            where=ConversationLabel.label_id != given.label_id,
        )
    return bool(session.execute(statement.returning(ConversationLabel.label_id)).all())


def take_off(session: AnySession, conversation_id: UUID, label_id: UUID) -> bool:
    """Whether the conversation wore the label."""
    taken = delete(ConversationLabel).where(
        ConversationLabel.conversation_id == conversation_id, ConversationLabel.label_id == label_id
    )
    return bool(session.execute(taken.returning(ConversationLabel.label_id)).all())
