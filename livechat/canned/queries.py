"""Statements on canned replies and the files that they carry."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from livechat.accounts.queries.visible import seen_numbers
from livechat.core.session import AnySession
from livechat.models import CannedReply, CannedReplyMedia, Media, PhoneNumber, WorkspaceMember
from livechat.sharing.kept import Kept
from livechat.sharing.queries import offered_to

# Of one owner no two in use have one shortcut.
CANNED = Kept(
    word=CannedReply.scope,
    own="personal",
    everybody="workspace",
    workspace_id=CannedReply.workspace_id,
    team_id=CannedReply.team_id,
    owner_user_id=CannedReply.owner_user_id,
    max_own=500,
    max_shared=2000,
    in_use=CannedReply.archived_at.is_(None),
)


def shown_to(session: AnySession, member: WorkspaceMember) -> Sequence[CannedReply]:
    """Those in use that this member may take, by shortcut.

    Of one shortcut their own comes first, then teams', then the workspace's.
    """
    return session.scalars(
        select(CannedReply)
        .where(offered_to(CANNED, member))
        .order_by(
            func.fold_name(CannedReply.shortcut),
            # personal, team, workspace: also by the alphabet.
            CannedReply.scope,
            CannedReply.id,
        )
    ).all()


def find_shown(
    session: AnySession, member: WorkspaceMember, canned_id: UUID, *, lock: bool = False
) -> CannedReply | None:
    """One in use that this member may take."""
    found = select(CannedReply).where(CannedReply.id == canned_id, offered_to(CANNED, member))
    return session.scalars(found.with_for_update() if lock else found).one_or_none()


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
