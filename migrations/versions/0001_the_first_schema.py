"""The first schema"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# Tables whose rows change and say when.
TOUCHED = ("waba_accounts", "phone_numbers", "chat_conversations", "chat_messages")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "account_events",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("waba_id", sa.Text(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_account_events")),
    )
    op.create_index(
        op.f("ix_account_events_waba_id_happened_at"),
        "account_events",
        ["waba_id", "happened_at"],
        unique=False,
    )

    op.create_table(
        "message_changes",
        sa.Column("event_wamid", sa.Text(), nullable=False),
        sa.Column("target_wamid", sa.Text(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_type", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("content", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("previous", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("kind IN ('edit', 'revoke')", name=op.f("ck_message_changes_kind")),
        sa.PrimaryKeyConstraint("event_wamid", name=op.f("pk_message_changes")),
    )
    op.create_index(
        op.f("ix_message_changes_target_wamid"), "message_changes", ["target_wamid"], unique=False
    )

    op.create_table(
        "message_reactions",
        sa.Column("wamid", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("side", sa.String(length=16), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=True),
        sa.Column("reacted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_wamid", sa.Text(), nullable=False),
        sa.CheckConstraint("side IN ('customer', 'business')", name=op.f("ck_message_reactions_side")),
        sa.PrimaryKeyConstraint("wamid", "actor", name=op.f("pk_message_reactions")),
    )
    op.create_table(
        "message_statuses",
        sa.Column("wamid", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("participant", sa.Text(), server_default="", nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("callback_message_id", sa.Uuid(), nullable=True),
        sa.Column("error", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("raw", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint(
            "wamid", "status", "timestamp", "participant", name=op.f("pk_message_statuses")
        ),
    )
    op.create_index(
        op.f("ix_message_statuses_callback_message_id"),
        "message_statuses",
        ["callback_message_id"],
        unique=False,
        postgresql_where=sa.text("callback_message_id IS NOT NULL"),
    )

    op.create_table(
        "waba_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("waba_id", sa.Text(), nullable=False),
        sa.Column("access_token_encrypted", sa.Text(), nullable=False),
        sa.Column("subscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waba_accounts")),
        sa.UniqueConstraint("user_id", "waba_id", name=op.f("uq_waba_accounts_user_id_waba_id")),
    )
    op.create_index(op.f("ix_waba_accounts_waba_id"), "waba_accounts", ["waba_id"], unique=False)

    op.create_table(
        "webhook_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column(
            "phone_number_ids", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "items", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
        sa.Column("stored", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("duplicate", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("ignored", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("replays", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", name=op.f("ck_webhook_events_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_events")),
    )
    op.create_index(
        "ix_webhook_events_failed",
        "webhook_events",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.create_index(
        "ix_webhook_events_numbers",
        "webhook_events",
        ["phone_number_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index("ix_webhook_events_received_at", "webhook_events", ["received_at"], unique=False)
    op.create_index(
        "ix_webhook_events_waiting",
        "webhook_events",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )

    op.create_table(
        "account_members",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'agent')", name=op.f("ck_account_members_role")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["waba_accounts.id"],
            name=op.f("fk_account_members_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "user_id", name=op.f("pk_account_members")),
    )
    op.create_index(op.f("ix_account_members_user_id"), "account_members", ["user_id"], unique=False)

    op.create_table(
        "phone_numbers",
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("display_phone_number", sa.Text(), nullable=False),
        sa.Column("display_digits", sa.Text(), nullable=False),
        sa.Column("verified_name", sa.Text(), nullable=True),
        sa.Column("quality_rating", sa.Text(), nullable=True),
        sa.Column("throughput_level", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("paused_code", sa.Integer(), nullable=True),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'paused') = (paused_at IS NOT NULL)", name=op.f("ck_phone_numbers_paused_at")
        ),
        sa.CheckConstraint("status IN ('connected', 'paused')", name=op.f("ck_phone_numbers_status")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["waba_accounts.id"], name=op.f("fk_phone_numbers_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("phone_number_id", name=op.f("pk_phone_numbers")),
    )
    op.create_index(op.f("ix_phone_numbers_account_id"), "phone_numbers", ["account_id"], unique=False)

    op.create_table(
        "chat_conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("customer_phone", sa.Text(), nullable=True),
        sa.Column("customer_user_id", sa.Text(), nullable=True),
        sa.Column("customer_parent_user_id", sa.Text(), nullable=True),
        sa.Column("group_id", sa.Text(), nullable=True),
        sa.Column("customer_username", sa.Text(), nullable=True),
        sa.Column("customer_name", sa.Text(), nullable=True),
        sa.Column("marketing_opt_out", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("marketing_opt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_message_id", sa.Uuid(), nullable=True),
        sa.Column("last_message_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_message_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("unread_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("read_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("receipt_seq", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "customer_phone ~ '^[0-9]{1,32}$'", name=op.f("ck_chat_conversations_phone_digits")
        ),
        sa.CheckConstraint(
            "customer_user_id <> '' AND group_id <> ''", name=op.f("ck_chat_conversations_not_empty")
        ),
        sa.CheckConstraint(
            "customer_phone IS NOT NULL OR customer_user_id IS NOT NULL OR group_id IS NOT NULL",
            name=op.f("ck_chat_conversations_someone"),
        ),
        sa.CheckConstraint("unread_count >= 0", name=op.f("ck_chat_conversations_unread_count")),
        sa.ForeignKeyConstraint(
            ["phone_number_id"],
            ["phone_numbers.phone_number_id"],
            name=op.f("fk_chat_conversations_phone_number_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_conversations")),
        postgresql_with={"fillfactor": "85"},
    )
    op.create_index(
        "ix_chat_conversations_list",
        "chat_conversations",
        ["phone_number_id", sa.literal_column("last_message_time DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_chat_conversations_name",
        "chat_conversations",
        ["customer_name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"customer_name": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_chat_conversations_unread",
        "chat_conversations",
        ["phone_number_id", sa.literal_column("last_message_time DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("unread_count > 0"),
    )
    op.create_index(
        "uq_chat_conversations_number_group",
        "chat_conversations",
        ["phone_number_id", "group_id"],
        unique=True,
        postgresql_where=sa.text("group_id IS NOT NULL"),
    )
    op.create_index(
        "uq_chat_conversations_number_phone",
        "chat_conversations",
        ["phone_number_id", "customer_phone"],
        unique=True,
        postgresql_where=sa.text("customer_phone IS NOT NULL"),
    )
    op.create_index(
        "uq_chat_conversations_number_user_id",
        "chat_conversations",
        ["phone_number_id", "customer_user_id"],
        unique=True,
        postgresql_where=sa.text("customer_user_id IS NOT NULL"),
    )

    op.create_table(
        "chat_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("wamid", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("message_type", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_rank", sa.SmallInteger(), nullable=False),
        sa.Column("error", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("counts_unread", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_to_wamid", sa.Text(), nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=True),
        sa.Column("client_message_id", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("request_digest", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(status = 'sending') = (claimed_until IS NOT NULL)", name=op.f("ck_chat_messages_claimed_until")
        ),
        sa.CheckConstraint(
            "CASE direction WHEN 'inbound' THEN status = 'received' ELSE status IN ('queued', 'sending', 'unknown', 'sent', 'failed', 'delivered', 'read') END",
            name=op.f("ck_chat_messages_status"),
        ),
        sa.CheckConstraint(
            "NOT counts_unread OR direction = 'inbound'", name=op.f("ck_chat_messages_counts_unread")
        ),
        sa.CheckConstraint("direction IN ('inbound', 'outbound')", name=op.f("ck_chat_messages_direction")),
        sa.CheckConstraint(
            "origin IN ('customer', 'livechat', 'phone_app', 'history', 'standby', 'event')",
            name=op.f("ck_chat_messages_origin"),
        ),
        sa.CheckConstraint(
            "status_rank = CASE status WHEN 'received' THEN 0 WHEN 'queued' THEN 0 WHEN 'sending' THEN 10 WHEN 'unknown' THEN 15 WHEN 'sent' THEN 20 WHEN 'failed' THEN 25 WHEN 'delivered' THEN 30 ELSE 40 END OR (status = 'read' AND status_rank = 50)",
            name=op.f("ck_chat_messages_status_rank"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_chat_messages_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_messages")),
        sa.UniqueConstraint("wamid", name=op.f("uq_chat_messages_wamid")),
    )
    op.create_index(
        "ix_chat_messages_due",
        "chat_messages",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("direction = 'outbound' AND status IN ('queued', 'sending')"),
    )
    op.create_index(
        "ix_chat_messages_outstanding",
        "chat_messages",
        ["conversation_id", "seq"],
        unique=False,
        postgresql_where=sa.text("direction = 'outbound' AND status IN ('queued', 'sending')"),
    )
    op.create_index(
        "ix_chat_messages_page",
        "chat_messages",
        ["conversation_id", sa.literal_column("timestamp DESC"), sa.literal_column("seq DESC")],
        unique=False,
    )
    op.create_index(
        "ix_chat_messages_search",
        "chat_messages",
        [sa.literal_column("to_tsvector('simple', left(text, 65536))")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_chat_messages_unknown",
        "chat_messages",
        ["timestamp"],
        unique=False,
        postgresql_where=sa.text("status = 'unknown'"),
    )
    op.create_index(
        "ix_chat_messages_unread",
        "chat_messages",
        ["conversation_id", "seq"],
        unique=False,
        postgresql_where=sa.text("counts_unread"),
    )
    op.create_index(
        "uq_chat_messages_client_message_id",
        "chat_messages",
        ["sent_by", "phone_number_id", "client_message_id"],
        unique=True,
        postgresql_where=sa.text("client_message_id IS NOT NULL"),
    )
    op.create_index(
        "uq_chat_messages_idempotency_key",
        "chat_messages",
        ["sent_by", "phone_number_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_index(
        "uq_chat_messages_sending",
        "chat_messages",
        ["conversation_id"],
        unique=True,
        postgresql_where=sa.text("status = 'sending'"),
    )

    op.create_table(
        "conversation_aliases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_conversation_aliases_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_aliases")),
    )
    op.create_index(
        op.f("ix_conversation_aliases_conversation_id"),
        "conversation_aliases",
        ["conversation_id"],
        unique=False,
    )

    op.create_table(
        "conversation_former_ids",
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('phone', 'user_id')", name=op.f("ck_conversation_former_ids_kind")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_conversation_former_ids_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("phone_number_id", "kind", "value", name=op.f("pk_conversation_former_ids")),
    )
    op.create_index(
        op.f("ix_conversation_former_ids_conversation_id"),
        "conversation_former_ids",
        ["conversation_id"],
        unique=False,
    )

    op.execute(
        """
        CREATE FUNCTION livechat_touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.updated_at := now();
            RETURN NEW;
        END $$
        """
    )
    for table in TOUCHED:
        op.execute(
            f"CREATE TRIGGER touch_updated_at BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION livechat_touch_updated_at()"
        )
    # On Supabase every table of the public schema is reachable through its automatic REST API, for the role
    # ``authenticated``, unless row-level security is on. With no policy it exposes nothing.
    op.execute(
        """
        DO $$
        DECLARE name text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                FOR name IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')
                LOOP
                    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
                END LOOP;
            END IF;
        END $$
        """
    )


def downgrade() -> None:
    op.drop_table("conversation_former_ids")
    op.drop_table("conversation_aliases")
    op.drop_table("chat_messages")
    op.drop_table("chat_conversations")
    op.drop_table("phone_numbers")
    op.drop_table("account_members")
    op.drop_table("webhook_events")
    op.drop_table("waba_accounts")
    op.drop_table("message_statuses")
    op.drop_table("message_reactions")
    op.drop_table("message_changes")
    op.drop_table("account_events")
    op.execute("DROP FUNCTION livechat_touch_updated_at()")
