"""Finding, making and locking one conversation."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import case, func, literal, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert

from livechat.conversations.queries import waiting_names
from livechat.core.session import AnySession
from livechat.domain.phone import writings
from livechat.models import (
    NEVER_LEFT,
    Conversation,
    ConversationOtherId,
    PhoneNumber,
    WabaAccount,
)


def lock_conversation(session: AnySession, conversation_id: UUID) -> Conversation | None:
    """The conversation as it is now, locked until the transaction ends; None where it was merged."""
    return session.execute(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def hold_conversation(session: AnySession, conversation_id: UUID) -> bool:
    """Whether it is there: then it is not merged away until the transaction ends. Others may change it."""
    held = select(Conversation.id).where(Conversation.id == conversation_id)
    held = held.with_for_update(read=True, key_share=True)
    return session.execute(held).scalar_one_or_none() is not None


def lock_conversations(session: AnySession, conversation_ids: Collection[UUID]) -> None:
    """Lock these conversations in the order of their ids, as everybody does; those that are gone are left."""
    if conversation_ids:
        locked = select(Conversation.id).where(Conversation.id.in_(conversation_ids))
        session.execute(locked.order_by(Conversation.id).with_for_update())


def find_conversation(session: AnySession, phone_number_id: str, customer_phone: str) -> UUID | None:
    """The conversation with this phone (digits) on our number, however WhatsApp writes it; None: none.

    The given writing goes before others, and a conversation's own number before other ids that lead to it.
    """
    written = writings(customer_phone)
    own = select(
        Conversation.id, case((Conversation.customer_phone == customer_phone, 0), else_=1).label("rank")
    ).where(Conversation.phone_number_id == phone_number_id, Conversation.customer_phone.in_(written))
    other = select(ConversationOtherId.conversation_id, literal(2)).where(
        ConversationOtherId.phone_number_id == phone_number_id,
        ConversationOtherId.kind == "phone",
        ConversationOtherId.value.in_(written),
        ConversationOtherId.left_at == NEVER_LEFT,
    )
    found = own.union_all(other).subquery()
    return session.execute(
        select(found.c.id).order_by(found.c.rank, found.c.id).limit(1)
    ).scalar_one_or_none()


def create_conversation(session: AnySession, number: PhoneNumber, customer_phone: str) -> UUID:
    """A new conversation with this phone, or the one that somebody else makes at this moment.

    Raises LookupError where that one is gone again.
    """
    insert_conversation(session, number, customer_phone)
    # Only a second statement sees the conversation that another transaction has committed meanwhile.
    found = find_conversation(session, number.phone_number_id, customer_phone)
    if found is None:
        raise LookupError("The conversation was deleted while it was being created.")
    return found


def insert_conversation(
    session: AnySession, number: PhoneNumber, customer_phone: str, *, assignee_id: UUID | None = None
) -> UUID | None:
    """A new conversation with this phone; None where somebody else makes it at this moment."""
    owner = select(WabaAccount.user_id).where(WabaAccount.id == number.account_id).scalar_subquery()
    made = session.execute(
        insert(Conversation)
        .values(
            user_id=owner,
            phone_number_id=number.phone_number_id,
            customer_phone=customer_phone,
            last_message_time=func.clock_timestamp(),
            assignee_id=assignee_id,
        )
        .on_conflict_do_nothing(
            index_elements=[Conversation.phone_number_id, Conversation.customer_phone],
            index_where=sql("customer_phone IS NOT NULL"),
        )
        .returning(Conversation.id)
    ).scalar_one_or_none()
    if made is not None:
        _name_from_address_book(session, made, number.phone_number_id, customer_phone)
    return made


def _name_from_address_book(
    session: AnySession, conversation_id: UUID, phone_number_id: str, customer_phone: str
) -> None:
    keys = [
        {"number": phone_number_id, "kind": "phone", "value": value} for value in writings(customer_phone)
    ]
    names = [row.name for row in waiting_names.take(session, keys) if row.name]
    if names:
        session.execute(
            update(Conversation)
            .where(Conversation.id == conversation_id)
            .values(customer_name=names[0])
            .execution_options(synchronize_session=False)
        )
