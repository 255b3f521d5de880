"""One customer on one number, with what a list shows in the row itself."""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    literal_column,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from livechat.core.extensions import Model
from livechat.domain.ids import uuid7
from livechat.models.columns import Timestamps, moment

SEARCHED = "fold_person(customer_name, customer_username, customer_phone)"
# What the list shows, as ``inbox.queries.inbox_conditions`` asks for it, so that indexes of it serve.
LISTED = "last_message_id IS NOT NULL OR last_inbound_at IS NOT NULL AND NOT begun_silently"


class Conversation(Timestamps, Model):
    """``unread_count`` equals the inbound messages with ``counts_unread`` and ``seq`` above ``read_seq``.

    ``counted_total`` equals those that count for members, with ``counts_unread`` or ``was_read_apart``.
    """

    __tablename__ = "chat_conversations"
    __table_args__ = (
        CheckConstraint(
            "customer_phone IS NOT NULL OR customer_user_id IS NOT NULL OR group_id IS NOT NULL "
            "OR gone_at IS NOT NULL",
            name="someone",
        ),
        CheckConstraint("customer_phone ~ '^[0-9]{1,32}$'", name="phone_digits"),
        CheckConstraint("customer_user_id <> '' AND group_id <> ''", name="not_empty"),
        CheckConstraint("unread_count >= 0", name="unread_count"),
        CheckConstraint("status IN ('open', 'snoozed', 'resolved')", name="status"),
        CheckConstraint(
            "snooze_kind IN ('time', 'reply', 'time_or_reply', 'time_even_if_reply')", name="snooze_kind"
        ),
        CheckConstraint("(status = 'snoozed') = (snooze_kind IS NOT NULL)", name="snoozed"),
        CheckConstraint(
            "CASE WHEN snooze_kind IS NULL OR snooze_kind = 'reply' THEN snoozed_until IS NULL "
            "ELSE snoozed_until IS NOT NULL END",
            name="snoozed_until",
        ),
        Index(
            "uq_chat_conversations_number_phone",
            "phone_number_id",
            "customer_phone",
            unique=True,
            postgresql_where=sql("customer_phone IS NOT NULL"),
        ),
        Index(
            "uq_chat_conversations_number_user_id",
            "phone_number_id",
            "customer_user_id",
            unique=True,
            postgresql_where=sql("customer_user_id IS NOT NULL"),
        ),
        Index(
            "uq_chat_conversations_number_group",
            "phone_number_id",
            "group_id",
            unique=True,
            postgresql_where=sql("group_id IS NOT NULL"),
        ),
        Index(
            "ix_chat_conversations_list",
            "phone_number_id",
            sql("last_message_time DESC"),
            sql("id DESC"),
        ),
        # What stands in INCLUDE lets tabs and badges be counted without the rows.
        Index(
            "ix_chat_conversations_unseen",
            "phone_number_id",
            sql("last_message_time DESC"),
            sql("id DESC"),
            postgresql_where=sql("unread_count > 0"),
            postgresql_include=["unread_count", "assignee_id", "team_id"],
        ),
        # Where the inbox walks (``inbox.queries.inbox_pages``): each a page's cost at any depth.
        Index(
            "ix_chat_conversations_shown",
            "phone_number_id",
            "status",
            sql("(assignee_id IS NULL)"),
            sql("last_message_time DESC"),
            sql("id DESC"),
            postgresql_where=sql(LISTED),
            postgresql_include=["assignee_id"],
        ),
        Index(
            "ix_chat_conversations_assigned",
            "assignee_id",
            "status",
            sql("last_message_time DESC"),
            sql("id DESC"),
            postgresql_where=sql("assignee_id IS NOT NULL"),
        ),
        Index(
            "ix_chat_conversations_of_team",
            "team_id",
            "status",
            sql("last_message_time DESC"),
            sql("id DESC"),
            postgresql_where=sql("team_id IS NOT NULL"),
        ),
        Index(
            "ix_chat_conversations_owed",
            "phone_number_id",
            "waiting_since",
            "id",
            postgresql_where=sql("waiting_since IS NOT NULL"),
            postgresql_include=["status", "last_message_id", "last_inbound_at", "begun_silently"],
        ),
        Index(
            "ix_chat_conversations_reachable",
            "phone_number_id",
            "last_inbound_at",
            "id",
            postgresql_where=sql(f"gone_at IS NULL AND ({LISTED})"),
            postgresql_include=["status", "window_refused_at"],
        ),
        Index(None, "snoozed_until", postgresql_where=sql("status = 'snoozed'")),
        # What people are searched by; ``fold_person`` is a function of the migrations.
        Index(
            "ix_chat_conversations_search",
            literal_column(SEARCHED).label("searched"),
            postgresql_using="gin",
            postgresql_ops={"searched": "gin_trgm_ops"},
        ),
        # Room for HOT updates: every message touches its conversation's row. What was touched since the last
        # vacuum is looked up in the row, even where an index tells it all: hence it comes earlier.
        {"postgresql_with": {"fillfactor": "85", "autovacuum_vacuum_scale_factor": "0.05"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(doc="the account's owner")
    phone_number_id: Mapped[str] = mapped_column(
        Text, ForeignKey("phone_numbers.phone_number_id", ondelete="CASCADE")
    )
    customer_phone: Mapped[str | None] = mapped_column(Text)
    customer_user_id: Mapped[str | None] = mapped_column(Text, doc="business-scoped id")
    customer_parent_user_id: Mapped[str | None] = mapped_column(Text)
    group_id: Mapped[str | None] = mapped_column(Text)
    customer_username: Mapped[str | None] = mapped_column(Text)
    customer_name: Mapped[str | None] = mapped_column(
        Text, doc="as it is shown and searched: the team's, else Meta's or the address book's"
    )
    given_name: Mapped[str | None] = mapped_column(
        Text, doc="by which the team calls the customer; a trigger shows it, whatever Meta says"
    )
    profile_name: Mapped[str | None] = mapped_column(
        Text, doc="where there is a ``given_name``: what would be shown without it"
    )
    marketing_opt_out: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    marketing_opt_at: Mapped[moment | None]
    is_blocked: Mapped[bool] = mapped_column(
        default=False, server_default=sql("false"), doc="the business has blocked the customer at Meta"
    )
    last_message_id: Mapped[UUID | None] = mapped_column(doc="no foreign key: messages point here already")
    last_message_time: Mapped[moment]
    last_message_seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default=sql("0"))
    unread_count: Mapped[int] = mapped_column(Integer, default=0, server_default=sql("0"))
    read_seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default=sql("0"))
    receipt_seq: Mapped[int] = mapped_column(
        BigInteger, default=0, server_default=sql("0"), doc="Meta was told that we read up to here"
    )
    last_inbound_at: Mapped[moment | None] = mapped_column(doc="Meta's time: opens the window")
    window_refused_at: Mapped[moment | None] = mapped_column(doc="Meta said 131047")
    begun_silently: Mapped[bool] = mapped_column(
        default=False,
        server_default=sql("false"),
        doc="made by a webhook that may have brought nothing to show: unlisted without a last message",
    )
    assignee_id: Mapped[UUID | None] = mapped_column(doc="the member whose conversation it is")
    team_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("teams.id", ondelete="SET NULL", name="fk_chat_conversations_team_id")
    )
    status: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    snoozed_until: Mapped[moment | None]
    snooze_kind: Mapped[str | None] = mapped_column(String(24))
    waiting_since: Mapped[moment | None] = mapped_column(
        doc="the team owes an answer since then; null: it does not"
    )
    counted_total: Mapped[int] = mapped_column(
        BigInteger, default=0, server_default=sql("0"), doc="inbound messages that count, read or not"
    )
    last_counted_seq: Mapped[int] = mapped_column(
        BigInteger, default=0, server_default=sql("0"), doc="the ``seq`` of the newest of them"
    )
    version: Mapped[int] = mapped_column(
        Integer, default=0, server_default=sql("0"), doc="rises with each change by the team, not by messages"
    )
    gone_at: Mapped[moment | None] = mapped_column(
        doc="since then no id leads here: the customer's only number now belongs to somebody else"
    )
