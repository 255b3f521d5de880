"""Statements on notes and on who is named in them."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, ScalarSelect, Select, Text, cast, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from livechat.core.session import AnySession
from livechat.models import (
    Conversation,
    Note,
    NoteMention,
    NoteVersion,
    PhoneNumber,
    Team,
    TeamMember,
    WabaAccount,
    WorkspaceMember,
)

_Named: Any = aliased(WorkspaceMember, name="named")


@lru_cache(maxsize=1)
def _select_notes() -> Select[Any]:
    """``SELECT`` of a note's columns, ``author_name`` and ``mentions``, as the workspace calls people now."""
    mentions = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_object(
                        "user_id",
                        NoteMention.user_id,
                        "team_id",
                        NoteMention.team_id,
                        "name",
                        func.coalesce(_Named.name, Team.name),
                    ),
                    NoteMention.position,
                ),
                type_=JSONB,
            )
        )
        .select_from(NoteMention)
        .outerjoin(
            _Named,
            (_Named.workspace_id == WabaAccount.workspace_id) & (_Named.user_id == NoteMention.user_id),
        )
        .outerjoin(Team, Team.id == NoteMention.team_id)
        .where(NoteMention.note_id == Note.id)
        .correlate(Note, WabaAccount)
        .scalar_subquery()
    )
    return (
        select(
            Note.id,
            Note.conversation_id,
            Note.author_id,
            Note.body,
            Note.created_at,
            Note.edited_at,
            Note.deleted_at,
            Note.version,
            WorkspaceMember.name.label("author_name"),
            mentions.label("mentions"),
        )
        .join(Conversation, Conversation.id == Note.conversation_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Conversation.phone_number_id)
        .join(WabaAccount, WabaAccount.id == PhoneNumber.account_id)
        .outerjoin(
            WorkspaceMember,
            (WorkspaceMember.workspace_id == WabaAccount.workspace_id)
            & (WorkspaceMember.user_id == Note.author_id),
        )
    )


def notes_by_id(session: AnySession, note_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """The notes with these ids; unknown ids are left out."""
    if not note_ids:
        return []
    return session.execute(_select_notes().where(Note.id.in_(note_ids))).all()


def named_in_note() -> ScalarSelect[list[str] | None]:
    """Of a row of ``Note``: the ids of the members and teams that it names, null where it names none."""
    named = cast(func.coalesce(NoteMention.user_id, NoteMention.team_id), Text)
    return (
        select(func.array_agg(named)).where(NoteMention.note_id == Note.id).correlate(Note).scalar_subquery()
    )


def named_in(session: AnySession, note_id: UUID) -> list[str]:
    """The same of one note."""
    return session.scalar(select(named_in_note()).where(Note.id == note_id)) or []


def conversation_of_note(session: AnySession, note_id: UUID) -> UUID | None:
    """Where the note stands; None where there is no such note."""
    return session.execute(select(Note.conversation_id).where(Note.id == note_id)).scalar_one_or_none()


def lock_note(session: AnySession, note_id: UUID) -> Note:
    """The note as it is now, locked until the transaction ends."""
    return session.execute(
        select(Note).where(Note.id == note_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def insert_mentions(
    session: AnySession, note_id: UUID, named: Sequence[tuple[UUID | None, UUID | None]]
) -> None:
    """Name these in the note, each (user, None) or (None, team)."""
    if named:
        session.execute(
            insert(NoteMention),
            [
                {"note_id": note_id, "position": position, "user_id": user_id, "team_id": team_id}
                for position, (user_id, team_id) in enumerate(named)
            ],
        )


def keep_version(session: AnySession, note: Note, by: UUID) -> None:
    """Keep what the locked note says, before that is replaced or deleted."""
    session.execute(
        insert(NoteVersion).values(note_id=note.id, version=note.version, body=note.body, replaced_by=by)
    )


def members_named(
    session: AnySession, workspace_id: UUID, user_ids: Collection[UUID], team_ids: Collection[UUID]
) -> list[Row[Any]]:
    """(user_id, name, state, teams) of these users and of everybody in these teams.

    ``teams`` are those of the given ones that the member is in.
    """
    teams = (
        select(func.array_agg(TeamMember.team_id))
        .where(
            TeamMember.workspace_id == WorkspaceMember.workspace_id,
            TeamMember.user_id == WorkspaceMember.user_id,
            TeamMember.team_id.in_(team_ids),
        )
        .correlate(WorkspaceMember)
        .scalar_subquery()
    )
    within = select(TeamMember.user_id).where(
        TeamMember.workspace_id == workspace_id, TeamMember.team_id.in_(team_ids)
    )
    return list(
        session.execute(
            select(WorkspaceMember.user_id, WorkspaceMember.name, WorkspaceMember.state, teams.label("teams"))
            .where(
                WorkspaceMember.workspace_id == workspace_id,
                WorkspaceMember.user_id.in_(user_ids) | WorkspaceMember.user_id.in_(within),
            )
            .order_by(WorkspaceMember.user_id)
        )
    )


def teams_among(session: AnySession, workspace_id: UUID, team_ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that are teams of the workspace."""
    if not team_ids:
        return set()
    return set(
        session.scalars(select(Team.id).where(Team.workspace_id == workspace_id, Team.id.in_(team_ids)))
    )


def name_of(session: AnySession, workspace_id: UUID, user_id: UUID) -> str | None:
    """What the workspace calls this user, also after they have gone."""
    return session.execute(
        select(WorkspaceMember.name).where(
            WorkspaceMember.workspace_id == workspace_id, WorkspaceMember.user_id == user_id
        )
    ).scalar_one_or_none()
