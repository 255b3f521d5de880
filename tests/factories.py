"""Rows for tests: a factory fills what its test does not care about. They flush; tests commit."""

from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from cryptography.fernet import Fernet
from sqlalchemy.orm import Session, scoped_session

from livechat.domain.clock import now
from livechat.domain.status import RANK, MessageStatus
from livechat.models import AccountMember, Conversation, Message, PhoneNumber, WabaAccount
from livechat.whatsapp.searched_text import words_of
from tests.conftest import ENCRYPTION_KEY

AnySession = Session | scoped_session[Session]
ACCESS_TOKEN = "EAAtest"
_serial = count(1)


def make_account(session: AnySession, user_id: UUID | None = None, **columns: Any) -> WabaAccount:
    owner = user_id or uuid4()
    account = WabaAccount(
        **{
            "user_id": owner,
            "waba_id": f"81{next(_serial):013d}",
            "access_token_encrypted": Fernet(ENCRYPTION_KEY).encrypt(ACCESS_TOKEN.encode()).decode(),
            "subscribed_at": now(),
            **columns,
        }
    )
    session.add(account)
    session.flush()
    session.add(AccountMember(account_id=account.id, user_id=owner, role="owner"))
    session.flush()
    return account


def make_number(session: AnySession, account: WabaAccount | None = None, **columns: Any) -> PhoneNumber:
    account = account or make_account(session)
    serial = next(_serial)
    number = PhoneNumber(
        **{
            "account_id": account.id,
            "phone_number_id": f"83{serial:013d}",
            "display_phone_number": f"9177{serial:08d}",
            "display_digits": f"9177{serial:08d}",
            "verified_name": "Asha's Bakery",
            "quality_rating": "GREEN",
            "status": "connected",
            **columns,
        }
    )
    session.add(number)
    session.flush()
    return number


def make_conversation(session: AnySession, number: PhoneNumber | None = None, **columns: Any) -> Conversation:
    """A conversation whose window is open, unless ``last_inbound_at`` says otherwise."""
    number = number or make_number(session)
    account = session.get(WabaAccount, number.account_id)
    assert account is not None
    conversation = Conversation(
        **{
            "user_id": account.user_id,
            "phone_number_id": number.phone_number_id,
            "customer_phone": f"9188{next(_serial):08d}",
            "customer_name": "Asha Kulkarni",
            "last_message_time": now(),
            # Meta's times are whole seconds: with a fraction, a message of this second would count as older.
            "last_inbound_at": now().replace(microsecond=0),
            **columns,
        }
    )
    session.add(conversation)
    session.flush()
    return conversation


def make_message(session: AnySession, conversation: Conversation | None = None, **columns: Any) -> Message:
    """An inbound text by default; it moves the conversation's last message and unread count with it."""
    conversation = conversation or make_conversation(session)
    direction = columns.get("direction", "inbound")
    status = columns.get("status", MessageStatus.RECEIVED if direction == "inbound" else MessageStatus.SENT)
    timestamp: datetime = columns.get("timestamp") or now()
    body = columns.get("text", "Hi, is my order ready?")
    message = Message(
        **{
            "conversation_id": conversation.id,
            "phone_number_id": conversation.phone_number_id,
            "wamid": f"wamid.test{next(_serial)}",
            "direction": direction,
            "origin": "customer" if direction == "inbound" else "livechat",
            "message_type": "text",
            "text": body,
            "content": {"text": {"body": body}},
            "status": str(status),
            "status_rank": RANK[status],
            "counts_unread": direction == "inbound",
            "timestamp": timestamp,
            "search": words_of(body, columns.get("content", {})),
            **columns,
        }
    )
    session.add(message)
    session.flush()
    if conversation.last_message_id is None or timestamp >= conversation.last_message_time:
        conversation.last_message_id = message.id
        conversation.last_message_time = timestamp
        conversation.last_message_seq = message.seq
    if message.counts_unread:
        conversation.counted_total += 1
        conversation.last_counted_seq = message.seq
    if message.counts_unread and message.seq > conversation.read_seq:
        conversation.unread_count += 1
    session.flush()
    return message
