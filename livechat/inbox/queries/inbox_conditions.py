"""What is asked of a conversation in the inbox, as conditions of a statement."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, false, func, literal_column, not_, or_, select, true

from livechat.accounts.queries.visible import View, seen_by
from livechat.core.session import AnySession
from livechat.domain.phone import typed_digits, writings
from livechat.domain.service_window import SERVICE_WINDOW
from livechat.inbox.inbox_filter import CLOSING_WITHIN, InboxFilter, Scope, Unread, Window
from livechat.models import (
    NEVER_LEFT,
    Conversation,
    ConversationLabel,
    ConversationOtherId,
    ConversationRead,
    ConversationWatcher,
    Label,
    Team,
)
from livechat.models.conversations.conversation import SEARCHED

# How many of a label's conversations are few enough to be all looked at.
FEW = 1000
Condition = ColumnElement[bool]


def conditions_of(
    session: AnySession | None, view: View, wanted: InboxFilter, now: datetime
) -> list[Condition]:
    """What is true of everything that the reader sees of ``wanted``."""
    conditions: list[Condition] = [SHOWN]
    if (seen := seen_by(view.member)) is not None:
        conditions.append(seen)
    conditions += _of_scope(view, wanted)
    if wanted.status is not None:
        conditions.append(Conversation.status == wanted.status)
    conditions += [_wears(label_id) for label_id in wanted.labels]
    if wanted.waiting is not None:
        waits = Conversation.waiting_since.is_not(None)
        conditions.append(waits if wanted.waiting else not_(waits))
    if wanted.unread is not None:
        conditions.append(_unread(view, wanted.unread))
    if wanted.window is not None:
        conditions.append(window_is(wanted.window, now))
    if wanted.search is not None and session is not None:
        conditions.append(matching(session, view.numbers, wanted.search))
    return conditions


# A customer of whom we know only an opt-out, a reaction or a changed number has nothing to show.
SHOWN = or_(
    Conversation.last_message_id.is_not(None),
    and_(Conversation.last_inbound_at.is_not(None), ~Conversation.begun_silently),
)


def _of_scope(view: View, wanted: InboxFilter) -> list[Condition]:
    me = view.member.user_id
    match wanted.scope:
        case Scope.MINE:
            return [Conversation.assignee_id == me]
        case Scope.UNASSIGNED:
            return [Conversation.assignee_id.is_(None)]
        case Scope.TEAM:
            return [Conversation.team_id == wanted.team_id]
        case Scope.WATCHING:
            follows = followed_by(me).where(ConversationWatcher.conversation_id == Conversation.id)
            return [follows.correlate(Conversation).exists()]
        case Scope.ALL:
            return []


def _wears(label_id: UUID) -> Condition:
    return (
        select(ConversationLabel.label_id)
        .where(ConversationLabel.label_id == label_id, ConversationLabel.conversation_id == Conversation.id)
        .correlate(Conversation)
        .exists()
    )


def _unread(view: View, whose: Unread) -> Condition:
    if whose is Unread.SHARED:
        return Conversation.unread_count > 0
    read = (
        select(ConversationRead.read_seq)
        .where(
            ConversationRead.user_id == view.member.user_id,
            ConversationRead.conversation_id == Conversation.id,
        )
        .correlate(Conversation)
        .scalar_subquery()
    )
    return Conversation.last_counted_seq > func.coalesce(read, view.member.read_floor_seq)


def window_is(window: Window, now: datetime) -> Condition:
    """The SQL of ``domain.service_window``, and of ``closing``."""
    heard, refused = Conversation.last_inbound_at, Conversation.window_refused_at
    is_refused = and_(
        refused.is_not(None), refused >= heard, refused < heard + SERVICE_WINDOW, refused <= now
    )
    is_shut = or_(
        Conversation.gone_at.is_not(None), heard.is_(None), heard <= now - SERVICE_WINDOW, is_refused
    )
    if window is Window.CLOSED:
        return is_shut
    # The bounds stand by themselves, so that an index may serve.
    soonest = timedelta(0) if window is Window.OPEN else SERVICE_WINDOW - CLOSING_WITHIN
    return and_(
        heard > now - SERVICE_WINDOW,
        heard < now - soonest if window is Window.CLOSING else true(),
        Conversation.gone_at.is_(None),
        not_(func.coalesce(is_refused, false())),
    )


def followed_by(user_id: UUID) -> Select[Any]:
    return select(ConversationWatcher.conversation_id).where(ConversationWatcher.user_id == user_id)


def matching(session: AnySession, numbers: Collection[str], search: str) -> ColumnElement[bool]:
    """Name, username or number containing ``search``, compared as ``fold_name`` writes them. By an index."""
    searched = literal_column(SEARCHED, Text)
    wanted: list[Condition] = [searched.like(part_of_name(search))]
    wanted += map(searched.like, parts_of_numbers(search))
    # A statement of its own: as a subquery it would keep the rest from using the index.
    wanted += [Conversation.id == known for known in with_other_number(session, numbers, search)]
    return or_(*wanted)


def part_of_name(search: Any) -> Any:
    """The pattern of a name that contains it, in SQL."""
    folded: Any = func.fold_name(search)
    for special in ("\\", "%", "_"):
        folded = func.replace(folded, special, f"\\{special}")
    return func.concat("%", folded, "%")


def parts_of_numbers(search: str) -> list[str]:
    """The patterns of numbers that contain it; none where it is no part of a number."""
    digits = typed_digits(search)
    if digits is None:
        return []
    # A number as it is dialled at home has a 0 in place of the country code.
    return [f"%{part}%" for part in sorted({*writings(digits), digits.removeprefix("0") or digits})]


def with_other_number(session: AnySession, numbers: Collection[str], search: str) -> Sequence[UUID]:
    """The conversations whose customer has this number besides the one that is shown."""
    digits = typed_digits(search)
    if digits is None:
        return []
    found: Sequence[Any] = session.scalars(
        select(ConversationOtherId.conversation_id).where(
            ConversationOtherId.phone_number_id.in_(numbers),
            ConversationOtherId.kind == "phone",
            ConversationOtherId.value.in_(writings(digits)),
            ConversationOtherId.left_at == NEVER_LEFT,
        )
    ).all()
    return found


def teams_among(session: AnySession, workspace_ids: Sequence[UUID], team_id: UUID) -> bool:
    """Whether it is a team of one of these workspaces."""
    team = select(Team.id).where(Team.id == team_id, Team.workspace_id.in_(workspace_ids))
    return session.scalars(team).one_or_none() is not None


def labels_among(
    session: AnySession, workspace_ids: Sequence[UUID], label_ids: frozenset[UUID]
) -> dict[UUID, bool]:
    """{id: whether few conversations wear it} of those that are labels of these workspaces, not archived."""
    if not label_ids:
        return {}
    worn = (
        select(ConversationLabel.label_id)
        .where(ConversationLabel.label_id == Label.id)
        .correlate(Label)
        .limit(FEW + 1)
        .subquery()
    )
    how_many = select(func.count()).select_from(worn).scalar_subquery()
    rows = session.execute(
        select(Label.id, how_many <= FEW).where(
            Label.id.in_(label_ids), Label.workspace_id.in_(workspace_ids), Label.archived_at.is_(None)
        )
    )
    return {row[0]: row[1] for row in rows}
