"""A message, in either direction, with its content and its status."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, String, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps, Words, moment


class Message(Timestamps, Model):
    """One bubble or event line. Order in a thread: (``timestamp``, ``seq``); order of sending: ``seq``."""

    __tablename__ = "chat_messages"
    __table_args__ = (
        CheckConstraint("direction IN ('inbound', 'outbound')", name="direction"),
        CheckConstraint(
            "CASE direction WHEN 'inbound' THEN status = 'received' ELSE status IN "
            "('queued', 'sending', 'unknown', 'sent', 'failed', 'delivered', 'read') END",
            name="status",
        ),
        CheckConstraint(
            "status_rank = CASE status WHEN 'received' THEN 0 WHEN 'queued' THEN 0 WHEN 'sending' THEN 10 "
            "WHEN 'unknown' THEN 15 WHEN 'sent' THEN 20 WHEN 'failed' THEN 25 WHEN 'delivered' THEN 30 "
            "ELSE 40 END OR (status = 'read' AND status_rank = 50)",
            name="status_rank",
        ),
        CheckConstraint("NOT counts_unread OR direction = 'inbound'", name="counts_unread"),
        CheckConstraint("(status = 'sending') = (claimed_until IS NOT NULL)", name="claimed_until"),
        CheckConstraint(
            "origin IN ('customer', 'livechat', 'phone_app', 'history', 'standby', 'event')", name="origin"
        ),
        Index("ix_chat_messages_page", "conversation_id", sql("timestamp DESC"), sql("seq DESC")),
        # Finds a message that is named by its id under the customer's other id. Rarely used, and small: a
        # hundredth of a row.
        Index(
            "ix_chat_messages_ending",
            "conversation_id",
            sql('"right"(wamid, 16)'),
            postgresql_where=sql("wamid IS NOT NULL"),
        ),
        Index(
            "ix_chat_messages_unread",
            "conversation_id",
            "seq",
            postgresql_where=sql("counts_unread"),
        ),
        Index(
            "ix_chat_messages_read_apart",
            "conversation_id",
            "seq",
            postgresql_where=sql("was_read_apart"),
        ),
        # One message of a conversation is on its way at a time: this is the lock that keeps the order.
        Index(
            "uq_chat_messages_sending",
            "conversation_id",
            unique=True,
            postgresql_where=sql("status = 'sending'"),
        ),
        Index(
            "ix_chat_messages_outstanding",
            "conversation_id",
            "seq",
            postgresql_where=sql("direction = 'outbound' AND status IN ('queued', 'sending')"),
        ),
        Index(
            "ix_chat_messages_due",
            "next_attempt_at",
            postgresql_where=sql("direction = 'outbound' AND status IN ('queued', 'sending')"),
        ),
        Index("ix_chat_messages_unknown", "timestamp", postgresql_where=sql("status = 'unknown'")),
        Index(
            "ix_chat_messages_accepted",
            "phone_number_id",
            "timestamp",
            postgresql_where=sql("direction = 'outbound' AND origin = 'livechat'"),
        ),
        Index(
            "ix_chat_messages_attention",
            "phone_number_id",
            sql("timestamp DESC"),
            sql("id DESC"),
            postgresql_where=sql("direction = 'outbound' AND status IN ('failed', 'unknown')"),
        ),
        Index(
            "uq_chat_messages_idempotency_key",
            "sent_by",
            "phone_number_id",
            "idempotency_key",
            unique=True,
            postgresql_where=sql("idempotency_key IS NOT NULL"),
        ),
        Index(
            "uq_chat_messages_client_message_id",
            "sent_by",
            "phone_number_id",
            "client_message_id",
            unique=True,
            postgresql_where=sql("client_message_id IS NOT NULL"),
        ),
        # Finds the quotes of a message that comes, or gets its id from Meta, after them.
        Index(
            "ix_chat_messages_quotes", "reply_to_wamid", postgresql_where=sql("reply_to_wamid IS NOT NULL")
        ),
        # A message is sent again at most once, whoever asks and however often.
        Index(
            "uq_chat_messages_resend_of",
            "resend_of",
            unique=True,
            postgresql_where=sql("resend_of IS NOT NULL"),
        ),
        # Short of what waits in it, which each search goes through.
        Index(
            "ix_chat_messages_words",
            "search",
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": "1024"},
        ),
        # A search for a frequent word goes back along it from the newest (``search.queries``).
        Index("ix_chat_messages_number", "phone_number_id", sql("timestamp DESC"), sql("seq DESC")),
        # Those whose words are still to be found (``search.fill_words``): none, mostly.
        Index("ix_chat_messages_wordless", "seq", postgresql_where=sql("search IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("chat_conversations.id", ondelete="RESTRICT"))
    phone_number_id: Mapped[str] = mapped_column(Text)
    wamid: Mapped[str | None] = mapped_column(Text, unique=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), doc="arrival order")
    direction: Mapped[str] = mapped_column(String(8))
    origin: Mapped[str] = mapped_column(String(16))
    message_type: Mapped[str] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(String(16))
    status_rank: Mapped[int] = mapped_column(SmallInteger)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    counts_unread: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    was_read_apart: Mapped[bool] = mapped_column(
        default=False,
        server_default=sql("false"),
        doc="the team had read it in a thread that was merged: it counts for members who had not",
    )
    ended_waiting_since: Mapped[moment | None] = mapped_column(
        doc="the conversation's ``waiting_since``, which this message ended"
    )
    timestamp: Mapped[moment]
    sent_at: Mapped[moment | None]
    delivered_at: Mapped[moment | None]
    read_at: Mapped[moment | None]
    failed_at: Mapped[moment | None]
    reply_to_wamid: Mapped[str | None] = mapped_column(Text)
    sent_by: Mapped[UUID | None] = mapped_column(doc="the agent")
    client_message_id: Mapped[str | None] = mapped_column(Text)
    idempotency_key: Mapped[str | None] = mapped_column(Text)
    request_digest: Mapped[str | None] = mapped_column(String(64), doc="SHA-256 of the request that made it")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default=sql("0"))
    next_attempt_at: Mapped[moment | None]
    claimed_until: Mapped[moment | None] = mapped_column(doc="past it the sender is dead: unknown")
    claimed_by: Mapped[str | None] = mapped_column(Text, doc="the process that last claimed it")
    is_uploading: Mapped[bool] = mapped_column(
        default=False, server_default=sql("false"), doc="its sender has not begun the call of the message"
    )
    search: Mapped[list[str] | None] = mapped_column(
        Words,
        deferred=True,
        doc="the words that find it (``whatsapp.searched_text``); null: not yet looked at",
    )
    resend_of: Mapped[UUID | None] = mapped_column(doc="the message that an agent sent again as this one")
