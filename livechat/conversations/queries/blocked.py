"""Statements about blocked customers, and those who want no marketing."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, false, func, or_, select, update

from livechat.core.session import AnySession
from livechat.domain.phone import writings
from livechat.models import NEVER_LEFT, Conversation, ConversationOtherId, Message, PhoneNumber, WabaAccount


def access_token_of_number(session: AnySession, phone_number_id: str) -> tuple[str, datetime]:
    """The encrypted access token of this number's account, and the database's time."""
    token, at = session.execute(
        select(WabaAccount.access_token_encrypted, func.clock_timestamp())
        .join(PhoneNumber, PhoneNumber.account_id == WabaAccount.id)
        .where(PhoneNumber.phone_number_id == phone_number_id)
    ).one()
    return token, at


def set_blocked(session: AnySession, conversation_id: UUID, blocked: bool) -> None:
    """Note whether the customer is blocked."""
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(is_blocked=blocked)
        .execution_options(synchronize_session=False)
    )


def database_time(session: AnySession) -> datetime:
    """Now, by the database's clock, which ``updated_at`` goes by too."""
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now


def reconcile_blocked(
    session: AnySession, phone_number_id: str, listed: Collection[str], read_at: datetime
) -> list[UUID]:
    """Mark the number's conversations as blocked that Meta lists, and no others; those that changed.

    A conversation that was changed since ``read_at`` is left alone: somebody may have blocked or unblocked
    its customer while the list was being read.
    """
    written = {each for user in listed for each in (writings(user) if user.isdigit() else (user,))}
    by_other_writing = exists().where(
        ConversationOtherId.conversation_id == Conversation.id,
        ConversationOtherId.value.in_(written),
        ConversationOtherId.left_at == NEVER_LEFT,
    )
    is_listed = or_(
        func.coalesce(Conversation.customer_phone.in_(written), false()),
        by_other_writing,
        func.coalesce(Conversation.customer_user_id.in_(listed), false()),
    )
    return list(
        session.execute(
            update(Conversation)
            .where(
                Conversation.phone_number_id == phone_number_id,
                Conversation.updated_at < read_at,
                Conversation.is_blocked != is_listed,
            )
            .values(is_blocked=~Conversation.is_blocked)
            .returning(Conversation.id)
            .execution_options(synchronize_session=False)
        ).scalars()
    )


def stop_marketing(session: AnySession, conversation_id: UUID) -> None:
    """Note that the customer has stopped marketing messages, as Meta said, until they resume them."""
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.marketing_opt_out.is_(False))
        .values(marketing_opt_out=True, marketing_opt_at=func.now())
        .execution_options(synchronize_session=False)
    )


def set_marketing_opt_out(session: AnySession, conversation_id: UUID, *, opted_out: bool) -> None:
    """Note what the customer told an agent about marketing. What WhatsApp says later replaces it."""
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(marketing_opt_out=opted_out, marketing_opt_at=func.now())
        .execution_options(synchronize_session=False)
    )


def note_blocked_by_wamid(session: AnySession, wamid: str) -> UUID | None:
    """Note that the customer of this message is blocked, as a status said; their conversation.

    None where the message is unknown or the block was noted already.
    """
    conversation_id = select(Message.conversation_id).where(Message.wamid == wamid).scalar_subquery()
    return session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.is_blocked.is_(False))
        .values(is_blocked=True)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
