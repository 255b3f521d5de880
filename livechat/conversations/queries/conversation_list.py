"""Reading the list of conversations page by page, and moving the read pointer."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from livechat.core.session import AnySession
from livechat.domain.phone import typed_digits, writings
from livechat.models import NEVER_LEFT, Conversation, ConversationLabel, ConversationOtherId, Label, Message
from livechat.models.conversations.conversation import SEARCHED
from livechat.web.paging import ListPlace


def conversation_page(
    session: AnySession,
    phone_number_id: str,
    *,
    limit: int,
    behind: ListPlace | None = None,
    unread_only: bool = False,
    search: str | None = None,
    labels: Collection[UUID] = (),
    seen: ColumnElement[bool] | None = None,
) -> list[Conversation]:
    """Conversations of a number, newest first, that wear all ``labels``.

    ``seen`` leaves those that their reader may see.
    """
    statement = (
        select(Conversation)
        .where(Conversation.phone_number_id == phone_number_id)
        # A customer of whom we know only an opt-out, a reaction or a changed number has nothing to show.
        .where(
            or_(
                Conversation.last_message_id.is_not(None),
                and_(Conversation.last_inbound_at.is_not(None), ~Conversation.begun_silently),
            )
        )
        .order_by(Conversation.last_message_time.desc(), Conversation.id.desc())
        .limit(limit)
    )
    if behind is not None:
        place = tuple_(Conversation.last_message_time, Conversation.id)
        statement = statement.where(place < tuple_(behind.last_message_time, behind.id))
    if unread_only:
        statement = statement.where(Conversation.unread_count > 0)
    for label_id in labels:
        statement = statement.where(_wears(label_id))
    if seen is not None:
        statement = statement.where(seen)
    if search:
        statement = _matching(session, statement, phone_number_id, search)
    return list(session.execute(statement).scalars())


def _wears(label_id: UUID) -> ColumnElement[bool]:
    return (
        select(ConversationLabel.label_id)
        .where(ConversationLabel.label_id == label_id, ConversationLabel.conversation_id == Conversation.id)
        .correlate(Conversation)
        .exists()
    )


def labels_among(session: AnySession, workspace_id: UUID, label_ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that are labels of this workspace and not archived."""
    if not label_ids:
        return set()
    found = select(Label.id).where(
        Label.id.in_(label_ids), Label.workspace_id == workspace_id, Label.archived_at.is_(None)
    )
    return set(session.scalars(found))


def _matching(session: AnySession, statement: Select[Any], number: str, search: str) -> Select[Any]:
    """Name, username or number containing ``search``, compared as ``fold_name`` writes them, by an index."""
    folded: Any = func.fold_name(search)
    for special in ("\\", "%", "_"):
        folded = func.replace(folded, special, f"\\{special}")
    searched: Any = literal_column(SEARCHED, Text)
    wanted = [searched.like(func.concat("%", folded, "%"))]
    digits = typed_digits(search)
    if digits is not None:
        # A number as it is dialled at home has a 0 in place of the country code.
        parts = {*writings(digits), digits.removeprefix("0") or digits}
        wanted += [searched.like(f"%{part}%") for part in sorted(parts)]
        others = select(ConversationOtherId.conversation_id).where(
            ConversationOtherId.phone_number_id == number,
            ConversationOtherId.kind == "phone",
            ConversationOtherId.value.in_(writings(digits)),
            ConversationOtherId.left_at == NEVER_LEFT,
        )
        # A statement of its own: as a subquery it would keep the rest from using the index.
        wanted += [Conversation.id == known for known in session.scalars(others)]
    return statement.where(or_(*wanted))


def newest_unread_seq(session: AnySession, conversation_id: UUID) -> int:
    """The arrival number of the newest message that can be unread; 0 where there is none.

    To read up to it leaves the same count as to read to the end, whose arrival number would take a scan of
    the thread; this one takes one look into an index.
    """
    newest = select(func.coalesce(func.max(Message.seq), 0)).where(
        Message.conversation_id == conversation_id, Message.counts_unread
    )
    return session.execute(newest).scalar_one()


def seq_of(session: AnySession, conversation_id: UUID, message_id: UUID) -> int | None:
    """The arrival number of a message; None where it is not in this conversation."""
    return session.execute(
        select(Message.seq).where(Message.conversation_id == conversation_id, Message.id == message_id)
    ).scalar_one_or_none()


def has_unread_between(session: AnySession, conversation_id: UUID, above: int, up_to: int) -> bool:
    """Whether a message that can be unread has an arrival number above ``above`` and up to ``up_to``."""
    found = select(Message.id).where(
        Message.conversation_id == conversation_id,
        Message.counts_unread,
        and_(Message.seq > above, Message.seq <= up_to),
    )
    return session.execute(select(found.exists())).scalar_one()


def move_read_pointer(session: AnySession, conversation_id: UUID, seq: int) -> None:
    """Move the read pointer forward to ``seq``, never back, and count the messages after it as unread.

    The caller holds the row's lock, so that the count sees every message that was stored before.
    """
    pointer = func.greatest(Conversation.read_seq, seq)
    behind = (
        select(func.count())
        .select_from(Message)
        .where(Message.conversation_id == Conversation.id, Message.counts_unread, Message.seq > pointer)
        .correlate(Conversation)
        .scalar_subquery()
    )
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(read_seq=pointer, unread_count=behind)
        .execution_options(synchronize_session=False)
    )
