"""Messages to be sent at a time"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "scheduled_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("message_type", sa.Text(), nullable=False),
        sa.Column("part", postgresql.JSONB(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("client_message_id", sa.Text(), nullable=True),
        sa.Column("media_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("send_at", _MOMENT, nullable=False),
        sa.Column("cancel_if_customer_writes", sa.Boolean(), nullable=False),
        sa.Column("heard_seq", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="scheduled", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", _MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            "state IN ('scheduled', 'sent', 'cancelled', 'needs_attention')",
            name=op.f("ck_scheduled_messages_state"),
        ),
        sa.CheckConstraint(
            "(state = 'sent') = (message_id IS NOT NULL)", name=op.f("ck_scheduled_messages_message_id")
        ),
        sa.CheckConstraint(
            "(state IN ('cancelled', 'needs_attention')) = (reason IS NOT NULL)",
            name=op.f("ck_scheduled_messages_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'scheduled') = (ended_at IS NULL)", name=op.f("ck_scheduled_messages_ended_at")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["chat_conversations.id"],
            name=op.f("fk_scheduled_messages_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_messages")),
    )
    op.create_index(
        "ix_scheduled_messages_due",
        "scheduled_messages",
        ["send_at", "id"],
        postgresql_where=sa.text("state = 'scheduled'"),
    )
    op.create_index(
        "ix_scheduled_messages_listening",
        "scheduled_messages",
        ["conversation_id"],
        postgresql_where=sa.text("state = 'scheduled' AND cancel_if_customer_writes"),
    )
    op.create_index(
        op.f("ix_scheduled_messages_conversation_id_created_at_id"),
        "scheduled_messages",
        ["conversation_id", "created_at", "id"],
    )
    op.create_index(
        op.f("ix_scheduled_messages_phone_number_id_created_at_id"),
        "scheduled_messages",
        ["phone_number_id", "created_at", "id"],
    )
    # As for notes: the previous release does not know the table, and its key would stop its merges.
    op.execute(
        """
        CREATE FUNCTION livechat_scheduled_messages_follow() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            survivor uuid := (SELECT conversation_id FROM conversation_aliases WHERE id = OLD.id);
        BEGIN
            UPDATE scheduled_messages SET conversation_id = survivor
                WHERE conversation_id = OLD.id AND survivor IS NOT NULL;
            RETURN OLD;
        END $$;
        CREATE TRIGGER scheduled_messages_follow BEFORE DELETE ON chat_conversations
            FOR EACH ROW EXECUTE FUNCTION livechat_scheduled_messages_follow();
        """
    )
    op.execute(
        """
        DO $$
        DECLARE reader text;
        BEGIN
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
                ALTER TABLE scheduled_messages ENABLE ROW LEVEL SECURITY;
                FOR reader IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                    EXECUTE format('REVOKE ALL ON scheduled_messages FROM %I', reader);
                END LOOP;
            END IF;
        END $$;
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER scheduled_messages_follow ON chat_conversations")
    op.execute("DROP FUNCTION livechat_scheduled_messages_follow()")
    op.drop_table("scheduled_messages")
