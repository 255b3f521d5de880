"""Statements for what was changed of conversations, as rows: values are ids, and names are looked up."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from livechat.core.session import AnySession


def _shown(value: str) -> str:
    """SQL that gives a stored value in the shape in which the conversation itself shows it."""
    given = f"(x.{value} #>> '{{}}')::uuid"
    return f"""
        CASE WHEN x.{value} IS NULL THEN NULL
        WHEN x.field IN ('assignee', 'watcher') THEN jsonb_build_object('user_id', x.{value}, 'name', (
            SELECT m.name FROM workspace_members m
            WHERE m.workspace_id = a.workspace_id AND m.user_id = {given}))
        WHEN x.field = 'team' THEN jsonb_build_object('id', x.{value}, 'name', (
            SELECT t.name FROM teams t WHERE t.id = {given}))
        WHEN x.field = 'label' THEN jsonb_build_object('id', x.{value}, 'name', (
            SELECT l.name FROM labels l WHERE l.id = {given}), 'colour', (
            SELECT l.colour FROM labels l WHERE l.id = {given}))
        ELSE x.{value} END
    """  # noqa: S608  # constant column names


_CHANGES = text(
    f"""
    SELECT x.id, x.operation_id, x.conversation_id, x.at, x.actor_kind, x.actor_id, x.field, x.cause,
        actor.name AS actor_name, {_shown("from_value")} AS was, {_shown("to_value")} AS becomes
    FROM conversation_changes x
    JOIN chat_conversations c ON c.id = x.conversation_id
    JOIN phone_numbers p ON p.phone_number_id = c.phone_number_id
    JOIN waba_accounts a ON a.id = p.account_id
    LEFT JOIN workspace_members actor ON x.actor_kind = 'member'
        AND actor.workspace_id = a.workspace_id AND actor.user_id = x.actor_id
    WHERE x.id = ANY(CAST(:ids AS uuid[]))
    """  # noqa: S608  # constant column names
)


def changes_by_id(session: AnySession, change_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """The changes with these ids, with the names of today; unknown ids are left out."""
    if not change_ids:
        return []
    return session.execute(_CHANGES, {"ids": list(change_ids)}).all()
