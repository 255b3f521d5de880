"""Statements on canned replies and the files that they carry."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import ColumnElement

from livechat.accounts.queries.visible import seen_numbers
from livechat.core.session import AnySession
from livechat.models import CannedReply, CannedReplyMedia, Media, PhoneNumber, TeamMember, WorkspaceMember


def shown_to(session: AnySession, member: WorkspaceMember, *, all_teams: bool) -> Sequence[CannedReply]:
    """Those in use that this member may take, by shortcut.

    Of one shortcut their own comes first, then teams', then the workspace's.
    """
    return session.scalars(
        select(CannedReply)
        .where(_is_theirs(member, all_teams=all_teams), CannedReply.archived_at.is_(None))
        .order_by(
            func.fold_name(CannedReply.shortcut),
            # personal, team, workspace: also by the alphabet.
            CannedReply.scope,
            CannedReply.id,
        )
    ).all()


def find_shown(
    session: AnySession, member: WorkspaceMember, canned_id: UUID, *, all_teams: bool, lock: bool = False
) -> CannedReply | None:
    """One in use that this member may take."""
    found = select(CannedReply).where(
        CannedReply.id == canned_id,
        _is_theirs(member, all_teams=all_teams),
        CannedReply.archived_at.is_(None),
    )
    return session.scalars(found.with_for_update() if lock else found).one_or_none()


def count_in_use(session: AnySession, workspace_id: UUID, owner_user_id: UUID | None) -> int:
    """How many this member has of their own; without a member: how many workspace and teams have."""
    whose = (
        CannedReply.owner_user_id.is_(None)
        if owner_user_id is None
        else CannedReply.owner_user_id == owner_user_id
    )
    return session.execute(
        select(func.count()).where(
            CannedReply.workspace_id == workspace_id, whose, CannedReply.archived_at.is_(None)
        )
    ).scalar_one()


def files_in(session: AnySession, user_id: UUID, canned_ids: Sequence[UUID]) -> dict[UUID, list[Media]]:
    """The files that these are sent with, in their order, by reply: those of numbers that this user sees."""
    seen = seen_numbers(
        select(CannedReplyMedia.canned_reply_id, Media)
        .join(Media, Media.id == CannedReplyMedia.media_id)
        .join(PhoneNumber, PhoneNumber.phone_number_id == Media.phone_number_id),
        user_id,
    )
    rows = session.execute(
        seen.where(
            CannedReplyMedia.canned_reply_id.in_(canned_ids), CannedReplyMedia.position.is_not(None)
        ).order_by(CannedReplyMedia.position)
    )
    found: dict[UUID, list[Media]] = {}
    for canned_id, media in rows:
        found.setdefault(canned_id, []).append(media)
    return found


def places_in(session: AnySession, canned_id: UUID) -> dict[UUID, int | None]:
    """The files that the reply is sent with, by id, each with its place."""
    rows = session.execute(
        select(CannedReplyMedia.media_id, CannedReplyMedia.position).where(
            CannedReplyMedia.canned_reply_id == canned_id, CannedReplyMedia.position.is_not(None)
        )
    )
    return {row.media_id: row.position for row in rows}


def write_files(session: AnySession, canned_id: UUID, files: Mapping[UUID, int | None]) -> None:
    """Have the reply carry these files and no other: by id, the place among those that it is sent with."""
    session.execute(delete(CannedReplyMedia).where(CannedReplyMedia.canned_reply_id == canned_id))
    rows: list[dict[str, Any]] = [
        {"canned_reply_id": canned_id, "media_id": media_id, "position": position}
        for media_id, position in files.items()
    ]
    if rows:
        session.execute(insert(CannedReplyMedia), rows)


def _is_theirs(member: WorkspaceMember, *, all_teams: bool) -> ColumnElement[bool]:
    teams = select(TeamMember.team_id).where(
        TeamMember.workspace_id == member.workspace_id, TeamMember.user_id == member.user_id
    )
    of_team = CannedReply.scope == "team"
    return and_(
        CannedReply.workspace_id == member.workspace_id,
        or_(
            CannedReply.scope == "workspace",
            CannedReply.owner_user_id == member.user_id,
            of_team if all_teams else and_(of_team, CannedReply.team_id.in_(teams)),
        ),
    )
