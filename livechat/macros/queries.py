"""Statements on macros, and on what their steps name. None locks anything but a macro that is written."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from livechat.core.session import AnySession
from livechat.models import (
    CannedReply,
    ConversationChange,
    ConversationLabel,
    Label,
    Macro,
    Message,
    WorkspaceMember,
)
from livechat.sharing.kept import Kept
from livechat.sharing.queries import offered_to

# Of one owner no two in use have one name.
MACROS = Kept(
    word=Macro.scope,
    own="personal",
    everybody="workspace",
    workspace_id=Macro.workspace_id,
    team_id=Macro.team_id,
    owner_user_id=Macro.owner_user_id,
    max_own=100,
    max_shared=500,
    in_use=Macro.archived_at.is_(None),
)


def shown_to(session: AnySession, member: WorkspaceMember) -> Sequence[Macro]:
    """Those in use that this member may take, by name; of one name their own comes first."""
    return session.scalars(
        select(Macro)
        .where(offered_to(MACROS, member))
        # personal, team, workspace: also by the alphabet.
        .order_by(func.fold_name(Macro.name), Macro.scope, Macro.id)
    ).all()


def find_shown(
    session: AnySession, member: WorkspaceMember, macro_id: UUID, *, lock: bool = False
) -> Macro | None:
    """One in use that this member may take."""
    found = select(Macro).where(Macro.id == macro_id, offered_to(MACROS, member))
    return session.scalars(found.with_for_update() if lock else found).one_or_none()


def active_members(
    session: AnySession, workspace_id: UUID, user_ids: Collection[UUID]
) -> dict[UUID, WorkspaceMember]:
    """Those of them who are active in the workspace, by id."""
    found = session.scalars(
        select(WorkspaceMember).where(
            WorkspaceMember.workspace_id == workspace_id,
            WorkspaceMember.user_id.in_(user_ids),
            WorkspaceMember.state == "active",
        )
    )
    return {each.user_id: each for each in found}


def member_names(
    session: AnySession, workspace_id: UUID, user_ids: Collection[UUID]
) -> dict[UUID, str | None]:
    """{user: what the workspace calls them}, also of those who are gone."""
    rows = session.execute(
        select(WorkspaceMember.user_id, WorkspaceMember.name).where(
            WorkspaceMember.workspace_id == workspace_id, WorkspaceMember.user_id.in_(user_ids)
        )
    )
    return {row.user_id: row.name for row in rows}


def labels_named(
    session: AnySession, workspace_id: UUID, label_ids: Collection[UUID]
) -> dict[UUID, tuple[Label, str | None]]:
    """{id: (the label, the key of its group)} of those that the workspace has, also archived ones."""
    rows = session.execute(
        select(Label, func.fold_name(Label.group_name)).where(
            Label.workspace_id == workspace_id, Label.id.in_(label_ids)
        )
    )
    return {label.id: (label, group) for label, group in rows}


def groups_worn(session: AnySession, conversation_id: UUID) -> dict[UUID, str | None]:
    """{label: the key of its group} of what the conversation wears."""
    rows = session.execute(
        select(ConversationLabel.label_id, ConversationLabel.group_key).where(
            ConversationLabel.conversation_id == conversation_id
        )
    )
    return {row.label_id: row.group_key for row in rows}


def canned_named(session: AnySession, canned_ids: Collection[UUID]) -> Mapping[UUID, CannedReply]:
    """Canned replies in use, whosever they are: the caller asks who is offered them."""
    found = session.scalars(
        select(CannedReply).where(CannedReply.id.in_(canned_ids), CannedReply.archived_at.is_(None))
    )
    return {each.id: each for each in found}


def messages_under(
    session: AnySession, user_id: UUID, phone_number_id: str, keys: Collection[str]
) -> list[UUID]:
    """The messages that this user has sent on the number under these idempotency keys, in their order."""
    found = session.scalars(
        select(Message.id)
        .where(
            Message.sent_by == user_id,
            Message.phone_number_id == phone_number_id,
            Message.idempotency_key.in_(keys),
        )
        .order_by(Message.seq)
    )
    return list(found)


def has_changed(session: AnySession, operation_id: UUID) -> bool:
    """Whether the operation has changed anything, so that it can be undone."""
    found: Any = select(ConversationChange.id).where(ConversationChange.operation_id == operation_id)
    return session.execute(found.limit(1)).scalar_one_or_none() is not None
